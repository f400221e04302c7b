"""The stacks of a project, planned by Terraform as the user has it: which ones, and with what."""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from baseline import names
from baseline.backends import CloudBackend, LocalBackend
from deployment.binaries import Terraform
from deployment.changes import refuse_key_losses
from deployment.deploy import Planned, Rollout, plan_stacks
from deployment.events import OnEvent
from deployment.hcp.workspaces import check_name
from deployment.mirror import find_mirror, provider_environment
from operations.project import Project
from operations.synthesis import DEFAULT_OUTPUT, STATES
from operations.takeover import Looking
from stacks.versions import required_provider


def missing_states(project: Project, stacks: Iterable[str]) -> list[Path]:
    """The stacks whose state should be a file here, and is not: what exists of them, the plans would make."""
    if not isinstance(project.inventory.organization.deployment.backend, LocalBackend):
        return []
    states = (STATES / names.state_file(stack) for stack in sorted(stacks))
    return [state for state in states if not state.exists()]


@contextmanager
def planned(
    stacks: list[str],
    terraform: Terraform,
    looking: Looking,
    on_event: OnEvent,
    parallelism: int | None = None,
    keep_going: bool = False,
) -> Iterator[Planned]:
    """Plan stacks that are synthesized, for real, and look at AWS before anything of a key is made.

    Raises Refusal for a plan that would delete, replace or double a key, WorldError for a stack that cannot be planned,
    unless the others are to go on.
    """
    with TemporaryDirectory(prefix="kms-baseline-") as folder:
        newest = looking.inventory.organization.deployment.aws_provider
        mirror = find_mirror(terraform, required_provider(newest)["version"], os.environ)
        rollout = Rollout(
            terraform=terraform,
            output=DEFAULT_OUTPUT,
            folder=Path(),
            environment=provider_environment(mirror, Path(folder), os.environ),
            on_event=on_event,
            parallelism=parallelism,
        )
        with looked_at(rollout, stacks, looking, keep_going) as plans:
            yield plans


@contextmanager
def looked_at(rollout: Rollout, stacks: list[str], looking: Looking, keep_going: bool) -> Iterator[Planned]:
    """Plans in which no key is lost or doubled, whatever plans and applies them.

    Raises as `planned` does, and UsageError for a stack whose workspace can have no such name.
    """
    backend = looking.inventory.organization.deployment.backend
    if isinstance(backend, CloudBackend):
        for stack in stacks:
            check_name(names.workspace(backend.prefix, stack))
    with plan_stacks(rollout, stacks) as plans:
        plans = looking.first(plans)
        if not keep_going or not plans.plans:
            plans.refuse_failures()
        refuse_key_losses(plans.changes)
        yield plans
