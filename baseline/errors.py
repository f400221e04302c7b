"""What can go wrong, and the exit code that each kind of failure has.

Every error is one message that a person can act on. `str(error)` is the message,
`error.help` says what to do (it may be empty).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum


class Exit(IntEnum):
    """What the program ends with. Other programs build on these numbers."""

    FINE = 0
    REFUSED = 1
    """Something was found about keys, or going on could lose one."""
    WRITTEN_WRONG = 2
    """The configuration, an argument or an input file."""
    WORLD = 3
    """AWS, Terraform, Node, the network or the disk."""
    UNDECIDED = 4
    """A question about keys has no answer, and nothing was found."""
    INTERRUPTED = 130


class KmsBaselineError(Exception):
    """The base of every failure that the program reports by a message and an exit code."""

    exit_code: Exit = Exit.WORLD

    def __init__(self, message: str, help: str = "") -> None:
        super().__init__(message)
        self.help = help


class Refusal(KmsBaselineError):
    """Going on could lose a key, or would change what the lock records."""

    exit_code = Exit.REFUSED


class Undecided(KmsBaselineError):
    """A question about keys has no answer, and no other fails."""

    exit_code = Exit.UNDECIDED


class UsageError(KmsBaselineError):
    """Arguments or an input file are not what they should be."""

    exit_code = Exit.WRITTEN_WRONG


class WorldError(KmsBaselineError):
    """AWS, Terraform, Node, the network or the disk is missing or failed."""

    exit_code = Exit.WORLD


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing that is wrong in a file that a person wrote."""

    file: str
    line: int
    """The line of the key or item itself, counted from 1; 0 when the whole file is meant."""
    field: str
    """The path of the field, as in `accounts[1].keys.rotation`; empty when the whole file is meant."""
    problem: str
    help: str = ""

    def __str__(self) -> str:
        place = ":".join([self.file, *([str(self.line)] if self.line else [])])
        field = f"{self.field}: " if self.field else ""
        advice = "\n  help: " + self.help.replace("\n", "\n        ") if self.help else ""
        return f"{place}: {field}{self.problem}{advice}"


FieldPath = tuple[str | int, ...]
"""A path in the data of a file: keys and list positions from the top."""


@dataclass(frozen=True, slots=True)
class FieldPlace:
    """Where a field of a file is written, for a mistake that shows only later."""

    file: str
    line: int
    field: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"

    def mistake(self, problem: str, help: str = "") -> Mistake:
        """What is wrong with the field."""
        return Mistake(self.file, self.line, self.field, problem, help)


class Mistakes(KmsBaselineError):
    """All that is wrong in what a person wrote, in the order of the file."""

    exit_code = Exit.WRITTEN_WRONG

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        super().__init__("\n".join(str(mistake) for mistake in mistakes))
        self.mistakes = tuple(mistakes)
