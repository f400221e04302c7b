"""Many policies at once: a folder is judged as a whole, and one broken file stops nothing."""

import json
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as Xml

import pytest

from baseline.found.validate import validate
from baseline.likeness.renaming import is_renamable
from baseline.prover.meant import Meant
from operations.judging import judge
from operations.proofs import ProvenPolicy, prove_path
from tests.conftest import Run, some
from tests.found.corpus import CORPUS
from tests.found.policies import A, B, R, policy, statement

LOGS = statement({"Service": "logs.eu-west-1.amazonaws.com"}, "kms:DescribeKey", StringEquals={"aws:SourceAccount": A})
OPEN = statement("*")
BROKEN: dict[str, tuple[bytes, str]] = {
    "not-json": (b'{"Version": }', "a value is expected, got `}`"),
    "not-a-policy": (b'{"Resources": {}}', "there is no `Statement`"),
    "nested-too-deeply": (b"[" * 100_000, "nested more than 40 deep"),
    "text-too-large": (b'{"Statement": "' + b"x" * 5_000_000, "characters; a key policy has at most 32768 bytes"),
    "unreadable": (policy().encode("utf-16"), "is UTF-16 or binary, not UTF-8 text"),
    "template": (policy(statement({"AWS": "${role}"})).encode(), "`${role}` is not filled in"),
}


@pytest.fixture
def scan(tmp_path: Path) -> Path:
    """An organization's policies, as a scan writes them, with everything that can be broken among them."""
    files = {f"{A}/{R}/fine": policy(), f"{A}/{R}/logs": policy(LOGS), f"{A}/eu-west-1/logs": policy(LOGS)}
    files[f"{B}/{R}/open"] = policy(OPEN).replace(A, B)
    for name, text in files.items():
        file = tmp_path / "scan" / f"{name}.json"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    (tmp_path / "scan" / ".git").mkdir()
    (tmp_path / "scan" / ".git" / "config.json").write_text("{")
    (tmp_path / "scan" / "README.md").write_text("no policy")
    return tmp_path / "scan"


def broken(scan: Path) -> Path:
    for kind, (content, _) in BROKEN.items():
        (scan / A / R / f"{kind}.json").write_bytes(content)
    (scan / A / R / "gone.json").symlink_to("nowhere")
    return scan


def test_every_policy_is_judged_where_its_folders_say_that_its_key_is(scan: Path) -> None:
    judged = judge(scan, "", "", "", lambda _: None)
    found = {str(j.file.path.relative_to(scan)): {f.kind.id for f in j.findings} for j in judged}
    assert found == {
        f"{A}/eu-west-1/logs.json": set(),
        f"{A}/{R}/fine.json": set(),
        f"{A}/{R}/logs.json": {"service-of-another-region"},
        f"{B}/{R}/open.json": {"open-to-everyone"},
    }


def test_what_is_broken_is_one_finding_each_and_the_rest_is_judged(scan: Path) -> None:
    judged = {j.file.path.stem: j for j in judge(broken(scan), "", "", "", lambda _: None)}
    for kind, (_, problem) in BROKEN.items():
        [finding] = judged[kind].findings
        assert finding.kind.id == kind
        assert problem in finding.problem
    assert [f.problem for f in judged["gone"].findings] == ["there is no such file"]
    assert {f.kind.id for f in judged["open"].findings} == {"open-to-everyone"}


@pytest.mark.parametrize("purpose", ["", "sns"])
def test_policies_that_differ_in_their_account_alone_get_what_each_gets_by_itself(tmp_path: Path, purpose: str) -> None:
    """Of every form that somebody published, of three accounts; one is the example of any other, and the example is told."""
    accounts = ("333333333333", "999999999999", "000000000012")
    for number, published in enumerate(some(CORPUS)):
        for account in accounts:
            file = tmp_path / account / R / f"{number}.json"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(published.text.replace(A, account), encoding="utf-8")
    meant = Meant(purpose=purpose)
    proven = prove_path(tmp_path, "", "", meant, lambda _: None)
    for judged, one in zip(judge(tmp_path, "", "", "", lambda _: None), proven, strict=True):
        text, account = one.file.path.read_text(encoding="utf-8"), one.file.account_id
        assert judged.findings == validate(text, account, R)
        if not judged.is_policy:
            assert one.problem
            continue
        assert one.policy
        [alone] = prove_path(one.file.path, account, R, meant, lambda _: None)
        assert alone.policy
        assert one.policy.plain == alone.policy.plain
        assert verdicts(one.policy) == verdicts(alone.policy)


def verdicts(policy: ProvenPolicy) -> list[tuple[object, ...]]:
    """All that is said, but for which of several words stands for any other account."""
    return [(j.about.id, j.verdict, j.sid, j.reason, j.needs_a3, len(j.others)) for j in policy.judgements]


@pytest.mark.parametrize(
    ("written", "is_alike"),
    [
        ({"StringEquals": {"aws:SourceAccount": A}}, True),
        ({"StringLike": {"aws:SourceArn": f"arn:aws:sns:*:{A}:*"}}, True),
        ({"StringLike": {"aws:PrincipalArn": f"arn:aws:iam::{A[:4]}*:role/x"}}, False),
        ({"StringLike": {"aws:PrincipalArn": f"*{A}:role/x"}}, False),
        ({"StringEquals": {"kms:EncryptionContext:app": f"{A}1"}}, False),
        ({"StringEquals": {f"kms:EncryptionContext:{A}": "x"}}, False),
        ({"NumericLessThan": {"aws:MultiFactorAuthAge": A}}, False),
        ({"StringEquals": {"kms:EncryptionContext:app": "\u0032"}}, True),  # written as it is by Python's json
    ],
)
def test_what_rests_on_the_digits_of_an_id_is_judged_by_itself(written: dict[str, Any], is_alike: bool) -> None:
    assert is_renamable(policy(statement(**written)), A) == is_alike


def test_a_pattern_that_ends_within_an_id_is_judged_for_each_account(tmp_path: Path) -> None:
    like = {"StringLike": {"aws:PrincipalArn": f"arn:aws:iam::{A[:4]}*:role/x"}}
    texts = {account: policy(statement("*", **like)).replace(f"{A}:root", f"{account}:root") for account in (A, B)}
    for account, text in texts.items():
        (tmp_path / account / R).mkdir(parents=True)
        (tmp_path / account / R / "key.json").write_text(text, encoding="utf-8")
    for one in judge(tmp_path, "", "", "", lambda _: None):
        assert one.findings == validate(texts[one.file.account_id], one.file.account_id, R)


def test_a_folder_in_every_format(run: Run, scan: Path) -> None:
    done = run("policy", "validate", "scan")
    assert done.returncode == 1
    assert f"scan/{A}/{R}/logs.json:15: error: service-of-another-region: " in done.stdout
    assert done.stderr == "scan: 4 files: 2 errors in 2 of them\n"
    broken(scan)
    found = json.loads(run("policy", "validate", "scan", "--format", "json").stdout)["policies"]
    assert {(p["account_id"], p["region"], len(p["findings"])) for p in found if "open.json" in p["file"]} == {
        (B, R, 1)
    }
    assert len(found) == 4 + len(BROKEN) + 1
    [log] = json.loads(run("policy", "validate", "scan", "--format", "sarif").stdout)["runs"]
    assert len(log["results"]) == 2 + len(BROKEN) + 1
    [suite] = Xml.fromstring(run("policy", "validate", "scan", "--format", "junit").stdout)
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == (
        str(len(found)),
        "2",
        str(len(BROKEN) + 1),
    )


def test_a_folder_of_which_nothing_is_a_policy(run: Run, tmp_path: Path) -> None:
    (tmp_path / "scan").mkdir()
    done = run("policy", "validate", "scan")
    assert (done.returncode, done.stdout) == (2, "")
    assert "scan: no file below it has a name that ends in .json" in done.stderr
    (tmp_path / "scan" / "package.json").write_text("{}")
    assert run("policy", "validate", "scan").returncode == 2


def test_a_folder_is_proven(run: Run, scan: Path) -> None:
    (scan / "nowhere.json").write_text(policy())
    (scan / A / R / "broken.json").write_text("{")
    done = run("policy", "prove", "scan")
    assert done.returncode == 1
    assert [f"scan/{A}/{R}/broken.json", "no policy"] in [re.split("  +", line) for line in done.stdout.splitlines()]
    assert f"scan/{A}/{R}/broken.json: column 2: a key in double quotes is expected; Mend it at" in done.stdout
    assert "scan/nowhere.json: nobody said where its key is: by folders ACCOUNT/REGION" in done.stdout
    assert f"  place      scan/{B}/{R}/open.json:13\n" in done.stdout
    proven = json.loads(run("policy", "prove", "scan", "--format", "json").stdout)["policies"]
    verdicts = {p["policy"]["file"]: {v["verdict"] for v in p["verdicts"]} for p in proven}
    assert verdicts[f"scan/{A}/{R}/fine.json"] == {"holds"}
    assert verdicts[f"scan/{B}/{R}/open.json"] == {"holds", "fails"}
    suites = Xml.fromstring(run("policy", "prove", "scan", "--format", "junit").stdout)
    assert suites.get("errors") == "2"
    [log] = json.loads(run("policy", "prove", "scan", "--format", "sarif").stdout)["runs"]
    assert {"no-policy", "no-foreign-principal"} <= {result["ruleId"] for result in log["results"]}
    (scan / B / R / "open.json").unlink()
    assert run("policy", "prove", "scan").returncode == 2
