"""Words that follow from numbers, and names of characters."""

import unicodedata
from collections.abc import Sequence

MOST_NAMED = 5


def count(number: int, noun: str) -> str:
    """`1 key`, `2 keys`, `2 policies`."""
    if number == 1:
        return f"1 {noun}"
    return f"{number} {noun[:-1]}ies" if noun.endswith(("cy", "ty", "ry")) else f"{number} {noun}s"


def some(names: Sequence[str]) -> str:
    """The first of them, and how many more there are; empty for none."""
    more = len(names) - MOST_NAMED
    return ", ".join(names[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


def visible(text: str) -> str:
    """The text with every character that cannot be seen as `<U+200B>`, so that a message shows what is wrong."""
    return text if text.isprintable() else "".join(c if c.isprintable() else f"<U+{ord(c):04X}>" for c in text)


def named_character(character: str) -> str:
    """`U+200B (zero width space)`: for characters that cannot be seen."""
    name = unicodedata.name(character, "").lower()
    return f"U+{ord(character):04X}" + (f" ({name})" if name else "")
