"""No class is missing: every short word finds its truth vector in the table, and every witness has its own.

The danger of the method is a class that is not there: everything after it would agree on a wrong "holds".
"""

import itertools
import random
from collections.abc import Iterable, Iterator

import pytest

from baseline.prover.globs import Comparison, TextTest
from baseline.prover.unanswered import Unsupported
from baseline.prover.words import ACCOUNT, IAM_RESOURCE, TEXT, Domain, classes
from tests.prover.matching import vector

ALPHABET = "aA:b"
WORDS = tuple("".join(word) for length in range(1, 6) for word in itertools.product(ALPHABET, repeat=length))
SETS = 250
"""Pattern sets a test; each is held against all 1,364 words."""


def pattern_sets(
    seed: int, comparisons: tuple[Comparison, ...], texts: Iterable[str], count: int = SETS
) -> Iterator[tuple[TextTest, ...]]:
    chance, choice = random.Random(seed), tuple(texts)
    for _ in range(count):
        tests = {TextTest(chance.choice(comparisons), chance.choice(choice)): None for _ in range(chance.randint(1, 4))}
        yield tuple(tests)


def random_texts(seed: int, alphabet: str, longest: int) -> list[str]:
    chance = random.Random(seed)
    return ["".join(chance.choices(alphabet, k=chance.randint(0, longest))) for _ in range(400)]


def check_complete(tests: tuple[TextTest, ...], words: Iterable[str], domain: Domain = TEXT) -> None:
    table = {word.passes: word.text for word in classes(tests, domain)}
    for passed, witness in table.items():
        assert vector(tests, witness) == passed, (tests, witness)
    for word in words:
        assert vector(tests, word) in table, (tests, word)


@pytest.mark.parametrize("seed", range(3))
def test_every_short_word_is_of_a_class_and_every_witness_is_of_its_own(seed: int) -> None:
    comparisons: tuple[Comparison, ...] = ("equal", "equal ignoring case", "like", "like")
    for tests in pattern_sets(seed, comparisons, random_texts(seed, "aAb:**?", 5)):
        check_complete(tests, WORDS)


def test_a_word_that_leads_back_to_the_beginning_is_a_class() -> None:
    check_complete((TextTest("like", "*3"),), ("a", "3", "a3", "3a"))


def test_equality_alone_has_one_class_more_than_literals() -> None:
    tests = tuple(TextTest("equal", text) for text in ("x", "other", "", "*"))
    assert {word.passes for word in classes(tests, TEXT)} == {0, 1, 2, 8}


def test_familiar_words_in_use_do_not_hide_the_others() -> None:
    tests = tuple(TextTest("equal", account) for account in ACCOUNT.familiar)
    assert {word.passes for word in classes(tests, ACCOUNT)} == {0, 1, 2}


ARN_PARTS = ("", "a", "b", "ab")
ARNS = tuple(
    ":".join((head, *parts)) + tail
    for head in ("arn", "a")
    for parts in itertools.product(("", "a", "b"), repeat=4)
    for tail in (":", ":a", ":a:b", ":b/a", "")
)


@pytest.mark.parametrize("seed", range(3))
def test_arns_are_divided_at_the_first_five_colons(seed: int) -> None:
    chance = random.Random(seed)
    pieces = ("", "a", "*", "?", "a*", "*b")
    texts = [":".join(("arn", *(chance.choice(pieces) for _ in range(5)))) for _ in range(100)]
    texts += [f"{text}:*" for text in texts[:30]] + ["arn:a*", "*", "a?n:*:*:*:*:*", "*:a:*:*:*:*"]
    for tests in pattern_sets(seed, ("arn", "arn", "like", "equal"), texts, count=80):
        check_complete(tests, ARNS)


def test_a_string_pattern_reads_a_colon_where_an_arn_pattern_does_not() -> None:
    tests = (TextTest("arn", "arn:*b:a:a:a:a"), TextTest("like", "arn:?b:a:a:a:a"))
    check_complete(tests, ("arn:xb:a:a:a:a", "arn::b:a:a:a:a", "arn:xxb:a:a:a:a", "arn"))


def test_accounts_are_twelve_digits_within_the_search() -> None:
    accounts = ["".join(digits) for digits in itertools.product("12", repeat=12)][::7]
    texts = ("1*", "*2", "?1*", "2" * 12, "1" * 12, "*12*", "12", "*x*", "*")
    for tests in pattern_sets(1, ("like", "equal"), texts, count=60):
        check_complete(tests, accounts, ACCOUNT)
        assert all(len(word.text) == 12 and word.text.isdigit() for word in classes(tests, ACCOUNT))


PATHS = ("", "a/", "b/a/", "a:root/")
NAMES = ("a", "b", "ab", "root")
RESOURCES = ("root", *map("".join, itertools.product(("user/", "role/"), PATHS, NAMES)))


def test_principals_are_root_users_and_roles_with_paths() -> None:
    texts = ("root", "*", "role/*", "role/a", "role/*/a", "user/?", "*/a*", "*root", "role/a/*", "*:root*", "r*")
    for tests in pattern_sets(2, ("like", "equal"), texts, count=150):
        check_complete(tests, RESOURCES, IAM_RESOURCE)
        assert all(word.text.startswith(("root", "user/", "role/")) for word in classes(tests, IAM_RESOURCE))


def test_too_many_kinds_of_values_are_refused_and_not_left_out() -> None:
    tests = tuple(TextTest("like", f"*{char}*") for char in "abcdefghijklmnop")
    with pytest.raises(Unsupported, match="kinds of values"):
        classes(tests, TEXT)
