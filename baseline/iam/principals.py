"""Who a statement speaks of, with the conditions that belong to being that someone.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Literal, Self

from baseline.iam.arns import Arn, has_wildcard, is_account_id, is_unique_id
from baseline.iam.conditions import Condition, sorted_conditions, sorted_values
from baseline.iam.policy_error import PolicyError

CALLER_ACCOUNT = "kms:CallerAccount"
PRINCIPAL_ACCOUNT = "aws:PrincipalAccount"
PRINCIPAL_ORGANIZATION = "aws:PrincipalOrgID"
PRINCIPAL_ARN = "aws:PrincipalArn"
VIA_SERVICE = "kms:ViaService"

PrincipalKind = Literal["AWS", "Service"]

_EVERYONE = ("*",)
_SERVICE = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)*\.amazonaws\.com(\.cn)?")
_ORGANIZATION = re.compile(r"o-[a-z0-9]{10,32}")


@dataclass(frozen=True, slots=True)
class Principal:
    """Who a statement speaks of. What keeps a dangerous principal in bounds is part of it.

    IDs and conditions are kept in canonical order. Use the constructors; they write the conditions.
    Raises PolicyError.
    """

    kind: PrincipalKind
    ids: tuple[str, ...]
    conditions: tuple[Condition, ...] = ()

    def __post_init__(self) -> None:
        if len(self.ids) != 1:
            object.__setattr__(self, "ids", sorted_values(self.ids))
        if len(self.conditions) > 1:
            object.__setattr__(self, "conditions", sorted_conditions(self.conditions))
        if not self.ids:
            raise _refused("no principal is named")
        if self.ids == _EVERYONE and self.kind == "AWS":
            return
        check = _check_service if self.kind == "Service" else _check_arn
        for name in self.ids:
            check(name)

    @classmethod
    def account(cls, partition: str, account_id: str) -> Self:
        """The account itself: it lets the account's own IAM policies decide."""
        return cls("AWS", (_root(partition, account_id),))

    @classmethod
    def through(cls, account_id: str, *via: str) -> Self:
        """Every user and role of one account, as long as one of the services named (`ec2.eu-west-2.amazonaws.com`) calls."""
        bound = _equals(CALLER_ACCOUNT, (_account(account_id),))
        return cls("AWS", _EVERYONE, (bound, _equals(VIA_SERVICE, tuple(map(_service, via)))))

    @classmethod
    def exactly(cls, arns: Iterable[str]) -> Self:
        """These users and roles of one account. They need not exist yet, and may be deleted and made anew."""
        arns = sorted_values(arns)
        accounts = sorted_values(_person(arn).account_id for arn in arns)
        if len(accounts) != 1:
            raise _refused(f"the ARNs of one principal must be of one account, got {len(accounts)} accounts")
        return cls("AWS", _EVERYONE, (_equals(CALLER_ACCOUNT, accounts), _equals(PRINCIPAL_ARN, arns)))

    @classmethod
    def like(cls, partition: str, account_id: str, patterns: Iterable[str]) -> Self:
        """The account's principals that one of the ARN patterns matches; their IAM policies must allow too."""
        patterns = sorted_values(patterns)
        for pattern in patterns:
            named = Arn.parse(pattern).account_id
            if named != account_id and not has_wildcard(named):
                raise _refused(f"pattern `{pattern}` matches nobody in account `{account_id}`")
        return cls("AWS", (_root(partition, account_id),), (Condition("ArnLike", PRINCIPAL_ARN, patterns),))

    @classmethod
    def service(cls, *names: str) -> Self:
        """AWS services that call with their own service principal, such as `events.amazonaws.com`."""
        return cls("Service", names)

    @classmethod
    def organization(cls, organization_id: str, *via: str) -> Self:
        """Every user and role of the organization's accounts, as long as one of the services named calls."""
        if not _ORGANIZATION.fullmatch(organization_id):
            raise _refused(f"`{organization_id}` is not an organization ID")
        bound = _equals(PRINCIPAL_ORGANIZATION, (organization_id,))
        return cls("AWS", _EVERYONE, (bound, _equals(VIA_SERVICE, tuple(map(_service, via)))))

    @classmethod
    def everyone(cls) -> Self:
        """Everybody, AWS services included. Only a Deny may say so."""
        return cls("AWS", _EVERYONE)

    @classmethod
    def named(cls, arns: Iterable[str]) -> Self:
        """Accounts, users, roles and sessions in the Principal element. KMS refuses those that do not exist."""
        return cls("AWS", tuple(arns))

    @property
    def is_everyone(self) -> bool:
        """Whether the Principal element is `*`, with or without a bound."""
        return self.ids == _EVERYONE

    @property
    def is_bounded(self) -> bool:
        """Whether conditions of the principal itself limit it to fixed accounts or a fixed organization."""
        return any(is_bound(condition) for condition in self.conditions)

    @property
    def is_account(self) -> bool:
        """Whether the principal is one or more accounts, which delegate to their IAM policies."""
        return self.kind == "AWS" and _are_roots(self.ids)


def is_bound(condition: Condition) -> bool:
    """Whether the condition limits a principal to fixed accounts or a fixed organization."""
    if condition.operator != "StringEquals":
        return False
    if condition.key in (CALLER_ACCOUNT, PRINCIPAL_ACCOUNT):
        return all(map(is_account_id, condition.values))
    return condition.key == PRINCIPAL_ORGANIZATION and all(map(_ORGANIZATION.fullmatch, condition.values))


@cache
def _are_roots(ids: tuple[str, ...]) -> bool:
    """Whether all are root ARNs of accounts. (An IAM path may hold `:root`, so the part counts.)"""
    return ids != _EVERYONE and all(Arn.parse(name).resource == "root" for name in ids)


def _equals(key: str, values: tuple[str, ...]) -> Condition:
    return Condition("StringEquals", key, values)


def _account(account_id: str) -> str:
    if not is_account_id(account_id):
        raise _refused(f"`{account_id}` is not an account ID; it has twelve digits")
    return account_id


def _root(partition: str, account_id: str) -> str:
    return f"arn:{partition}:iam::{_account(account_id)}:root"


def _service(name: str) -> str:
    _check_service(name)
    return name


def is_service(name: str) -> bool:
    """Whether the text has the form of a service principal."""
    return _SERVICE.fullmatch(name) is not None


@cache
def _check_service(name: str) -> None:
    if not is_service(name):
        raise _refused(f"`{name}` is not a service principal, such as `events.amazonaws.com`")


@cache
def _check_arn(name: str) -> None:
    """Refuse what KMS refuses in a Principal element, and IDs that no longer say who is meant."""
    if name == "*":
        raise _refused("`*` stands beside other principals")
    if is_unique_id(name):
        raise _refused(f"`{name}` is the ID of a principal that was deleted; name its ARN")
    if has_wildcard(name):
        raise _refused(f"principal `{name}` has a wildcard; a principal is exact or `*`")
    try:
        arn = Arn.parse(name)
    except PolicyError as error:
        raise _refused(f"principal {error}") from None
    if not is_account_id(arn.account_id) or arn.region or not _is_caller(arn):
        raise _refused(f"`{name}` is not the ARN of an account, a user, a role or a session")


def _is_caller(arn: Arn) -> bool:
    kind, _, name = arn.resource.partition("/")
    if arn.service == "iam":
        return arn.resource == "root" or (kind in ("user", "role") and name != "")
    return arn.service == "sts" and kind in ("assumed-role", "federated-user") and name != ""


def _person(name: str) -> Arn:
    """The ARN as it stands in `aws:PrincipalArn`, where a session shows its role."""
    _check_arn(name)
    arn = Arn.parse(name)
    if arn.service != "iam":
        raise _refused(f"`{name}` is a session; name its role")
    return arn


def _refused(problem: str) -> PolicyError:
    return PolicyError(problem, "Principal")
