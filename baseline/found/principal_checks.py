"""What is wrong with the principals of one statement."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from baseline.iam.actions import CRYPTOGRAPHIC, expand_all
from baseline.iam.arns import Arn, has_wildcard, is_account_id, is_unique_id
from baseline.iam.elements import items
from baseline.iam.policy_error import PolicyError
from baseline.iam.principals import is_service
from baseline.iam.service_names import BY_ROLE, PRINCIPALS, principal_parts, probably_meant
from baseline.iam.services import SERVICES
from baseline.key_policy.place import KeyPlace
from baseline.words import named_character

_Problem = tuple[str, str]
"""The kind, and the sentence."""

# https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html; AWS's own role aws:ec2-infrastructure has a colon
_NAME = re.compile(r"[A-Za-z0-9_+=,.@:-]{1,64}")
_VISIBLE = re.compile("[!-~]*")


def principal_problems(elements: Mapping[str, Any], key: KeyPlace) -> Iterator[_Problem]:
    """What is wrong with the Principal or NotPrincipal element."""
    if "NotPrincipal" in elements:
        yield "not-principal", "`NotPrincipal` means everyone but those it names"
        return
    written = elements.get("Principal")
    if isinstance(written, list) or (isinstance(written, str) and written != "*"):
        yield "invalid-element", '`Principal` is `*` or a mapping such as {"AWS": ...}'
        return
    if not any(items(names) for names in written.values()) if isinstance(written, Mapping) else written != "*":
        yield "no-principal", "the statement names no principal"
        return
    if isinstance(written, Mapping):
        for kind, names in written.items():
            for name in _texts(kind, names):
                yield from _named(kind, name, key)
        yield from _acting_by_role(elements)
        yield from _managing_sessions(elements)


def _texts(kind: str, names: Any) -> Iterator[Any]:
    """The names; of a kind that no key policy has, the first alone: the kind is what is wrong."""
    yield from items(names)[:1] if kind in ("Federated", "CanonicalUser") else items(names)


def _named(kind: str, name: Any, key: KeyPlace) -> Iterator[_Problem]:
    if kind in ("Federated", "CanonicalUser"):
        yield "principal-of-other-policies", f"`{kind}` is no kind of principal of a key policy"
    elif not isinstance(name, str):
        yield "invalid-element", "`Principal` takes texts"
    elif kind == "Service":
        yield from _service(name, key)
    elif kind == "AWS" and name != "*":
        yield from _person(name, key)


def _service(name: str, key: KeyPlace) -> Iterator[_Problem]:
    if not is_service(name):
        yield "invalid-principal", f"`{name}` is not a service principal, such as `events.amazonaws.com`"
        return
    label, region = principal_parts(name)
    known = SERVICES.get(label)
    if meant := probably_meant(label, PRINCIPALS):
        yield "unknown-service", f"no service is known as `{name}`; did you mean `{name.replace(label, meant, 1)}`"
    elif known and known.is_regional and not region:
        there = known.principal.format(region=key.region or "REGION")
        yield "service-without-region", f"`{name}` has no region in it; the service calls as `{there}`"
    elif known and known.is_regional and key.region and region != key.region:
        yield "service-of-another-region", f"`{name}` is of {region}, the key of {key.region}"


def _actions(elements: Mapping[str, Any]) -> frozenset[str]:
    return expand_all(tuple(a for a in items(elements.get("Action", [])) if isinstance(a, str)))


def _managing_sessions(elements: Mapping[str, Any]) -> Iterator[_Problem]:
    if elements.get("Effect") == "Allow" and "kms:PutKeyPolicy" in _actions(elements):
        for name in items(elements["Principal"].get("AWS", [])):
            if isinstance(name, str) and re.search(":(assumed-role|federated-user)/", name):
                yield "session-manages", f"`{name}` may change the policy, and is a session, which ends"


def _acting_by_role(elements: Mapping[str, Any]) -> Iterator[_Problem]:
    actions = _actions(elements)
    for name in items(elements["Principal"].get("Service", [])):
        if isinstance(name, str) and principal_parts(name)[0] in BY_ROLE and actions & CRYPTOGRAPHIC:
            yield "service-acts-by-role", f"`{name}` publishes to encrypted topics as a role, not by this principal"


def _person(name: str, key: KeyPlace) -> Iterator[_Problem]:
    if is_account_id(name):
        return
    if is_unique_id(name):
        yield "deleted-principal", f"`{name}` is the ID of a deleted principal"
        return
    if has_wildcard(name):
        yield "principal-with-wildcard", f"principal `{name}` has a wildcard"
        return
    try:
        arn = Arn.parse(name)
    except PolicyError:
        yield "invalid-principal", f"`{name}` is neither an account ID nor an ARN"
        return
    if arn.partition != key.partition:
        yield "other-partition", f"`{name}` is of the partition {arn.partition}, the key of {key.partition}"
        return
    yield from _kind_of_person(name, arn)


def _kind_of_person(name: str, arn: Arn) -> Iterator[_Problem]:
    kind, _, rest = arn.resource.partition("/")
    if not is_account_id(arn.account_id) or arn.region or not _may_be_principal(arn, kind, rest):
        yield "invalid-principal", f"`{name}` is not an account, a user, a role or a session"
    elif rest and not (_VISIBLE.fullmatch(rest) and _NAME.fullmatch(rest.rpartition("/")[2])):
        wrong = next((c for c in rest if not _VISIBLE.fullmatch(c)), "")
        why = f"has {named_character(wrong)} in it" if wrong else "has a name that IAM does not take"
        yield "invalid-principal", f"`{name}` {why}, so it is no user, role or session"


def _may_be_principal(arn: Arn, kind: str, rest: str) -> bool:
    if arn.service == "iam":
        return arn.resource == "root" or (kind in ("user", "role") and rest != "")
    is_session = kind == "assumed-role" and rest.count("/") == 1
    return arn.service == "sts" and (is_session or (kind == "federated-user" and rest != "" and "/" not in rest))
