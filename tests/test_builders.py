"""How many processes build: as many as pay, as there are cores, and as the memory allows."""

import os

import pytest

from stacks.stamping.builders import BYTES_A_PROCESS, KEYS_A_PROCESS, MOST_PROCESSES, processes

CORES = os.cpu_count() or 1


@pytest.mark.parametrize(
    ("keys", "stacks", "memory", "expected"),
    [
        pytest.param(30, 5, None, 1, id="a second would only take time"),
        pytest.param(KEYS_A_PROCESS, 100, None, 1, id="just not worth it"),
        pytest.param(KEYS_A_PROCESS + 1, 100, None, min(2, CORES), id="a second pays"),
        pytest.param(KEYS_A_PROCESS + 1, 1, None, 1, id="one stack is built by one"),
        pytest.param(1_000_000, 1_000, None, min(MOST_PROCESSES, CORES), id="never more than the cores"),
        pytest.param(1_000_000, 1_000, BYTES_A_PROCESS * 2 - 1, 1, id="memory for one"),
        pytest.param(1_000_000, 1_000, 0, 1, id="always one"),
        pytest.param(0, 0, None, 1, id="nothing to build"),
    ],
)
def test_processes_are_as_many_as_pay_and_fit(keys: int, stacks: int, memory: int | None, expected: int) -> None:
    assert processes(keys, stacks, memory) == expected
