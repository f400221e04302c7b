"""What `deploy` shows before anything is applied, through the real Terraform and its provider."""

import os
import subprocess
from concurrent.futures import ThreadPoolExecutor
from subprocess import CompletedProcess

import pytest

from deployment.mirror import Mirror
from sandbox.pages import ask
from tests.conftest import COMMAND, EVERYWHERE
from tests.forever.world import World, world
from tests.shown_commands import sh_blocks

EDIT = "keys: {users: [role/App], deletion_window_days: 21, purposes: {sns: {rotation: false}}}\n"


def test_a_plan_can_be_approved(provider_mirror: Mirror, tmp_path_factory: pytest.TempPathFactory) -> None:
    with world(provider_mirror, tmp_path_factory) as trial:
        first = first_of_two_at_once(trial)
        lines = first.stdout.splitlines()
        assert [line for line in lines if line.startswith("CREATE  aws_kms_key.")] == [
            f"CREATE  aws_kms_key.{purpose}_eu_west_2 in trial" for purpose in EVERYWHERE
        ]
        assert "plan: 9 to create in 1 stack; the full text is in logs/trial.log" in lines
        ask(trial.aws.url, "DELETE", "/sandbox/calls")
        assert trial.run("deploy", "--dry-run", "--detailed-exitcode").returncode == 0
        # Where nothing is made nothing is looked for: these are calls that Terraform never makes.
        assert [trial.calls("kms", operation) for operation in ("ListKeys", "ListGrants", "ListKeyPolicies")] == [0] * 3
        terraform_goes_on_with_an_export(trial)
        trial.configure(EDIT)
        shown = trial.run("deploy", "--dry-run", "--detailed-exitcode")
        assert shown.returncode == 2
        text = shown.stdout
        assert "UPDATE  aws_kms_key.sns_eu_west_2 in trial\n  deletion_window_in_days: 30 -> 21\n" in text
        assert "  enable_key_rotation: true -> false\n" in text
        assert "  GAINS  role/App of 222222222222\n" in text
        assert text.endswith("plan: 3 to update in 1 stack; the full text is in logs/trial.log\n")


def terraform_goes_on_with_an_export(trial: World) -> None:
    """By the commands of docs/uninstalling.md: without this program, and without a key made anew."""
    handed_over, looked = sh_blocks("uninstalling.md")[:2]
    looked = looked.replace("plan", "plan -input=false -detailed-exitcode")
    variables = {**trial.aws.variables, "PATH": f"{COMMAND.parent}{os.pathsep}{trial.aws.variables['PATH']}"}
    command = ["sh", "-euc", f"{handed_over}cd keys/trial\n{looked}"]
    done = subprocess.run(command, cwd=trial.folder, env=variables, capture_output=True, text=True, check=False)
    assert (done.returncode, "No changes" in done.stdout) == (0, True), done.stdout + done.stderr


def first_of_two_at_once(trial: World) -> CompletedProcess[str]:
    """The deployment that made the keys, of two that began at once: each key was made once."""
    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(lambda _: trial.run("deploy", "--yes", "--detailed-exitcode"), range(2)))
    first = next((one for one in done if "aws_kms_key" in one.stdout and one.returncode == 2), None)
    assert first, [one.stderr for one in done]
    # The other one found the state locked, or came later and had nothing to do.
    assert {one.returncode for one in done if one is not first} <= {0, 3}
    trial.assert_whole()
    return first
