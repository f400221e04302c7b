"""The classes of the words that a condition key can hold: which tests can be true together, with a word for each.

Found by breadth-first search over the product of the tests' automata. A word's domain (twelve digits, an IAM path) is
part of the search: a class that only words outside of it have is none, and none is lost to a word outside of it.
"""

from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from baseline.prover.globs import COLON, Glob, TextTest, glob, matches
from baseline.prover.unanswered import Unsupported

MAXIMUM_CLASSES = 4_096
MAXIMUM_STATES = 60_000
_FRESH = "xyzabcdefghijklmnopqrstuvw0123456789"


class Word(NamedTuple):
    """A class: a word, and the tests that it and all words of its class pass, as bits."""

    text: str
    passes: int


class Domain(NamedTuple):
    """Which words there are: those that match one of the shapes and none of the others."""

    shapes: tuple[str, ...]
    but_not: tuple[str, ...] = ()
    alphabet: str = ""
    """Empty: any character."""
    familiar: tuple[str, ...] = ()
    """Words that people recognize; preferred where they stand for their class."""


TEXT = Domain(("?*",))
ACCOUNT = Domain(("?" * 12,), alphabet="0123456789", familiar=("999999999999", "888888888888"))
IAM_RESOURCE = Domain(
    ("root", "user/?*", "role/?*", "federated-user/?*"),
    ("*/", "*//*", "federated-user/*/*"),
    familiar=("role/SomeRole", "user/SomeUser", "role/x/SomeRole", "federated-user/SomeUser"),
)
SERVICE = Domain(("?*",), familiar=("lambda.amazonaws.com", "config.amazonaws.com"))


@lru_cache(maxsize=8_192)
def classes(tests: tuple[TextTest, ...], domain: Domain) -> tuple[Word, ...]:
    """Every class of the domain's words, the familiar ones first. Raises Unsupported if there are too many."""
    shapes = tuple(TextTest("like", shape) for shape in (*domain.shapes, *domain.but_not))
    wanted = (1 << len(domain.shapes)) - 1
    search = _Search((*tests, *shapes), len(tests), wanted, domain.alphabet)
    for word in (*_suggested(tests), *domain.familiar, _FRESH[0]):
        search.record(word)
    is_complete = len(search.found) == 1 << len(tests) or (_are_plain(tests) and search.add_other(domain))
    if not is_complete:
        search.run()
    return tuple(Word(text, passes) for passes, text in search.found.items())


def _suggested(tests: Iterable[TextTest]) -> Iterable[str]:
    """Words that the policy itself suggests, so that counterexamples look like it."""
    for comparison, text in tests:
        if comparison in ("equal", "equal ignoring case"):
            yield text
        else:
            yield text.replace("*", "x").replace("?", "x")


def _are_plain(tests: Iterable[TextTest]) -> bool:
    return all(test.comparison == "equal" or test == ("like", "*") for test in tests)


class _Search:
    def __init__(self, tests: tuple[TextTest, ...], asked: int, wanted: int, alphabet: str) -> None:
        self.tests, self.asked, self.wanted, self.alphabet = tests, asked, wanted, alphabet
        self.found: dict[int, str] = {}

    def record(self, word: str) -> None:
        if not self.alphabet or all(char in self.alphabet for char in word):
            self.keep(sum(1 << i for i, test in enumerate(self.tests) if matches(test, word)), word)

    def keep(self, passes: int, word: str) -> None:
        """Keep the first word of a class, if it is in the domain: of one of its shapes, and of no other."""
        if 0 < passes >> self.asked <= self.wanted:
            self.found.setdefault(passes & ((1 << self.asked) - 1), word)
            if len(self.found) > MAXIMUM_CLASSES:
                raise Unsupported(f"more than {MAXIMUM_CLASSES} kinds of values on one condition key")

    def add_other(self, domain: Domain) -> bool:
        """Where every test is for equality, one word that is none of them completes the classes."""
        equal = {test.text for test in self.tests}
        others = (*domain.familiar, *(() if self.alphabet else ("x", "other")))
        other = next((word for word in others if word not in equal), None)
        if other is None or len(domain.shapes) > 1:
            return False
        self.record(other)
        return True

    def run(self) -> None:
        automata = [(i, automaton) for i, test in enumerate(self.tests) if (automaton := glob(test))]
        start = tuple(automaton.start for _, automaton in automata)
        seen, queue = {start}, [(start, "")]
        for state, word in queue:
            self.keep(sum(1 << i for (i, a), s in zip(automata, state, strict=True) if s & a.accept), word)
            for char in self.next_chars(automata, state):
                after = tuple(a.step(s, char) for (_, a), s in zip(automata, state, strict=True))
                if after not in seen:
                    seen.add(after)
                    queue.append((after, word + char))
            if len(seen) > MAXIMUM_STATES:
                raise Unsupported("the patterns on one condition key are too many and too much alike")

    def next_chars(self, automata: list[tuple[int, Glob]], state: tuple[int, ...]) -> list[str]:
        """The characters that lead to different states, and one that stands for all others."""
        told = {char for (_, a), s in zip(automata, state, strict=True) if s for char in a.reads(s)}
        if any(a.has_closed for (_, a), s in zip(automata, state, strict=True) if s):
            told.add(COLON)
        other = next((char for char in self.alphabet or _FRESH if char not in told), None)
        if other is None and not self.alphabet:
            other = next(chr(code) for code in range(0xA1, 0x250) if chr(code) not in told)
        chars = sorted(char for char in told if not self.alphabet or char in self.alphabet)
        return [other, *chars] if other is not None else chars
