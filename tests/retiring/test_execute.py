"""A person deletes a retired key: what stops it, what is asked, and what is left when the answer is no."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from tests.retiring.world import DATA, NOW, REGION, World, retired_world
from tests.terminal import INTERRUPT

SNS = ("data", REGION, "sns")


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with retired_world(tmp_path_factory) as world:
        for purpose in ("sns", "logs"):
            world.kms.disable_key(KeyId=world.key(purpose))
            world.rewrite(purpose, created=900, tracking_start=200, last_used=60, disabled=40)
        yield world


@pytest.fixture
def world(running: World) -> Iterator[World]:
    yield running
    running.mend()


def test_without_a_terminal_everything_is_checked_and_nothing_done(world: World) -> None:
    done = world.run("retire", *SNS, "--execute", "--dry-run", **world.ann)
    assert done.returncode == 0, done.stderr
    assert "Decrypt on " in done.stdout
    assert "state/data.tfstate, which is not here" in done.stderr
    assert done.stderr.endswith("dry run: nothing was done\n")
    assert world.state_of("sns") == "Disabled"


@pytest.mark.parametrize("answer", ["no\n", "alias/baseline/sns\n"])
def test_another_answer_than_the_keys_id_deletes_nothing(world: World, answer: str) -> None:
    code, shown = world.typed(answer, *SNS)
    assert code == 1
    assert "error: not deleted: that is not the key's ID" in shown
    assert world.state_of("sns") == "Disabled"


def test_an_interrupt_at_the_question_deletes_nothing(world: World) -> None:
    code, shown = world.typed(INTERRUPT, *SNS)
    assert code == 130
    assert shown.endswith("interrupted\n")
    assert world.state_of("sns") == "Disabled"


def test_the_deployment_role_deletes_no_key(world: World) -> None:
    session = world.session_of_the_deployment_role()
    done = world.run("retire", *SNS, "--execute", "--dry-run", **session)
    assert done.returncode == 1
    assert "is the deployment role, which deletes no key" in done.stderr


def test_credentials_of_another_account_are_told(world: World) -> None:
    done = world.run("retire", *SNS, "--execute", "--dry-run")
    assert done.returncode == 3
    assert f"the credentials are of the account 111111111111, and data {REGION} sns is in {DATA}" in done.stderr


def test_what_changes_while_the_question_waits_is_seen(world: World) -> None:
    """As somebody who enables the key, since it is needed."""
    code, shown = world.typed(world.key("logs") + "\n", "data", REGION, "logs", before=lambda: world.enable("logs"))
    assert code == 1
    assert "it is Enabled: disable it first" in shown
    assert world.state_of("logs") == "Enabled"


def test_where_cloudtrail_does_not_know_any_more_a_persons_word_is_asked_for(world: World) -> None:
    world.rewrite("sns", disabled=91)
    done = world.run("retire", *SNS, "--execute", "--dry-run", **world.ann)
    assert done.returncode == 1
    assert "nobody knows since when it is disabled" in done.stderr
    assert "--disabled-since" in done.stderr
    since = f"{NOW - timedelta(days=50):%Y-%m-%d}"
    said = world.run("retire", *SNS, "--execute", "--dry-run", "--disabled-since", since, **world.ann)
    assert said.returncode == 0, said.stderr
    assert f"{since} (your own word)" in said.stdout
    late = world.run("retire", *SNS, "--execute", "--dry-run", "--disabled-since", f"{NOW:%Y-%m-%d}", **world.ann)
    assert "and not for 30 days yet" in late.stderr
    world.rewrite("sns", disabled=40)


def test_a_key_that_was_enabled_since_counts_from_then_on(world: World) -> None:
    """A deletion that is cancelled leaves the key disabled, and nobody called DisableKey."""
    key_id = world.key("logs")
    world.enable("logs")
    world.kms.schedule_key_deletion(KeyId=key_id)
    world.kms.cancel_key_deletion(KeyId=key_id)
    assert world.state_of("logs") == "Disabled"
    shown = world.run("retire", "data", REGION, "logs").stdout
    assert "not known (CloudTrail's events of the last 90 days do not tell)" in shown
    assert "not to be deleted: nobody knows since when it is disabled" in shown


def test_everything_that_speaks_against_it_is_said_at_once(world: World) -> None:
    done = world.run("retire", "payer", REGION, "sns", "--execute", "--dry-run")
    assert done.returncode == 1
    for reason in (
        "its entry says `then: keep`, and not `then: schedule_deletion`",
        "it is Enabled: disable it first",
    ):
        assert f"  {reason}" in done.stderr
    assert "never, since it was made" in done.stdout  # what was found is shown all the same
    assert done.stdout.count("not to be deleted") == 0


def test_a_key_that_a_state_has_is_not_deleted(world: World) -> None:
    state = world.folder / "state" / "data.tfstate"
    state.parent.mkdir()
    try:
        for text, said in (
            (world.state_with("sns"), "state/data.tfstate still has it: run `kms-baseline deploy` first"),
            ("{", "state/data.tfstate cannot be read, and perhaps still has it"),
        ):
            state.write_text(text, encoding="utf-8")
            done = world.run("retire", *SNS, "--execute", "--dry-run", **world.ann)
            assert done.returncode == 1
            assert said in done.stderr
    finally:
        state.unlink()
        state.parent.rmdir()


def test_the_keys_id_deletes_it_in_30_days_and_it_can_be_cancelled(world: World) -> None:
    key_id = world.key("sns")
    code, shown = world.typed(key_id + "\n", *SNS)
    assert code == 0, shown
    assert world.state_of("sns") == "PendingDeletion"
    left = world.kms.describe_key(KeyId=key_id)["KeyMetadata"]["DeletionDate"] - NOW
    assert timedelta(days=29, hours=23) < left < timedelta(days=30, hours=1)
    assert f"{key_id} is deleted on " in shown
    for command in ("cancel-key-deletion", "enable-key"):
        assert f"aws kms {command} --region {REGION} --key-id {key_id}" in shown
    again = world.run("retire", *SNS, "--execute", "--dry-run", **world.ann)
    assert "it waits already for its deletion on " in again.stderr
    world.kms.cancel_key_deletion(KeyId=key_id)
    assert world.state_of("sns") == "Disabled"
