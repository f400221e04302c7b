"""The caller as one coordinate: IAM principals by account, ARN and session, and services by name.

The keys that follow from an IAM principal (its account, its ARN) are tests of the principal itself.
"""

from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from baseline.iam.arns import Arn, is_account_id
from baseline.iam.reading import PlainCondition
from baseline.iam.request import Caller, IamCaller, ServiceCaller
from baseline.prover.condition_tests import (
    holds_whatever_is_there,
    is_negated,
    tests_of,
)
from baseline.prover.globs import TextTest, matches
from baseline.prover.unanswered import Unsupported
from baseline.prover.words import ACCOUNT, IAM_RESOURCE, MAXIMUM_CLASSES, SERVICE, Word, classes

ACCOUNT_KEYS = ("kms:calleraccount", "aws:principalaccount")
ARN_KEY = "aws:principalarn"
IS_SERVICE_KEY = "aws:principalisawsservice"
BY_CALLER = (*ACCOUNT_KEYS, ARN_KEY, IS_SERVICE_KEY)
ROOT = TextTest("equal", "root")
_ANY = TextTest("like", "*")


class Person(NamedTuple):
    """A test of an IAM principal: of its account, of the rest of its ARN (one test of several), of its session."""

    account: TextTest = _ANY
    resources: tuple[TextTest, ...] = (_ANY,)
    session: str = ""


ROOT_USER = Person(resources=(ROOT,))


def named(principal: str, partition: str) -> Person:
    """Whom an entry of the Principal element covers. Raises Unsupported."""
    if is_account_id(principal):
        return Person(TextTest("equal", principal))
    arn = Arn.parse(principal)
    kind, _, name = arn.resource.partition("/")
    if arn.partition != partition or not is_account_id(arn.account_id) or arn.region:
        raise Unsupported(f"principal `{principal}` is not of an account of the partition `{partition}`")
    account = TextTest("equal", arn.account_id)
    if arn.service == "iam" and arn.resource == "root":
        return Person(account)
    if arn.service == "iam" and kind in ("role", "user") and name:
        return Person(account, (TextTest("equal", arn.resource),))
    role, slash, session = name.partition("/")
    if arn.service == "sts" and kind == "assumed-role" and role and slash and session:
        return Person(account, (TextTest("equal", f"role/{role}"), TextTest("like", f"role/*/{role}")), session)
    raise Unsupported(f"principal `{principal}` is not an account, a user, a role or a session")


def is_account(principal: str) -> bool:
    """Whether the entry names a whole account, which lets its IAM policies decide."""
    return is_account_id(principal) or Arn.parse(principal).resource == "root"


def person_tests(condition: PlainCondition, partition: str) -> tuple[Person | None, ...]:
    """The tests of an IAM principal that a condition on one of its keys consists of; None: nobody passes."""
    key = condition.key.lower()
    if key in ACCOUNT_KEYS:
        return tuple(Person(test) if test.comparison != "arn" else None for test in tests_of(condition))
    if key == ARN_KEY:
        return tuple(_by_arn(test, partition) for test in tests_of(condition))
    return ()


def _by_arn(test: TextTest, partition: str) -> Person | None:
    """`arn:PARTITION:iam::ACCOUNT:RESOURCE` part by part."""
    if test.comparison == "like" and ("*" in test.text or "?" in test.text):
        raise Unsupported(f"`{test.text}` under StringLike on `aws:PrincipalArn`; ArnLike is decided")
    comparison = "like" if test.comparison == "arn" else test.comparison
    parts = test.text.split(":", 5)
    if len(parts) != 6:
        return None
    given = ("arn", partition, "iam", "")
    if not all(matches(TextTest(comparison, part), own) for part, own in zip(parts[:4], given, strict=True)):
        return None
    return Person(TextTest(comparison, parts[4]), (TextTest(comparison, parts[5]),))


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
        return IamCaller(f"arn:{self.partition}:iam::{account}:{resource}", session)

    def covered(self, person: Person) -> int:
        """The IAM principals that pass the test."""
        bit = self.at[person]
        return sum(1 << i for i, passes in enumerate(self._passes) if passes & bit)

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
        tests = {p for p in person_tests(condition, self.partition) if p is not None}
        wanted, negated = sum(self.at[test] for test in tests), is_negated(condition.operator.base)
        return sum(1 << i for i, passes in enumerate(self._passes) if bool(passes & wanted) != negated)


def service_is_held_to(condition: PlainCondition) -> bool:
    """Whether a condition on `aws:PrincipalIsAWSService` holds for a service."""
    always = holds_whatever_is_there(condition)
    return any(matches(test, "true") for test in tests_of(condition)) if always is None else always


def _people(persons: tuple[Person, ...]) -> dict[int, tuple[str, str, str]]:
    """Every class of IAM principals with its account, resource and session, by the tests that it passes."""
    accounts = tuple(dict.fromkeys(p.account for p in persons))
    resources = tuple(dict.fromkeys(test for p in persons for test in p.resources))
    sessions = tuple(dict.fromkeys(p.session for p in persons if p.session))
    by_account = _joined(classes(accounts, ACCOUNT), {a: _bits(p.account == a for p in persons) for a in accounts})
    by_resource = _joined(
        classes(resources, IAM_RESOURCE), {r: _bits(r in p.resources for p in persons) for r in resources}
    )
    by_session = {s: _bits(p.session in ("", s) for p in persons) for s in ("", *sessions)}
    found: dict[int, tuple[str, str, str]] = {}
    for account, of_account in by_account:
        for resource, of_resource in by_resource:
            for session, of_session in by_session.items():
                if not session or resource.startswith("role/"):
                    passes = of_account & of_resource & of_session
                    found.setdefault(passes, (account, resource, session))
        if len(found) > MAXIMUM_CLASSES:
            raise Unsupported(f"more than {MAXIMUM_CLASSES} kinds of principals")
    return found


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
