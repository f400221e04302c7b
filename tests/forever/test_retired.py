"""A key that its owner retires is disabled, forgotten or deleted as he said, and comes back as the same key."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from deployment.mirror import Mirror
from sandbox.pages import ask
from tests.conftest import COMMAND, EVERYWHERE
from tests.forever.world import ACCOUNT_ID, NOTHING, REGION, World, world
from tests.terminal import typed

OTHER = "us-east-1"
BOTH = f"""\
version: 1
organization: {{home_region: {REGION}, regions: [{REGION}, {OTHER}]}}
accounts:
  - {{name: trial, id: "{ACCOUNT_ID}"}}
"""
ONE = BOTH.replace(f", {OTHER}", "")
LEFT = f"  - {{account: trial, region: {OTHER}, then: keep}}\n"
DISABLED = f"  - {{account: trial, region: {REGION}, purpose: ebs, then: disable}}\n"
DELETED = f"  - {{account: trial, region: {REGION}, purpose: logs, then: schedule_deletion}}\n"


class Regions:
    """The world of one account in two regions."""

    def __init__(self, trial: World) -> None:
        self.trial = trial
        self.other = trial.aws.client("kms", ACCOUNT_ID, OTHER)

    def deploy(self, text: str, *arguments: str) -> tuple[list[int], str]:
        """Deploy a configuration; the numbers of the table, and all that is shown."""
        (self.trial.folder / "organization.yaml").write_text(text, encoding="utf-8")
        done = self.trial.run("deploy", "--yes", *arguments)
        assert done.returncode == 0, done.stderr
        return [int(number) for number in done.stdout.splitlines()[1].split()[1:]], done.stdout

    def keys(self) -> dict[str, str]:
        """Every key of both regions with its state."""
        ids = [key["KeyId"] for key in self.other.list_keys()["Keys"]]
        metadata = [self.other.describe_key(KeyId=id)["KeyMetadata"] for id in ids]
        return self.trial.keys() | {m["KeyId"]: m["KeyState"] for m in metadata if m["KeyManager"] == "CUSTOMER"}


@pytest.fixture(scope="module")
def deployed(provider_mirror: Mirror, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Regions]:
    """Keys that nobody has retired yet."""
    with world(provider_mirror, tmp_path_factory) as trial:
        regions = Regions(trial)
        regions.deploy(BOTH)
        yield regions


def test_what_is_retired_comes_back_as_the_same_keys(deployed: Regions) -> None:
    """A region's keys are forgotten and imported again, a disabled one is changed in place, one is a person's to delete."""
    trial, keys = deployed.trial, deployed.keys()
    disabled, deleted = trial.key_of("ebs"), trial.key_of("logs")
    trial.kms.disable_key(KeyId=deleted)
    numbers, shown = deployed.deploy(ONE + "retired:\n" + LEFT + DISABLED + DELETED)
    assert numbers == [0, 0, 1, 0, 0, 3 * len(EVERYWHERE) + 3]
    assert "trial: disabled: eu-west-2 ebs" in shown
    assert deployed.keys() == keys | {disabled: "Disabled", deleted: "Disabled"}
    assert trial.kms.get_key_rotation_status(KeyId=disabled)["KeyRotationEnabled"]
    assert trial.deploy() == NOTHING

    deletes(trial, deleted)
    assert deployed.keys() == keys | {disabled: "Disabled", deleted: "PendingDeletion"}
    (trial.folder / "organization.yaml").write_text(BOTH, encoding="utf-8")
    assert f"{deleted} (made " in trial.refused("--take-over")

    trial.kms.cancel_key_deletion(KeyId=deleted)
    trial.kms.enable_key(KeyId=deleted)
    by_hand = trial.calls("kms", "EnableKey")
    numbers, shown = deployed.deploy(BOTH, "--take-over")
    assert trial.calls("kms", "EnableKey") == by_hand + 1
    assert numbers[:2] == [3 * len(EVERYWHERE) + 3, 0]
    assert "trial: enabled again: eu-west-2 ebs" in shown
    assert deployed.keys() == keys
    assert trial.deploy() == NOTHING


def deletes(trial: World, key_id: str) -> None:
    """A person deletes a key that nobody used for long, which Terraform never does."""
    made, used, disabled = ((datetime.now(UTC) - timedelta(days=days)).isoformat() for days in (500, 60, 40))
    past = {"created": made, "last_used": used, "disabled": disabled}
    where = {"account_id": ACCOUNT_ID, "region": REGION, "key_id": key_id}
    ask(trial.aws.url, "POST", "/sandbox/key-history", json.dumps(where | past))
    iam = trial.aws.client("iam", ACCOUNT_ID, REGION)
    iam.create_user(UserName="ann")
    own = iam.create_access_key(UserName="ann")["AccessKey"]
    ann = {"AWS_ACCESS_KEY_ID": own["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": own["SecretAccessKey"]}
    command = [str(COMMAND), "retire", "trial", REGION, "logs", "--execute"]
    code, shown = typed(command, trial.folder, trial.aws.variables | ann, "Type the key's ID", f"{key_id}\n")
    assert code == 0, shown
