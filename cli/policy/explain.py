"""`kms-baseline policy explain`: a key policy in plain sentences, and who can do what as a matrix."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from baseline.errors import Undecided, UsageError
from baseline.found.place import account_in, partition_in
from baseline.found.sentences import sentences
from baseline.prover.action_groups import ACTION_GROUPS
from baseline.prover.assumptions import ASSUMPTIONS, scope
from baseline.prover.decide import read
from baseline.prover.errors import StepsSpent, Unsupported
from baseline.prover.matrix import LEVELS, Row, matrix
from cli import options, output
from operations.policy_file import check_place, policy_of
from operations.project import Project, configuration_path

FileOrAccount = Annotated[str, typer.Argument(help="A policy's JSON (-: standard input), or an account by name or ID.")]
Region = Annotated[str, typer.Argument(help="With an account: the region.", show_default=False)]
Purpose = Annotated[str, typer.Argument(help="With an account: the purpose of its key.", show_default=False)]
Owner = Annotated[
    str,
    typer.Option(
        "--account", help="With a file: the ID of the key's account; else the one it shows.", show_default=False
    ),
]


@dataclass(frozen=True, slots=True)
class Explained:
    """A policy, and the key that it belongs to."""

    policy: Mapping[str, Any]
    partition: str
    account: str
    """Empty: not known."""
    scope: str
    """What is to be said of the policy as a whole; empty: nothing."""


def explain(
    file_or_account: FileOrAccount,
    region: Region = "",
    purpose: Purpose = "",
    account: Owner = "",
    config: options.Config = None,
    format: options.OutputFormat = options.Format.table,
) -> None:
    """Say in plain sentences who may do what under which conditions, and show it as a matrix.

    Every cell of the matrix is decided for all possible requests. Exit code 4: something of the policy is not decided.

    Example: kms-baseline policy explain data eu-west-2 sns
    """
    if purpose:
        explained = _ours(Project(configuration_path(config)), file_or_account, region, purpose)
    elif region:
        raise UsageError(
            "an account needs its region and purpose", "kms-baseline policy explain ACCOUNT REGION PURPOSE"
        )
    else:
        check_place(account, "")
        explained = _found(Path(file_or_account), account)
    said = [(_name(statement), list(_said(explained, statement))) for statement in explained.policy["Statement"]]
    try:
        rows: Sequence[Row] = matrix(explained.policy, explained.partition, explained.account)
        reason = ""
    except (Unsupported, StepsSpent) as error:
        rows, reason = [], str(error)
    if format is options.Format.json:
        output.show_json(_as_json(explained, said, rows, reason))
    else:
        _show(explained, said, rows)
    if reason:
        raise Undecided(f"who can do what is not decided: {reason}", "`kms-baseline policy validate` says what to do")


def _ours(project: Project, account: str, region: str, purpose: str) -> Explained:
    key = project.key(account, region, purpose)
    partition = project.configuration.organization.partition
    about = scope(key.settings.iam_delegation, key.settings.separate_duties)
    return Explained(key.policy.as_dict(), partition, key.account_id, about)


def _found(file: Path, account_id: str) -> Explained:
    policy = policy_of(file)
    if policy.undecidable:
        raise Undecided(f"{file}: not decided: {policy.undecidable}", "`kms-baseline policy validate` says where")
    return Explained(policy.plain, partition_in(policy), account_id or account_in(policy), "")


def _name(statement: Mapping[str, Any]) -> str:
    return str(statement["Sid"])


def _said(explained: Explained, statement: Mapping[str, Any]) -> Iterator[str]:
    try:
        [plain] = read({**explained.policy, "Statement": [statement]})
    except Unsupported as error:
        yield f"Not decided: {str(error).partition(': ')[2] or error}."
        return
    yield from sentences(plain)


def _show(explained: Explained, said: Sequence[tuple[str, list[str]]], rows: Sequence[Row]) -> None:
    for name, texts in said:
        output.show("\n".join([name, *(f"  {text}" for text in texts)]))
    if explained.scope:
        output.show(f"\n{explained.scope}")
    if rows:
        output.show("\n" + output.table(("WHO", *map(str.upper, ACTION_GROUPS)), map(_cells, rows)))
        used = {level for row in rows for level in row.levels.values()}
        output.show("\n" + "\n".join(f"{level}: {means}" for level, means in LEVELS.items() if level in used))
        output.show("in part: of some actions of the column; grants and other policies are not looked at")


def _cells(row: Row) -> tuple[str, ...]:
    return (row.who, *(row.cells[group] for group in ACTION_GROUPS))


def _as_json(
    explained: Explained, said: Sequence[tuple[str, list[str]]], rows: Sequence[Row], reason: str
) -> dict[str, Any]:
    return {
        "version": 1,
        "account_id": explained.account or None,
        "scope": explained.scope or None,
        "statements": [{"statement": name, "sentences": texts} for name, texts in said],
        "levels": dict(LEVELS),
        "matrix": [{"who": row.who, **row.cells, "actions": dict(row.levels)} for row in rows],
        "not_decided": reason or None,
        "assumptions": dict(ASSUMPTIONS),
    }
