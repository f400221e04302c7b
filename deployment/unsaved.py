"""What a Terraform that could not save its state left behind: to be looked at before anything is planned.

Terraform writes `errored.tfstate` where the backend takes no state, as on a full disk, and may leave a local state cut
off: https://developer.hashicorp.com/terraform/language/state/recover
"""

import json
import shlex
from collections.abc import Iterable, Iterator
from pathlib import Path

from baseline.errors import Refusal
from deployment.stack import StackFolder

ERRORED = "errored.tfstate"


def refuse_unsaved(stacks: Iterable[StackFolder]) -> None:
    """Raises Refusal where a state was not saved, or where a local one is not whole: planned now, keys would be made anew."""
    lines: list[str] = []
    helps: list[str] = []
    for stack in stacks:
        for line, help in _problems(stack):
            lines.append(f"  {stack.name}: {line}")
            helps += help
    if lines:
        raise Refusal("\n".join(["a state is not whole; nothing was planned", *lines]), "\n".join(helps))


def _problems(stack: StackFolder) -> Iterator[tuple[str, list[str]]]:
    state, errored = _local_state(stack.folder), stack.folder / ERRORED
    damaged = state is not None and not _is_whole(state)
    if errored.exists():
        put_aside = [f"  mv {shlex.quote(str(state))} {shlex.quote(f'{state}.damaged')}"] if damaged else []
        push = shlex.join([str(stack.terraform), f"-chdir={stack.folder}", "state", "push", ERRORED])
        yield (
            f"an earlier run could not save its state and wrote {errored}"
            + (f", and {state} is cut off" if damaged else ""),
            [
                "give it back, remove that file, and deploy again:",
                *put_aside,
                f"  {push}",
                f"  rm {shlex.quote(str(errored))}",
            ],
        )
    elif damaged:
        yield f"{state} is no state that Terraform can read", ["restore it from a backup, and deploy again"]


def _local_state(folder: Path) -> Path | None:
    """The state's file; None where it is elsewhere, or not there yet."""
    backend = json.loads((folder / "cdk.tf.json").read_text(encoding="utf-8")).get("terraform", {}).get("backend", {})
    if "path" not in backend.get("local", {}):
        return None
    state = (folder / backend["local"]["path"]).resolve()
    return state if state.exists() else None


def _is_whole(state: Path) -> bool:
    try:
        return isinstance(json.loads(state.read_bytes() or b"{}"), dict)
    except (OSError, ValueError):
        return False
