"""A purpose that is added as docs/architecture.md says works everywhere, and one that is not said in full nowhere."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.conftest import EVERYWHERE, ROOT, configuration, inventory
from tests.embedded import Embedded, embedded_aws
from tests.organizations import account, organization, text

ACCOUNT = "033333333333"
CONFIGURATION = organization(
    account("data", ACCOUNT),
    keys={
        "administrators": ["role/Keys"],
        "users": ["role/App"],
        "purposes": {"fax": {"share_with": ["111111111111"]}},
    },
)
Started = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def started(tmp_path: Path) -> Started:
    """Runs the program with the purpose `fax` registered, in a folder with a configuration that speaks of it."""
    (tmp_path / "organization.yaml").write_text(text(CONFIGURATION), encoding="utf-8")

    def run(
        variant: str, *arguments: str, variables: Mapping[str, str] = os.environ
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "tests.made_up", variant, *arguments],
            cwd=tmp_path,
            env={**variables, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )

    return run


def test_its_keys_are_checked_proven_and_written(started: Started, tmp_path: Path) -> None:
    checked = started("whole", "check")
    assert checked.returncode == 0, checked.stderr
    assert f"{2 * (len(EVERYWHERE) + 1)} keys" in checked.stdout
    proven = json.loads(started("whole", "prove", "--purpose", "fax", "--format", "json").stdout)
    verdicts = {each["property"]: each["verdict"] for each in proven["verdicts"]}
    assert set(verdicts.values()) == {"holds"}
    assert {"services-only-for-this-account", "account-uses-the-service", "shared-accounts-only-use"} <= set(verdicts)
    assert started("whole", "synth").returncode == 0
    [stack] = (json.loads(path.read_text("utf-8")) for path in tmp_path.glob("cdktf.out/stacks/*/cdk.tf.json"))
    assert "fax_us_east_1" in stack["resource"]["aws_kms_key"]


def test_its_policy_is_made_of_its_entry(started: Started) -> None:
    shown = json.loads(started("whole", "policy", "show", "data", "eu-west-2", "fax").stdout)
    sids = [statement["Sid"] for statement in shown["Statement"]]
    assert {"AccountUsesTheKeyThroughSqs", "AccountUsesTheKeyThroughLambda", "S3SendsToQueues"} <= set(sids)
    [shared] = [s for s in shown["Statement"] if s["Sid"].startswith("Shared")]  # no grants
    assert shared["Action"] == ["kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey*"]


def test_its_keys_are_probed(started: Started) -> None:
    """In the embedded AWS, where keys with the policies of all purposes are made by hand."""
    without_fax = {name: section for name, section in CONFIGURATION.items() if name != "keys"}
    with embedded_aws(configuration(text(without_fax)).organization) as variables:
        kms = Embedded(variables["AWS_ENDPOINT_URL"], variables).client("kms", ACCOUNT, "eu-west-2")
        here = inventory(text(without_fax)).stacks[0].keys[: len(EVERYWHERE)]
        policies = {key.purpose: key.policy.render() for key in here}
        policies["fax"] = started("whole", "policy", "show", "data", "eu-west-2", "fax").stdout
        for purpose, policy in policies.items():
            made = kms.create_key(Policy=policy)["KeyMetadata"]["KeyId"]
            kms.create_alias(AliasName=f"alias/baseline/{purpose}", TargetKeyId=made)
        done = started("whole", "probe", "data", "eu-west-2", "--yes", variables={**os.environ, **variables})
    assert done.returncode == 0, done.stdout + done.stderr
    assert "find the key by its alias" in done.stdout


@pytest.mark.parametrize("command", ["synth", "check", "prove", "lock"])
def test_without_an_expectation_it_is_refused_and_nothing_is_written(
    started: Started, tmp_path: Path, command: str
) -> None:
    done = started("without an expectation", command)
    assert (done.returncode, done.stdout) == (1, "")
    assert "error: nothing can be proven of keys for `fax`: nobody has said what must hold of them\n" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["organization.yaml"]


@pytest.mark.parametrize("variant", ["unfenced and so expected", "unfenced"])
def test_a_service_of_it_that_decrypts_for_anybody_does_not_pass(started: Started, variant: str) -> None:
    done = started(variant, "check")
    assert done.returncode == 1
    assert "data / eu-west-2 / fax: services-only-for-this-account: fails\n" in done.stderr
    assert 'allowed directly by statement "S3SendsToQueues"' in done.stderr
