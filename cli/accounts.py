"""`kms-baseline accounts`: the recorded accounts, held against AWS Organizations."""

import os
from dataclasses import asdict
from typing import Annotated

import typer

from baseline.errors import Exit
from baseline.words import count
from cli import options, output
from live.sessions import sessions_of
from operations.accounts import compare
from operations.project import Project, configuration_path


def accounts(
    config: options.Config = None,
    write: Annotated[
        bool, typer.Option("--write", help="Record the accounts as they are, in organization.accounts.json.")
    ] = False,
    format: options.OutputFormat = options.Format.table,
) -> None:
    """Compare AWS Organizations with the recorded accounts: new, missing, renamed, moved, suspended ones.

    Nothing is written but that one file, and only by --write. Exit code 1: something differs and was not written.

    Example: kms-baseline accounts --write
    """
    project = Project(configuration_path(config))
    found = compare(project, sessions_of(os.environ), output.say, anew=write)
    if format is options.Format.json:
        output.show_json({"version": 1, "differences": [asdict(difference) for difference in found.differences]})
    elif found.differences:
        rows = [(d.account_id, d.name, d.kind, d.what) for d in found.differences]
        output.show(output.table(("ACCOUNT ID", "NAME", "CHANGE", "WHAT"), rows))
    states = sorted({account.state for account in found.now.accounts.values()})
    numbers = [sum(account.state == state for account in found.now.accounts.values()) for state in states]
    summary = ", ".join(f"{number} {state}" for number, state in zip(numbers, states, strict=True))
    output.say(
        f"{count(len(found.now.accounts), 'account')} ({summary}): {count(len(found.differences), 'difference')}"
    )
    if found.is_recorded:
        return
    if not write:
        output.say(f"{project.found_path} is not as it would be written; --write does that")
        raise typer.Exit(Exit.REFUSED)
    found.record(project)
    output.say(f"{project.found_path}: written; `kms-baseline check` says what follows")
