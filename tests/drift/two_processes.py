"""The program with so few regions at once that two are many: they are read by two processes."""

import os

import operations.reading_places as reading
from cli.main import main as program


def main() -> int:
    """As a process of its own: what it changes is not changed back."""
    vars(reading)["MOST_AT_ONCE"] = 1
    os.cpu_count = lambda: 2
    return program()
