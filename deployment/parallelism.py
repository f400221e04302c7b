"""How many stacks run at once.

A plan is work for the cores. An apply mostly waits for AWS, so more stacks than cores pay,
and memory is the limit: one more stack needs 0.4 to 0.5 GB.
"""

import os
from pathlib import Path

MOST_APPLIES = 5
BYTES_PER_STACK = 500_000_000


def for_plans(stacks: int) -> int:
    """How many stacks are planned at once: at least one."""
    return max(1, min(stacks, os.cpu_count() or 1))


def for_applies(stacks: int, memory: int | None) -> int:
    """How many stacks are applied at once: at least one. `memory` is in bytes, None: unknown."""
    fitting = MOST_APPLIES if memory is None else memory // BYTES_PER_STACK
    return max(1, min(stacks, MOST_APPLIES, fitting))


def free_memory() -> int | None:
    """The bytes of memory that may still be used, or None where the system does not say (not Linux)."""
    limits = [limit for limit in (_available(), _container_limit()) if limit is not None]
    return min(limits, default=None)


def _available() -> int | None:
    try:
        lines = Path("/proc/meminfo").read_text().splitlines()
    except OSError:
        return None
    kilobytes = [int(line.split()[1]) for line in lines if line.startswith("MemAvailable:")]
    return kilobytes[0] * 1024 if kilobytes else None


def _container_limit() -> int | None:
    # A container on a large host has far less than the host's memory, and a Terraform that
    # runs out of it while keys are being created loses track of them.
    try:
        text = Path("/sys/fs/cgroup/memory.max").read_text().strip()
    except OSError:
        return None
    return int(text) if text.isdigit() else None
