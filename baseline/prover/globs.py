"""Patterns as automata over positions: which of them a word matches, one character after the other.

A state is a set of positions, held as the bits of an integer. `?` is one character, `*` any run of them; in the first
five parts of an ARN neither reads a colon.
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import Literal, NamedTuple

Comparison = Literal["equal", "equal ignoring case", "like", "arn"]
COLON = ":"


class TextTest(NamedTuple):
    """One comparison of a value with a text of the policy."""

    comparison: Comparison
    text: str


class Glob:
    """The automaton of one test."""

    __slots__ = ("accept", "chars", "dots", "has_closed", "open_dots", "open_stars", "stars", "start")

    def __init__(self, tokens: list[str], ignores_case: bool = False) -> None:
        self.chars: dict[str, int] = {}
        self.dots = self.open_dots = self.stars = self.open_stars = 0
        for at, token in enumerate(tokens):
            bit = 1 << at
            if len(token) == 1:
                for char in {token, token.lower(), token.upper()} if ignores_case else (token,):
                    self.chars[char] = self.chars.get(char, 0) | bit
            elif token[0] == "*":
                self.stars |= bit
                self.open_stars |= bit if token == "*:" else 0
            else:
                self.dots |= bit
                self.open_dots |= bit if token == "?:" else 0
        self.has_closed = self.stars != self.open_stars or self.dots != self.open_dots
        self.accept = 1 << len(tokens)
        self.start = 1 | ((1 & self.stars) << 1)

    def step(self, state: int, char: str) -> int:
        """The state behind one more character."""
        stars, dots = (self.open_stars, self.open_dots) if char == COLON else (self.stars, self.dots)
        moved = (state & stars) | ((state & (dots | self.chars.get(char, 0))) << 1)
        return moved | ((moved & self.stars) << 1)

    def reads(self, state: int) -> Iterator[str]:
        """The characters that it can tell from the others in this state."""
        for char, positions in self.chars.items():
            if state & positions and len(char) == 1:  # some letters have two in another case
                yield char

    def matches(self, word: str) -> bool:
        state = self.start
        for char in word:
            state = self.step(state, char)
            if not state:
                return False
        return bool(state & self.accept)


@lru_cache(maxsize=4_096)
def glob(test: TextTest) -> Glob | None:
    """The automaton of a test; None if no value matches."""
    if test.comparison == "arn":
        return _arn(test.text)
    if test.comparison == "like":
        return Glob(_tokens(test.text, ":"))
    return Glob(list(test.text), ignores_case=test.comparison == "equal ignoring case")


def matches(test: TextTest, word: str) -> bool:
    """Whether the word passes the test."""
    automaton = glob(test)
    return automaton is not None and automaton.matches(word)


def _tokens(text: str, reach: str) -> list[str]:
    """Wildcards with what they may read besides other characters: `:` or nothing. A run of stars is one."""
    tokens: list[str] = []
    for char in text:
        token = f"{char}{reach or ' '}" if char in "*?" else char
        if not (char == "*" and tokens and tokens[-1][0] == "*" and len(tokens[-1]) > 1):
            tokens.append(token)
    return tokens


def _arn(text: str) -> Glob | None:
    parts = text.split(COLON, 5)
    if len(parts) != 6 or not Glob(_tokens(parts[0], "")).matches("arn"):
        return None
    tokens = list("arn")
    for part in parts[1:5]:
        tokens += [COLON, *_tokens(part, "")]
    return Glob([*tokens, COLON, *_tokens(parts[5], ":")])
