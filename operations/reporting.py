"""The report of a project: what its keys are, what is proven of them, what AWS has, what changed."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from baseline.drift.finding import Finding
from baseline.errors import Undecided, UsageError
from baseline.lock import KeyIdentity
from baseline.prover.unanswered import StepsSpent, Unsupported
from baseline.report.build import Asked, Unread, report
from baseline.report.changes import changes_facts
from baseline.report.key_facts import InAws
from baseline.report.value import ChangesFacts, ExceptionFacts, Origin, Report, replaced
from baseline.setting_changes import plain
from files.whole import read_text, write_whole
from live.sessions import Sessions
from operations.comparison import difference_of_configurations
from operations.export_origin import last_commit
from operations.notes import remarks, resting_accounts
from operations.progress import Say, counted
from operations.project import Project
from operations.proofs import decided_at
from operations.report_forms import BEGINNING, is_report
from operations.verification import verify
from stacks.export import MANIFEST, exported_sums
from stacks.export_forms import KEYS_FILE

_NO_SETTINGS = ("account", "region", "purpose", "reason")


def report_of(project: Project, program: str, sessions: Sessions | None, since: Path | None, say: Say) -> Report:
    """Everything. Sessions: AWS is asked by them; since: the folder of an earlier export.

    Raises UsageError for a folder without one, NoCredentials, and what a configuration raises that yields no keys.
    """
    inventory = project.inventory
    organization = inventory.organization
    changes = changes_since(project, since) if since else None
    origin = Origin(
        program=program,
        configuration=project.path.name,
        sha256=hashlib.sha256(project.text.encode()).hexdigest(),
        revision=last_commit([project.path, project.lock_path, project.found_path]),
        namespace=organization.namespace,
        partition=organization.partition,
        organization=organization.id,
    )
    notes = (*resting_accounts(inventory), *remarks(inventory))
    exceptions = list(exceptions_of(project))
    asked = asked_of_aws(project, sessions, say) if sessions else None
    keys = counted(inventory.keys, "explained", "key", say)
    made = report(inventory, keys, origin, lambda proof: decided_at(project, proof), exceptions, notes, asked, changes)
    # Where the configuration lies on this machine is nothing of it: the report is the same on another one.
    told: Report = replaced(made, f"{project.path}:", f"{project.path.name}:")
    return told


def exceptions_of(project: Project) -> Iterator[ExceptionFacts]:
    """What the owner says of some keys otherwise than of others, with the reason."""
    for entry, place in project.configuration.exceptions():
        said = {name: value for name, value in vars(entry).items() if value is not None and name not in _NO_SETTINGS}
        yield ExceptionFacts(
            account=entry.account,
            region=entry.region,
            purpose=entry.purpose,
            says=plain(said),
            reason=entry.reason or "",
            place=str(place),
        )


def asked_of_aws(project: Project, sessions: Sessions, say: Say) -> Asked:
    """What AWS has of the project's keys. Raises NoCredentials."""
    found = verify(project.inventory, sessions, say)
    unread = [
        Unread(account=of.account, account_id=of.account_id, region=region, problem=of.problem)
        for of in found.unreachable
        for region in of.regions
    ]
    keys = {identity: InAws(key_id=key.key_id, arn=key.arn, state=key.state) for identity, key in found.keys.items()}
    findings: list[Finding] = found.findings
    return Asked(findings=findings, unread=unread, keys=keys, expected=found.expected)


def changes_since(project: Project, export: Path) -> ChangesFacts:
    """What the configuration says otherwise than that of an earlier export. Raises UsageError, Mistakes, Undecided."""
    if exported_sums(export) is None:
        raise UsageError(f"{export}: holds no export", "name a folder that `kms-baseline export` wrote")
    manifest = json.loads((export / MANIFEST).read_text(encoding="utf-8"))
    old = export / project.path.name
    if not old.exists():
        raise UsageError(
            f"{export}: holds an export without {project.path.name}", "name one of this configuration, by version 0.2.0"
        )
    found = difference_of_configurations(old, project.path, "")
    exported = dict(_exported_policies(project, export))
    made_by = f"version {manifest.get('program') or 'unknown'}"
    made_by += f", commit {manifest['revision']}" if manifest.get("revision") else ""
    try:
        return changes_facts(found.keys, exported, project.inventory, export.name, made_by)
    except (Unsupported, StepsSpent) as error:
        raise Undecided(f"what changed since {export} is not decided: {error}", "leave --since out") from None


def _exported_policies(project: Project, export: Path) -> Iterator[tuple[KeyIdentity, Any]]:
    """The policies of the keys that an export has as they are called today. Raises UsageError."""
    for stack in project.inventory.stacks:
        file = export / stack.name / KEYS_FILE
        if file.exists():
            try:
                told = json.loads(read_text(file, "export anew"))
                policies = {address: key["policy"] for address, key in told.items()}
            except (ValueError, KeyError, TypeError, AttributeError):
                raise UsageError(f"{file}: is not as it was exported", "take an export that nobody changed") from None
            for key in stack.keys:
                if f"aws_kms_key.{key.address}" in policies:
                    yield key.locked.key, policies[f"aws_kms_key.{key.address}"]


def write_report(target: Path, text: str, force: bool) -> None:
    """Write a report as a whole. Raises UsageError for what is there and is no earlier report, unless `force` is said."""
    if target.exists() and not target.is_file():
        raise UsageError(f"{target}: is no file", "name a file")
    if target.exists() and not force and target.stat().st_size and not is_report(_beginning(target)):
        raise UsageError(f"{target}: is no earlier report", "name another file, or use --force to write over it")
    if not target.parent.is_dir():
        raise UsageError(f"{target.parent}: there is no such folder", "make it, or name another")
    write_whole(target, text.encode())


def _beginning(file: Path) -> str:
    with file.open("rb") as opened:
        return opened.read(BEGINNING).decode(errors="replace")
