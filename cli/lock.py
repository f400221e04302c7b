"""`kms-baseline lock`: the record of the keys that exist."""

from typing import Annotated

import typer

from baseline.errors import Refusal
from baseline.words import count
from cli import options, output
from operations.project import Project, configuration_path

Check = Annotated[bool, typer.Option("--check", help="Write nothing; exit 1 when the lock would change.")]


NewBackend = Annotated[
    bool, typer.Option("--new-backend", help="Accept another backend or prefix: you move the states before you deploy.")
]


def lock(config: options.Config = None, check: Check = False, new_backend: NewBackend = False) -> None:
    """Record the keys of the configuration in the lock, as synth would, and write nothing else.

    Example: kms-baseline lock --check
    """
    project = Project(configuration_path(config), new_backend)
    if not project.lock_differs:
        output.say(f"{project.lock_path} is up to date ({count(len(project.lock.entries), 'key')})")
    elif check:
        new = "".join(
            f"\n  {entry.stack} {entry.account_id} {entry.region} {entry.purpose}" for entry in project.new_keys
        )
        raise Refusal(
            f"{project.lock_path} would change: {count(len(project.new_keys), 'new key')}{new}",
            "run `kms-baseline lock` and commit the file",
        )
    else:
        added = len(project.new_keys)
        project.record_keys()
        output.say(f"{project.lock_path} written: {count(added, 'new key')}")
