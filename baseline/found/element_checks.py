"""What is wrong with the elements of one statement, but for its conditions."""

from collections.abc import Iterator, Mapping
from typing import Any

from baseline.found.place import account_of, names_of
from baseline.found.policy import FoundPolicy, FoundStatement
from baseline.found.principal_checks import principal_problems
from baseline.found.resources import may_be_the_key
from baseline.iam.actions import ACTIONS, CROSS_ACCOUNT, canonical, expand, expand_all, service_problem
from baseline.iam.arns import is_account_id
from baseline.iam.elements import items
from baseline.iam.policy_error import PolicyError
from baseline.key_policy.place import KeyPlace
from baseline.prover.action_groups import ACTION_GROUPS
from baseline.words import some

_Problem = tuple[str, str, str]
"""The kind, the sentence, and the element."""


def check_elements(policy: FoundPolicy, statement: FoundStatement, key: KeyPlace) -> None:
    """Add the findings on Effect, Principal, Action and Resource."""
    for kind, problem, element in _problems(statement.elements, key):
        path = statement.paths.get(element, statement.path)
        policy.say(kind, problem, path, statement, element)


def _problems(elements: Mapping[str, Any], key: KeyPlace) -> Iterator[_Problem]:
    opposites = [e for e in ("Principal", "Action", "Resource") if e in elements and f"Not{e}" in elements]
    for element in opposites:
        yield "opposite-elements", f"the statement has `{element}` and `Not{element}`", f"Not{element}"
    if not isinstance(elements.get("Sid", ""), str):
        yield "invalid-element", f"`Sid` is {_quoted(elements['Sid'])} and no text; write it in quotes", "Sid"
    if (effect := elements.get("Effect")) not in ("Allow", "Deny"):
        problem = f"`Effect` is {_quoted(effect)}" if "Effect" in elements else "`Effect` is missing"
        yield "invalid-effect", problem, "Effect"
    if "Principal" not in opposites:
        element = "NotPrincipal" if "NotPrincipal" in elements else "Principal"
        yield from ((kind, problem, element) for kind, problem in principal_problems(elements, key))
    if "Action" not in opposites:
        yield from _actions(elements, key)
    if "Resource" not in opposites:
        yield from _resources(elements, key)


def _quoted(value: Any) -> str:
    return f"`{value}`" if isinstance(value, str | int | float) else "neither `Allow` nor `Deny`"


def _actions(elements: Mapping[str, Any], key: KeyPlace) -> Iterator[_Problem]:
    if "NotAction" in elements:
        if elements.get("Effect") == "Allow":
            yield "not-action", _what_it_gives(elements["NotAction"]), "NotAction"
        return
    written = items(elements.get("Action", []))
    if not written:
        yield "no-action", "the statement has no `Action`, so it does nothing", "Action"
    for action in written:
        if not isinstance(action, str):
            yield "invalid-element", "`Action` takes texts", "Action"
        else:
            yield from _action(action)
    yield from _across_accounts(elements, written, key)
    if elements.get("Effect") == "Allow" and _is_everything(written) and _is_somebody(elements, key):
        yield "everything-for-one", "every action is given to others than the account", "Action"


def _across_accounts(elements: Mapping[str, Any], written: list[Any], key: KeyPlace) -> Iterator[_Problem]:
    """What an Allow gives principals of other accounts that KMS does not honour of them."""
    named = {account_of(name) for name in names_of(elements, "AWS")} - {key.account_id, ""}
    if elements.get("Effect") != "Allow" or not (named and key.account_id):
        return
    others, given = some(sorted(named)), expand_all(tuple(a for a in written if isinstance(a, str)))
    if _is_everything(written):
        yield (
            "other-account-given-everything",
            f"{others}: every action, of which using the key and grants count",
            "Action",
        )
        return
    # What a pattern takes in besides does no harm, and nobody meant it.
    lacking = sorted(a for action in written if isinstance(action, str) and len(e := expand(action)) == 1 for a in e)
    idle = [action for action in lacking if action not in CROSS_ACCOUNT]
    if idle or (given and not given & CROSS_ACCOUNT):
        yield "action-not-across-accounts", f"of {others} KMS does not honour {some(idle or sorted(given))}", "Action"


def _what_it_gives(excluded: Any) -> str:
    """What an Allow with NotAction gives, by the dangerous actions first."""
    without = expand_all(tuple(a for a in items(excluded) if isinstance(a, str)))
    given = [name for name in ACTIONS if name not in without]
    groups = [group for group, actions in ACTION_GROUPS.items() if not without.issuperset(actions)]
    telling = [name for name in ("kms:PutKeyPolicy", "kms:ScheduleKeyDeletion", "kms:CreateGrant") if name in given]
    some_of = some(telling or given)
    among = f", {some_of} among them" if given else ""
    return f"`NotAction` gives {len(given)} of {len(ACTIONS)} actions ({', '.join(groups)}){among}"


def _is_everything(written: list[Any]) -> bool:
    return len(expand_all(tuple(action for action in written if isinstance(action, str)))) == len(ACTIONS)


def _is_somebody(elements: Mapping[str, Any], key: KeyPlace) -> bool:
    """Whether users or roles of the account, or everyone, are named, and nothing is wrong with how they are."""
    named = [n for n in names_of(elements, "AWS") if not key.account_id or account_of(n) in ("", key.account_id)]
    return any(not (is_account_id(n) or n.endswith(":root")) for n in named) and not any(
        principal_problems(elements, key)
    )


def _action(action: str) -> Iterator[_Problem]:
    if problem := service_problem(action):
        yield "wildcard-as-service", problem, "Action"
        return
    if action == "*" or expand(action):
        return
    try:
        canonical(action)
    except PolicyError as error:
        kind = "action-without-effect" if "no effect in a key policy" in str(error) else "unknown-action"
        yield kind, str(error), "Action"


def _resources(elements: Mapping[str, Any], key: KeyPlace) -> Iterator[_Problem]:
    if "NotResource" in elements:
        yield "other-resource", "`NotResource` stands in a key policy", "NotResource"
        return
    written = items(elements.get("Resource", []))
    if not written:
        yield "no-resource", "the statement has no `Resource`, so it does nothing", "Resource"
    for resource in written:
        if resource != "*" and not may_be_the_key(resource, key):
            yield "other-resource", f"`Resource` is `{resource}`, which is not this key", "Resource"
