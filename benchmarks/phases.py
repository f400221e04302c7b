"""Where a synth without changes spends its CPU: the same calls as the command makes, one after another.

    python -m benchmarks.phases CONFIGURATION OUTPUT

The output folder, the lock and the cache are those of an earlier synth. Prints a line of JSON.
"""

import json
import sys
import time
from pathlib import Path


def main(configuration: Path, output: Path) -> None:
    seconds: dict[str, float] = {"starting Python": time.process_time()}
    before = time.process_time()

    def lap(what: str) -> None:
        nonlocal before
        now = time.process_time()
        seconds[what] = now - before
        before = now

    from operations.project import Project
    from stacks.output import staged
    from stacks.stamping.synthesis import synthesized

    lap("loading our modules")
    project = Project(configuration)
    assert project.configuration
    lap("reading and resolving the configuration")
    assert project.lock
    lap("reading the lock")
    assert project.inventory
    lap("expanding the Inventory, with all policies")
    assert not project.lock_differs
    lap("rendering the lock to compare it")
    assert not project.proofs
    lap("proving all policies by their shapes")
    project.check_policies()
    lap("judging the chains from features to keys")
    with synthesized(project.inventory) as made:
        lap("telling the shapes of all stacks, reading and checking their templates")
        with staged(made, output) as put_in_place:
            lap("stamping all stacks and comparing them with the files")
            put_in_place()
    lap("publishing what differs")
    print(json.dumps(seconds))  # noqa: T201


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
