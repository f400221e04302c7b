"""The stages of the one deployment that these tests look at. Each deploys the next configuration.

A test asks for the stage that it looks at; tests/conftest.py runs them in the order of the stages. What a test makes
beside the deployment it may leave, unless the next stage would take it for its own.
"""

import subprocess
from collections.abc import Iterator

import pytest

from deployment.mirror import Mirror
from sandbox.pages import ask
from tests.deployed import configurations
from tests.deployed.deployment import REGIONS, Deployment, deployment, trail_bucket


@pytest.fixture(scope="session")
def nothing_deployed(provider_mirror: Mirror, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    with deployment(configurations.ON, provider_mirror, tmp_path_factory) as running:
        yield running


@pytest.fixture(scope="session")
def bucket_taken(nothing_deployed: Deployment) -> subprocess.CompletedProcess[str]:
    """A deployment that fails in one place: another account has the trail's bucket. All of AWS shares the names."""
    name = trail_bucket("data")
    s3 = nothing_deployed.client("s3", "payer", REGIONS[0])
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGIONS[0]})
    ask(nothing_deployed.aws.url, "DELETE", "/sandbox/calls")  # what tests called before is no deployment's
    failed = nothing_deployed.deploy(configurations.ON, "--yes", "--account", "data")
    s3.delete_bucket(Bucket=name)
    return failed


@pytest.fixture(scope="session")
def switched_on(nothing_deployed: Deployment, bucket_taken: subprocess.CompletedProcess[str]) -> Deployment:
    return nothing_deployed.deployed(configurations.ON)


@pytest.fixture(scope="session")
def changed(switched_on: Deployment) -> Deployment:
    return switched_on.deployed(configurations.CHANGED)


@pytest.fixture(scope="session")
def switched_off(changed: Deployment) -> Deployment:
    return changed.deployed(configurations.OFF + configurations.RETIRED)


@pytest.fixture(scope="session")
def switched_on_again(switched_off: Deployment) -> Deployment:
    return switched_off.deployed(configurations.ON_AGAIN)
