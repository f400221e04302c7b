"""What a change of a policy means, as people and programs read it: losses first, they are what breaks."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from baseline.iam.evaluate import Decision
from baseline.prover.difference import Change
from baseline.prover.report import decision_in_words, request_as_json, request_in_words
from baseline.words import some

FEW = 3
"""So few can be read without a summary."""
Statements = Mapping[str, Mapping[str, Any]]
"""The statements of a policy by name."""


def lines(changes: Iterable[Change], old: Statements | None = None, new: Statements | None = None) -> Iterator[str]:
    """Who loses and who gains what, with an example each. The policies tell which keys an example does without."""
    ordered = losses_first(changes)
    told = [(whose, list(of_them)) for whose, of_them in groupby(ordered, key=lambda c: (c.direction, c.who))]
    if len(told) > FEW:
        yield from _summary(told)
        yield ""
    for (direction, who), of_them in told:
        yield f"{direction.upper()}  {who}"
        for change in of_them:
            how = "" if change.strength == "direct" else " as far as IAM policies allow"
            yield f"  {change.group}{how}: {', '.join(change.actions)}"
            yield f"    {_example(change, old or {}, new or {})}"
            if change.depends_on:
                yield f"    {change.depends_on}"


def losses_first(changes: Iterable[Change]) -> list[Change]:
    return sorted(changes, key=lambda change: change.direction != "loses")


def _summary(told: Sequence[tuple[tuple[str, str], Sequence[Change]]]) -> Iterator[str]:
    """A line for all who lose, or gain, the same."""
    alike: dict[tuple[str, str], list[str]] = {}
    for (direction, who), of_them in told:
        groups = ", ".join(dict.fromkeys(change.group for change in of_them))
        alike.setdefault((direction, groups), []).append(who)
    yield from (f"{direction} {groups}: {some(who)}" for (direction, groups), who in alike.items())


def _example(change: Change, old: Statements, new: Statements) -> str:
    given, otherwise = change.example.given, change.example.otherwise
    giving, other, when = (new, old, "before") if change.direction == "gains" else (old, new, "now")
    tested = (*_keys(giving, given.decision.sid), *_keys(other, otherwise.sid))
    known = {key.lower() for key in (*given.request.context, *given.request.caller.determines)}
    lacking = list(dict.fromkeys(key for key in tested if key.lower() not in known))
    without = f" without {some(lacking)}" if lacking else ""
    request = f"{request_in_words(given.request)}{without}"
    return f"{request}: {decision_in_words(given.decision)} ({when}: {_other(otherwise)})"


def _keys(statements: Statements, sid: str | None) -> Iterator[str]:
    for keys in statements.get(sid or "", {}).get("Condition", {}).values():
        yield from keys


def _other(decision: Decision) -> str:
    if decision.effect == "allowed":
        return "allowed only as far as IAM policies do" if decision.strength == "delegated" else "allowed"
    return f'denied by statement "{decision.sid}"' if decision.effect == "denied" else "not allowed"


def as_json(changes: Sequence[Change]) -> list[dict[str, Any]]:
    return [
        {
            "direction": change.direction,
            "who": change.who,
            "group": change.group,
            "actions": list(change.actions),
            "strength": change.strength,
            "depends_on": change.depends_on or None,
            "example": {
                "request": request_as_json(change.example.given.request),
                "statement": change.example.given.decision.sid,
                "otherwise": change.example.otherwise.effect,
            },
        }
        for change in losses_first(changes)
    ]
