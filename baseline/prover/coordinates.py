"""One condition key as a coordinate of the request: its classes, and the condition as a set of them.

A set of classes is an integer, a bit a class. Bit 0 is the request without the key, so it comes first in
counterexamples. A key with several values has the sets of its values' classes as classes.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache

from baseline.iam.condition_keys import spelled
from baseline.iam.reading import PlainCondition
from baseline.prover.condition_tests import (
    holds_whatever_is_there,
    holds_without,
    is_negated,
    kind_of,
    tests_of,
)
from baseline.prover.globs import TextTest, matches
from baseline.prover.unanswered import Unsupported
from baseline.prover.values import compares_values, value_test, value_words
from baseline.prover.words import TEXT, Word, classes

ABSENT = 1
MAXIMUM_ELEMENTS = 8
"""Kinds of values on a key with several: their sets double with each."""

Value = str | tuple[str, ...]


class Coordinate:
    """A condition key and everything that the conditions on it can tell apart."""

    def __init__(self, key: str, conditions: Sequence[PlainCondition]) -> None:
        self.key = key
        """In lower case, for the case of a key does not count."""
        self.name = spelled(conditions[0].key)
        self.is_set = kind_of(key) == "ArrayOfString"
        self.tests = tuple(dict.fromkeys(test for c in conditions for test in tests_of(c)))
        self.at = {test: 1 << i for i, test in enumerate(self.tests)}
        self.words = _words(key, self.tests, conditions)
        if self.is_set and len(self.words) > MAXIMUM_ELEMENTS:
            raise Unsupported(f"more than {MAXIMUM_ELEMENTS} kinds of values on `{self.name}`, which has several")
        self.size = 1 << len(self.words) if self.is_set else 1 + len(self.words)
        self._masks: dict[PlainCondition, int] = {}

    @property
    def everything(self) -> int:
        return (1 << self.size) - 1

    def value(self, index: int) -> Value:
        """A value of this class; an empty tuple: none."""
        if self.is_set:
            return tuple(word.text for i, word in enumerate(self.words) if index >> i & 1)
        return self.words[index - 1].text if index else ()

    def mask(self, condition: PlainCondition) -> int:
        """The classes for which the condition holds."""
        if condition not in self._masks:
            self._masks[condition] = self._mask(condition)
        return self._masks[condition]

    def _mask(self, condition: PlainCondition) -> int:
        absent = ABSENT if holds_without(condition) else 0
        always = holds_whatever_is_there(condition)
        if always is not None:
            return absent | (self.everything & ~ABSENT if always else 0)
        passing = self._passing(condition)
        return absent | (self._sets(condition, passing) if self.is_set else passing << 1)

    def _sets(self, condition: PlainCondition, passing: int) -> int:
        for_all = condition.operator.qualifier == "ForAllValues:"
        fits = [not chosen & ~passing if for_all else bool(chosen & passing) for chosen in range(self.size)]
        return sum(1 << chosen for chosen in range(1, self.size) if fits[chosen])

    def _passing(self, condition: PlainCondition) -> int:
        """The value classes that pass, negation included."""
        base, wanted = condition.operator.base, condition.values
        if compares_values(base):
            tests = [value_test(base, value) for value in wanted]
            passed = [any(test(word.text) for test in tests) for word in self.words]
        else:
            mask = sum({self.at[test] for test in tests_of(condition)})
            passed = [bool(word.passes & mask) for word in self.words]
        return sum(1 << i for i, passes in enumerate(passed) if passes != is_negated(base))


def _words(key: str, tests: tuple[TextTest, ...], conditions: Sequence[PlainCondition]) -> tuple[Word, ...]:
    kind = kind_of(key)
    if kind in ("String", "ARN", "ArrayOfString"):
        return classes(tests, TEXT)
    return tuple(Word(text, _passes(tests, text)) for text in value_words(kind, key, conditions))


def _passes(tests: Iterable[TextTest], text: str) -> int:
    return sum(1 << i for i, test in enumerate(tests) if matches(test, text))


@lru_cache(maxsize=8_192)
def coordinate(key: str, conditions: tuple[PlainCondition, ...]) -> Coordinate:
    """The coordinate of a key, from every condition on it in a policy and in what is asked."""
    return Coordinate(key, conditions)
