"""`kms-baseline deploy` through HCP Terraform into an embedded AWS: no key is lost there either, and no token is shown."""

import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from baseline.errors import Exit
from deployment.binaries import Terraform
from deployment.mirror import VARIABLE, Mirror, provider_environment
from sandbox.cloud.calls import Refused
from sandbox.cloud.server import Cloud
from tests.cloud_server import ORGANIZATION, cloud, of_machine
from tests.embedded import Embedded, embedded

WORKSPACE = "baseline-data"
CONFIGURATION = """\
version: 1
organization: {{home_region: eu-west-2, regions: [eu-west-2]}}
deployment: {{backend: {{type: cloud, organization: {organization}, hostname: "{hostname}"}}}}
keys:
  purposes: {{s3: {s3}}}
{more}accounts:
  - {{name: data, id: "033333333333"}}
"""
CHANGED = "  exceptions: [{account: data, purpose: logs, rotation_period_days: 180}]\n"


@dataclass(frozen=True)
class World:
    """A folder with a configuration, an AWS and an HCP Terraform, whose workers alone get into that AWS by Terraform."""

    folder: Path
    aws: Embedded
    hcp: Cloud
    mirror: Mirror

    def run(self, *words: str, s3: bool = True, more: str = "") -> subprocess.CompletedProcess[str]:
        """A command by somebody who logged in; the token is in nothing that it leaves."""
        token, home = self.hcp.gate.tokens["admin"], self.folder.parent / "home"
        (home / ".terraform.d").mkdir(parents=True, exist_ok=True)
        login = {"credentials": {self.hcp.hostname: {"token": token}}}
        (home / ".terraform.d" / "credentials.tfrc.json").write_text(json.dumps(login))
        text = CONFIGURATION.format(
            organization=ORGANIZATION, hostname=self.hcp.hostname, s3=str(s3).lower(), more=more
        )
        (self.folder / "organization.yaml").write_text(text)
        trust = {name: value for name, value in self.hcp.environment({}).items() if name == "SSL_CERT_FILE"}
        own = {
            "HOME": str(home),
            VARIABLE: str(self.mirror.folder),
            "TF_CLI_CONFIG_FILE": "",
            "KMS_BASELINE_DEBUG": "1",
        }
        done = self.aws.run(self.folder, *words, **trust, **own)
        assert token not in done.stdout + done.stderr
        files = [path for path in self.folder.rglob("*") if path.is_file() and "providers" not in path.parts]
        assert [path for path in files if token.encode() in path.read_bytes()] == []
        return done

    def keys(self) -> list[str]:
        """The states of the account's keys."""
        kms = self.aws.client("kms", "033333333333", "eu-west-2")
        keys = [kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"] for key in kms.list_keys()["Keys"]]
        return [key["KeyState"] for key in keys if key["KeyManager"] == "CUSTOMER"]


@pytest.fixture(scope="module")
def world(terraform: Terraform, provider_mirror: Mirror, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("deployed")
    (folder / "files").mkdir()
    text = CONFIGURATION.format(organization=ORGANIZATION, hostname="127.0.0.1:1", s3="true", more="")
    (workers := folder / "workers").mkdir()
    of_workers = provider_environment(provider_mirror, workers, of_machine())
    with embedded(text, provider_mirror, folder) as aws, cloud(terraform, workers, of_workers) as hcp:
        hcp.give("embedded AWS", {name: value for name, value in aws.variables.items() if name.startswith("AWS_")})
        yield World(folder / "files", aws, hcp, provider_mirror)


def test_an_export_is_applied_by_the_api(world: World) -> None:
    """In a workspace that the program made, and from no other folder than the export of today."""
    for words in (("workspaces", "apply", "--yes"), ("export", "export"), ("workspaces", "run", "export", "--yes")):
        done = world.run(*words)
        assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[1].split() == ["data", "0", "12", "0", "0", "0", "0"]
    assert done.stdout.splitlines()[-1].split() == ["data", "applied"]
    assert world.keys() == ["Enabled"] * 4
    stale = world.run("workspaces", "run", "export", "--yes", more=CHANGED)
    assert stale.returncode == Exit.REFUSED
    assert "export is not what the configuration yields" in stale.stderr


def test_a_login_is_enough_to_deploy(world: World) -> None:
    done = world.run("deploy", "--yes", more=CHANGED)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[1].split() == ["data", "0", "0", "1", "0", "0", "0"]
    assert [run.status for run in world.hcp.runs(WORKSPACE)] == ["applied", "applied"]


def test_a_workspace_whose_name_is_too_long_is_told_before_anything_is_planned(world: World, tmp_path: Path) -> None:
    text = CONFIGURATION.format(organization=ORGANIZATION, hostname=world.hcp.hostname, s3="false", more="")
    long = text.replace(f'"{world.hcp.hostname}"', f'"{world.hcp.hostname}", prefix: {"p" * 64}').replace(
        "data", "d" * 30
    )
    (tmp_path / "organization.yaml").write_text(long)
    done = world.aws.run(tmp_path, "deploy", "--dry-run")
    assert done.returncode == Exit.WRITTEN_WRONG
    assert "would have a name of 95 characters, and HCP Terraform takes 90" in done.stderr
    assert not (tmp_path / "logs").exists()


@pytest.mark.parametrize("words", [("deploy", "--yes"), ("workspaces", "run", "export", "--yes")])
def test_a_plan_that_would_lose_a_key_can_be_confirmed_by_nobody(world: World, words: tuple[str, ...]) -> None:
    """The lock is lost and the configuration no longer has the key, so that only the plan shows it."""
    (world.folder / "organization.lock.json").unlink()
    if words[0] == "workspaces":
        assert world.run("export", "export", s3=False).returncode == 0
    done = world.run(*words, s3=False)
    assert done.returncode == Exit.REFUSED, done.stderr
    assert "the plan would lose keys" in done.stderr
    assert "aws_kms_key.s3_eu_west_2 would be deleted" in done.stderr
    run = world.hcp.runs(WORKSPACE)[-1]
    assert run.plan.has_changes
    assert run.status == "discarded", done.stderr
    with pytest.raises(Refused):
        world.hcp.act(run, "apply")
    assert world.keys() == ["Enabled"] * 4
    assert {other.status for other in world.hcp.runs(WORKSPACE)} <= {"discarded", "applied", "planned_and_finished"}
