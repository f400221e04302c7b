"""`kms-baseline verify`: what AWS has, held against the configuration."""

import os
from collections.abc import Iterator
from dataclasses import asdict

import typer

from baseline.errors import Exit
from baseline.words import count
from cli import options, output
from live.sessions import sessions_of
from operations.project import Project, configuration_path
from operations.verification import Verification
from operations.verification import verify as verified


def verify(
    config: options.Config = None,
    account: options.Accounts = None,
    format: options.OutputFormat = options.Format.table,
) -> None:
    """Compare AWS with the configuration: keys, aliases, policies, grants, tags, and what features made.

    Nothing is changed. Exit code 1: something was found; 3: nothing was found, and an account could not be read.

    Example: kms-baseline verify --account data
    """
    project = Project(configuration_path(config))
    ids = {project.account(name).id for name in account or ()}
    found = verified(project.inventory, sessions_of(os.environ), output.say, ids)
    if format is options.Format.json:
        output.show_json(
            {
                "version": 1,
                "findings": [asdict(finding) for finding in found.findings],
                "unreachable": [asdict(unreachable) for unreachable in found.unreachable],
                "calls": found.calls,
            }
        )
    elif found.findings:
        rows = [(f.account, f.region, f.purpose or "-", f.kind, f.problem) for f in found.findings]
        output.show(output.table(("ACCOUNT", "REGION", "PURPOSE", "KIND", "PROBLEM"), rows))
    for line in _summary(found):
        output.say(line)
    if found.findings:
        raise typer.Exit(Exit.REFUSED)
    if found.unreachable:
        raise typer.Exit(Exit.WORLD)


def _summary(found: Verification) -> Iterator[str]:
    for unreachable in found.unreachable:
        where = f"{unreachable.account} ({unreachable.account_id}) {', '.join(unreachable.regions)}"
        yield f"could not be read: {where}: {unreachable.problem}"
    read = f"{count(found.expected, 'key')} held against AWS by {count(found.calls, 'call')}"
    missed = f", {count(len({u.account_id for u in found.unreachable}), 'account')} could not be read"
    yield f"{read}: {count(len(found.findings), 'finding')}{missed if found.unreachable else ''}"
