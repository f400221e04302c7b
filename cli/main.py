"""Where the command line starts: how failures become messages and exit codes.

What takes time to load is loaded later, so that an interrupt is one line from the first moment on.
"""

import errno
import gc
import os
import sys
import traceback
from collections.abc import Sequence

from baseline.errors import Exit, KmsBaselineError, Mistakes
from baseline.words import count
from cli import output

DEBUG_VARIABLE = "KMS_BASELINE_DEBUG"
ALLOCATIONS_UNTIL_COLLECTION = 50_000
"""Hardly anything here is garbage in a circle. Python's 700 would look for it in every key again and again, which
takes a quarter of the CPU of a large organization; memory stays the same."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    if not os.environ.get(DEBUG_VARIABLE):
        sys.unraisablehook = _nothing  # what libraries could not say while they were torn down helps nobody
    gc.set_threshold(ALLOCATIONS_UNTIL_COLLECTION)
    output.prepare()
    try:
        from cli.commands import run

        code = run(sys.argv[1:] if arguments is None else arguments)
        output.flush()
        return code
    except KeyboardInterrupt:
        output.say_last("interrupted")
        return Exit.INTERRUPTED
    except KmsBaselineError as error:
        _report(error)
        return error.exit_code
    except OSError as error:
        output.say(f"error: {error.filename or 'the system'}: {error.strerror or error}")
        output.say(f"  help: {_ADVICE.get(error.errno or 0, 'see that the path exists and may be written')}")
        return Exit.WORLD
    except Exception as error:
        return _defect(error)


_ADVICE = {
    errno.ENOSPC: "the disk is full: free some space and run the command again; nothing was left half-written",
    errno.EROFS: "the file system is read-only: choose another folder",
    errno.EACCES: "you may not write there: choose another folder or change its permissions",
}


def _nothing(_: object) -> None:
    """In place of Python's words about an exception in a destructor."""


def _report(error: KmsBaselineError) -> None:
    if isinstance(error, Mistakes):
        output.say(str(error))
        if len(error.mistakes) > 1:
            output.say(count(len(error.mistakes), "mistake"))
        return
    output.say(f"error: {error}")
    if error.help:
        output.say("  help: " + error.help.replace("\n", "\n        "))


def _defect(error: Exception) -> int:
    output.say(f"error: a defect of kms-baseline: {type(error).__name__}: {error}")
    output.say("  help: please report it; " + DEBUG_VARIABLE + "=1 shows where it happened")
    if os.environ.get(DEBUG_VARIABLE):
        traceback.print_exc()
    return Exit.WORLD
