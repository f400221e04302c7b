"""`kms-baseline policy explain`: a key policy in plain sentences, and who can do what as a matrix."""

from pathlib import Path
from typing import Annotated, Any

import typer

from baseline.errors import Undecided, UsageError
from baseline.found.explanation import Explanation
from baseline.prover.action_groups import ACTION_GROUPS
from baseline.prover.assumptions import ASSUMPTIONS
from baseline.prover.matrix import LEVELS, Row
from cli import options, output
from operations.explanation import explain_file, explain_key
from operations.policy_file import check_place
from operations.project import Project, configuration_path

FileOrAccount = Annotated[str, typer.Argument(help="A policy's JSON (-: standard input), or an account by name or ID.")]
Region = Annotated[str, typer.Argument(help="With an account: the region.", show_default=False)]
OfKey = Annotated[str, typer.Option("--region", help="With a file: the key's region.", show_default=False)]
Purpose = Annotated[str, typer.Argument(help="With an account: the purpose of its key.", show_default=False)]
Owner = Annotated[
    str,
    typer.Option(
        "--account", help="With a file: the ID of the key's account; else the one it shows.", show_default=False
    ),
]


def explain(
    file_or_account: FileOrAccount,
    region: Region = "",
    purpose: Purpose = "",
    account_id: Owner = "",
    key_region: OfKey = "",
    config: options.Config = None,
    format: options.OutputFormat = options.Format.table,
) -> None:
    """Say in plain sentences who may do what under which conditions, and show it as a matrix.

    Every cell of the matrix is decided for all possible requests. Exit code 4: something of the policy is not decided.

    Example: kms-baseline policy explain data eu-west-2 sns
    """
    if purpose:
        explained = explain_key(Project(configuration_path(config)), file_or_account, region, purpose)
    elif region:
        raise UsageError(
            "an account needs its region and purpose", "kms-baseline policy explain ACCOUNT REGION PURPOSE"
        )
    else:
        check_place(account_id, key_region)
        explained = explain_file(Path(file_or_account), account_id, key_region)
    if format is options.Format.json:
        output.show_json(_as_json(explained))
    else:
        _show(explained)
    if explained.undecided:
        raise Undecided(
            f"who can do what is not decided: {explained.undecided}", "`kms-baseline policy validate` says what to do"
        )


def _show(explained: Explanation) -> None:
    for name, texts in explained.statements:
        output.show("\n".join([name, *(f"  {text}" for text in texts)]))
    if explained.scope:
        output.show(f"\n{explained.scope}")
    if explained.matrix:
        output.show("\n" + output.table(("WHO", *map(str.upper, ACTION_GROUPS)), map(_cells, explained.matrix)))
        used = {level for row in explained.matrix for level in row.levels.values()}
        output.show("\n" + "\n".join(f"{level}: {means}" for level, means in LEVELS.items() if level in used))
        output.show("in part: of some actions of the column; grants and other policies are not looked at")


def _cells(row: Row) -> tuple[str, ...]:
    return (row.who, *(row.cells[group] for group in ACTION_GROUPS))


def _as_json(explained: Explanation) -> dict[str, Any]:
    return {
        "version": 1,
        "account_id": explained.account_id or None,
        "scope": explained.scope or None,
        "statements": [{"statement": name, "sentences": texts} for name, texts in explained.statements],
        "levels": dict(LEVELS),
        "matrix": [{"who": row.who, **row.cells, "actions": dict(row.levels)} for row in explained.matrix],
        "not_decided": explained.undecided or None,
        "assumptions": dict(ASSUMPTIONS),
    }
