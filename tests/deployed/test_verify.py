"""`verify` finds nothing after any of the deployments: with every feature, changed, switched off, keys retired."""

from tests.deployed.deployment import Deployment


def nothing_is_found(deployed: Deployment) -> None:
    done = deployed.run("verify")
    assert (done.returncode, done.stdout) == (0, ""), done.stdout
    assert "0 findings" in done.stderr


def test_with_every_feature_nothing_is_found(switched_on: Deployment) -> None:
    nothing_is_found(switched_on)


def test_after_a_change_nothing_is_found(changed: Deployment) -> None:
    nothing_is_found(changed)


def test_of_features_that_are_off_and_keys_that_are_retired_nothing_is_found(switched_off: Deployment) -> None:
    nothing_is_found(switched_off)


def test_of_features_that_came_back_nothing_is_found(switched_on_again: Deployment) -> None:
    nothing_is_found(switched_on_again)
