"""The command line: its commands, and how failures become messages and exit codes."""

import errno
import os
import sys
import traceback
from collections.abc import Sequence
from typing import Annotated

import typer
import typer.exceptions

from baseline.errors import KmsBaselineError, Mistakes
from cli import output, policy, sandbox
from cli.check import check
from cli.demo import demo
from cli.deploy import deploy
from cli.export import export
from cli.init import init
from cli.keys import keys
from cli.lock import lock
from cli.prove import prove
from cli.schema import schema
from cli.synth import synth

VERSION = "0.1.0"
DEBUG_VARIABLE = "KMS_BASELINE_DEBUG"
EXIT_USAGE = 2
EXIT_WORLD = 3
EXIT_INTERRUPTED = 130

app = typer.Typer(
    name="kms-baseline",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)

for command in (init, check, keys, prove, synth, deploy, export, lock, schema, demo):
    app.command()(command)
app.add_typer(policy.app, name="policy")
app.add_typer(sandbox.app, name="sandbox")


def _nothing(_: object) -> None:
    """In place of Python's words about an exception in a destructor."""


def _version(wanted: bool) -> None:
    if wanted:
        output.show(f"kms-baseline {VERSION}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Customer managed KMS keys for every account and region of an AWS organization, as Terraform JSON."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code (design: 0 fine, 1 refused, 2 written wrong, 3 the world, 130)."""
    if not os.environ.get(DEBUG_VARIABLE):
        sys.unraisablehook = _nothing  # what libraries could not say while they were torn down helps nobody
    try:
        result = app(args=list(arguments) if arguments is not None else None, standalone_mode=False)
        sys.stdout.flush()
        if result == EXIT_INTERRUPTED:  # what Typer makes of a KeyboardInterrupt
            return _interrupted()
        return result if isinstance(result, int) else 0
    except typer.exceptions.TyperException as error:
        return _usage(error)
    except typer.Abort:
        return _interrupted()
    except KmsBaselineError as error:
        _report(error)
        return error.exit_code
    except BrokenPipeError as error:
        return 0 if _reader_has_left() else _defect(error)
    except OSError as error:
        output.say(f"error: {error.filename or 'the system'}: {error.strerror or error}")
        output.say(f"  help: {_ADVICE.get(error.errno or 0, 'see that the path exists and may be written')}")
        return EXIT_WORLD
    except Exception as error:
        return _defect(error)


_ADVICE = {
    errno.ENOSPC: "the disk is full: free some space and run the command again; nothing was left half-written",
    errno.EROFS: "the file system is read-only: choose another folder",
    errno.EACCES: "you may not write there: choose another folder or change its permissions",
}


def _interrupted() -> int:
    output.say("interrupted")
    return EXIT_INTERRUPTED


def _usage(error: typer.exceptions.TyperException) -> int:
    """Typer's own messages about the arguments."""
    context = getattr(error, "ctx", None)
    if error.format_message().startswith("Usage:"):  # no arguments: the help itself
        output.say(error.format_message())
        return EXIT_USAGE
    output.say(f"error: {error.format_message()}")
    output.say(f"  help: {context.command_path if context else 'kms-baseline'} --help lists what there is")
    return EXIT_USAGE


def _report(error: KmsBaselineError) -> None:
    if isinstance(error, Mistakes):
        output.say(str(error))
        if len(error.mistakes) > 1:
            output.say(output.count(len(error.mistakes), "mistake"))
        return
    output.say(f"error: {error}")
    if error.help:
        output.say("  help: " + error.help.replace("\n", "\n        "))


def _reader_has_left() -> bool:
    """Whether nobody reads standard output any more, as after `| head`. Then nothing is printed at exit either."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return True
    return False


def _defect(error: Exception) -> int:
    output.say(f"error: a defect of kms-baseline: {type(error).__name__}: {error}")
    output.say("  help: please report it; " + DEBUG_VARIABLE + "=1 shows where it happened")
    if os.environ.get(DEBUG_VARIABLE):
        traceback.print_exc()
    return EXIT_WORLD
