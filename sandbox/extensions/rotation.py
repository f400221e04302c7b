"""The rotation period of keys, which moto drops: without it Terraform finds another period in every plan."""

from datetime import timedelta

from moto.core.base_backend import BackendDict, BaseBackend
from moto.core.exceptions import JsonRESTError
from moto.core.utils import unix_time, utcnow

DEFAULT_DAYS = 365
SHORTEST_DAYS = 90
LONGEST_DAYS = 2560
"""https://docs.aws.amazon.com/kms/latest/APIReference/API_EnableKeyRotation.html"""


class RotationBackend(BaseBackend):
    """Period in days and next date of every key that rotates, by key ID; one of these an account and region."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self._periods: dict[str, tuple[int, float]] = {}

    def start(self, key_id: str, days: int) -> None:
        """Rotate the key every so many days from today on."""
        self._periods[key_id] = (days, unix_time(utcnow() + timedelta(days=days)))

    def status(self, key_id: str) -> dict[str, float]:
        """The fields that GetKeyRotationStatus has for a key that rotates."""
        days, next_date = self._periods[key_id]
        return {"RotationPeriodInDays": days, "NextRotationDate": next_date}


rotations = BackendDict(RotationBackend, "kms")


def require_period(days: int) -> None:
    """Raises KMS's own error for a period that it does not take."""
    if days < SHORTEST_DAYS:
        raise _constraint(days, f"greater than or equal to {SHORTEST_DAYS}")
    if days > LONGEST_DAYS:
        raise _constraint(days, f"less than or equal to {LONGEST_DAYS}")


def _constraint(days: int, limit: str) -> JsonRESTError:
    message = (
        f"1 validation error detected: Value '{days}' at 'rotationPeriodInDays' failed to satisfy constraint: "
        f"Member must have value {limit}"
    )
    return JsonRESTError("ValidationException", message)
