"""A key that its owner retires is disabled, forgotten or deleted as he said, and comes back as the same key."""

from collections.abc import Iterator

import pytest

from deployment.mirror import Mirror
from tests.forever.world import NOTHING, World, world

DISABLED = "retired:\n  - {account: trial, purpose: ebs, then: disable}\n"


@pytest.fixture(scope="module")
def deployed(provider_mirror: Mirror, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Keys that nobody has retired yet."""
    with world(provider_mirror, tmp_path_factory) as trial:
        trial.deploy()
        yield trial


def test_a_key_is_disabled_in_place_and_enabled_again(deployed: World) -> None:
    keys, key_id = deployed.keys(), deployed.key_of("ebs")
    deployed.configure(DISABLED)
    done = deployed.run("deploy", "--yes")
    assert done.returncode == 0, done.stderr
    assert "trial: disabled: eu-west-2 ebs" in done.stdout
    assert deployed.keys() == keys | {key_id: "Disabled"}
    assert deployed.kms.get_key_rotation_status(KeyId=key_id)["KeyRotationEnabled"]
    assert deployed.deploy() == NOTHING
    deployed.kms.schedule_key_deletion(KeyId=key_id)
    said = deployed.refused()
    assert "cancel-key-deletion" in said
    assert "enable-key" not in said
    deployed.kms.cancel_key_deletion(KeyId=key_id)
    deployed.configure()
    done = deployed.run("deploy", "--yes")
    assert "trial: enabled again: eu-west-2 ebs" in done.stdout
    assert deployed.keys() == keys
    deployed.assert_settled()
