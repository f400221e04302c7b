"""No crash, lost state, stray alias or hand makes a key a second time, through the real Terraform and its provider."""

import json
from collections.abc import Iterator

import pytest

from deployment.mirror import Mirror
from tests.conftest import EVERYWHERE
from tests.forever.world import NOTHING, World, table, world

STRANGERS = 1
"""Keys of somebody else in the account."""


@pytest.fixture(scope="module")
def refused(provider_mirror: Mirror, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A first deployment that finds an alias of its own at a key of somebody else."""
    with world(provider_mirror, tmp_path_factory) as trial:
        own = trial.kms.create_key()["KeyMetadata"]["KeyId"]
        trial.kms.create_alias(AliasName="alias/baseline/sns", TargetKeyId=own)
        said = trial.refused()
        assert f"alias/baseline/sns is at the key {own}, which does not have the tags of this key" in said
        yield trial


@pytest.fixture(scope="module")
def killed(refused: World) -> World:
    """The next one, whose Terraform is killed when two keys are made, and which the state does not know."""
    assert len(refused.keys()) == STRANGERS
    refused.kms.delete_alias(AliasName="alias/baseline/sns")
    refused.killed_at("CreateKey", 2)
    return refused


def test_the_same_command_finishes_after_terraform_was_killed_and_an_answer_was_lost(killed: World) -> None:
    keys = set(killed.keys())
    orphans = len(keys) - STRANGERS
    assert 2 <= orphans <= len(EVERYWHERE)
    killed.fault("CreateAlias", "lost-answer")
    lost = killed.run("deploy", "--yes")
    assert lost.returncode == 3
    imported, created, *rest = table(lost.stdout)
    assert (imported, created, rest[1:]) == (orphans, 3 * len(EVERYWHERE) - orphans, [0, 0, 0])
    assert killed.deploy()[0] == 1
    assert keys <= set(killed.keys())
    killed.assert_whole(STRANGERS)


@pytest.fixture
def deployed(killed: World) -> World:
    """Keys whose state is known. What each of these tests deploys is exactly what the one before it left to do: nothing."""
    if not killed.is_known():
        killed.deploy()
    return killed


def test_with_a_lost_state_nothing_is_made_until_the_owner_says_so(deployed: World) -> None:
    deployed.state.unlink()
    said = deployed.refused()
    for purpose in EVERYWHERE:
        assert f"trial eu-west-2 {purpose}: {deployed.key_of(purpose)}" in said
    assert "kms-baseline deploy --take-over" in said
    imported, created, _, *lost = deployed.deploy("--take-over")
    assert (imported, created, lost) == (3 * len(EVERYWHERE), 0, [0, 0, 0])
    deployed.assert_whole(STRANGERS)


def test_keys_that_wait_for_their_deletion_or_were_disabled_are_neither_replaced_nor_enabled(deployed: World) -> None:
    waiting, disabled = deployed.key_of("sns"), deployed.key_of("ebs")
    deployed.kms.schedule_key_deletion(KeyId=waiting, PendingWindowInDays=7)
    deployed.kms.disable_key(KeyId=disabled)
    said = deployed.refused()
    assert f"trial eu-west-2 sns: the key {waiting} waits for its deletion on 20" in said
    for command in ("cancel-key-deletion", "enable-key"):
        assert f"aws kms {command} --region eu-west-2 --key-id {waiting}" in said
    assert f"trial eu-west-2 ebs: somebody disabled the key {disabled}" in said
    deployed.kms.cancel_key_deletion(KeyId=waiting)
    for key_id in (waiting, disabled):
        deployed.kms.enable_key(KeyId=key_id)
    assert (deployed.key_of("sns"), deployed.key_of("ebs")) == (waiting, disabled)
    deployed.assert_whole(STRANGERS)


def test_keys_that_two_interrupts_left_tainted_are_looked_at_and_untainted(deployed: World) -> None:
    """What a second Ctrl-C leaves: keys in the state, marked as tainted."""
    state = json.loads(deployed.state.read_text())
    for resource in state["resources"]:
        if resource["type"] == "aws_kms_key":
            resource["instances"][0]["status"] = "tainted"
    deployed.state.write_text(json.dumps(state))
    keys, tainted = deployed.keys(), deployed.state.read_text()
    dry = deployed.run("deploy", "--dry-run")
    assert dry.returncode == 1
    assert "a deployment untaints them first, and a dry run leaves the state as it is" in dry.stderr
    assert deployed.state.read_text() == tainted
    assert deployed.deploy() == NOTHING
    assert deployed.keys() == keys
    deployed.assert_whole(STRANGERS)
