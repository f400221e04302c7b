"""The program of a process that builds stacks: one after another from standard input, their texts to standard output.

A process of its own, so that what builds nothing never loads cdktf, several can build at once, and Python runs
without assertions, which spares jsii a second check of every type.
"""

import atexit
import json
import os
import pickle
import shutil
import sys
import traceback
from contextlib import suppress
from pathlib import Path
from tempfile import mkdtemp
from typing import BinaryIO

STACK_FILE = "cdk.tf.json"


def main() -> None:
    sys.unraisablehook = lambda _: None  # what libraries could not say while they were torn down helps nobody
    # Runs last, after Node was ended: Python would tear its objects down one by one.
    atexit.register(os._exit, 0)
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    # Standard output is for answers; whatever a program in Node prints is none.
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    with suppress(EOFError):
        _answer(sys.stdin.buffer, answers)
    answers.flush()


def _answer(requests: BinaryIO, answers: BinaryIO) -> None:
    from jsii.errors import JSIIError

    while True:
        stack = pickle.load(requests)
        answer: dict[str, object]
        try:
            answer = {"built": _built(stack)}
        # What Node's errors arrive as, what its sudden end looks like from here, and a full disk.
        except (JSIIError, RuntimeError, OSError, json.JSONDecodeError) as error:
            answer = {"failed": str(error).strip().partition("\n")[0] or type(error).__name__}
        except Exception:
            answer = {"defect": traceback.format_exc()}
        pickle.dump(answer, answers)
        answers.flush()


def _built(stack: object) -> tuple[str, str]:
    """The stack's JSON and the manifest of an app that has no other stack."""
    from baseline.inventory import Stack
    from stacks.app import build  # starts Node

    assert isinstance(stack, Stack)
    folder = Path(mkdtemp(prefix="app-"))
    build([stack], folder).synth()
    texts = (folder / "stacks" / stack.name / STACK_FILE, folder / "manifest.json")
    written = tuple(path.read_text(encoding="utf-8") for path in texts)
    shutil.rmtree(folder)
    return written[0], written[1]


if __name__ == "__main__":
    main()
