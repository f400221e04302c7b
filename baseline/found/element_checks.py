"""What is wrong with the elements of one statement, but for its conditions."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from baseline.found.place import names_of
from baseline.found.policy import FoundPolicy, FoundStatement
from baseline.iam.actions import ACTIONS, canonical, expand, expand_all
from baseline.iam.arns import Arn, has_wildcard, is_account_id, is_unique_id
from baseline.iam.elements import items
from baseline.iam.policy_error import PolicyError
from baseline.iam.principals import is_service
from baseline.key_policy.place import KeyPlace

_Problem = tuple[str, str, str]
"""The kind, the sentence, and the element."""

_OF_REGION = re.compile(r"[a-z0-9-]+\.([a-z]{2}(?:-[a-z]+)+-[0-9]+)\.amazonaws\.com(?:\.cn)?")


def check_elements(policy: FoundPolicy, statement: FoundStatement, key: KeyPlace) -> None:
    """Add the findings on Effect, Principal, Action and Resource."""
    for kind, problem, element in _problems(statement.elements, key):
        path = statement.paths.get(element, statement.path)
        policy.say(kind, problem, path, statement, element)


def _problems(elements: Mapping[str, Any], key: KeyPlace) -> Iterator[_Problem]:
    effect = elements.get("Effect")
    if effect not in ("Allow", "Deny"):
        yield (
            "invalid-effect",
            f"`Effect` is {_quoted(effect)}" if "Effect" in elements else "`Effect` is missing",
            "Effect",
        )
    yield from _principals(elements, key)
    yield from _actions(elements)
    yield from _resources(elements)


def _quoted(value: Any) -> str:
    return f"`{value}`" if isinstance(value, str | int | float) else "neither `Allow` nor `Deny`"


def _principals(elements: Mapping[str, Any], key: KeyPlace) -> Iterator[_Problem]:
    if "NotPrincipal" in elements:
        yield "not-principal", "`NotPrincipal` means everyone but those it names", "NotPrincipal"
        return
    written = elements.get("Principal")
    if isinstance(written, list) or (isinstance(written, str) and written != "*"):
        yield "invalid-element", '`Principal` is `*` or a mapping such as {"AWS": ...}', "Principal"
        return
    if not any(items(names) for names in written.values()) if isinstance(written, Mapping) else written != "*":
        yield "no-principal", "the statement names no principal", "Principal"
        return
    if isinstance(written, Mapping):
        for kind, names in written.items():
            yield from _named(kind, names, key)


def _named(kind: str, names: Any, key: KeyPlace) -> Iterator[_Problem]:
    if kind in ("Federated", "CanonicalUser"):
        yield "principal-not-decided", f"principals of kind `{kind}` do not call KMS as such", "Principal"
        return
    for name in items(names):
        if not isinstance(name, str):
            yield "invalid-element", "`Principal` takes texts", "Principal"
        elif kind == "Service":
            yield from _service(name, key)
        elif kind == "AWS" and name != "*":
            yield from _person(name, key)


def _service(name: str, key: KeyPlace) -> Iterator[_Problem]:
    if not is_service(name):
        yield "invalid-principal", f"`{name}` is not a service principal, such as `events.amazonaws.com`", "Principal"
    region = _OF_REGION.fullmatch(name)
    if region and key.region and region[1] != key.region:
        yield "service-of-another-region", f"`{name}` is of {region[1]}, the key of {key.region}", "Principal"


def _person(name: str, key: KeyPlace) -> Iterator[_Problem]:
    if is_account_id(name):
        return
    if is_unique_id(name):
        yield "deleted-principal", f"`{name}` is the ID of a deleted principal", "Principal"
        return
    if has_wildcard(name):
        yield "principal-with-wildcard", f"principal `{name}` has a wildcard", "Principal"
        return
    try:
        arn = Arn.parse(name)
    except PolicyError:
        yield "invalid-principal", f"`{name}` is neither an account ID nor an ARN", "Principal"
        return
    if arn.partition != key.partition:
        yield (
            "other-partition",
            f"`{name}` is of the partition {arn.partition}, the key of {key.partition}",
            "Principal",
        )
    yield from _kind_of_person(name, arn)


def _kind_of_person(name: str, arn: Arn) -> Iterator[_Problem]:
    kind, _, rest = arn.resource.partition("/")
    if (arn.service, kind) == ("sts", "federated-user") and rest:
        yield "principal-not-decided", f"sessions of federated users, `{name}`, are not decided", "Principal"
    elif not is_account_id(arn.account_id) or arn.region or not _may_be_principal(arn, kind, rest):
        yield "invalid-principal", f"`{name}` is not an account, a user, a role or a session", "Principal"


def _may_be_principal(arn: Arn, kind: str, rest: str) -> bool:
    if arn.service == "iam":
        return arn.resource == "root" or (kind in ("user", "role") and rest != "")
    return arn.service == "sts" and kind == "assumed-role" and rest.count("/") == 1


def _actions(elements: Mapping[str, Any]) -> Iterator[_Problem]:
    if "NotAction" in elements:
        yield "not-action", "`NotAction` means every action but those it names", "NotAction"
        return
    written = items(elements.get("Action", []))
    if not written:
        yield "no-action", "the statement has no `Action`, so it does nothing", "Action"
    for action in written:
        if not isinstance(action, str):
            yield "invalid-element", "`Action` takes texts", "Action"
        else:
            yield from _action(action)
    patterns = tuple(action for action in written if isinstance(action, str))
    if elements.get("Effect") == "Allow" and len(expand_all(patterns)) == len(ACTIONS) and _is_somebody(elements):
        yield "everything-for-one", "every action is given to others than the account", "Action"


def _is_somebody(elements: Mapping[str, Any]) -> bool:
    accounts = all(is_account_id(n) or n.endswith(":root") for n in names_of(elements, "AWS"))
    return not accounts or bool(names_of(elements, "Service"))


def _action(action: str) -> Iterator[_Problem]:
    if action == "*" or expand(action):
        return
    try:
        canonical(action)
    except PolicyError as error:
        kind = "action-without-effect" if "no effect in a key policy" in str(error) else "unknown-action"
        yield kind, str(error), "Action"


def _resources(elements: Mapping[str, Any]) -> Iterator[_Problem]:
    if "NotResource" in elements:
        yield "other-resource", "`NotResource` stands in a key policy", "NotResource"
    elif not items(elements.get("Resource", [])):
        yield "no-resource", "the statement has no `Resource`, so it does nothing", "Resource"
    elif items(elements["Resource"]) != ["*"]:
        yield "other-resource", "`Resource` is not `*`", "Resource"
