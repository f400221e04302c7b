"""Mutants of a policy: any part of any statement dropped or widened, each a small mistake that somebody could make."""

import copy
import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from baseline.iam.elements import items

Statement = dict[str, Any]


class Mutant(NamedTuple):
    """A changed policy, and what was changed."""

    change: str
    policy: dict[str, Any]


def mutants(policy: Mapping[str, Any]) -> Iterator[Mutant]:
    """Every mutant of the policy, one change each."""
    for number, statement in enumerate(policy["Statement"]):
        for what, changed in ((None, None), *_of_statement(statement)):
            yield Mutant(f"{statement['Sid']}: {what or 'dropped'}", _with(policy, number, changed))


def more_mutants(policy: Mapping[str, Any]) -> Iterator[Mutant]:
    """Every mutant, and more: conditions negated, of another account or region, and one more dangerous action."""
    yield from mutants(policy)
    for number, statement in enumerate(policy["Statement"]):
        for what, changed in _more_of_statement(statement):
            yield Mutant(f"{statement['Sid']}: {what}", _with(policy, number, changed))


def _with(policy: Mapping[str, Any], number: int, changed: Statement | None) -> dict[str, Any]:
    """The policy with another statement in this place, or without it; all others are the same objects."""
    statements = list(policy["Statement"])
    statements[number : number + 1] = [changed] if changed else []
    return {**policy, "Statement": statements}


def _more_of_statement(statement: Statement) -> Iterator[tuple[str, Statement]]:
    actions = items(statement["Action"])
    for action in ("kms:ScheduleKeyDeletion", "kms:DisableKey", "kms:TagResource", "kms:RevokeGrant", "kms:Sign"):
        if action not in actions and "kms:*" not in actions:
            yield f"with {action}", statement | {"Action": [*actions, action]}
    for operator, keys in statement.get("Condition", {}).items():
        for key, values in keys.items():
            text = json.dumps(values)
            for what, other in (("222222222222", "999999999999"), ("eu-west-2", "us-east-1"), ("Equals", "NotEquals")):
                new_operator = operator.replace(what, other) if what == "Equals" else operator
                changed = json.loads(text.replace(what, other))
                if (new_operator, changed) != (operator, values):
                    conditions = copy.deepcopy(statement["Condition"])
                    del conditions[operator][key]
                    conditions.setdefault(new_operator, {})[key] = changed
                    yield f"{operator} {key} {what} as {other}", statement | {"Condition": conditions}


def _of_statement(statement: Statement) -> Iterator[tuple[str, Statement]]:
    yield "effect turned", statement | {"Effect": "Deny" if statement["Effect"] == "Allow" else "Allow"}
    yield from _of_actions(statement)
    yield from _of_principal(statement)
    for operator, keys in statement.get("Condition", {}).items():
        for key, values in keys.items():
            yield from _of_condition(statement, operator, key, items(values))


def _of_actions(statement: Statement) -> Iterator[tuple[str, Statement]]:
    actions = items(statement["Action"])
    yield "every action", statement | {"Action": "kms:*"}
    for action in ("kms:Decrypt", "kms:CreateGrant", "kms:PutKeyPolicy", "kms:ReplicateKey"):
        if action not in actions and "kms:*" not in actions:
            yield f"with {action}", statement | {"Action": [*actions, action]}
    if len(actions) > 1:
        for left_out in actions:
            yield f"without {left_out}", statement | {"Action": [other for other in actions if other != left_out]}


def _of_principal(statement: Statement) -> Iterator[tuple[str, Statement]]:
    if statement["Principal"] != {"AWS": "*"}:
        yield "everyone", statement | {"Principal": {"AWS": "*"}}
    named = items(statement["Principal"].get("Service", []))
    for name in named:
        yield f"another service for {name}", statement | {"Principal": {"Service": "config.amazonaws.com"}}
        yield "one service more", statement | {"Principal": {"Service": [*named, "config.amazonaws.com"]}}


def _of_condition(statement: Statement, operator: str, key: str, values: list[Any]) -> Iterator[tuple[str, Statement]]:
    def changed(new_operator: str, new_key: str, new_values: Any) -> Statement:
        conditions = copy.deepcopy(statement["Condition"])
        del conditions[operator][key]
        if new_operator:
            conditions.setdefault(new_operator, {})[new_key] = new_values
        return statement | {"Condition": {name: keys for name, keys in conditions.items() if keys}}

    place = f"{operator} {key}"
    yield f"{place} dropped", changed("", "", None)
    if operator != "Null":
        yield f"{place} if it exists", changed(f"{operator}IfExists", key, values)
        yield f"{place} anything", changed("StringLike", key, "*")
    if operator == "ArnLike" and key != "aws:PrincipalArn":
        yield f"{place} as a string", changed("StringLike", key, values)
        yield f"{place} of any account", changed(operator, key, [_any_part(str(value), 4) for value in values])
        yield f"{place} of any region", changed(operator, key, [_any_part(str(value), 3) for value in values])
    if operator in ("Bool", "Null"):
        yield f"{place} turned", changed(operator, key, "false" if values == ["true"] else "true")
    if operator.startswith("Numeric"):
        yield f"{place} shorter", changed(operator, key, "7")
    if len(values) > 1:
        for value in values:
            yield f"{place} without {value}", changed(operator, key, [other for other in values if other != value])


def _any_part(arn: str, part: int) -> str:
    parts = arn.split(":", 5)
    return ":".join((*parts[:part], "*", *parts[part + 1 :]))
