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
        known = count(len(project.lock.entries), "key")
        if project.lock_is_in_order:
            output.say(f"{project.lock_path} is up to date ({known})")
        elif check:
            output.say(f"{project.lock_path} is up to date ({known}), its lines in the order of a merge")
        else:
            project.record_keys(in_order=True)
            output.say(f"{project.lock_path} is up to date ({known}), its lines are sorted")
    elif check:
        raise Refusal(
            "\n  ".join([f"{project.lock_path} would change:", *project.lock_changes]),
            "run `kms-baseline lock` and commit the file",
        )
    else:
        added = len(project.new_keys)
        project.record_keys()
        output.say(f"{project.lock_path} written: {count(added, 'new key')}")
