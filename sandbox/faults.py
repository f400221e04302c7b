"""Faults that a test orders: a call that fails, is slow or gets no answer, or is the sandbox's last."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Literal, get_args

from sandbox.calls import Call

Kind = Literal["error", "slow", "lost-answer", "die"]
"""`error`: an error instead of the call. `slow`: the answer is held back. `lost-answer`: the call is done, and then the
connection closes without an answer. `die`: the sandbox ends before the call."""


@dataclass(slots=True)
class Fault:
    """What happens to calls of one operation: the first `after` go through, then `times` of them are hit."""

    service: str
    operation: str
    kind: Kind
    after: int = 0
    times: int = 1
    code: str = "ThrottlingException"
    """The error's code as AWS writes it, for `error`."""
    status: int = 400
    """The error's HTTP status, for `error`."""
    seconds: float = 1.0
    """How long the answer is held back, for `slow`."""

    def __post_init__(self) -> None:
        if self.kind not in get_args(Kind):
            raise ValueError(f"`kind` must be one of {', '.join(get_args(Kind))}, got `{self.kind}`")

    @classmethod
    def parse(cls, values: Mapping[str, Any]) -> "Fault":
        """Read a fault from JSON. Raises ValueError, which says what is wrong."""
        if unknown := sorted(set(values) - {field.name for field in fields(cls)}):
            raise ValueError(f"unknown field `{unknown[0]}`")
        try:
            return cls(**values)
        except TypeError as error:
            raise ValueError("a fault needs `service`, `operation` and `kind`") from error

    def hits(self, call: Call) -> bool:
        """Whether this very call is hit. Counts it."""
        if (call.service, call.operation) != (self.service, self.operation) or self.times == 0:
            return False
        if self.after > 0:
            self.after -= 1
            return False
        self.times -= 1
        return True


class Faults:
    """The faults that are waiting for their calls; asked by many threads at once."""

    def __init__(self) -> None:
        self._waiting: list[Fault] = []
        self._lock = threading.Lock()

    def add(self, fault: Fault) -> None:
        with self._lock:
            self._waiting.append(fault)

    def clear(self) -> None:
        with self._lock:
            self._waiting.clear()

    def hitting(self, call: Call) -> Fault | None:
        """The first fault that hits this call."""
        with self._lock:
            return next((fault for fault in self._waiting if fault.hits(call)), None)
