"""What failures with HCP Terraform are called, with the texts that Terraform 1.11 prints."""

from collections.abc import Callable
from pathlib import Path

import pytest

from cli.progress import Progress
from deployment.cause import Cause, Place
from deployment.causes import cause_of
from deployment.deploy import Rollout, plan_stacks
from deployment.events import Event, StackEvent
from deployment.output import error_blocks
from tests.deployment.conftest import Synthesize

RUN = "https://app.terraform.io/app/example/baseline-data/runs/run-Ab12"
LOCKED = """\
Error: Error acquiring the state lock

Error message: workspace already locked (lock ID: "example/baseline-data")
Lock Info:
  ID:        b038ad91-0ad5-4c3f-9c3b-1c1e0d7c2f11
  Operation: OperationTypePlan
  Who:       ann@laptop
  Created:   2026-11-25 05:05:40.440549184 +0000 UTC
"""


def _known(text: str, remote: bool = False) -> Cause:
    (block,) = error_blocks(text.splitlines())
    cause = cause_of(block, Place(Path("/bin/terraform"), Path("/out/data"), remote))
    assert cause is not None
    return cause


def test_a_locked_workspace_is_not_said_to_be_locked_by_whoever_asks() -> None:
    cause = _known(LOCKED)
    assert cause.problem == "the workspace example/baseline-data is locked by another run or by a person"
    assert cause.help.endswith("/bin/terraform -chdir=/out/data force-unlock example/baseline-data")
    assert "ann@laptop" not in cause.problem + cause.help


@pytest.mark.parametrize(
    ("text", "problem", "help"),
    [
        (
            "Error: Failed to read the given file as a state or plan file\n\nPlan read error: couldn't read unredacted JSON "
            "plan data for\ncloud run run-Ab12; make sure you've run `terraform login` and that you have\nadmin permissions",
            "the token may not read the plan",
            "admin on the workspaces",
        ),
        (
            "Error: Required token could not be found\n\nRun the following command to generate a token for localhost:8443:\n"
            "    terraform login localhost:8443",
            "there is no token for localhost:8443",
            "`terraform login localhost:8443`",
        ),
        (
            'Error: Failed to read organization "example" at host localhost:8443\n\nEncountered an unexpected error while '
            "reading the organization settings:\nunauthorized",
            "localhost:8443 does not accept the token",
            "renew the token",
        ),
        (
            'Error: Failed to read organization "nobody" at host app.terraform.io\n\nEncountered an unexpected error while '
            'reading the organization settings:\norganization "nobody" at host app.terraform.io not found.\n\nPlease ensure',
            "app.terraform.io has no organization nobody",
            "`deployment.backend.organization`",
        ),
        (
            'Error: Failed to request discovery document: Get "https://localhost:1/.well-known/terraform.json": dial tcp '
            "127.0.0.1:1: connect: connection refused",
            "HCP Terraform cannot be reached: connection refused",
            "`deployment.backend.hostname`",
        ),
        (
            'Error: Failed to request discovery document: Get "https://localhost:8443/.well-known/terraform.json": tls: failed '
            "to verify certificate: x509: certificate signed by unknown authority",
            "its certificate is not trusted",
            "SSL_CERT_FILE",
        ),
        (
            "Error: Saved plan is discarded\n\nThe given plan file can no longer be applied; either another run",
            "the plan can no longer be applied",
            "deploy again",
        ),
    ],
)
def test_what_hcp_terraform_refuses_is_named(text: str, problem: str, help: str) -> None:
    cause = _known(text)
    assert problem in cause.problem
    assert help in cause.help


@pytest.mark.parametrize(
    "text",
    ["Error: No valid credential sources found", "Error: Retrieving AWS account details\n\napi error ExpiredToken"],
)
def test_credentials_of_a_remote_run_are_those_of_its_workspace(text: str) -> None:
    help = _known(text, remote=True).help
    assert "variables of its workspace" in help
    assert "aws sso login" not in help


REMOTE = rf"""
echo 'To view this run in a browser, visit:'
echo '{RUN}'
echo 'Waiting for the manually locked workspace to be unlocked...'
echo 'Waiting for the manually locked workspace to be unlocked... (30s elapsed)'
printf '\033[31m\342\225\267\033[0m\n\033[31m\342\224\202\033[0m \033[1m\033[31mError: \033[0m\033[1mcreating KMS Key\033[0m\n'
printf '\033[31m\342\224\202\033[0m\n\033[31m\342\224\202\033[0m denied\n\033[31m\342\225\265\033[0m\n'
exit 1"""


def test_a_colored_remote_failure_names_its_run_and_what_it_waited_for(
    stand_in: Callable[..., object],
    deploying: Callable[..., Rollout],
    synthesize: Synthesize,
    events: list[Event],
    capsys: pytest.CaptureFixture[str],
) -> None:
    synthesize("data")
    with plan_stacks(deploying(stand_in({"plan": REMOTE})), ["data"]) as planned:
        (failure,) = planned.failures
    assert failure.run == RUN
    assert str(failure).splitlines() == [
        f"  data: `terraform plan` failed (run: {RUN}, log: {failure.log})",
        "    creating KMS Key",
        "      denied",
    ]
    progress = Progress()
    for event in events:
        progress(event)
    waits = f"data: waiting for the manually locked workspace to be unlocked ({RUN})"
    assert capsys.readouterr().err.splitlines().count(waits) == 1
    assert sum(isinstance(event, StackEvent) and event.status == "waits" for event in events) == 2
