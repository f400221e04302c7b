"""`kms-baseline policy diff`: what the change of a key policy means."""

from pathlib import Path
from typing import Annotated

import typer

from baseline.errors import Exit
from baseline.prover.difference import STAR
from cli import changes, options, output
from cli.policy.arguments import AccountId, Region
from operations.comparison import difference_of_policies
from operations.policy_file import check_place

Old = Annotated[Path, typer.Argument(help="The old policy's JSON; -: standard input.")]
New = Annotated[Path, typer.Argument(help="The new policy's JSON; -: standard input.")]
ExitCode = Annotated[
    bool, typer.Option("--exit-code", help="Exit 1 when the policies do not mean the same, 0 when they do.")
]
NoNewAccess = Annotated[bool, typer.Option("--no-new-access", help="Exit 1 when anybody gains anything.")]


def diff(
    old: Old,
    new: New,
    account_id: AccountId = "",
    region: Region = "",
    no_new_access: NoNewAccess = False,
    exit_code: ExitCode = False,
    format: options.OutputFormat = options.Format.table,
) -> None:
    """Say who loses and who gains what by a change, with an example request each. Its text does not count.

    Decided for all requests that can be sent. Exit code 4: something of a policy is not decided.

    Example: kms-baseline policy diff old.json new.json
    """
    check_place(account_id, region)
    found = difference_of_policies(old, new, account_id, region)
    if format is options.Format.json:
        output.show_json({"version": 1, "same_meaning": not found.changes, "changes": changes.as_json(found.changes)})
    elif found.changes:
        output.show("\n".join(changes.lines(found.changes, found.old, found.new)))
    else:
        output.show("same policy" if found.same_text else "same meaning")
    gains = any(change.direction == "gains" for change in found.changes)
    if (exit_code and found.changes) or (no_new_access and gains):
        raise typer.Exit(Exit.REFUSED)
    if any(change.depends_on not in ("", STAR) for change in found.changes):
        raise typer.Exit(Exit.UNDECIDED)
