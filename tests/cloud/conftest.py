"""One server for all of these tests; each has workspaces of its own."""

from collections.abc import Callable, Iterator

import pytest

from deployment.binaries import Terraform
from sandbox.cloud.records import Role
from sandbox.cloud.server import Cloud
from tests.cloud_server import Machine, cloud, machine


@pytest.fixture(scope="session")
def hcp(terraform: Terraform, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    """HCP Terraform on the loopback address, whose workers have no provider."""
    with cloud(terraform, tmp_path_factory.mktemp("cloud")) as running:
        yield running


@pytest.fixture
def machine_of(hcp: Cloud, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Machine]:
    """`machine_of(role)` is a machine with an empty folder and a token of that role."""

    def make(role: Role = "admin") -> Machine:
        return machine(hcp, tmp_path_factory.mktemp("machine"), role)

    return make
