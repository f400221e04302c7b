"""The caller as one coordinate: IAM principals by account, ARN and session, and services by name.

The keys that follow from an IAM principal (its account, its ARN) are tests of the principal itself.
"""

from collections.abc import Iterable
from functools import lru_cache

from baseline.iam.reading import PlainCondition
from baseline.iam.request import Caller, IamCaller, ServiceCaller
from baseline.prover.condition_tests import (
    holds_whatever_is_there,
    is_negated,
    tests_of,
)
from baseline.prover.globs import TextTest, matches
from baseline.prover.persons import ACCOUNT_KEYS, ARN_KEY, FEDERATED, TYPE_KEY, Person, person_tests
from baseline.prover.unanswered import Unsupported
from baseline.prover.words import ACCOUNT, IAM_RESOURCE, MAXIMUM_CLASSES, SERVICE, Word, classes

IS_SERVICE_KEY = "aws:principalisawsservice"
SERVICE_NAME_KEY = "aws:principalservicename"
BY_CALLER = (*ACCOUNT_KEYS, ARN_KEY, TYPE_KEY, IS_SERVICE_KEY)
"""Keys that follow from who an IAM principal is."""
BY_KIND = (IS_SERVICE_KEY, SERVICE_NAME_KEY)
"""Keys that follow from the caller, whoever it is: never a coordinate."""


class Callers:
    """The classes of all callers: IAM principals first, then services."""

    def __init__(self, partition: str, persons: tuple[Person, ...], names: tuple[TextTest, ...]) -> None:
        self.partition = partition
        self.at = {person: 1 << i for i, person in enumerate(persons)}
        self.name_at = {test: 1 << i for i, test in enumerate(names)}
        people = _people(persons)
        services = classes(names, SERVICE)
        self._passes = tuple(people)
        self._people = tuple(people.values())
        self._services = services
        self.people = (1 << len(self._people)) - 1
        self.services = ((1 << len(services)) - 1) << len(self._people)
        self._masks: dict[PlainCondition, int] = {}

    def caller(self, index: int) -> Caller:
        """A caller of this class. A role without a session stands for any session of it."""
        if index >= len(self._people):
            return ServiceCaller(self._services[index - len(self._people)].text)
        account, resource, session = self._people[index]
        if _is_federated(resource):
            return IamCaller(f"arn:{self.partition}:sts::{account}:{resource}", asked_by=session)
        return IamCaller(f"arn:{self.partition}:iam::{account}:{resource}", session)

    def covered(self, *persons: Person) -> int:
        """The IAM principals that pass one of the tests."""
        wanted = sum({self.at[person] for person in persons})
        return sum(1 << i for i, passes in enumerate(self._passes) if passes & wanted)

    def served(self, names: Iterable[TextTest]) -> int:
        """The services that pass one of the tests."""
        wanted = sum(self.name_at[name] for name in set(names))
        offset = len(self._people)
        return sum(1 << i + offset for i, service in enumerate(self._services) if service.passes & wanted)

    def holding(self, condition: PlainCondition) -> int:
        """The IAM principals for whom a condition on one of their own keys holds."""
        if condition not in self._masks:
            self._masks[condition] = self._holding(condition)
        return self._masks[condition]

    def _holding(self, condition: PlainCondition) -> int:
        always = holds_whatever_is_there(condition)
        if always is not None:
            return self.people if always else 0
        if condition.key.lower() == IS_SERVICE_KEY:
            return self.people if any(matches(test, "false") for test in tests_of(condition)) else 0
        wanted, negated = {*person_tests(condition, self.partition)}, is_negated(condition.operator.base)
        passing = self.covered(*wanted)
        return self.people & ~passing if negated else passing

    def serving(self, condition: PlainCondition) -> int:
        """The services for which a condition on the name of the calling service holds."""
        always = holds_whatever_is_there(condition)
        if always is not None:
            return self.services if always else 0
        passing = self.served(tests_of(condition))
        return self.services & ~passing if is_negated(condition.operator.base) else passing


def service_is_held_to(condition: PlainCondition) -> bool:
    """Whether a condition on `aws:PrincipalIsAWSService` holds for a service."""
    always = holds_whatever_is_there(condition)
    return any(matches(test, "true") for test in tests_of(condition)) if always is None else always


def _people(persons: tuple[Person, ...]) -> dict[int, tuple[str, str, str]]:
    """Every class of IAM principals with its account, resource and session, by the tests that it passes."""
    accounts = tuple(dict.fromkeys(p.account for p in persons))
    resources = tuple(dict.fromkeys((*(test for p in persons for test in p.resources), FEDERATED)))
    sessions = tuple(dict.fromkeys(p.session for p in persons if p.session))
    by_account = _joined(classes(accounts, ACCOUNT), {a: _bits(p.account == a for p in persons) for a in accounts})
    by_resource = _joined(
        classes(resources, IAM_RESOURCE), {r: _bits(r in p.resources for p in persons) for r in resources}
    )
    by_session = {s: _bits(p.session in ("", s) for p in persons) for s in ("", *sessions)}
    by_service = {s: _bits(p.service in ("", s) for p in persons) for s in ("iam", "sts")}
    found: dict[int, tuple[str, str, str]] = {}
    by_name = [
        (resource, session, passes & of_session & by_service["sts" if _is_federated(resource) else "iam"])
        for resource, passes in by_resource
        for session, of_session in by_session.items()
        if not session or _may_have(resource, session)
    ]
    for account, of_account in by_account:
        for resource, session, passes in by_name:
            found.setdefault(of_account & passes, (account, resource, session))
        if len(found) > MAXIMUM_CLASSES:
            raise Unsupported(f"more than {MAXIMUM_CLASSES} kinds of principals")
    return found


def _is_federated(resource: str) -> bool:
    return resource.startswith("federated-user/")


def _may_have(resource: str, session: str) -> bool:
    """A role has sessions by name, a federated user was asked for by a user."""
    return _is_federated(resource) if session.startswith("user/") else resource.startswith("role/")


def _joined(words: Iterable[Word], meaning: dict[TextTest, int]) -> list[tuple[str, int]]:
    """Each word with the tests of persons that it satisfies."""
    bits = list(meaning.values())
    return [(word.text, _union(b for i, b in enumerate(bits) if word.passes >> i & 1)) for word in words]


def _bits(flags: Iterable[bool]) -> int:
    return sum(1 << i for i, flag in enumerate(flags) if flag)


def _union(masks: Iterable[int]) -> int:
    result = 0
    for mask in masks:
        result |= mask
    return result


@lru_cache(maxsize=1_024)
def callers(partition: str, persons: tuple[Person, ...], names: tuple[TextTest, ...]) -> Callers:
    """The coordinate of the callers, from everything that a policy and what is asked say of them."""
    return Callers(partition, persons, names)
