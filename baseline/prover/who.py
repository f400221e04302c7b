"""Everybody that a policy tells apart, as people call them: those it names, and the rest."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from baseline.iam.arns import has_wildcard, is_account_id
from baseline.iam.reading import PlainCondition, PlainStatement
from baseline.prover.claims import Requests
from baseline.prover.condition_tests import condition
from baseline.prover.subject import people, services

ACCOUNT, ARN, ORGANIZATION = "aws:PrincipalAccount", "aws:PrincipalArn", "aws:PrincipalOrgID"


@dataclass(frozen=True, slots=True)
class Who:
    """Some callers, without those of other entries."""

    label: str
    region: Requests
    """All their requests."""

    def doing(self, *actions: str, under: Sequence[PlainCondition] = ()) -> Requests:
        """Their requests of these actions, of those that the conditions allow."""
        return replace(self.region, actions=actions, conditions=(*self.region.conditions, *under))


@dataclass(frozen=True, slots=True)
class _Names:
    """Whom policies name."""

    arns: tuple[str, ...]
    """Users, roles and patterns of them; never root."""
    accounts: tuple[str, ...]
    organizations: tuple[str, ...]
    services: tuple[str, ...]


def everybody(statements: Iterable[PlainStatement], partition: str, account_id: str) -> Iterator[Who]:
    """Those whom the statements name, and everybody else. The account is the key's; empty: not known."""
    names = _names(statements, account_id)
    for of in names.accounts:
        root = f"arn:{partition}:iam::{of}:root"
        own = [arn for arn in names.arns if _account(arn) == of]
        yield Who(f"the root user of {of}", people(condition("StringEquals", ARN, root)))
        for arn in own:
            others = [other for other in own if other != arn and has_wildcard(arn) and not has_wildcard(other)]
            yield Who(_label(arn), people(condition("ArnLike", ARN, arn), *_not(others)))
        rest = "everybody else in" if own else "everybody in"
        yield Who(f"{rest} {of}", people(condition("StringEquals", ACCOUNT, of), *_not([*own, root])))
    yield from _strangers(names)
    for name in names.services:
        yield Who(f"the service {name}", services(named=(name,)))
    yield Who("every other service" if names.services else "every service", services(not_named=names.services))


def _strangers(names: _Names) -> Iterator[Who]:
    nowhere = [arn for arn in names.arns if not is_account_id(_account(arn))]
    outside = (condition("StringNotEquals", ACCOUNT, *names.accounts),) if names.accounts else ()
    for arn in nowhere:
        yield Who(_label(arn), people(condition("ArnLike", ARN, arn), *outside))
    for organization in names.organizations:
        of = condition("StringEquals", ORGANIZATION, organization)
        yield Who(f"other accounts of {organization}", people(of, *outside, *_not(nowhere)))
    no_member = (condition("StringNotEquals", ORGANIZATION, *names.organizations),) if names.organizations else ()
    yield Who("everybody of any other account", people(*outside, *no_member, *_not(nowhere)))


def _not(arns: Sequence[str]) -> tuple[PlainCondition, ...]:
    return (condition("ArnNotLike", ARN, *arns),) if arns else ()


def _names(statements: Iterable[PlainStatement], account_id: str) -> _Names:
    arns: dict[str, None] = {}
    accounts: dict[str, None] = {account_id: None} if account_id else {}
    organizations: dict[str, None] = {}
    called: dict[str, None] = {}
    for statement in statements:
        called.update(dict.fromkeys(statement.services))
        arns.update(dict.fromkeys(map(_as_role, (p for p in statement.principals if p != "*"))))
        for test in statement.conditions:
            key = test.key.lower()
            if key == ARN.lower():
                arns.update(dict.fromkeys(value for value in test.values if value.count(":") >= 5))
            if key in ("kms:calleraccount", ACCOUNT.lower()):
                accounts.update(dict.fromkeys(filter(is_account_id, test.values)))
            if key == ORGANIZATION.lower():
                organizations.update(dict.fromkeys(test.values))
    accounts.update(dict.fromkeys(filter(is_account_id, map(_account, arns))))
    people_named = tuple(arn for arn in arns if not is_account_id(arn) and arn.split(":", 5)[5] != "root")
    return _Names(people_named, tuple(accounts), tuple(organizations), tuple(called))


def _as_role(principal: str) -> str:
    """A session as the roles that may have it, whose path the session does not tell."""
    parts = principal.split(":", 5)
    if len(parts) != 6 or not parts[5].startswith("assumed-role/"):
        return principal
    return ":".join([*parts[:2], "iam", *parts[3:5], f"role/{parts[5].split('/')[1]}"])


def _account(arn: str) -> str:
    """The fifth part, which may be a pattern as any other part."""
    return arn if is_account_id(arn) else arn.split(":", 5)[4]


def _label(arn: str) -> str:
    account_id, resource = arn.split(":", 5)[4:]
    return f"{resource} of {account_id if is_account_id(account_id) else f'accounts {account_id}'}"
