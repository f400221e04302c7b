"""What happens while stacks are planned and applied, for whoever shows it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

Phase = Literal["init", "untaint", "plan", "show", "apply"]
EventStatus = Literal["started", "line", "progress", "waits", "finished", "failed"]


@dataclass(frozen=True, slots=True)
class StackEvent:
    """One thing that happened in a stack."""

    stack: str
    """Empty for what cdktf says about no stack in particular."""
    phase: Phase
    status: EventStatus
    """`line`: Terraform said something. `progress`: the same, and one operation more is done. `waits`: a run of HCP Terraform."""
    line: str = ""
    """With `failed` the cause, as far as it is known; with `waits` for what, and where that can be seen."""
    done: int = 0
    total: int = 0
    """Operations on resources; a replacement is two. 0 in a phase that does not count."""


@dataclass(frozen=True, slots=True)
class Notice:
    """A sentence for the person in front of the terminal that belongs to no stack."""

    text: str


@dataclass(frozen=True, slots=True)
class Work:
    """How far stacks are that are planned, or applied, at the same time: said when that begins, and whenever one ends."""

    phase: Phase
    total: int
    done: int = 0
    ended: str = ""
    """The stack that has just ended, however it did."""
    over: bool = False
    """None runs, and none will be begun."""


Event = StackEvent | Notice | Work
OnEvent = Callable[[Event], None]
"""Is called in the thread that asked for the work, never in two threads at once."""
