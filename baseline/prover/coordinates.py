"""One condition key as a coordinate of the request: its classes, and the condition as a set of them.

A set of classes is an integer, a bit a class. Bit 0 is the request without the key, so it comes first in
counterexamples. A key with several values has the sets of its values' classes as classes.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache

from baseline.iam.conditions import spelled
from baseline.iam.reading import PlainCondition
from baseline.prover.condition_tests import (
    holds_whatever_is_there,
    holds_without,
    is_negated,
    kind_of,
    number_test,
    tests_of,
)
from baseline.prover.globs import TextTest, matches
from baseline.prover.unanswered import Unsupported
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
        self.words = _words(kind_of(key), self.tests, conditions)
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
        if base.startswith("Numeric"):
            tests = [number_test(base, value) for value in wanted]
            passed = [word.text.lstrip("-").isdigit() and any(t(int(word.text)) for t in tests) for word in self.words]
        else:
            mask = sum({self.at[test] for test in tests_of(condition)})
            passed = [bool(word.passes & mask) for word in self.words]
        return sum(1 << i for i, passes in enumerate(passed) if passes != is_negated(base))


def _words(kind: str, tests: tuple[TextTest, ...], conditions: Sequence[PlainCondition]) -> tuple[Word, ...]:
    if kind == "Bool":
        return _chosen(("true", "false"), tests)
    if kind == "Numeric":
        bounds = {int(value) for c in conditions if c.operator.base.startswith("Numeric") for value in c.values}
        near = sorted({number + step for number in (bounds or {0}) for step in (-1, 0, 1)}, key=lambda n: (n < 0, n))
        return _chosen((*map(str, near), "no number"), tests)
    if kind == "Date":
        return _chosen(("2030-01-01T00:00:00Z",), tests)
    return classes(tests, TEXT)


def _chosen(texts: Iterable[str], tests: tuple[TextTest, ...]) -> tuple[Word, ...]:
    return tuple(Word(text, sum(1 << i for i, test in enumerate(tests) if matches(test, text))) for text in texts)


@lru_cache(maxsize=8_192)
def coordinate(key: str, conditions: tuple[PlainCondition, ...]) -> Coordinate:
    """The coordinate of a key, from every condition on it in a policy and in what is asked."""
    return Coordinate(key, conditions)
