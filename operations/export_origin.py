"""What an export is made of: the list of keys, the configuration and its lock, the program, the commit."""

import csv
import io
import subprocess
from collections.abc import Sequence
from pathlib import Path
from shutil import which

from baseline.inventory import Key
from operations.project import Project
from operations.provider_lock import provider_lock
from stacks.export import Origin

_SHALLOW = ("rev-parse", "--is-shallow-repository")
LIST = "keys.csv"
_HEAD = (
    *("account", "account_id", "region", "purpose", "alias", "stack", "address", "state"),
    *("rotation_period_days", "deletion_window_days"),
)


def origin_of(project: Project, program: str) -> Origin:
    """The origin of an export of this project by this version of the program. The lock is as it is after the export."""
    lock = project.lock_text if project.lock_text and not project.lock_differs else project.inventory.lock.render()
    documents = {
        LIST: _listed(project.inventory.keys),
        project.path.name: project.text,
        project.lock_path.name: lock,
    }
    if project.found_text is not None:
        documents[project.found_path.name] = project.found_text
    commit = last_commit([project.path, project.lock_path, project.found_path, project.providers_path])
    return Origin(program, commit, documents, provider_lock(project))


def _listed(keys: Sequence[Key]) -> str:
    """Every key that should exist, a line each, as CSV."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_HEAD)
    writer.writerows(_row(key) for key in keys)
    return text.getvalue()


def _row(key: Key) -> tuple[str | int, ...]:
    settings = key.settings
    return (
        *(key.account, key.account_id, key.region, key.purpose, key.alias, key.stack, f"aws_kms_key.{key.address}"),
        key.state,
        settings.rotation_period_days if settings.rotation else "",
        settings.deletion_window_days,
    )


def last_commit(files: Sequence[Path]) -> str | None:
    """The last commit of these files; None without Git, and where one of them is not as it was committed.

    Not the commit of the whole repository: an export that is committed there would never be current.
    """
    git, folder = which("git"), files[0].resolve().parent
    names = [file.name for file in files if file.exists()]
    if git is None:
        return None

    def asked(*arguments: str) -> str | None:
        done = subprocess.run([git, "-C", str(folder), *arguments], capture_output=True, text=True, check=False)
        return done.stdout.strip() if done.returncode == 0 else None

    # In a shallow clone the first commit that is there seems to have made every file.
    if asked("status", "--porcelain", "--ignored", "--", *names) != "" or asked(*_SHALLOW) != "false":
        return None
    return asked("log", "-1", "--format=%H", "--", *names) or None
