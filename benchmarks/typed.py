"""The same stacks by our typed constructs, all in one app: what a synth is without shapes."""

import sys
from pathlib import Path

from baseline.configuration.load import load
from baseline.expansion import expand
from baseline.lock import Lock
from stacks.app import build


def main(configuration: Path, output: Path) -> None:
    inventory = expand(load(configuration.read_text(encoding="utf-8"), str(configuration)).organization, Lock())
    build(inventory.stacks, output).synth()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
