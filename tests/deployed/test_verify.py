"""`verify` finds nothing after any of the deployments: with every feature, changed, switched off, keys retired."""

import pytest

from tests.deployed.deployment import Deployment


@pytest.mark.parametrize("stage", ["switched_on", "changed", "switched_off", "switched_on_again"])
def test_nothing_is_found_after_a_deployment(stage: str, request: pytest.FixtureRequest) -> None:
    deployed: Deployment = request.getfixturevalue(stage)
    done = deployed.run("verify")
    assert (done.returncode, done.stdout) == (0, ""), done.stdout
    assert "0 findings" in done.stderr
