"""`make quick` runs every test but those that have the fixture `terraform`, and no other test can run Terraform."""

from pathlib import Path

import pytest

from deployment.binaries import Terraform
from tests.conftest import NO_TERRAFORM, SAMPLE, Run

ASK = "a test that runs Terraform asks for the fixture `terraform`"


def test_who_does_not_ask_for_terraform_finds_one_that_refuses(run: Run, tmp_path: Path) -> None:
    (tmp_path / "organization.yaml").write_bytes(SAMPLE.read_bytes())
    done = run("deploy", "--yes")
    assert (done.returncode, done.stdout) == (3, "")
    assert ASK in done.stderr


def test_who_asks_for_it_is_marked_and_has_the_real_one(request: pytest.FixtureRequest, terraform: Terraform) -> None:
    assert request.node.get_closest_marker("terraform")
    assert terraform.path.parent != NO_TERRAFORM


@pytest.mark.usefixtures("provider_mirror")
def test_who_asks_for_what_needs_it_is_marked(request: pytest.FixtureRequest) -> None:
    assert request.node.get_closest_marker("terraform")
