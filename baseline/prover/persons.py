"""Tests of an IAM principal: by its account, by the rest of its ARN, by its session.

An ARN of a caller is `arn:PARTITION:SERVICE::ACCOUNT:RESOURCE`: of IAM, or of STS for a federated user.
"""

from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from baseline.iam.arns import Arn, has_wildcard, is_account_id
from baseline.iam.reading import PlainCondition
from baseline.prover.condition_tests import tests_of
from baseline.prover.globs import COLON, TextTest, matches
from baseline.prover.unanswered import Unsupported

ACCOUNT_KEYS = ("kms:calleraccount", "aws:principalaccount")
ARN_KEY = "aws:principalarn"
TYPE_KEY = "aws:principaltype"
_ANY = TextTest("like", "*")
FEDERATED = TextTest("like", "federated-user/*")


class Person(NamedTuple):
    """A test of an IAM principal."""

    account: TextTest = _ANY
    resources: tuple[TextTest, ...] = (_ANY,)
    """One of them."""
    session: str = ""
    """Of a role: its name; of a federated user: who asked for it, as `user/NAME`; empty: any, or none."""
    service: str = ""
    """`iam`, or `sts` for federated users; empty: both."""


ROOT_USER = Person(resources=(TextTest("equal", "root"),))
_TYPES = {
    "Account": ROOT_USER,
    "User": Person(resources=(TextTest("like", "user/*"),)),
    "AssumedRole": Person(resources=(TextTest("like", "role/*"),)),
    "FederatedUser": Person(service="sts"),
}
"""https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html"""


@cache
def named(principal: str, partition: str) -> tuple[Person, ...]:
    """Whom an entry of the Principal element covers: the first is the entry itself. Raises Unsupported."""
    if is_account_id(principal):
        return (Person(TextTest("equal", principal)),)
    arn = Arn.parse(principal)
    kind, _, name = arn.resource.partition("/")
    if arn.partition != partition or not is_account_id(arn.account_id) or arn.region:
        raise Unsupported(f"principal `{principal}` is not of an account of the partition `{partition}`")
    account, itself = TextTest("equal", arn.account_id), (TextTest("equal", arn.resource),)
    if arn.service == "iam" and arn.resource == "root":
        return (Person(account),)
    if arn.service == "iam" and kind == "role" and name:
        return (Person(account, itself),)
    if arn.service == "iam" and kind == "user" and name:
        # The federated users for whom this user asks act with its permissions.
        return Person(account, itself), Person(account, session=arn.resource, service="sts")
    if arn.service == "sts" and kind == "federated-user" and name:
        return (Person(account, itself),)
    role, slash, session = name.partition("/")
    if arn.service == "sts" and kind == "assumed-role" and role and slash and session:
        return (Person(account, (TextTest("equal", f"role/{role}"), TextTest("like", f"role/*/{role}")), session),)
    raise Unsupported(f"principal `{principal}` is not an account, a user, a role or a session")


def is_account(principal: str) -> bool:
    """Whether the entry names a whole account, which lets its IAM policies decide."""
    return is_account_id(principal) or Arn.parse(principal).resource == "root"


@cache
def person_tests(condition: PlainCondition, partition: str) -> tuple[Person, ...]:
    """The tests of an IAM principal that a condition on one of its keys consists of: whoever passes one has the value."""
    key = condition.key.lower()
    if key in ACCOUNT_KEYS:
        return tuple(Person(test) for test in tests_of(condition) if test.comparison != "arn")
    if key == ARN_KEY:
        return tuple(dict.fromkeys(person for test in tests_of(condition) for person in _by_arn(test, partition)))
    if key == TYPE_KEY:
        tests = tests_of(condition)
        return tuple(person for kind, person in _TYPES.items() if any(matches(test, kind) for test in tests))
    return ()


def _by_arn(test: TextTest, partition: str) -> Iterator[Person]:
    for service in ("iam", "sts"):
        if test.comparison == "like" and has_wildcard(test.text):
            yield from _by_whole_arn(test.text, f"arn:{partition}:{service}::", service)
        else:
            yield from _by_parts(test, ("arn", partition, service, ""))


def _by_parts(test: TextTest, given: tuple[str, ...]) -> Iterator[Person]:
    comparison = "like" if test.comparison == "arn" else test.comparison
    parts = test.text.split(COLON, 5)
    if len(parts) == 6 and all(
        matches(TextTest(comparison, part), own) for part, own in zip(parts[:4], given, strict=True)
    ):
        yield Person(TextTest(comparison, parts[4]), (TextTest(comparison, parts[5]),), service=given[2])


def _by_whole_arn(pattern: str, beginning: str, service: str) -> Iterator[Person]:
    """StringLike, whose wildcards run across colons: every way to divide the pattern before the account and behind it."""
    for rest in _after(pattern, beginning):
        for at, char in enumerate(rest):
            if char in f"{COLON}?*":
                star = "*" if char == "*" else ""
                account, resource = rest[:at] + star, star + rest[at + 1 :]
                yield Person(TextTest("like", account), (TextTest("like", resource),), service=service)


def _after(pattern: str, text: str) -> set[str]:
    """What can be left of a pattern once it has read a text."""
    left = {pattern}
    for char in text:
        left = {
            rest if rest[0] == "*" else rest[1:]
            for each in left
            for rest in _open(each)
            if rest and rest[0] in f"{char}?*"
        }
    return {rest for each in left for rest in _open(each)}


def _open(pattern: str) -> Iterator[str]:
    """The pattern, and what it is where its leading stars read nothing."""
    yield pattern
    if pattern.startswith("*"):
        yield from _open(pattern[1:])
