"""`verify` finds nothing after any of the deployments: with every feature, changed, switched off, keys retired."""

from tests.deployed.configurations import CHANGED, OFF, ON, ON_AGAIN, RETIRED
from tests.deployed.deployment import Deployment


def nothing_is_found(deployed: Deployment, configuration: str) -> None:
    (deployed.folder / "organization.yaml").write_text(configuration, encoding="utf-8")
    done = deployed.run("verify")
    assert (done.returncode, done.stdout) == (0, ""), done.stdout
    assert "0 findings" in done.stderr


def test_with_every_feature_nothing_is_found(switched_on: Deployment) -> None:
    nothing_is_found(switched_on, ON)


def test_after_a_change_nothing_is_found(changed: Deployment) -> None:
    nothing_is_found(changed, CHANGED)


def test_of_features_that_are_off_and_keys_that_are_retired_nothing_is_found(switched_off: Deployment) -> None:
    nothing_is_found(switched_off, OFF + RETIRED)


def test_of_features_that_came_back_nothing_is_found(switched_on_again: Deployment) -> None:
    nothing_is_found(switched_on_again, ON_AGAIN)
