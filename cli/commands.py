"""The commands. Each has a module of its name, which is loaded when the command is asked for."""

import ast
import os
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Annotated, NoReturn

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
"""The module has a function of the same name, whose docstring is the command's help."""
GROUPS = {
    "policy": "Key policies, ours and those that somebody else wrote.",
    "sandbox": "An AWS on this machine (moto), with the accounts of the configuration.",
    "workspaces": "Make and settle the workspaces of HCP Terraform, and run exported folders in them.",
}
"""With their help. The module has an `app` with commands of its own."""
KNOWN = (*COMMANDS, *GROUPS)


def program(names: Sequence[str] = KNOWN) -> typer.Typer:
    """The command line with these commands: no command pays for what others load."""
    app = _without_commands()
    for name in names:
        module = import_module(f"cli.{name}")
        if name in GROUPS:
            app.add_typer(module.app, name=name, help=GROUPS[name])
        else:
            app.command()(getattr(module, name))
    return app


def outline() -> typer.Typer:
    """The command line as its own help and the completion of a command's name need it, with no command loaded."""
    app = _without_commands()
    for name in KNOWN:
        app.command(name, help=GROUPS.get(name) or _docstring(name))(_not_loaded)
    return app


def _docstring(command: str) -> str:
    """Of the function, read and not loaded: all commands take a second to load."""
    text = Path(__file__).with_name(f"{command}.py").read_text(encoding="utf-8")
    [function] = (f for f in ast.parse(text).body if isinstance(f, ast.FunctionDef) and f.name == command)
    return ast.get_docstring(function) or ""


def _not_loaded() -> NoReturn:
    raise AssertionError("a command that is named is loaded")


def _without_commands() -> typer.Typer:
    app = typer.Typer(
        name="kms-baseline",
        no_args_is_help=True,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
    )
    app.callback()(options)
    return app


def _named(words: Sequence[str]) -> str | None:
    """The command among the words of a line, or of one that a shell wants to be completed."""
    if "_KMS_BASELINE_COMPLETE" in os.environ:  # the variables are Typer's; the first word is the program
        words = (os.environ.get("_TYPER_COMPLETE_ARGS") or os.environ.get("COMP_WORDS", "")).split()[1:]
    first = next((word for word in words if word != "--"), None)
    return first if first in KNOWN else None


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
    name = _named(words)
    try:
        result = (program([name]) if name else outline())(args=list(words), standalone_mode=False)
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
