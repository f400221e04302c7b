"""Turns the failures of several stacks into the one error that the program reports."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from baseline.errors import KmsBaselineError, Refusal, WorldError
from deployment.cause import Cause, Place, nobody
from deployment.causes import cause_of
from deployment.events import Phase
from deployment.output import ErrorBlock, error_blocks, last_lines, run_url
from deployment.plan_keys import KeysInPlan

_NOT_THERE = re.compile(r'Cannot import non-existent remote object.* import an existing object to "(\S+)"')
_MOST_BLOCKS = 3
_MOST_LINES = 12
"""Of one error block; the rest is in the log."""


@dataclass(frozen=True, slots=True)
class StackFailure:
    """Why a stack failed, and where that happened."""

    stack: str
    phase: Phase
    causes: tuple[Cause, ...]
    """What is known about it, each once."""
    excerpt: tuple[str, ...]
    """What Terraform said last; empty when the causes say it all."""
    log: Path
    keys: KeysInPlan = field(default_factory=KeysInPlan)
    """What the plan says of keys that Terraform wrote and refuses to apply."""
    not_there: frozenset[str] = frozenset()
    """Addresses that were to be imported, and of which AWS has nothing."""
    run: str = ""
    """Where the run of HCP Terraform can be seen; empty where Terraform ran here."""

    def __str__(self) -> str:
        said = [f"    {line}".rstrip() for line in self.excerpt]
        problems = "; ".join(cause.problem for cause in self.causes) or f"`terraform {self.phase}` failed"
        seen = f"run: {self.run}, " if self.run else ""
        return "\n".join([f"  {self.stack}: {problems} ({seen}log: {self.log})", *said])


def read_failure(
    stack: str,
    phase: Phase,
    lines: Sequence[str],
    code: int,
    *,
    log: Path,
    terraform: Path,
    folder: Path,
    locker: Callable[[str], str] = nobody,
) -> StackFailure:
    """The failure of a stack whose child said `lines` and ended with `code`."""
    blocks = error_blocks(lines)
    run = run_url(lines)
    causes = [cause_of(block, Place(terraform, folder, bool(run), locker)) for block in blocks]
    known = [cause for cause in causes if cause] + ([_ended_by_signal(-code)] if code < 0 else [])
    unknown = [block for block, cause in zip(blocks, causes, strict=True) if not cause]
    excerpt = _excerpt(unknown) if blocks else last_lines(lines, _MOST_LINES)
    return StackFailure(
        stack,
        phase,
        tuple(dict.fromkeys(known)),
        excerpt,
        log,
        not_there=frozenset(filter(None, map(_not_there, blocks))),
        run=run,
    )


def failed(headline: str, failures: Iterable[StackFailure]) -> KmsBaselineError:
    """The error that reports all of them: a Refusal when one of the plans would destroy something protected."""
    failures = tuple(failures)
    causes = [cause for failure in failures for cause in failure.causes]
    error = Refusal if any(cause.loses_keys for cause in causes) else WorldError
    helps = "\n".join(dict.fromkeys(line for cause in causes for line in cause.help.splitlines()))
    return error("\n".join([headline, *(str(failure) for failure in failures)]), helps)


def _not_there(block: ErrorBlock) -> str | None:
    """The address that could not be imported, since AWS has nothing by its ID."""
    found = _NOT_THERE.search(block.text)
    return found[1] if found else None


def _excerpt(blocks: Sequence[ErrorBlock]) -> tuple[str, ...]:
    lines: list[str] = []
    for block in blocks[:_MOST_BLOCKS]:
        lines += [block.summary, *(f"  {line}" for line in block.detail[:_MOST_LINES])]
    if len(blocks) > _MOST_BLOCKS:
        lines.append(f"and {len(blocks) - _MOST_BLOCKS} errors more")
    return tuple(lines)


def _ended_by_signal(number: int) -> Cause:
    return Cause(
        f"Terraform was ended by signal {number}",
        "if the machine ran out of memory, run fewer stacks at once (`--parallelism`)" if number == 9 else "",
    )
