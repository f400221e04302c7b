"""Lists of KMS that come in several answers."""

from typing import Any

from live.keys import listed


class Kms:
    """Answers two grants at a time."""

    def list_grants(self, **arguments: str) -> dict[str, Any]:
        key_id, start = arguments["KeyId"], int(arguments.get("Marker", "0"))
        page: dict[str, Any] = {
            "Grants": [f"{key_id}{n}" for n in range(start, min(start + 2, 5))],
            "Truncated": start < 4,
        }
        return page | ({"NextMarker": str(start + 2)} if start < 4 else {})


def test_a_list_is_read_to_its_end() -> None:
    assert list(listed(Kms(), "list_grants", "Grants", KeyId="k")) == ["k0", "k1", "k2", "k3", "k4"]
