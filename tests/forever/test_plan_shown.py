"""What `deploy` shows before anything is applied, through the real Terraform and its provider."""

import pytest

from deployment.mirror import Mirror
from sandbox.pages import ask
from tests.conftest import EVERYWHERE
from tests.forever.world import world

EDIT = "keys: {users: [role/App], deletion_window_days: 21, purposes: {sns: {rotation: false}}}\n"


def test_a_plan_can_be_approved(provider_mirror: Mirror, tmp_path_factory: pytest.TempPathFactory) -> None:
    with world(provider_mirror, tmp_path_factory) as trial:
        first = trial.run("deploy", "--yes", "--detailed-exitcode")
        assert first.returncode == 2
        lines = first.stdout.splitlines()
        assert [line for line in lines if line.startswith("CREATE  aws_kms_key.")] == [
            f"CREATE  aws_kms_key.{purpose}_eu_west_2 in trial" for purpose in EVERYWHERE
        ]
        assert "plan: 9 to create in 1 stack; the full text is in logs/trial.log" in lines
        ask(trial.aws.url, "DELETE", "/sandbox/calls")
        assert trial.run("deploy", "--dry-run", "--detailed-exitcode").returncode == 0
        # Where nothing is made nothing is looked for: these are calls that Terraform never makes.
        assert [trial.calls("kms", operation) for operation in ("ListKeys", "ListGrants", "ListKeyPolicies")] == [0] * 3
        trial.configure(EDIT)
        shown = trial.run("deploy", "--dry-run", "--detailed-exitcode")
        assert shown.returncode == 2
        text = shown.stdout
        assert "UPDATE  aws_kms_key.sns_eu_west_2 in trial\n  deletion_window_in_days: 30 -> 21\n" in text
        assert "  enable_key_rotation: true -> false\n" in text
        assert "  GAINS  role/App of 222222222222\n" in text
        assert text.endswith("plan: 3 to update in 1 stack; the full text is in logs/trial.log\n")
