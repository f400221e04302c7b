"""Other stacks for the same keys: the lock names the new ones, and the next deployment rebuilds their states by import.

The old states are kept, and no stack reads them any more: local ones are moved aside, others stay where they are.
"""

import fcntl
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from baseline import names
from baseline.backends import LocalBackend
from baseline.errors import Refusal, UsageError
from baseline.names import Layout
from deployment.stack import StackFolder
from deployment.unsaved import refuse_unsaved
from files.alone import alone
from operations.progress import Say
from operations.project import Project
from operations.synthesis import DEFAULT_OUTPUT, STATES


@dataclass(frozen=True, slots=True, kw_only=True)
class NewLayout:
    """What changes."""

    old: Layout
    stacks: Mapping[str, tuple[str, ...]]
    """The new stacks by the old one, or by each of the old ones."""
    moves: Mapping[Path, Path]
    """Local states, with where they are put aside."""
    kept: tuple[str, ...]
    """Where other states stay."""


def new_layout(project: Project, layout: Layout) -> NewLayout | None:
    """What has to be done for another layout; None: the lock has it already.

    Raises UsageError where the configuration says another one or nothing is deployed, Refusal where it cannot work.
    """
    deployment = project.configuration.organization.deployment
    if deployment.layout != layout:
        raise UsageError(
            f"deployment.layout is `{deployment.layout}`", f"write `layout: {layout}` into {project.path} first"
        )
    lock = project.lock
    if lock.layout is None:
        raise UsageError(f"{project.lock_path} has no key yet", "nothing has to be moved: deploy")
    if lock.layout == layout:
        return None
    stacks: dict[str, set[str]] = {}
    for where, line in lock.lines.items():
        stacks.setdefault(line.stack, set()).add(project.inventory.lock.lines[where].stack)
    _refuse_what_stacks_share(set(stacks), {new for of in stacks.values() for new in of})
    backend = deployment.backend
    return NewLayout(
        old=lock.layout,
        stacks={old: tuple(sorted(new)) for old, new in sorted(stacks.items())},
        moves=dict(_moves(stacks, lock.layout)) if isinstance(backend, LocalBackend) else {},
        kept=() if isinstance(backend, LocalBackend) else tuple(backend.state(stack) for stack in sorted(stacks)),
    )


def change(project: Project, new: NewLayout, say: Say) -> None:
    """Move the local states aside, and write the lock: both or neither.

    Raises Refusal where a deployment is running or left a state that is not whole, and as `record_keys` does.
    """
    refuse_unsaved(_folders(new))
    STATES.parent.mkdir(parents=True, exist_ok=True)
    with alone(STATES.parent, project.lock_path.parent, say=say), _held(new), ExitStack() as undone:
        for source, target in new.moves.items():
            target.parent.mkdir(exist_ok=True)
            source.rename(target)
            undone.callback(target.rename, source)
        project.record_keys()
        undone.pop_all()


def _refuse_what_stacks_share(old: set[str], new: set[str]) -> None:
    if both := old & new:
        raise Refusal(
            f"`{min(both)}` is a stack of both layouts, with the keys of different accounts",
            "the new stack would read the other's state; this cannot be changed, since accounts keep the names of their stacks",
        )


def _moves(stacks: Mapping[str, set[str]], old: Layout) -> Iterator[tuple[Path, Path]]:
    """The states that are here, with their backups. Raises Refusal where a new stack has a state already."""
    for name in sorted({new for of in stacks.values() for new in of}):
        if (state := STATES / names.state_file(name)).exists():
            raise Refusal(
                f"{state} is there already, and the new stack {name} would go on from it",
                "it is from an earlier time: move it away, so that the state is rebuilt from what AWS has",
            )
    aside = _unused(f"layout-{old}")
    for name in sorted(stacks):
        for state in (STATES / names.state_file(name), STATES / f"{names.state_file(name)}.backup"):
            if state.exists():
                yield state, aside / state.name


def _unused(name: str) -> Path:
    """A folder that does not exist yet: nothing that was put aside is ever replaced."""
    numbered = (STATES / (name if number == 1 else f"{name}-{number}") for number in range(1, 1000))
    return next(folder for folder in numbered if not folder.exists())


@contextmanager
def _held(new: NewLayout) -> Iterator[None]:
    """While no Terraform works on the local states: it holds such a lock on the file.

    https://developer.hashicorp.com/terraform/language/backend/local
    """
    with ExitStack() as opened:
        for state in new.moves:
            file = opened.enter_context(state.open("r+b"))
            try:
                fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise Refusal(f"a deployment is working on {state}", "wait until it has ended") from None
        yield


def _folders(new: NewLayout) -> Iterator[StackFolder]:
    """The old stacks, where they are synthesized here."""
    for name in new.stacks:
        folder = DEFAULT_OUTPUT.absolute() / "stacks" / name
        if (folder / "cdk.tf.json").exists():
            yield StackFolder(name=name, folder=folder, log=folder / "log", terraform=Path("terraform"), environment={})
