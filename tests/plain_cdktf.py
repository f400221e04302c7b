"""What CDKTF itself writes, without stamping. Node starts once for all tests of a process."""

from pathlib import Path

import pytest

from baseline.inventory import Inventory
from stacks.stamping import builders


def plainly(what: Inventory, folder: Path) -> None:
    """Write all stacks in one app. That our index of the bindings changes nothing is shown in test_bindings."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NODE_OPTIONS", builders.environment(folder)["NODE_OPTIONS"])
        from stacks.app import build  # starts Node

        build(what.stacks, folder).synth()
