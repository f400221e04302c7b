"""Every kind of finding about a key policy, as `kinds.json` lists them: identifier, severity, what it is, what to do."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Severity = Literal["error", "warning", "note"]
Group = Literal["not a policy", "refused", "ignored", "not meant", "not decided"]
KIND_GROUPS: Mapping[Group, tuple[str, str]] = {
    "not a policy": ("No policy", "The text cannot be read as a policy. Exit code 2."),
    "refused": ("What AWS refuses", "KMS does not take a policy with this."),
    "ignored": (
        "What AWS stores and ignores",
        "KMS takes it, and it has no effect, or another one than it reads like.",
    ),
    "not meant": ("What is probably not meant", "KMS takes it and does what it says."),
    "not decided": (
        "What is not decided",
        "KMS takes it. `policy prove`, `explain` and `diff` answer `unsupported` where it matters.",
    ),
}
"""Why it is a finding: the title and the meaning of each group."""


@dataclass(frozen=True, slots=True)
class FindingKind:
    """One kind of finding."""

    id: str
    group: Group
    severity: Severity
    sentence: str
    """What it is, and what AWS does with it."""
    remedy: str
    """What to do."""
    source: str
    evidence: Literal["documented", "inferred"]
    """Of what AWS does with it."""
    aws: str = ""
    """What AWS does with it, where that is not what it does with the whole group."""

    @property
    def answer(self) -> str:
        """What AWS does with it, how that is known, and where it is written."""
        return f"{self.aws or _ANSWERS[self.group]} ({self.evidence}: {self.source})"


_ANSWERS: Mapping[Group, str] = {
    "not a policy": "KMS takes no such text",
    "refused": "KMS refuses the policy",
    "ignored": "KMS takes the policy, and this has no effect or another one",
    "not meant": "KMS takes the policy and does what it says",
    "not decided": "KMS takes the policy",
}
_ALL = tuple(FindingKind(**entry) for entry in json.loads(Path(__file__).with_suffix(".json").read_bytes()))
KINDS: Mapping[str, FindingKind] = {kind.id: kind for kind in _ALL}


@dataclass(frozen=True, slots=True)
class Finding:
    """Something about one policy that a person should know."""

    kind: FindingKind
    problem: str
    """One sentence: lower case, no full stop, what was written in backticks."""
    line: int
    column: int = 0
    """Counted from 1; 0: not known."""
    statement: str = ""
    """The Sid, or `statement 2`; empty when the policy as a whole is meant."""
    element: str = ""
    """Such as `Action`; empty when the statement as a whole is meant."""
