"""Add the lines of what is new to the file of names. Exit code 1: a line would change or go, and nothing is written."""

import sys
from collections import Counter

from tests.golden import GOLDEN, addresses

new = addresses()
lost = Counter(GOLDEN.read_text(encoding="utf-8").splitlines()) - Counter(new.splitlines())
if lost:
    sys.exit("these lines would change or go, and with them keys:\n" + "\n".join(lost))
GOLDEN.write_text(new, encoding="utf-8", newline="\n")
