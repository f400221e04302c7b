"""A key that nothing can use is named by its state, and not by what its services then answer."""

from datetime import UTC, datetime
from typing import Any

import pytest

from baseline.inventory import Inventory
from baseline.purposes import PURPOSES
from live.probes import probe_key


class Session:
    """A session whose KMS knows one key."""

    def __init__(self, state: str) -> None:
        self.metadata = {"KeyState": state, "Arn": "arn", "DeletionDate": datetime(2026, 12, 24, tzinfo=UTC)}

    def client(self, service: str, **_: Any) -> "Session":
        assert service == "kms", "nothing may be made with a key that cannot be used"
        return self

    def describe_key(self, KeyId: str) -> dict[str, Any]:  # noqa: N803
        return {"KeyMetadata": self.metadata}


@pytest.mark.parametrize(
    ("state", "problem"),
    [
        (
            "PendingDeletion",
            "nothing can use the key: it is in the state PendingDeletion, until 2026-12-24; "
            "`aws kms cancel-key-deletion` and `enable-key` save it",
        ),
        ("Disabled", "nothing can use the key: it is in the state Disabled"),
    ],
)
def test_the_state_is_the_problem(sample_inventory: Inventory, state: str, problem: str) -> None:
    session: Any = Session(state)
    for key in sample_inventory.keys:
        [outcome] = probe_key(key, PURPOSES[key.purpose], True, session, None)
        assert outcome.problem == problem
