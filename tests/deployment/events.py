"""What a deployment told, as the tests look at it."""

from deployment.apply import StackResult
from deployment.events import Event, Notice, StackEvent


def notices(events: list[Event]) -> list[str]:
    return [event.text for event in events if isinstance(event, Notice)]


def of_stacks(events: list[Event]) -> list[StackEvent]:
    return [event for event in events if isinstance(event, StackEvent)]


def outcomes(results: tuple[StackResult, ...]) -> list[tuple[str, str]]:
    return [(result.stack, result.outcome) for result in results]
