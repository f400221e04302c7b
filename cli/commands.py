"""The commands. Each has a module of its name, which is loaded when the command is asked for."""

from collections.abc import Sequence
from importlib import import_module
from typing import Annotated

import typer
import typer.exceptions

from baseline.errors import Exit
from cli import output
from cli.version import VERSION

COMMANDS = (
    "init",
    "bootstrap",
    "check",
    "keys",
    "prove",
    "diff",
    "cost",
    "synth",
    "deploy",
    "verify",
    "accounts",
    "probe",
    "adopt",
    "retire",
    "export",
    "report",
    "lock",
    "schema",
    "demo",
)
"""The module has a function of the same name."""
GROUPS = ("policy", "sandbox", "workspaces")
"""The module has an `app` with commands of its own."""


def program(words: Sequence[str] = ()) -> typer.Typer:
    """The command line; of one that names a command only that one, so that no command pays for what others load."""
    app = typer.Typer(
        name="kms-baseline",
        no_args_is_help=True,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
    )
    app.callback()(options)
    known = (*COMMANDS, *GROUPS)
    for name in words[:1] if words and words[0] in known else known:
        module = import_module(f"cli.{name}")
        if name in GROUPS:
            app.add_typer(module.app, name=name)
        else:
            app.command()(getattr(module, name))
    return app


def _version(wanted: bool) -> None:
    if wanted:
        output.show(f"kms-baseline {VERSION}")
        raise typer.Exit


def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Customer managed KMS keys for every account and region of an AWS organization, as Terraform JSON."""


def run(words: Sequence[str]) -> int:
    """Run what the words say and return the exit code. Raises KeyboardInterrupt, and what the command raises."""
    try:
        result = program(words)(args=list(words), standalone_mode=False)
    except typer.exceptions.TyperException as error:
        return _usage(error)
    except typer.Abort:
        raise KeyboardInterrupt from None
    if result == Exit.INTERRUPTED:  # what Typer makes of a KeyboardInterrupt
        raise KeyboardInterrupt
    return result if isinstance(result, int) else 0


def _usage(error: typer.exceptions.TyperException) -> int:
    """Typer's own messages about the arguments."""
    context = getattr(error, "ctx", None)
    if error.format_message().startswith("Usage:"):  # no arguments: the help itself
        output.say(error.format_message())
        return Exit.WRITTEN_WRONG
    output.say(f"error: {error.format_message()}")
    output.say(f"  help: {context.command_path if context else 'kms-baseline'} --help lists what there is")
    return Exit.WRITTEN_WRONG
