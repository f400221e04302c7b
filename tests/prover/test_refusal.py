"""Nothing is written for a key whose policy lacks a property, unless somebody has waived it with a reason."""

from pathlib import Path

import pytest

from baseline.property_names import PROPERTY_NAMES
from baseline.prover.judgements import ALL
from tests.conftest import SAMPLE, Run

CONFIGURATION = """\
version: 1
organization: {home_region: eu-west-2, regions: [eu-west-2, us-east-1]}
keys:
  purposes:
    sns:
      statements:
        - Sid: AppDecrypts
          Effect: Allow
          Principal: {AWS: "arn:aws:iam::033333333333:role/App"}
          Action: kms:Decrypt
WAIVERS
accounts: [{name: data, id: "033333333333"}]
"""
WAIVED = """\
  waivers:
    - {property: nobody-else-directly, account: data, purpose: sns, reason: the application is ours}
    - {property: only-through-the-service, purpose: sns, reason: the same}
"""
UNDECIDED = CONFIGURATION.replace(
    "          Action: kms:Decrypt\n",
    "          Action: kms:Decrypt\n"
    "          Condition: {'ForAnyValue:StringLike': {'kms:EncryptionContextKeys':"
    " ['*a*', '*b*', '*c*', '*d*', '*e*', '*f*']}}\n",
)
MESSAGE = """\
error: 4 properties of key policies do not hold; nothing was written
organization.yaml:7: data / eu-west-2 / sns: nobody-else-directly: fails
  Nobody but root, and administrators and users by exact name, has direct permission outside the purpose's service.
  role/App of 033333333333 (any session), kms:Decrypt without kms:ViaService: allowed directly by statement \
"AppDecrypts"; no deny matches
  by your statement "AppDecrypts" in organization.yaml:7
  same in data/us-east-1
organization.yaml:7: data / eu-west-2 / sns: only-through-the-service: fails
  Nobody but users and the accounts let in encrypts, decrypts or makes grants outside the purpose's service in this \
region; the trail's key has readers alone.
  role/App of 033333333333 (any session), kms:Decrypt without kms:ViaService: allowed directly by statement \
"AppDecrypts"; no deny matches
  by your statement "AppDecrypts" in organization.yaml:7
  same in data/us-east-1
  help: narrow or remove the statement; `kms-baseline prove` shows the requests in full
        where it is meant so, write under keys: `waivers: [{property: nobody-else-directly, reason: ...}]`, \
with account, region and purpose
"""
OUTPUT = [("check",), ("synth",), ("export", "out"), ("lock",), ("demo",)]


def write(folder: Path, text: str, waivers: str = "") -> None:
    (folder / "organization.yaml").write_text(text.replace("WAIVERS\n", waivers), encoding="utf-8")


@pytest.mark.parametrize("command", OUTPUT, ids=lambda command: command[0])
def test_every_command_that_writes_or_checks_refuses_and_leaves_nothing(
    run: Run, tmp_path: Path, command: tuple[str, ...]
) -> None:
    refused(run, tmp_path, *command)


@pytest.mark.usefixtures("terraform")
def test_so_does_deploy_which_looks_for_terraform_first(run: Run, tmp_path: Path) -> None:
    refused(run, tmp_path, "deploy", "--dry-run")


def refused(run: Run, folder: Path, *command: str) -> None:
    write(folder, CONFIGURATION)
    done = run(*command)
    assert (done.returncode, done.stderr, done.stdout) == (1, MESSAGE, "")
    assert [path.name for path in folder.iterdir()] == ["organization.yaml"]


def test_what_is_not_decided_is_refused_by_another_exit_code(run: Run, tmp_path: Path) -> None:
    write(tmp_path, UNDECIDED)
    done = run("check")
    assert done.returncode == 4
    assert done.stderr.startswith("error: 40 properties of key policies could not be decided; nothing was written\n")
    assert (
        "organization.yaml:6: data / eu-west-2 / sns: no-foreign-principal and 19 other properties: unsupported\n"
        in done.stderr
    )
    assert "  more than 8 kinds of values on `kms:EncryptionContextKeys`, which has several\n" in done.stderr


def test_a_waiver_lets_it_pass_and_is_shown_with_its_reason(run: Run, tmp_path: Path) -> None:
    write(tmp_path, CONFIGURATION, WAIVED)
    checked = run("check")
    assert checked.returncode == 0, checked.stderr
    assert (
        "note: nobody-else-directly waived of data / eu-west-2 / sns (and in data/us-east-1) "
        "by organization.yaml:12: the application is ours\n"
    ) in checked.stdout
    proven = run("prove")
    assert proven.returncode == 0
    assert "WAIVED  nobody-else-directly   data / eu-west-2 / sns" in proven.stdout
    assert "\n  waived     the application is ours (organization.yaml:12)\n" in proven.stdout
    assert "4 waived" in proven.stderr
    assert run("lock").returncode == 0


def test_a_waiver_of_another_key_lets_nothing_pass(run: Run, tmp_path: Path) -> None:
    write(tmp_path, CONFIGURATION, WAIVED.replace("account: data", "region: us-east-1"))
    done = run("check")
    assert done.returncode == 1
    assert done.stderr.count(": fails\n") == 1


@pytest.mark.parametrize(
    ("waiver", "why"),
    [
        ("{property: no-bypass, reason: r}", "the property holds without it"),
        ("{property: no-lockout, account: data, region: ap-south-1, reason: r}", "there is no such key"),
        ("{property: nobody-else-directly, purpose: sns, reason: again}", "the property holds without it"),
    ],
)
def test_a_waiver_that_does_nothing_is_told(run: Run, tmp_path: Path, waiver: str, why: str) -> None:
    write(tmp_path, CONFIGURATION, f"{WAIVED}    - {waiver}\n")
    told = f"note: organization.yaml:14: the waiver of {waiver.split(',')[0].split()[-1]} is not needed: {why}\n"
    assert told in run("check").stdout
    assert told in run("prove").stderr


@pytest.mark.parametrize(
    ("waiver", "message"),
    [
        ("{property: no-lockot, reason: r}", "`no-lockot` is not a property\n  help: did you mean `no-lockout`?"),
        ("{property: no-lockout}", "keys.waivers[0].reason: is missing"),
        ("{property: no-lockout, reason: ' '}", "keys.waivers[0].reason: must be a sentence on one line, got ` `"),
        ("{property: no-lockout, account: dat, reason: r}", "keys.waivers[0].account: no account is called `dat`"),
    ],
)
def test_a_waiver_written_wrong_is_a_mistake(run: Run, tmp_path: Path, waiver: str, message: str) -> None:
    write(tmp_path, CONFIGURATION, f"  waivers: [{waiver}]\n")
    done = run("check")
    assert done.returncode == 2
    assert message in done.stderr


def test_the_configuration_knows_every_property() -> None:
    assert tuple(entry.id for entry in ALL) == PROPERTY_NAMES


def test_the_sample_is_proven_by_check(run: Run, tmp_path: Path) -> None:
    (tmp_path / "organization.yaml").write_bytes(SAMPLE.read_bytes())
    assert "every property of every key policy holds\n" in run("check").stdout
