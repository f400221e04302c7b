"""Box subtraction against counting the points, one by one."""

import itertools
from random import Random

import pytest

from baseline.prover.boxes import Box, Steps, first_point, meet, survivor
from baseline.prover.unanswered import StepsSpent

CLASSES = (3, 2, 3, 3)
POINTS = tuple(itertools.product(*(range(size) for size in CLASSES)))


def random_box(chance: Random, fullness: float) -> Box:
    """A box that is full on most coordinates."""
    return tuple(
        (1 << size) - 1 if chance.random() < fullness else chance.randint(1, (1 << size) - 1) for size in CLASSES
    )


def holds(box: Box, point: tuple[int, ...]) -> bool:
    return all(mask >> at & 1 for mask, at in zip(box, point, strict=True))


@pytest.mark.parametrize("fullness", [0.2, 0.5, 0.8])
def test_a_survivor_is_found_if_and_only_if_a_point_is_left(fullness: float) -> None:
    chance = Random(int(fullness * 10))
    for _ in range(1_500):
        box = random_box(chance, 0.7)
        others = [random_box(chance, fullness) for _ in range(chance.randint(0, 7))]
        left = [point for point in POINTS if holds(box, point) and not any(holds(other, point) for other in others)]
        found = survivor(box, others, Steps())
        assert (found is not None) == bool(left), (box, others)
        if found:
            assert set(left) >= {point for point in POINTS if holds(found, point)}
            assert first_point(found) in left


def test_boxes_that_share_no_class_of_one_coordinate_do_not_meet() -> None:
    assert meet((1, 1, 1), (1, 1, 2)) is None
    assert meet((3, 1, 1), (2, 1, 1)) == (2, 1, 1)


def test_spent_steps_are_no_answer() -> None:
    with pytest.raises(StepsSpent):
        survivor((3, 3), [(1, 3), (2, 1)], Steps(limit=1))
