"""`kms-baseline policy prove`: the general properties, of a policy that somebody else wrote."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from baseline.errors import Exit
from baseline.found.policy import FoundPolicy
from baseline.prover.assumptions import ACTIONS_KNOWN, ASSUMPTIONS
from baseline.prover.judgements import Judgement
from baseline.prover.report import as_json, counterexample_lines
from baseline.purposes import PURPOSES
from cli import options, output
from cli.policy.arguments import File
from operations.policy_file import check_place, name_of, policy_of
from operations.project import check_one_of
from operations.proofs import prove_found

AccountId = Annotated[str, typer.Option("--account", help="The ID of the key's account.")]
Region = Annotated[str, typer.Option("--region", help="The key's region.")]
Purpose = Annotated[
    str, typer.Option("--purpose", help="What the key is for: its services are asked about too.", show_default=False)
]


def prove(
    file: File,
    account_id: AccountId,
    region: Region,
    purpose: Purpose = "",
    format: options.OutputFormat = options.Format.table,
) -> None:
    """Prove the general properties of a policy that somebody else wrote, for all possible requests.

    Exit code 1: a property fails; 4: none fails, but one could not be decided.

    Example: kms-baseline policy prove policy.json --account 222222222222 --region eu-west-2
    """
    check_place(account_id, region)
    if purpose:
        check_one_of(purpose, PURPOSES, "purpose")
    policy = policy_of(file)
    judgements = prove_found(policy, account_id, region, purpose)
    if format is options.Format.json:
        output.show_json(_as_json(file, policy, (account_id, region, purpose), judgements))
    else:
        _show(file, policy, judgements)
    verdicts = {judgement.verdict for judgement in judgements}
    if verdicts - {"holds"}:
        raise typer.Exit(Exit.REFUSED if "fails" in verdicts else Exit.UNDECIDED)


def _show(file: Path, policy: FoundPolicy, judgements: Sequence[Judgement]) -> None:
    output.show(output.table(("PROPERTY", "VERDICT"), ((f.about.id, _verdict(f)) for f in judgements)))
    for judgement in judgements:
        if judgement.verdict != "holds":
            output.show("\n" + "\n".join(_failure(file, policy, judgement)))
    output.show("\nunder this policy alone; assumptions:")
    for name, sentence in ASSUMPTIONS.items():
        output.show(f"  {name} {sentence}")
    output.show(f"  {ACTIONS_KNOWN}")


def _verdict(judgement: Judgement) -> str:
    return judgement.verdict + (" (needs A3)" if judgement.needs_a3 else "")


def _failure(file: Path, policy: FoundPolicy, judgement: Judgement) -> Iterator[str]:
    yield f"{judgement.verdict.upper()}  {judgement.about.id}"
    yield f"  {judgement.about.sentence}"
    if judgement.counterexample:
        for label, text in counterexample_lines(judgement.counterexample, policy.plain):
            yield f"  {label:<10} {text}"
    else:
        yield f"  because    {judgement.reason}"
    for statement in policy.statements:
        if statement.name == judgement.sid:
            yield f"  place      {name_of(file)}:{policy.line(statement.path)}"


def _as_json(
    file: Path, policy: FoundPolicy, place: tuple[str, str, str], judgements: Sequence[Judgement]
) -> dict[str, Any]:
    account_id, region, purpose = place
    text = json.dumps(policy.plain, sort_keys=True, separators=(",", ":"))
    return {
        "version": 1,
        "policy": {
            "file": name_of(file),
            "account_id": account_id,
            "region": region,
            "purpose": purpose or None,
            "sha256": hashlib.sha256(text.encode()).hexdigest(),
        },
        "assumptions": dict(ASSUMPTIONS),
        "actions": ACTIONS_KNOWN,
        "verdicts": [as_json(judgement, policy.plain) for judgement in judgements],
    }
