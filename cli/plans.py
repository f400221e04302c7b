"""Plans as people approve them: what becomes of each resource, and what changes in it."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from baseline.words import count, some
from cli import changes, output
from deployment.deploy import Planned
from operations.plan_summary import Alike

COLUMNS = ("import", "create", "update", "replace", "delete", "forget")
LONGEST = 120
"""Characters of a value that are shown; the plan's own text has all of them."""


def counts(planned: Planned) -> str:
    """How much each plan does, a line a stack."""
    rows = [(stack, *map(str, numbers)) for stack, numbers in _counts(planned).items()]
    return output.table(("STACK", *map(str.upper, COLUMNS)), rows)


def lines(groups: Iterable[Alike]) -> Iterator[str]:
    """What becomes of each resource."""
    for group in groups:
        yield f"{group.action.upper()}  {group.address} in {some(group.stacks)}"
        yield from (f"  {line}" for line in _within(group))


def last_line(planned: Planned) -> str:
    """All of it in one line, and where the whole text is."""
    totals = [sum(numbers) for numbers in zip(*_counts(planned).values(), strict=True)] or [0] * len(COLUMNS)
    said = ", ".join(f"{number} to {what}" for what, number in zip(COLUMNS, totals, strict=True) if number)
    stacks, changing = count(len(planned.plans), "stack"), sum(any(numbers) for numbers in _counts(planned).values())
    if said and changing < len(planned.plans):
        stacks = f"{changing} of {stacks}"
    where = "logs/<stack>.log" if len(planned.plans) != 1 else f"logs/{planned.plans[0].stack.name}.log"
    return f"plan: {said or 'no resource changes'} in {stacks}; the full text is in {where}"


def markdown(planned: Planned, groups: Sequence[Alike]) -> Iterator[str]:
    """For the comment of a pull request."""
    yield f"### {last_line(planned)}\n"
    yield f"| stack | {' | '.join(COLUMNS)} |"
    yield "| --- |" + " ---: |" * len(COLUMNS)
    for stack, numbers in _counts(planned).items():
        yield f"| {stack} | {' | '.join(map(str, numbers))} |"
    if groups:
        # Four back quotes: no value that a plan has ends the block.
        yield "\n<details><summary>every change</summary>\n\n````text"
        yield from lines(groups)
        yield "````\n\n</details>"


def as_json(planned: Planned, groups: Iterable[Alike]) -> dict[str, Any]:
    """For programs."""
    return {
        "version": 1,
        "stacks": {stack: dict(zip(COLUMNS, numbers, strict=True)) for stack, numbers in _counts(planned).items()},
        "not_planned": [failure.stack for failure in planned.failures],
        "changes": [
            {
                "action": group.action,
                "address": group.address,
                "stacks": group.stacks,
                "fields": [{"name": of.name, "before": of.before, "after": of.after} for of in group.fields],
                "policy": changes.as_json(group.meaning),
                "policy_note": group.note or None,
            }
            for group in groups
        ],
    }


def _counts(planned: Planned) -> dict[str, tuple[int, ...]]:
    return {
        stack: (c.imported, c.create, c.update, c.replace, c.delete, c.forget) for stack, c in planned.changes.items()
    }


def _within(group: Alike) -> Iterator[str]:
    yield from (f"{of.name}: {_value(of.before)} -> {_value(of.after)}" for of in group.fields)
    if group.note:
        yield f"policy: {group.note}"
    yield from changes.lines(group.meaning)


def _value(value: str | None) -> str:
    if value is None:
        return "none"
    text = value.replace("\n", "\\n")
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}... ({len(text)} characters)"
