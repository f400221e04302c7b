"""`kms-baseline policy diff`: what the change of a key policy means."""

from pathlib import Path
from typing import Annotated

import typer

from baseline.errors import Exit, Undecided
from baseline.found.place import account_in, partition_in
from baseline.found.policy import FoundPolicy
from baseline.prover.difference import difference
from baseline.prover.errors import StepsSpent, Unsupported
from cli import changes, options, output
from cli.policy.arguments import Account
from operations.policy_file import check_place, name_of, policy_of

Old = Annotated[Path, typer.Argument(help="The old policy's JSON; -: standard input.")]
New = Annotated[Path, typer.Argument(help="The new policy's JSON; -: standard input.")]
NoNewAccess = Annotated[bool, typer.Option("--no-new-access", help="Exit 1 when anybody gains anything.")]


def diff(
    old: Old,
    new: New,
    account: Account = "",
    no_new_access: NoNewAccess = False,
    format: options.OutputFormat = options.Format.table,
) -> None:
    """Say who gains and who loses what by a change, with an example request each. Its text does not count.

    Decided for all requests that can be sent. Exit code 4: something of a policy is not decided.

    Example: kms-baseline policy diff old.json new.json
    """
    check_place(account, "")
    before, after = _decidable(old), _decidable(new)
    owner = account or account_in(after) or account_in(before)
    try:
        found = difference(before.plain, after.plain, partition_in(after), owner)
    except (Unsupported, StepsSpent) as error:
        raise Undecided(f"not decided: {error}", "`kms-baseline policy validate` says what to do") from None
    if format is options.Format.json:
        output.show_json({"version": 1, "same_meaning": not found, "changes": changes.as_json(found)})
    elif found:
        output.show("\n".join(changes.lines(found)))
    else:
        output.show("same policy" if before.plain == after.plain else "same meaning")
    if no_new_access and any(change.direction == "gains" for change in found):
        raise typer.Exit(Exit.REFUSED)


def _decidable(file: Path) -> FoundPolicy:
    policy = policy_of(file)
    if policy.undecidable:
        raise Undecided(
            f"{name_of(file)}: not decided: {policy.undecidable}", "`kms-baseline policy validate` says where"
        )
    return policy
