"""Any key policy as AWS has it, in one plain form: what the evaluator and the prover read.

Nothing is judged here. What could not be decided exactly is named, so that it never counts as allowed: such a
statement stands for the most that it could mean, and `undecided` says why it may mean less.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeVar

from baseline.iam.actions import service_problem
from baseline.iam.arns import has_wildcard
from baseline.iam.condition_keys import KEYS
from baseline.iam.conditions import Operator, operator_parts
from baseline.iam.elements import ELEMENTS, effect, items, texts
from baseline.iam.policy_error import PolicyError
from baseline.iam.reading_principals import EVERYBODY, Principals, principals_of
from baseline.iam.values import moment_of, network_of, number_of

_SEVERAL_VALUES = frozenset(name.lower() for name, key in KEYS.items() if key.has_several_values)
T = TypeVar("T")
_NO_CONDITIONS: tuple["PlainCondition", ...] = ()
_ALL_PEOPLE: Principals = (EVERYBODY, ())
_NOBODY: Principals = ((), ())
_EVERY_ACTION: tuple[str, ...] = ("kms:*",)
_VARIABLE = re.compile(r"\$\{[^}]*\}")
_LIKE = {"StringEquals": "StringLike", "StringLike": "StringLike"}


@dataclass(frozen=True, slots=True)
class PlainCondition:
    """One key under one operator."""

    written: str
    """The operator as the policy has it."""
    operator: Operator
    key: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PlainStatement:
    """One statement, every element as a tuple."""

    name: str
    """Its Sid; `statement 2` (counted from 1) if it has none."""
    is_allow: bool
    principals: tuple[str, ...]
    """`*`, ARNs, account IDs."""
    services: tuple[str, ...]
    actions: tuple[str, ...]
    conditions: tuple[PlainCondition, ...]
    missing: str
    """`Action` or `Resource` if it has none: KMS stores such a statement, and it does nothing.
    https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-overview.html"""
    not_actions: tuple[str, ...] = ()
    """Actions that are left out of `actions`, which then are all."""
    not_principals: tuple[str, ...] = ()
    """Whom NotPrincipal names; `principals` then is everybody."""
    not_services: tuple[str, ...] = ()
    spares_certain: bool = False
    """With NotPrincipal: it spares only those who are named in every way, as AWS advises; else also those who are
    named in some way. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html"""
    undecided: str = ""
    """Why it may mean less than it says here; empty: it means exactly this."""
    written: str = ""
    """Of a statement that is not decided, its JSON: the same text means the same."""


PlainPolicy = tuple[PlainStatement, ...]


def read_policy(policy: Mapping[str, object]) -> PlainPolicy:
    """The statements of a policy, in their order. Raises PolicyError, also for a statement that is not decided."""
    statements = read_partly(policy)
    for statement in statements:
        if statement.undecided:
            raise PolicyError(f"{statement.name}: {statement.undecided}")
    return statements


def read_partly(policy: Mapping[str, object]) -> PlainPolicy:
    """The statements of a policy; those that are not decided say why. Raises PolicyError where nothing is decided."""
    if policy.get("Version") != "2012-10-17":
        raise PolicyError(f"`Version` is `{policy.get('Version')}`; only `2012-10-17` is decided", "Version")
    for element in policy:
        if element not in ("Version", "Id", "Statement"):
            raise PolicyError(f"unknown element `{element}`", element)
    statements = items(policy.get("Statement", []))
    return tuple(_read_statement(number, statement) for number, statement in enumerate(statements, start=1))


def _read_statement(number: int, statement: object) -> PlainStatement:
    if not isinstance(statement, Mapping):
        raise PolicyError(f"statement {number} is no JSON object", "Statement")
    sid = statement.get("Sid")
    name = sid if isinstance(sid, str) and sid else f"statement {number}"
    try:
        is_allow = effect(statement.get("Effect")) == "Allow"
    except PolicyError as error:
        raise PolicyError(f"{name}: {error}", error.element) from None
    return _plain(name, is_allow, statement)


def _plain(name: str, is_allow: bool, statement: Mapping[str, object]) -> PlainStatement:
    problems = [f"unknown element `{element}`" for element in statement if element not in ELEMENTS]
    problems += [_both(e) for e in ("Principal", "Action") if e in statement and f"Not{e}" in statement]
    principals, services = _tried(problems, lambda: principals_of(statement, "Principal"), _ALL_PEOPLE)
    not_principals, not_services = _tried(problems, lambda: principals_of(statement, "NotPrincipal"), _NOBODY)
    actions = _tried(problems, lambda: texts(statement.get("Action", []), "Action"), _EVERY_ACTION)
    not_actions: tuple[str, ...] = ()
    if "NotPrincipal" in statement:
        principals, services = EVERYBODY, ()
    if "NotAction" in statement:
        actions = _EVERY_ACTION
        if "Action" not in statement:
            not_actions = _tried(problems, lambda: texts(statement["NotAction"], "NotAction"), ())
    problems += filter(None, map(service_problem, (*actions, *not_actions)))
    missing = _tried(problems, lambda: _missing(statement), "")
    written = statement.get("Condition", {})
    conditions = _tried(problems, lambda: tuple(_conditions(written, problems)), _NO_CONDITIONS)
    return PlainStatement(
        name=name,
        is_allow=is_allow,
        principals=principals,
        services=services,
        actions=actions,
        conditions=conditions,
        missing=missing,
        not_actions=not_actions,
        not_principals=not_principals,
        not_services=not_services,
        undecided="; ".join(problems),
        written=json.dumps(statement, sort_keys=True, default=str) if problems else "",
    )


def _tried(problems: list[str], part: Callable[[], T], otherwise: T) -> T:
    """A part of the statement, or what it could be at most, and why it is not decided."""
    try:
        return part()
    except PolicyError as error:
        problems.append(str(error))
        return otherwise


def _both(element: str) -> str:
    return f"`{element}` and `Not{element}` stand in one statement"


def _missing(statement: Mapping[str, object]) -> str:
    if "NotResource" in statement:
        raise PolicyError('`NotResource` is not decided: write "Resource": "*", the key itself', "NotResource")
    resources = items(statement.get("Resource", []))
    if resources and resources != ["*"]:
        raise PolicyError("a `Resource` other than `*`, the key itself, is not decided", "Resource")
    if "NotAction" in statement:
        return "" if resources else "Resource"
    return "" if resources and items(statement.get("Action", [])) else "Action" if resources else "Resource"


def _conditions(written: object, problems: list[str]) -> Iterator[PlainCondition]:
    """The conditions; one that is not decided as far as it must hold at least."""
    for operator, keys in _mapping(written).items():
        for key, values in _mapping(keys).items():
            try:
                yield _condition(operator, key, tuple(map(_value, items(values))))
            except PolicyError as error:
                problems.append(str(error))
                yield from _weaker(operator, key, tuple(map(str, items(values))))


def _weaker(written: str, key: str, values: tuple[str, ...]) -> Iterator[PlainCondition]:
    """What a condition with policy variables demands at least: their values are not known, so any text is taken."""
    if not any("${" in value for value in values):
        return
    with suppress(PolicyError):
        _, base, _ = operator_parts(written)
        like = _LIKE.get(base)
        if like and not any(has_wildcard(value) for value in values if base == "StringEquals"):
            patterns = tuple(_VARIABLE.sub("*", value) for value in values)
            yield _condition(written.replace(base, like), key, patterns)


def _condition(written: str, key: str, values: tuple[str, ...]) -> PlainCondition:
    operator = operator_parts(written)
    if not values:
        raise PolicyError(f"`{written}` on `{key}` has no value", "Condition")
    if variable := next((value for value in values if "${" in value), ""):
        raise PolicyError(f"the policy variable in `{variable}` is not decided", "Condition")
    if key.lower() in _SEVERAL_VALUES and not operator.qualifier and operator.base != "Null":
        raise PolicyError(f"`{written}` on `{key}`, which has several values, is not decided", "Condition")
    if unread := next((value for value in values if not _is_read(operator.base, value)), ""):
        raise PolicyError(f"`{written}` on `{key}` with `{unread}` is not decided", "Condition")
    return PlainCondition(written, operator, key, values)


def _is_read(base: str, value: str) -> bool:
    """Whether a number, a time or a range of addresses can be compared."""
    if base.startswith("Numeric"):
        return number_of(value) is not None
    if base.startswith("Date"):
        return moment_of(value) is not None
    # What is no range of IPv6 addresses matches nothing, so it is decided.
    return not base.endswith("IpAddress") or ":" in value or network_of(value) is not None


def _mapping(written: object) -> Mapping[str, object]:
    if not isinstance(written, Mapping):
        raise PolicyError("`Condition` is not a mapping of operators to keys to values", "Condition")
    return written


def _value(value: object) -> str:
    """JSON's booleans and numbers are the same as their text to AWS."""
    if isinstance(value, bool):
        return str(value).lower()
    if not isinstance(value, str | int | float):
        raise PolicyError(f"a condition value is text, a number or a boolean, got `{value}`", "Condition")
    return str(value)
