"""What is wrong with the conditions of one statement."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from baseline.errors import FieldPath
from baseline.found.caller_checks import caller_problems, deny_problems
from baseline.found.condition_test import Test
from baseline.found.place import names_of
from baseline.found.policy import FoundPolicy, FoundStatement
from baseline.found.value_checks import value_problems
from baseline.iam.actions import ACTIONS, expand_all
from baseline.iam.condition_keys import ENCRYPTION_CONTEXT, condition_key, is_carried, spelled
from baseline.iam.conditions import fits, operator_parts
from baseline.iam.elements import items
from baseline.iam.policy_error import PolicyError
from baseline.iam.service_names import principal_parts
from baseline.key_policy.place import KeyPlace

_Problem = tuple[str, str]
"""The kind and the sentence."""


def check_conditions(policy: FoundPolicy, statement: FoundStatement) -> None:
    """Add the findings on the conditions."""
    written = statement.elements.get("Condition", {})
    path = statement.paths.get("Condition", statement.path)
    if not isinstance(written, Mapping) or not all(isinstance(keys, Mapping) for keys in written.values()):
        policy.say("invalid-element", "`Condition` maps operators to keys to values", path, statement, "Condition")
        return
    demanded = frozenset(_demanded(written))
    tests = []
    for operator, keys in written.items():
        _check_operator(policy, statement, operator, (*path, operator))
        for key, values in keys.items():
            test = _test(statement.elements, operator, key, items(values), demanded, policy.key)
            tests += [test] if test else []
            for kind, problem in (*_unreadable(operator, key, items(values)), *_problems(test)):
                policy.say(kind, problem, (*path, operator, key), statement, "Condition")
        _check_repeats(policy, keys, (*path, operator))
    for kind, problem in deny_problems(tests, _given_to_services(policy)):
        policy.say(kind, problem, path, statement, "Condition")


def _given_to_services(policy: FoundPolicy) -> frozenset[str]:
    given = [s.elements.get("Action", []) for s in policy.statements if s.is_allow and names_of(s.elements, "Service")]
    return expand_all(tuple(a for action in given for a in items(action) if isinstance(a, str)))


def _demanded(written: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    for operator, keys in written.items():
        if operator == "Null":
            yield from (key.lower() for key, value in keys.items() if _text(items(value)[:1]) == ("false",))


def _check_operator(policy: FoundPolicy, statement: FoundStatement, operator: str, path: FieldPath) -> None:
    try:
        operator_parts(operator)
    except PolicyError as error:
        kind = "operator-not-decided" if "not supported" in str(error) else "unknown-operator"
        policy.say(kind, str(error), path, statement, "Condition")


def _check_repeats(policy: FoundPolicy, keys: Iterable[str], path: FieldPath) -> None:
    first: dict[str, str] = {}
    for key in keys:
        if first.setdefault(key.lower(), key) != key:
            policy.say_repeated((*path, first[key.lower()]), policy.line((*path, key)))


def _text(values: Iterable[Any]) -> tuple[str, ...]:
    return tuple(str(v).lower() if isinstance(v, bool) else str(v) for v in values)


def _unreadable(written: str, key: str, values: list[Any]) -> Iterator[_Problem]:
    if not values:
        yield "no-value", f"`{written}` on `{key}` has no value"
    if not _are_plain(values):
        yield "invalid-element", f"`{written}` on `{key}` takes texts, numbers and booleans"
        return
    if any("${" in value for value in _text(values)):
        yield "policy-variable", f"`{written}` on `{key}` has a policy variable"
    try:
        name = spelled(key)
    except PolicyError as error:
        yield "unknown-condition-key", str(error)
        return
    if condition_key(name).is_refused:
        yield "condition-key-of-iam-policies", f"condition key `{name}` works in IAM policies only"


def _are_plain(values: list[Any]) -> bool:
    return not any(isinstance(value, Mapping | list) or value is None for value in values)


def _test(
    statement: Mapping[str, Any], written: str, key: str, values: list[Any], demanded: frozenset[str], place: KeyPlace
) -> Test | None:
    """The test, if it is one: its operator and its key are known, and its values are texts."""
    try:
        name, operator = spelled(key), operator_parts(written)
    except PolicyError:
        return None
    if condition_key(name).is_refused or not _are_plain(values):
        return None
    return Test(statement, written, operator, name, _text(values), demanded, place)


def _problems(test: Test | None) -> Iterator[_Problem]:
    if test:
        for check in (_type, _sets, value_problems, _carried, caller_problems):
            yield from check(test)


def _type(test: Test) -> Iterator[_Problem]:
    kind, base = condition_key(test.key).type, test.operator.base
    if not fits(base, test.key):
        yield "value-of-another-type", f"`{test.written}` does not fit `{test.key}`, which is of type {kind}"
    allowed = ("true", "false") if base in ("Bool", "Null") else ()
    for value in test.values:
        if allowed and value.lower() not in allowed:
            yield "value-of-another-type", f"`{test.written}` on `{test.key}` needs `true` or `false`, got `{value}`"
        if base.startswith("Arn") and value.count(":") < 5:
            yield "value-of-another-type", f"`{test.written}` on `{test.key}` compares ARNs, and `{value}` is none"


def _sets(test: Test) -> Iterator[_Problem]:
    qualifier, has_several = test.operator.qualifier, condition_key(test.key).has_several_values
    if test.operator.base == "Null":
        return
    if qualifier and not has_several:
        plain = test.written.removeprefix(qualifier)
        yield "set-operator-on-one-value", f"`{test.written}` on `{test.key}`, which has one value; write `{plain}`"
    if has_several and not qualifier:
        yield "set-operator-missing", f"`{test.written}` on `{test.key}`, which has several values"
    is_there = test.key.lower() in test.demanded or (
        test.actions and test.actions <= condition_key(test.key).required_by
    )
    if qualifier == "ForAllValues:" and has_several and test.is_allow and not is_there:
        yield "for-all-values-of-nothing", f"`{test.written}` holds without `{test.key}`"


def _carried(test: Test) -> Iterator[_Problem]:
    """What a call of some of the actions never carries: an Allow gives those nothing, a Deny takes all or nothing."""
    actions = test.actions
    lacking = sorted(action for action in actions if not is_carried(test.key, action))
    if _is_documented_all_the_same(test):
        lacking = [action for action in lacking if action != "kms:DescribeKey"]
    if not lacking or (test.is_allow and (test.operator.is_if_exists or _is_everything(test))):
        return
    more = f" and {len(lacking) - 1} more" if len(lacking) > 1 else ""
    never = f"`{test.key}` never comes with `{lacking[0]}`{more}"
    if test.is_allow:
        yield "condition-key-not-carried", never
    elif test.holds_without and test.operator.base != "Null":
        yield "condition-key-not-carried", f"{never}, so there the Deny hits every call"
    elif len(lacking) == len(actions) and not test.holds_without:
        yield "condition-key-not-carried", f"{never}, so the Deny hits no call"


def _is_documented_all_the_same(test: Test) -> bool:
    """AWS's statement for log groups names Describe under the context, which that call lacks, and works without it."""
    services = names_of(test.statement, "Service")
    only_logs = bool(services) and all(principal_parts(name)[0] == "logs" for name in services)
    return test.is_allow and only_logs and test.key == f"{ENCRYPTION_CONTEXT}aws:logs:arn"


def _is_everything(test: Test) -> bool:
    """`kms:*` says nothing about single actions."""
    return {a for a in ACTIONS if not ACTIONS[a].is_between_replicas} == test.actions
