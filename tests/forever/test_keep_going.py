"""One account that cannot be entered does not stop the others."""

import json
from collections.abc import Iterator

import pytest

from deployment.mirror import Mirror
from tests.conftest import EVERYWHERE
from tests.embedded import embedded
from tests.forever.world import World

TWO = """\
version: 1
organization: {home_region: eu-west-2, regions: [eu-west-2]}
accounts:
  - {name: suspended, id: "111111111111"}
  - {name: trial, id: "222222222222"}
"""


@pytest.fixture(scope="module")
def one_suspended(provider_mirror: Mirror, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Two accounts; the role of one of them lets nobody in."""
    with embedded(TWO, provider_mirror, tmp_path_factory.mktemp("mirror")) as aws:
        nobody = {
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Deny", "Principal": "*", "Action": "sts:AssumeRole"}],
        }
        iam = aws.client("iam", "111111111111", "us-east-1")
        iam.update_assume_role_policy(RoleName="kms-baseline-deploy", PolicyDocument=json.dumps(nobody))
        made = World(tmp_path_factory.mktemp("world"), aws)
        (made.folder / "organization.yaml").write_text(TWO, encoding="utf-8")
        yield made


def test_where_the_first_fails_the_others_are_not_touched(one_suspended: World) -> None:
    done = one_suspended.run("deploy", "--yes", "--canary", "1", "--summary", "said.json")
    assert done.returncode == 3
    assert "1 of 1 stacks could not be planned; nothing was applied" in done.stderr
    assert not one_suspended.keys()
    said = json.loads((one_suspended.folder / "said.json").read_text())
    assert said["stacks"] == {"suspended": "not started", "trial": "not started"}
    assert "suspended: the role arn:aws:iam::111111111111:role/kms-baseline-deploy cannot be assumed" in said["error"]


def test_when_told_to_keep_going_the_others_are_deployed_and_the_exit_code_tells(one_suspended: World) -> None:
    done = one_suspended.run("deploy", "--yes", "--keep-going", "--summary", "said.md")
    assert done.returncode == 3
    assert "2 stacks: 1 not planned, 1 applied" in (one_suspended.folder / "said.md").read_text()
    outcomes = [line.split(maxsplit=1) for line in done.stdout.splitlines()]
    assert ["suspended", "not planned"] in outcomes
    assert ["trial", "applied"] in outcomes
    assert "suspended: the role arn:aws:iam::111111111111:role/kms-baseline-deploy cannot be assumed" in done.stderr
    assert f"trial: new keys: {', '.join(f'eu-west-2 {purpose}' for purpose in EVERYWHERE)}" in done.stdout
    assert len(one_suspended.keys()) == len(EVERYWHERE)
