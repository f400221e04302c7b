"""An organization that version 0.1.0 deployed: what this version would change of it, by the real Terraform.

`from_0_1_0/` holds its configuration, its lock, and the stack as 0.1.0 exported it, with every feature on.
"""

import json
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from deployment.binaries import Terraform
from deployment.mirror import Mirror
from tests.conftest import COMMAND, ROOT
from tests.embedded import Embedded, embedded

FORMER = ROOT / "tests" / "upgrades" / "from_0_1_0"
ACCOUNT, REGION = "033333333333", "eu-west-2"
STACK = Path("cdktf.out") / "stacks" / "data"
MAY_PASS_EVERY_ROLE = "aws_iam_role_policy_attachment.backup_for_restores_eu_west_2"
SWITCH = "aws_config_configuration_recorder_status.config_recorder_eu_west_2"
POLICIES = {"aws_kms_key", "aws_ssm_document", "aws_config_remediation_configuration"}


class Upgrade:
    """A folder that 0.1.0 worked in, and the AWS that it deployed to."""

    def __init__(self, folder: Path, aws: Embedded, terraform: Terraform) -> None:
        self.folder, self.aws, self.binary = folder, aws, str(terraform.path)
        for name in ("organization.yaml", "organization.lock.json"):
            shutil.copy(FORMER / name, folder)
        former = json.loads((FORMER / "data.tf.json").read_text(encoding="utf-8"))
        former["terraform"]["backend"] = {"local": {"path": "../state/data.tfstate"}}
        (folder / "former").mkdir()
        (folder / "former" / "main.tf.json").write_text(json.dumps(former), encoding="utf-8")
        self.terraform("former", "init", "-input=false")
        self.terraform("former", "apply", "-auto-approve", "-input=false")
        self.keys = self.key_ids()

    def run(self, *command: str, folder: Path | str = ".") -> str:
        done = subprocess.run(
            command,
            cwd=self.folder / folder,
            env=self.aws.variables | {"CHECKPOINT_DISABLE": "1"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def terraform(self, folder: Path | str, *arguments: str) -> str:
        return self.run(self.binary, *arguments, "-no-color", folder=folder)

    def plan(self) -> Mapping[str, tuple[str, ...]]:
        """What would be done to each resource of the stack, by address; nothing is left out."""
        self.terraform(STACK, "init", "-input=false")
        self.terraform(STACK, "plan", "-input=false", "-out=plan")
        shown = json.loads(self.run(self.binary, "show", "-json", "plan", folder=STACK))
        actions = {change["address"]: tuple(change["change"]["actions"]) for change in shown["resource_changes"]}
        return {address: what for address, what in actions.items() if what != ("no-op",)}

    def key_ids(self) -> dict[str, Any]:
        """The key behind each alias."""
        listed = self.aws.client("kms", ACCOUNT, REGION).list_aliases()["Aliases"]
        return {alias["AliasName"]: alias["TargetKeyId"] for alias in listed if "/baseline/" in alias["AliasName"]}


@pytest.fixture(scope="module")
def upgrade(
    terraform: Terraform, provider_mirror: Mirror, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Upgrade]:
    folder = tmp_path_factory.mktemp("upgrade")
    text = (FORMER / "organization.yaml").read_text(encoding="utf-8")
    with embedded(text, provider_mirror, folder) as aws:
        yield Upgrade(folder, aws, terraform)


def test_the_plan_changes_policies_in_place_and_adds_and_replaces_nothing(upgrade: Upgrade) -> None:
    """Two lines are neither: the policy that may pass every role leaves the role that backs up, and the switch of a
    recorder that runs is left to whoever runs it. Neither holds data."""
    upgrade.run(str(COMMAND), "synth")
    plan = upgrade.plan()
    done = {what: {address for address, actions in plan.items() if actions == what} for what in set(plan.values())}
    assert done.pop(("delete",)) == {MAY_PASS_EVERY_ROLE}
    assert done.pop(("forget",)) == {SWITCH}
    assert {address.partition(".")[0] for address in done.pop(("update",))} == POLICIES
    assert done.pop(("create",)) == {
        "aws_backup_vault_policy.backup_eu_west_2",
        "aws_iam_role_policy_attachment.backup_for_s3_eu_west_2",
    }
    assert done == {}


def test_deployed_every_key_is_the_one_that_it_was_and_the_next_plan_is_empty(upgrade: Upgrade) -> None:
    upgrade.run(str(COMMAND), "deploy", "--yes")
    assert upgrade.key_ids() == upgrade.keys
    assert len(upgrade.keys) == 5
    kms = upgrade.aws.client("kms", ACCOUNT, REGION)
    assert {kms.describe_key(KeyId=key)["KeyMetadata"]["KeyState"] for key in upgrade.keys.values()} == {"Enabled"}
    config = upgrade.aws.client("config", ACCOUNT, REGION)
    assert config.describe_configuration_recorder_status()["ConfigurationRecordersStatus"][0]["recording"] is True
    assert upgrade.plan() == {}
