import pytest

from deployment.parallelism import for_applies, for_plans, free_memory


@pytest.mark.parametrize(
    ("stacks", "memory", "at_once"),
    [
        (3, 16_000_000_000, 3),
        (100, 16_000_000_000, 5),
        (100, 1_999_999_999, 3),
        (100, 100_000_000, 1),
        (100, None, 5),
        (0, None, 1),
    ],
)
def test_applies_are_limited_by_stacks_five_and_memory(stacks: int, memory: int | None, at_once: int) -> None:
    assert for_applies(stacks, memory) == at_once


def test_plans_are_at_least_one_and_at_most_the_stacks() -> None:
    assert [for_plans(0), for_plans(1)] == [1, 1]


def test_free_memory_is_said_in_bytes_where_the_system_says_it() -> None:
    memory = free_memory()
    assert memory is None or memory > 1_000_000
