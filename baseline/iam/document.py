"""A whole key policy and its one canonical text.

Limits: https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-overview.html
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Self

from baseline.iam.policy_error import PolicyError
from baseline.iam.statement import Statement

POLICY_VERSION = "2012-10-17"
MAXIMUM_BYTES = 32_768

FORBIDDEN_CHARACTER = re.compile("[^\t\n\r\x20-\x7e\xa0-\xff]")


class PolicyTooLarge(PolicyError):
    """The policy has more bytes than KMS takes."""


@dataclass(frozen=True, slots=True)
class Document:
    """A key policy. Statements keep their order. Raises PolicyError."""

    statements: tuple[Statement, ...]
    _text: str = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not self.statements:
            raise PolicyError("a key policy without a statement lets nobody in")
        _check_sids(self.statements)
        text = json.dumps(self.as_dict(), ensure_ascii=False, separators=(",", ":"))
        # Only a text with other characters, or with an escaped one, is worth a closer look.
        if not (text.isascii() and text.isprintable()) or "\\" in text:
            _check_characters(self.statements)
        size = len(text.encode())
        if size > MAXIMUM_BYTES:
            raise PolicyTooLarge(f"the key policy has {size} bytes; KMS takes {MAXIMUM_BYTES}")
        object.__setattr__(self, "_text", text)

    @property
    def sids(self) -> tuple[str, ...]:
        """The names of the statements, in their order."""
        return tuple(statement.sid for statement in self.statements)

    def render(self) -> str:
        """The canonical JSON text, without spaces: the same statements always give the same bytes."""
        return self._text

    def as_dict(self) -> dict[str, object]:
        """The canonical form, ready for JSON."""
        return {"Version": POLICY_VERSION, "Statement": [statement.as_dict() for statement in self.statements]}

    @classmethod
    def parse(cls, text: str, partition: str = "aws") -> Self:
        """Read a policy's JSON. Every statement needs its Sid. Raises PolicyError."""
        policy = read_json(text)
        for element in policy:
            if element not in ("Version", "Statement"):
                raise PolicyError(f"unknown element `{element}`", element)
        if policy.get("Version") != POLICY_VERSION:
            raise PolicyError(f"`Version` is `{POLICY_VERSION}`, got `{policy.get('Version')}`", "Version")
        return cls(tuple(Statement.parse(statement, partition) for statement in _statements(policy.get("Statement"))))


def _check_sids(statements: tuple[Statement, ...]) -> None:
    seen = set()
    for statement in statements:
        if statement.sid in seen:
            raise PolicyError(f"two statements have the Sid `{statement.sid}`", "Sid")
        seen.add(statement.sid)


def _check_characters(statements: tuple[Statement, ...]) -> None:
    for statement in statements:
        texts = [statement.sid]
        for condition in statement.all_conditions:
            texts += (condition.key, *condition.values)
        if found := FORBIDDEN_CHARACTER.search("".join(texts)):
            raise PolicyError(
                f"statement `{statement.sid}`: KMS does not take the character `{found[0]!a}` in a policy"
            )


def read_json(text: str) -> Mapping[str, object]:
    """The JSON object of a policy as it is written. Raises PolicyError, also for a name that stands twice."""
    try:
        policy = json.loads(text, object_pairs_hook=_without_repeats)
    except PolicyError:
        raise
    except (ValueError, RecursionError) as error:
        raise PolicyError(f"the policy is not JSON: {error}") from None
    if not isinstance(policy, Mapping):
        raise PolicyError("a policy is a JSON object")
    return policy


def _without_repeats(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """JSON keeps the last of two equal keys in silence; which one AWS keeps is not documented."""
    found = dict(pairs)
    if len(found) != len(pairs):
        repeated = next(key for key in found if [name for name, _ in pairs].count(key) > 1)
        raise PolicyError(f"`{repeated}` stands twice in one object")
    return found


def _statements(written: object) -> Iterator[Mapping[str, object]]:
    for statement in written if isinstance(written, list) else [written]:
        if not isinstance(statement, Mapping):
            raise PolicyError(f"a statement is a JSON object, got `{statement}`", "Statement")
        yield statement
