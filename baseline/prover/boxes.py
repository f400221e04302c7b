"""Boxes: products of sets of classes, one set a coordinate, each an integer with a bit a class.

Whether a box minus others is empty is decided by splitting: what a subtracted box leaves of it is at most one smaller
box a coordinate.
"""

from collections.abc import Iterable, Sequence

from baseline.prover.unanswered import StepsSpent

Box = tuple[int, ...]
MAXIMUM_STEPS = 200_000


def meet(one: Box, other: Box) -> Box | None:
    """What two boxes share; None if nothing."""
    if not (one[0] & other[0] and one[1] & other[1]):
        return None  # most boxes differ in their callers or actions
    both = tuple([a & b for a, b in zip(one, other, strict=True)])
    return both if all(both) else None


def _touch(one: Box, other: Box) -> bool:
    """Whether two boxes share anything. A proof asks little else, and a generator would take twice as long."""
    for a, b in zip(one, other, strict=True):  # noqa: SIM110
        if not a & b:
            return False
    return True


def first_point(box: Box) -> tuple[int, ...]:
    """The box's first class on every coordinate."""
    return tuple((mask & -mask).bit_length() - 1 for mask in box)


class Steps:
    """What may still be spent on one question."""

    def __init__(self, limit: int = MAXIMUM_STEPS) -> None:
        self.left = limit

    def spend(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise StepsSpent("the steps for one question are spent")


def survivor(box: Box, others: Iterable[Box], steps: Steps) -> Box | None:
    """A box inside the first that none of the others touches; None if they cover it. Raises StepsSpent."""
    touching = [other for other in others if _touch(box, other)]
    return _survivor(box, touching, 0, steps)


def _survivor(box: Box, others: Sequence[Box], start: int, steps: Steps) -> Box | None:
    for at in range(start, len(others)):
        other = others[at]
        steps.spend()
        if not _touch(box, other):
            continue
        rest = list(box)
        for i, (own, taken) in enumerate(zip(box, other, strict=True)):
            outside = own & ~taken
            if outside:
                rest[i] = outside
                left = _survivor(tuple(rest), others, at + 1, steps)
                if left is not None:
                    return left
                rest[i] = own & taken
        return None
    return box
