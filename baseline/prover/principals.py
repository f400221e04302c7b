"""Whom the Principal and NotPrincipal elements of a statement cover, as classes of callers."""

from collections.abc import Sequence

from baseline.iam.reading import PlainStatement
from baseline.prover.callers import Callers
from baseline.prover.globs import TextTest
from baseline.prover.persons import ROOT_USER, is_account, named


def exactly(name: str) -> TextTest:
    """The test of a name for being this one."""
    return TextTest("equal", name)


def people_of(statement: PlainStatement, callers: Callers) -> tuple[int, int]:
    """The IAM principals that the Principal element covers, directly and by delegation."""
    if "*" in statement.principals:
        return callers.people, 0
    direct = delegated = 0
    root = callers.covered(ROOT_USER)
    for principal in statement.principals:
        covered = callers.covered(*named(principal, callers.partition))
        if is_account(principal):
            direct |= covered & root
            delegated |= covered & ~root
        else:
            direct |= covered
    return direct, delegated & ~direct


def spared_by(statement: PlainStatement, callers: Callers) -> int:
    """Whom NotPrincipal spares: those named in every way in which they can be named, or in one."""
    if "*" in statement.not_principals:
        return callers.people | callers.services
    services = callers.served(map(exactly, statement.not_services))
    if not statement.spares_certain:
        covering = (person for name in statement.not_principals for person in named(name, callers.partition))
        return services | callers.covered(*covering)
    return services | _named_in_every_way(statement.not_principals, callers)


def _named_in_every_way(principals: Sequence[str], callers: Callers) -> int:
    """A root user by its account; others by their account and themselves; sessions of roles by themselves too."""
    accounts = [named(name, callers.partition)[0] for name in principals if is_account(name)]
    persons = [named(name, callers.partition)[0] for name in principals if not is_account(name)]
    sessions = callers.covered(*(person for person in persons if person.session))
    themselves = callers.covered(*(person for person in persons if not person.session))
    roles = callers.covered(*(p for p in persons if p.resources[0].text.startswith("role/") and not p.session))
    each = callers.covered(ROOT_USER) | (themselves & ~roles) | (roles & sessions)
    return callers.covered(*accounts) & each
