"""What a change of a policy means, as people and programs read it."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from baseline.iam.evaluate import Decision
from baseline.prover.difference import Change
from baseline.prover.report import decision_in_words, request_as_json, request_in_words


def lines(changes: Iterable[Change]) -> Iterator[str]:
    """Who gains and who loses what, with an example each."""
    seen: tuple[str, str] | None = None
    for change in changes:
        if seen != (change.direction, change.who):
            seen = (change.direction, change.who)
            yield f"{change.direction.upper()}  {change.who}"
        how = "" if change.strength == "direct" else " as far as IAM policies allow"
        yield f"  {change.group}{how}: {', '.join(change.actions)}"
        given, otherwise = change.example.given, change.example.otherwise
        when = "before" if change.direction == "gains" else "now"
        yield f"    {request_in_words(given.request)}: {decision_in_words(given.decision)} ({when}: {_other(otherwise)})"


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
            "example": {
                "request": request_as_json(change.example.given.request),
                "statement": change.example.given.decision.sid,
                "otherwise": change.example.otherwise.effect,
            },
        }
        for change in changes
    ]
