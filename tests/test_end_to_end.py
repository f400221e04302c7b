"""The whole way: real cdktf, real Terraform, the real AWS provider, an embedded AWS."""

import json
import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.conftest import COMMAND, ROOT, SHIPPED, Run
from tests.embedded import Embedded, embedded, need_terraform

TWO_ACCOUNTS = """\
version: 1
organization: {home_region: eu-west-2, regions: [eu-west-2, us-east-1]}
keys: {administrators: [role/SecurityAdministrators]}
features: {cloudtrail: true, backup: true}
accounts:
  - {name: payer, id: "111111111111", role: null}
  - {name: data, id: "033333333333"}
"""
FEATURES_OFF = TWO_ACCOUNTS.replace("cloudtrail: true, backup: true", "cloudtrail: false, backup: false")
RETIRED = """\
retired:
  - {account: payer, purpose: backup, then: keep}
  - {account: payer, purpose: cloudtrail, then: keep}
  - {account: data, purpose: backup, then: keep}
  - {account: data, purpose: cloudtrail, then: keep}
"""


def test_the_demo_deploys_the_sample_by_cdktf_reads_30_keys_back_and_plans_nothing_more(run: Run) -> None:
    need_terraform()
    lock_before = sorted(path.name for path in ROOT.iterdir())
    done = run("demo", "--config", SHIPPED, limit=900)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    rows = [line.split() for line in lines[1:31]]
    assert lines[0].split() == ["ACCOUNT", "ACCOUNT", "ID", "REGION", "PURPOSE", "ALIAS", "KEY", "ID", "ROTATION"]
    assert len({row[5] for row in rows}) == 30
    assert {(row[1], row[2], row[3]) for row in rows} == {
        (account, region, purpose)
        for account in ("111111111111", "222222222222", "033333333333", "444444444444", "555555555555")
        for region in ("eu-west-2", "us-east-1")
        for purpose in ("sns", "ebs", "logs")
    }
    assert all(row[4] == f"alias/baseline/{row[3]}" and row[6:] == ["365", "days"] for row in rows)
    assert lines[31] == "30 keys read back"
    assert lines[-5:] == [f"{name}: No changes" for name in ("data", "network", "payer", "security", "workloads")]
    probes = dict(re.split("  +", line) for line in lines[33:-5])
    assert len(probes) == 8
    assert {count for probe, count in probes.items() if "savings-plans" not in probe} == {"10 of 10"}
    assert sorted(path.name for path in ROOT.iterdir()) == lock_before
    assert without_key_ids(done.stdout) == without_key_ids(shown_in_readme())


def without_key_ids(text: str) -> str:
    """An output of the demo without what is new each time."""
    return re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "KEY", text).strip()


def shown_in_readme() -> str:
    """The output of the demo that README shows."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    return text.split("<!-- demo -->\n```text\n")[1].split("```\n<!-- /demo -->")[0]


# From here on: one deployment in two accounts, through changes of its configuration. The tests follow each other.

Deploy = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    need_terraform()
    return tmp_path_factory.mktemp("life")


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory, folder: Path) -> Iterator[Embedded]:
    with embedded(TWO_ACCOUNTS, tmp_path_factory.mktemp("mirror")) as running:
        yield running


@pytest.fixture
def deploy(folder: Path, aws: Embedded) -> Deploy:
    """Write the configuration and deploy it."""

    def command(configuration: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        (folder / "organization.yaml").write_text(configuration, encoding="utf-8")
        return subprocess.run(
            [str(COMMAND), "deploy", *arguments],
            cwd=folder,
            env=aws.variables,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )

    return command


def keys_of(aws: Embedded) -> dict[str, str]:
    """The state of every key of both accounts in both regions, by ARN."""
    states = {}
    for account in (None, "033333333333"):
        for region in ("eu-west-2", "us-east-1"):
            kms = aws.client("kms", account, region)
            for key in kms.list_keys(Limit=1000)["Keys"]:
                metadata = kms.describe_key(KeyId=key["KeyArn"])["KeyMetadata"]
                if metadata["KeyManager"] == "CUSTOMER":
                    states[key["KeyArn"]] = metadata["KeyState"]
    return states


def test_nothing_is_applied_without_being_asked_for(deploy: Deploy, aws: Embedded) -> None:
    assert deploy(TWO_ACCOUNTS).returncode == 2
    dry = deploy(TWO_ACCOUNTS, "--dry-run")
    assert dry.returncode == 0, dry.stderr
    assert [line.split()[:2] for line in dry.stdout.splitlines()[1:]] == [["data", "49"], ["payer", "49"]]
    assert keys_of(aws) == {}


def test_without_credentials_the_way_to_give_them_is_said(folder: Path, aws: Embedded) -> None:
    variables = {name: value for name, value in aws.variables.items() if not name.startswith("AWS_")}
    nobody = {
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": "/dev/null",
        "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
    }
    done = subprocess.run(
        [str(COMMAND), "deploy", "--dry-run", "--account", "payer"],
        cwd=folder,
        env=variables | nobody,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 3
    assert "no AWS credentials were found" in done.stderr
    assert "nothing was applied" in done.stderr


def test_every_key_is_made_once_and_the_next_plan_is_empty(deploy: Deploy, folder: Path, aws: Embedded) -> None:
    done = deploy(TWO_ACCOUNTS, "--yes")
    assert done.returncode == 0, done.stderr
    assert len(keys_of(aws)) == 18
    assert set(keys_of(aws).values()) == {"Enabled"}
    again = deploy(TWO_ACCOUNTS, "--yes")
    assert again.returncode == 0
    assert "no changes" in again.stderr
    assert sorted(path.name for path in (folder / "state").glob("*.tfstate")) == ["data.tfstate", "payer.tfstate"]


def test_every_key_has_its_policy_alias_parameter_and_tags(aws: Embedded) -> None:
    kms = aws.client("kms", "033333333333", "us-east-1")
    aliases = {a["AliasName"]: a["TargetKeyId"] for a in kms.list_aliases()["Aliases"] if "TargetKeyId" in a}
    key_id = aliases["alias/baseline/sns"]
    arn = kms.describe_key(KeyId=key_id)["KeyMetadata"]["Arn"]
    policy = json.loads(kms.get_key_policy(KeyId=key_id, PolicyName="default")["Policy"])
    parameter = aws.client("ssm", "033333333333", "us-east-1").get_parameter(Name="/baseline/kms/sns/arn")
    tags = {tag["TagKey"]: tag["TagValue"] for tag in kms.list_resource_tags(KeyId=key_id)["Tags"]}
    shown = subprocess.run(
        [str(COMMAND), "policy", "show", "data", "us-east-1", "sns", "--config", str(SHIPPED)],
        capture_output=True,
        check=True,
        timeout=60,
    )
    assert parameter["Parameter"]["Value"] == arn
    assert policy == json.loads(shown.stdout)
    assert tags == {"managed-by": "kms-baseline", "namespace": "baseline", "purpose": "sns"}


def test_a_feature_that_is_switched_off_is_refused_while_its_keys_exist(deploy: Deploy, aws: Embedded) -> None:
    refused = deploy(FEATURES_OFF, "--yes")
    assert refused.returncode == 1
    assert "6 keys of the lock would be lost" in refused.stderr
    assert "data (033333333333) eu-west-2 cloudtrail: the feature cloudtrail is off" in refused.stderr
    assert len(keys_of(aws)) == 18


def test_without_its_lock_the_plan_is_still_refused(deploy: Deploy, folder: Path, aws: Embedded) -> None:
    lock = folder / "organization.lock.json"
    kept = lock.read_bytes()
    lock.unlink()
    refused = deploy(FEATURES_OFF, "--yes")
    lock.write_bytes(kept)
    assert refused.returncode == 1, refused.stderr
    assert "would lose keys" in refused.stderr
    assert "aws_kms_key.backup_us_east_1" in refused.stderr
    assert set(keys_of(aws).values()) == {"Enabled"}


def test_retired_keys_are_forgotten_and_stay_enabled(deploy: Deploy, aws: Embedded) -> None:
    planned = deploy(FEATURES_OFF + RETIRED, "--dry-run")
    assert [line.split() for line in planned.stdout.splitlines()[1:]] == [
        ["data", "0", "0", "0", "12", "19"],
        ["payer", "0", "0", "0", "12", "19"],
    ]
    done = deploy(FEATURES_OFF + RETIRED, "--yes")
    assert done.returncode == 0, done.stderr
    assert len(keys_of(aws)) == 18
    assert set(keys_of(aws).values()) == {"Enabled"}
    assert "no changes" in deploy(FEATURES_OFF + RETIRED, "--yes").stderr


def test_a_changed_rotation_is_an_update_in_place(deploy: Deploy, aws: Embedded) -> None:
    changed = (FEATURES_OFF + RETIRED).replace(
        "keys: {", "keys: {exceptions: [{account: data, region: us-east-1, purpose: logs, rotation_period_days: 180}], "
    )
    done = deploy(changed, "--yes", "--account", "data")
    assert done.returncode == 0, done.stderr
    assert [line.split() for line in done.stdout.splitlines()[1:2]] == [["data", "0", "1", "0", "0", "0"]]
    kms = aws.client("kms", "033333333333", "us-east-1")
    status = kms.get_key_rotation_status(KeyId=kms.describe_key(KeyId="alias/baseline/logs")["KeyMetadata"]["KeyId"])
    assert status["RotationPeriodInDays"] == 180
    assert "these are 1 of 2 stacks" in done.stderr
