"""Matching by regular expressions, for tests: neither the prover's automata nor the evaluator's comparisons."""

import re
from functools import cache

from baseline.prover.globs import TextTest


@cache
def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(re.escape(text).replace(r"\*", ".*").replace(r"\?", "."), re.DOTALL)


def passes(test: TextTest, word: str) -> bool:
    """Whether the word passes the test."""
    if test.comparison == "equal":
        return word == test.text
    if test.comparison == "equal ignoring case":
        return word.lower() == test.text.lower()
    if test.comparison == "like":
        return _pattern(test.text).fullmatch(word) is not None
    wanted, parts = test.text.split(":", 5), word.split(":", 5)
    if len(wanted) != 6 or len(parts) != 6 or parts[0] != "arn":
        return False
    return all(_pattern(pattern).fullmatch(part) for pattern, part in zip(wanted, parts, strict=True))


def vector(tests: tuple[TextTest, ...], word: str) -> int:
    """The tests that the word passes, as bits."""
    return sum(1 << i for i, test in enumerate(tests) if passes(test, word))
