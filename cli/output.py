"""What people and programs read: data on standard output, everything else on standard error."""

import io
import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any


def prepare() -> None:
    """Put something in place of standard streams that are closed, and let data be UTF-8 whatever the locale says.

    Otherwise the next file that is opened would take the number of standard output, and children write into it.
    """
    while (descriptor := os.open(os.devnull, os.O_RDWR)) < 3:
        os.set_inheritable(descriptor, True)
    os.close(descriptor)
    sys.stdin = sys.stdin or os.fdopen(0)
    sys.stdout = sys.stdout or os.fdopen(1, "w")
    sys.stderr = sys.stderr or os.fdopen(2, "w")
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", errors="surrogateescape")


def say(text: str) -> None:
    """A line about the work, on standard error. That it cannot be said stops nothing."""
    with suppress(OSError):
        print(text, file=sys.stderr, flush=True)  # noqa: T201


def say_last(text: str) -> None:
    """The last line on standard error: what libraries say while they are torn down helps nobody."""
    say(text)
    sys.stderr = os.fdopen(os.open(os.devnull, os.O_WRONLY), "w")


def show(text: str, end: str = "\n") -> None:
    """Data, on standard output."""
    with _reader_may_leave():
        print(text, end=end)  # noqa: T201


def flush() -> None:
    """What was shown is written; a full disk shows now."""
    with _reader_may_leave():
        sys.stdout.flush()


@contextmanager
def _reader_may_leave() -> Iterator[None]:
    """Once nobody reads standard output, as after `| head`, data goes nowhere and the work goes on."""
    try:
        yield
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def show_json(data: Any) -> None:
    show(json.dumps(data, indent=2, ensure_ascii=False))


def show_json_list(items: Iterable[Any]) -> None:
    """A JSON array, each item printed when it comes: a long list is never in memory as a whole."""
    begun = False
    for item in items:
        text = json.dumps(item, indent=2, ensure_ascii=False).replace("\n", "\n  ")
        show(f"{',' if begun else '['}\n  {text}", end="")
        begun = True
    show("\n]" if begun else "[]")


def show_table(head: Sequence[str], rows: Callable[[], Iterable[Sequence[str]]]) -> None:
    """A table, a line at a time. Its rows are asked for twice: for the widths, then for the lines."""
    widths = [len(cell) for cell in head]
    for row in rows():
        widths = list(map(max, widths, map(len, row)))
    show(_line(head, widths))
    for row in rows():
        show(_line(row, widths))


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Columns as wide as their widest value: nothing is wrapped or cut, so IDs and places stay whole."""
    lines = [tuple(head), *(tuple(row) for row in rows)]
    widths = [max(len(line[i]) for line in lines) for i in range(len(head))]
    return "\n".join(_line(line, widths) for line in lines)


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip()
