"""`kms-baseline lock --forget-undeployed`: a mistyped account ID is not for ever, and no deployed key is forgotten."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.cloud.records import StateVersion, Workspace
from sandbox.cloud.server import Cloud
from sandbox.cloud.terraform import Workers
from tests import forked
from tests.conftest import COMMAND
from tests.drift.made import made
from tests.embedded import Embedded
from tests.terminal import typed

DATA, MISTYPED, MEANT, REGION = "222222222222", "999999999999", "333333333333", "eu-west-2"
TEXT = f"""\
version: 1
organization: {{home_region: {REGION}, regions: [{REGION}]}}
accounts:
  - {{name: data, id: "{DATA}"}}
"""
WRONG = TEXT + f'  - {{name: web, id: "{MISTYPED}"}}\n'
RIGHT = TEXT + f'  - {{name: web, id: "{MEANT}"}}\n'
BUCKET = "states-of-keys"
S3 = f"deployment: {{backend: {{type: s3, bucket: {BUCKET}, region: {REGION}}}}}\n"


@pytest.fixture(scope="module")
def aws() -> Iterator[Embedded]:
    with made(TEXT) as (_, aws):
        s3 = aws.client("s3", None, REGION)
        s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
        yield aws


class Project:
    """A folder with a configuration, and the embedded AWS."""

    def __init__(self, folder: Path, aws: Embedded) -> None:
        self.folder, self.aws = folder, aws
        self.lock = folder / "organization.lock.json"
        self.more: dict[str, str] = {}

    def write(self, text: str) -> None:
        (self.folder / "organization.yaml").write_text(text, encoding="utf-8")

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        done = forked.run([str(COMMAND), *arguments], self.folder, self.aws.variables | self.more, 120)
        assert "Traceback" not in done.stderr
        return done

    def recorded(self, text: str) -> str:
        """The lock of a configuration, as it is written then."""
        self.write(text)
        assert self.run("lock").returncode == 0
        return self.lock.read_text(encoding="utf-8")

    def state(self, stack: str, *purposes: str) -> None:
        path = self.folder / "state" / f"{stack}.tfstate"
        path.parent.mkdir(exist_ok=True, parents=True)
        path.write_text(state_with(*purposes), encoding="utf-8")

    def forget(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return self.run("lock", "--forget-undeployed", *arguments)

    def refused(self, before: str) -> str:
        """What a refusal says, which writes nothing."""
        done = self.forget("--yes")
        assert done.returncode == 1
        assert self.lock.read_text(encoding="utf-8") == before
        return done.stdout + done.stderr


def state_with(*purposes: str) -> str:
    resources = [{"mode": "managed", "type": "aws_kms_key", "name": f"{purpose}_eu_west_2"} for purpose in purposes]
    return json.dumps({"version": 4, "resources": resources})


@pytest.fixture
def project(tmp_path: Path, aws: Embedded) -> Project:
    return Project(tmp_path, aws)


def test_an_id_that_was_mistyped_leaves_the_lock(project: Project) -> None:
    before = project.recorded(WRONG)
    project.state("data", "sns", "ebs", "logs")
    project.write(RIGHT)
    check = project.run("check")
    assert check.returncode == 1
    assert "lock --forget-undeployed" in check.stderr
    assert "git checkout" in check.stderr
    shown = project.forget("--dry-run")
    assert shown.returncode == 0
    assert shown.stdout.count("never deployed") == 3
    assert "3 keys would leave the lock" in shown.stderr
    assert project.lock.read_text(encoding="utf-8") == before
    done = project.forget("--yes")
    assert (done.returncode, MISTYPED in project.lock.read_text(encoding="utf-8")) == (0, False)
    assert DATA in project.lock.read_text(encoding="utf-8")
    assert project.run("lock").returncode == 0
    again = project.forget("--yes")
    assert (again.returncode, again.stderr) == (
        0,
        "the configuration has or retires every key of organization.lock.json: nothing to forget\n",
    )


def test_where_no_state_is_and_the_account_cannot_be_entered_nothing_is_known(project: Project) -> None:
    before = project.recorded(WRONG)
    project.write(RIGHT)
    said = project.refused(before)
    assert "not known" in said
    assert "no stack of the lock has a state here" in said


def test_what_aws_has_stays(project: Project) -> None:
    """Also where its alias and its state are gone; and in another region, where AWS has none, it is forgotten."""
    project.recorded(WRONG.replace(f"regions: [{REGION}]", f"regions: [{REGION}, us-east-1]"))
    project.write(TEXT.replace("data", "other").replace(DATA, MEANT))
    shown = project.forget("--dry-run").stdout.splitlines()
    of_data = {
        (line.split()[2], "never deployed" in line, "AWS has it" in line) for line in shown if f" {DATA} " in line
    }
    assert of_data == {(REGION, False, True), ("us-east-1", True, False)}


def test_what_a_state_has_stays(project: Project) -> None:
    """Also one that was put aside for another layout."""
    before = project.recorded(WRONG)
    project.state("web", "sns", "ebs", "logs")
    project.write(TEXT)
    said = project.refused(before)
    assert said.count("the state of web has it") == 3
    assert "every key was deployed" in said
    (project.folder / "state" / "web.tfstate").unlink()
    project.state("layout-account-region/web-eu-west-2", "sns")
    project.state("data")
    assert project.forget("--yes").returncode == 0
    assert f'{{"account_id": "{MISTYPED}", "region": "{REGION}", "purposes": ["sns"]' in project.lock.read_text()


def test_what_was_retired_stays(project: Project) -> None:
    """Terraform forgot it, so no state has it."""
    project.recorded(WRONG)
    project.state("data", "sns")
    before = project.recorded(TEXT + f'retired: [{{account: "{MISTYPED}", then: keep}}]\n')
    project.write(TEXT)
    assert "the lock says that it was retired" in project.refused(before)


def test_states_in_s3_are_asked(project: Project) -> None:
    s3 = project.aws.client("s3", None, REGION)
    before = project.recorded(S3 + WRONG)
    project.write(S3 + RIGHT)
    assert "no stack of the lock has a state here" in project.refused(before)
    s3.put_object(Bucket=BUCKET, Key="baseline/data.tfstate", Body=state_with("sns"))
    project.write(S3.replace(f"region: {REGION}", f"region: {REGION}, role: arn:aws:iam::{DATA}:role/nobody") + RIGHT)
    assert "asking AWS about s3://states-of-keys/baseline/web.tfstate" in project.refused(before)
    project.write(S3 + RIGHT)
    s3.put_object(Bucket=BUCKET, Key="baseline/web.tfstate", Body=b"{}")
    assert "the state of web cannot be read" in project.refused(before)
    s3.put_object(Bucket=BUCKET, Key="baseline/web.tfstate", Body=state_with("logs"))
    assert "the state of web has it" in project.forget("--dry-run").stdout
    s3.delete_object(Bucket=BUCKET, Key="baseline/web.tfstate")
    assert project.forget("--yes").returncode == 0
    assert MISTYPED not in project.lock.read_text(encoding="utf-8")


def test_states_in_hcp_terraform_are_asked(project: Project, tmp_path: Path) -> None:
    """A workspace that the token may not see is none that is not there: only an owner's token knows that."""
    idle = Workers(terraform=Path("/nowhere"), terraform_version="1.11.4", environment={}, folder=tmp_path)
    with Cloud(idle, "example") as hcp:
        backend = f'deployment: {{backend: {{type: cloud, organization: example, hostname: "{hcp.hostname}"}}}}\n'
        before = project.recorded(backend + WRONG)
        project.write(backend + RIGHT)
        assert f"there is no token for {hcp.hostname}" in project.refused(before)
        add_state(hcp, "baseline-data", state_with("sns"))
        project.more = hcp.environment({}, "write")
        said = project.refused(before)
        assert "has no organizations/example/workspaces/baseline-web, or the token may not do that" in said
        assert hcp.gate.tokens["write"] not in said
        project.more = hcp.environment({}, "admin")
        assert project.forget("--dry-run").stdout.count("never deployed") == 3
        add_state(hcp, "baseline-web", state_with("logs"))
        assert "the state of web has it" in project.forget("--dry-run").stdout
        hcp.workspace("baseline-web").states.clear()
        assert project.forget("--yes").returncode == 0
    assert MISTYPED not in project.lock.read_text(encoding="utf-8")


def add_state(hcp: Cloud, name: str, text: str) -> None:
    """A workspace with a state."""
    with hcp.store.changed:
        workspace = Workspace(
            name=name,
            project=hcp.store.projects[0],
            execution_mode="remote",
            structured=True,
            terraform_version="1.11.4",
        )
        hcp.store.workspaces.append(workspace)
        state = StateVersion(workspace=workspace, serial=1, lineage="")
        workspace.states.append(state)
        hcp.store.upload(state, text.encode())


def test_it_asks_before_it_writes(project: Project) -> None:
    before = project.recorded(WRONG)
    project.state("data", "sns", "ebs", "logs")
    project.write(RIGHT)
    done = project.forget()
    assert (done.returncode, "there is no terminal to ask on" in done.stderr) == (2, True)
    command = [str(COMMAND), "lock", "--forget-undeployed"]
    code, shown = typed(command, project.folder, project.aws.variables, "Forget 3 keys", "n\n", bool)
    assert (code, "the question was declined" in shown) == (1, True)
    assert project.lock.read_text(encoding="utf-8") == before
    assert project.run("lock", "--yes").returncode == 2
    assert project.forget("--check").returncode == 2
