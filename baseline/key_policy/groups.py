"""Administrators and users, in the groups that one statement can name together."""

from collections.abc import Iterable, Iterator

from baseline.iam.principals import Principal
from baseline.key_policy.place import KeyPlace
from baseline.organization import NamedPrincipal


def groups(principals: Iterable[NamedPrincipal], place: KeyPlace) -> Iterator[tuple[str, Principal]]:
    """The principals that one statement can name together, with what its Sid ends in."""
    accounts = sorted(p.arn for p in principals if p.is_account)
    if accounts:
        yield "FromAccounts", Principal.named(accounts)
    for by_pattern in (False, True):
        people = [p for p in principals if not p.is_account and p.is_pattern == by_pattern]
        for account_id in sorted({p.account_id for p in people}, key=lambda a: (a != place.account_id, a)):
            arns = [p.arn for p in people if p.account_id == account_id]
            own = "" if account_id == place.account_id else f"Of{account_id}"
            if by_pattern:
                yield f"ByPattern{own}", Principal.like(place.partition, account_id, arns)
            else:
                yield own, Principal.exactly(arns)
