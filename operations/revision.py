"""A file as it was in a revision of Git."""

import shutil
import subprocess
from pathlib import Path

from baseline.configuration.source import decode
from baseline.errors import UsageError, WorldError


def text_in_revision(file: Path, revision: str) -> str:
    """The text of a file in a revision. Raises UsageError, WorldError when Git is missing."""
    git = shutil.which("git")
    if git is None:
        raise WorldError("git is not on the PATH", "install it, or name the old configuration's file")
    place = f"{revision}:./{file.name}"
    done = subprocess.run(
        [git, "-C", str(file.resolve().parent), "show", "--end-of-options", place], capture_output=True, check=False
    )
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        reason = said[0].removeprefix("fatal: ") if said else "git show failed"
        raise UsageError(f"{file} in revision {revision}: {reason}", "a revision is a commit, a branch or a tag")
    return decode(done.stdout, f"{revision}:{file}")
