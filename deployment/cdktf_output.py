"""Reads what `cdktf deploy` prints: the lines of several Terraforms, each with its stack's name."""

import re
from dataclasses import dataclass, field

from deployment.events import EventStatus, OnEvent, Phase, StackEvent
from deployment.output import is_complete, plain, planned_operations

_NAMED = re.compile(r"([a-z0-9][a-z0-9-]*)  (.*)")
_PLANNING = re.compile(r".*: Refreshing state\.\.\..*|Terraform used the selected providers.*|No changes\..*")
_APPLYING = re.compile(r".+: (Creating|Modifying|Destroying|Importing)\.\.\..*|Apply complete!.*")


@dataclass(slots=True)
class StackOutput:
    """What one stack has said so far, and how far it is."""

    name: str
    phase: Phase = "init"
    lines: list[str] = field(default_factory=list)
    failed: bool = False
    done: int = 0
    total: int = 0

    def hear(self, line: str) -> EventStatus:
        """Takes one line of Terraform and says what it means."""
        self.lines.append(line)
        self.total = planned_operations(line) or self.total
        self._advance(line)
        if is_complete(line):
            self.done += 1
            return "progress"
        if line.startswith("│ Error: ") and not self.failed:
            self.failed = True
            return "failed"
        return "finished" if line.startswith("Apply complete!") else "line"

    def _advance(self, line: str) -> None:
        if _APPLYING.fullmatch(line):
            self.phase = "apply"
        elif _PLANNING.fullmatch(line):
            self.phase = "plan"


class CdktfOutput:
    """Gives each line to its stack.

    The first line of a stack's part starts with its name, the others are indented by as much.
    """

    def __init__(self) -> None:
        self.stacks: dict[str, StackOutput] = {}
        self._current: StackOutput | None = None

    @property
    def applying(self) -> bool:
        """Whether a stack has come to its apply: an interrupt could then do harm."""
        return any(stack.phase == "apply" for stack in self.stacks.values())

    @property
    def failed(self) -> list[StackOutput]:
        """The stacks whose Terraform reported an error."""
        return [stack for stack in self.stacks.values() if stack.failed]

    def hear(self, raw: str, emit: OnEvent) -> None:
        """Takes one line, with its escapes, and tells what it means."""
        text = plain(raw)
        if named := _NAMED.fullmatch(text):
            self._current = self.stacks.setdefault(named[1], StackOutput(named[1]))
            self._hear(self._current, named[2].rstrip(), emit)
        elif self._current and (not text.strip() or text.startswith(self._indentation)):
            self._hear(self._current, text.removeprefix(self._indentation).rstrip(), emit)
        elif text.strip():
            self._current = None
            emit(StackEvent("", "apply" if self.applying else "init", "line", text.rstrip()))

    @property
    def _indentation(self) -> str:
        return " " * (len(self._current.name) + 2) if self._current else ""

    @staticmethod
    def _hear(stack: StackOutput, line: str, emit: OnEvent) -> None:
        first = not stack.lines
        status = stack.hear(line)
        if first:
            emit(StackEvent(stack.name, stack.phase, "started"))
        emit(StackEvent(stack.name, stack.phase, status, line.removeprefix("│ "), stack.done, stack.total))
