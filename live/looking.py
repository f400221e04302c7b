"""Questions to AWS of which each may be refused: what is refused is noted, and the others are asked all the same."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TypeVar

from botocore.exceptions import ClientError

from baseline.errors import WorldError
from baseline.inventory import Provider
from live.asking import NoCredentials, asking

T = TypeVar("T")


@dataclass(slots=True)
class Looking:
    """What could not be looked at so far in one account's region."""

    provider: Provider
    missed: list[str] = field(default_factory=list)
    """In words, each with AWS's reason."""

    def ask(self, what: str, call: Callable[[], T]) -> T | None:
        """What a call answers; None where AWS refuses it, which is noted. `what` says what is asked for.

        Raises NoCredentials where every further call would fail as well.
        """
        try:
            with asking(self.provider):
                return call()
        except NoCredentials:
            raise
        except WorldError as error:
            cause = error.__cause__
            reason = cause.response.get("Error", {}).get("Code") if isinstance(cause, ClientError) else None
            self.missed.append(f"{what} ({reason or cause})")
        return None

    def each(self, what: str, call: Callable[[], Iterator[T]]) -> list[T]:
        """All items of a list; none where AWS refuses it."""
        return self.ask(what, lambda: list(call())) or []
