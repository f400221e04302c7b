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
DELETED = f"  - {{account: trial, region: {REGION}, purpose: ebs, then: schedule_deletion}}\n"


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


def test_a_region_that_left_and_a_disabled_key_come_back_as_they_were(deployed: Regions) -> None:
    """The region's keys are forgotten and imported again, the disabled one is changed in place: no key is made."""
    keys, key_id = deployed.keys(), deployed.trial.key_of("ebs")
    numbers, shown = deployed.deploy(ONE + "retired:\n" + LEFT + DISABLED)
    assert numbers == [0, 0, 1, 0, 0, 3 * len(EVERYWHERE)]
    assert "trial: disabled: eu-west-2 ebs" in shown
    assert deployed.keys() == keys | {key_id: "Disabled"}
    assert deployed.trial.kms.get_key_rotation_status(KeyId=key_id)["KeyRotationEnabled"]
    assert deployed.trial.deploy() == NOTHING
    numbers, shown = deployed.deploy(BOTH, "--take-over")
    assert numbers[:2] == [3 * len(EVERYWHERE), 0]
    assert "trial: enabled again: eu-west-2 ebs" in shown
    assert deployed.keys() == keys


def test_a_person_deletes_a_retired_key_and_terraform_does_not(deployed: Regions) -> None:
    """Until the 30 days are over it can come back, as the same key."""
    trial, keys, key_id = deployed.trial, deployed.keys(), deployed.trial.key_of("ebs")
    trial.kms.disable_key(KeyId=key_id)
    numbers, _ = deployed.deploy(BOTH + "retired:\n" + DELETED)
    assert numbers == [0, 0, 0, 0, 0, 3]
    assert deployed.keys() == keys | {key_id: "Disabled"}
    made, used, disabled = ((datetime.now(UTC) - timedelta(days=days)).isoformat() for days in (500, 60, 40))
    past = {"created": made, "last_used": used, "disabled": disabled}
    where = {"account_id": ACCOUNT_ID, "region": REGION, "key_id": key_id}
    ask(trial.aws.url, "POST", "/sandbox/key-history", json.dumps(where | past))
    iam = trial.aws.client("iam", ACCOUNT_ID, REGION)
    iam.create_user(UserName="ann")
    own = iam.create_access_key(UserName="ann")["AccessKey"]
    ann = {"AWS_ACCESS_KEY_ID": own["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": own["SecretAccessKey"]}
    command = [str(COMMAND), "retire", "trial", REGION, "ebs", "--execute"]
    code, shown = typed(command, trial.folder, trial.aws.variables | ann, "Type the key's ID", f"{key_id}\n")
    assert code == 0, shown
    assert deployed.keys() == keys | {key_id: "PendingDeletion"}
    (trial.folder / "organization.yaml").write_text(BOTH, encoding="utf-8")
    assert f"{key_id} (made " in trial.refused("--take-over")
    trial.kms.cancel_key_deletion(KeyId=key_id)
    trial.kms.enable_key(KeyId=key_id)
    assert deployed.deploy(BOTH, "--take-over")[0][:2] == [3, 0]
    assert deployed.keys() == keys
    assert trial.deploy() == NOTHING
