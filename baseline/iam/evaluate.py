"""One key policy, one request, one answer, and why.

This is the plain reference: short enough to be read beside AWS's pages, which it follows literally. It shares no
matching code with anything else.
- https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
- https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
- https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
- https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from baseline.iam.actions import ACTIONS, CROSS_ACCOUNT
from baseline.iam.comparisons import COMPARISONS, is_like
from baseline.iam.document import Document
from baseline.iam.policy_error import PolicyError
from baseline.iam.reading import PlainCondition, PlainPolicy, PlainStatement, read_partly
from baseline.iam.request import Caller, IamCaller, Request, ServiceCaller

NOT_ACROSS_ACCOUNTS = "KMS honours the action for principals of the key's own account alone"
_AT_HOME = frozenset(name.lower() for name in ACTIONS if name not in CROSS_ACCOUNT)

Strength = Literal["direct", "delegated"]
Values = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Decision:
    """What the key policy alone says. (SCPs, boundaries and the caller's own IAM policies can only take away.)"""

    effect: Literal["allowed", "denied", "not allowed"]
    strength: Strength | None
    """`direct`: the policy itself gives it; `delegated`: it leaves it to the account's IAM policies. None: not allowed.
    A principal of an account other than the key's needs its own IAM policy in either case."""
    sid: str | None
    """The statement that decided; None if none did."""
    notes: tuple[str, ...]
    """Of every statement that did not match, the first thing that did not."""


def decide(policy: Mapping[str, object] | Document | PlainPolicy, request: Request) -> Decision:
    """A matching Deny wins, else a matching Allow, a direct one first, else nothing is allowed.

    Who asks much of one policy gives it as `read_policy` has read it, once.

    Of what a key policy gives to principals of other accounts, KMS honours some actions only. Raises PolicyError for a
    policy that is not one, and where the answer depends on a statement that is not decided.
    """
    if _is_abroad(request):
        return Decision("not allowed", None, None, (NOT_ACROSS_ACCOUNTS,))
    values = request.values()
    judged = [(statement, _miss(statement, request, values)) for statement in _plain(policy)]
    notes = tuple(f"{statement.name}: {miss}" for statement, miss in judged if miss)
    matching = [statement for statement, miss in judged if not miss]
    for statement in matching:
        if statement.undecided:
            raise PolicyError(f"{statement.name}: {statement.undecided}")
    for statement in matching:
        if not statement.is_allow:
            return Decision("denied", None, statement.name, notes)
    strengths = [(_strength(statement, request.caller), statement.name) for statement in matching]
    for wanted in ("direct", "delegated"):
        for strength, name in strengths:
            if strength == wanted:
                return Decision("allowed", strength, name, notes)
    return Decision("not allowed", None, None, notes)


def _plain(policy: Mapping[str, object] | Document | PlainPolicy) -> PlainPolicy:
    if isinstance(policy, tuple):
        return policy
    return read_partly(policy.as_dict() if isinstance(policy, Document) else policy)


def _is_abroad(request: Request) -> bool:
    caller = request.caller
    if not request.owner or not isinstance(caller, IamCaller) or caller.account_id == request.owner:
        return False
    return request.action.lower() in _AT_HOME


def _miss(statement: PlainStatement, request: Request, values: Mapping[str, Values]) -> str:
    """The first thing that does not match; empty if all does."""
    if statement.missing:
        return f"has no {statement.missing}, so it does nothing"
    if _strength(statement, request.caller) is None:
        return "Principal"
    if not _means(statement.actions, request.action) or _means(statement.not_actions, request.action):
        return "NotAction" if statement.not_actions else "Action"
    for condition in statement.conditions:
        present = values.get(condition.key.lower(), ())
        if not _holds(condition, present):
            return f"{condition.written} {condition.key}={','.join(present) or '(absent)'}"
    return ""


@lru_cache(maxsize=65_536)
def _means(patterns: tuple[str, ...], action: str) -> bool:
    return any(is_like(pattern.lower(), action.lower()) for pattern in patterns)


def _strength(statement: PlainStatement, caller: Caller) -> Strength | None:
    """How the principals cover the caller; None if they do not."""
    if _is_spared(statement, caller):
        return None
    if "*" in statement.principals:
        return "direct"
    if isinstance(caller, ServiceCaller):
        return "direct" if caller.name in statement.services else None
    covering = [_covers(principal, caller) for principal in statement.principals]
    return "direct" if "direct" in covering else "delegated" if "delegated" in covering else None


def _covers(principal: str, caller: IamCaller) -> Strength | None:
    """A role covers all its sessions; an account covers everyone in it and leaves the rest to IAM."""
    parts = principal.split(":", 5)
    if len(parts) == 1 or (parts[2] == "iam" and parts[5] == "root"):
        account_id = parts[4] if len(parts) > 1 else principal
        return None if account_id != caller.account_id else "direct" if caller.is_root_user else "delegated"
    if principal in (caller.arn, caller.session_arn, caller.asking_user) or _is_role_of_session(parts, caller):
        return "direct"
    return None


def _is_spared(statement: PlainStatement, caller: Caller) -> bool:
    """Whether NotPrincipal names the caller: in every way in which it can be named, or in one.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html
    """
    if not (statement.not_principals or statement.not_services):
        return False
    if isinstance(caller, ServiceCaller):
        return caller.name in statement.not_services or "*" in statement.not_principals
    covering = [name for name in statement.not_principals if name == "*" or _covers(name, caller)]
    if "*" in covering or not statement.spares_certain:
        return bool(covering)
    ways = {_way(name) for name in covering if name != caller.asking_user}
    return ways == {
        "account",
        *(() if caller.is_root_user else ("itself",)),
        *(("session",) if _has_session(caller) else ()),
    }


def _has_session(caller: IamCaller) -> bool:
    return not caller.is_federated_user and (caller.is_role or caller.session_arn != "")


def _way(principal: str) -> str:
    """The account, the principal itself, or a session of it."""
    parts = principal.split(":", 5)
    if len(parts) == 1 or parts[5] == "root":
        return "account"
    return "session" if parts[5].startswith("assumed-role/") else "itself"


def _is_role_of_session(parts: list[str], caller: IamCaller) -> bool:
    """A session's ARN lacks the role's path, but a role's name is unique in its account."""
    if caller.is_role or parts[2] != "iam" or not parts[5].startswith("role/"):
        return False
    name = parts[5].rpartition("/")[2]
    return ":".join([*parts[:5], f"role/{name}"]) == caller.principal_arn


def _holds(condition: PlainCondition, present: Values) -> bool:
    """Whether the condition holds for the values of its key in the request; none: the key is absent."""
    qualifier, base, is_if_exists = condition.operator
    if base == "Null":
        return ("false" if present else "true") in [value.lower() for value in condition.values]
    passes = _test_of_one_value(base, condition.values)
    if qualifier == "ForAllValues:":
        return all(map(passes, present))
    if not present:
        return is_if_exists or (qualifier == "" and "Not" in base)
    if qualifier == "" and len(present) > 1:
        raise PolicyError(f"`{condition.written}` on `{condition.key}` meets several values, which is not decided")
    return any(map(passes, present))


def _test_of_one_value(base: str, wanted: Values) -> Callable[[str], bool]:
    """Values are alternatives; a negated operator wants none of them."""
    compare = COMPARISONS[base.replace("Not", "")]
    return lambda value: any(compare(pattern, value) for pattern in wanted) != ("Not" in base)
