"""States and their outputs as documents of the API."""

import json

from sandbox.cloud.documents import Document, resource
from sandbox.cloud.records import StateVersion


def state_version(state: StateVersion, url: str) -> Document:
    """A state version, with the addresses at which its contents are read and written."""
    place = f"{url}/states/{state.secret}"
    attributes = {
        "serial": state.serial,
        "lineage": state.lineage,
        "status": "pending" if state.content is None else "finalized",
        "resources-processed": state.content is not None,
        "created-at": state.created,
        "hosted-state-download-url": place,
        "hosted-state-upload-url": place,
        "hosted-json-state-upload-url": f"{place}/json",
        "size": len(state.content or b""),
    }
    run = ("runs", state.run.id) if state.run else None
    return resource(
        "state-versions",
        state.id,
        attributes,
        run=run,
        outputs=[("state-version-outputs", o["id"]) for o in outputs(state)],
    )


def outputs(state: StateVersion, *, secrets: bool = False) -> list[Document]:
    """The outputs of a state; sensitive values only if asked for, as one by its ID is."""
    found = json.loads(state.content or b"{}").get("outputs", {})
    return [
        resource(
            "state-version-outputs",
            f"{state.id}-{name}",
            {
                "name": name,
                "value": None if output.get("sensitive") and not secrets else output["value"],
                "sensitive": bool(output.get("sensitive")),
                "type": output["type"] if isinstance(output["type"], str) else "array",
                "detailed-type": output["type"],
            },
        )
        for name, output in found.items()
    ]
