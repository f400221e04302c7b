"""Git, with an identity of nobody's and without the settings of this machine's user."""

import os
import subprocess
from pathlib import Path

_IDENTITY = {f"GIT_{who}_{what}": "x@example.com" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}


def git(folder: Path, *words: str) -> str:
    """A command that must go well, in the folder; returns what it prints."""
    environment = {**_IDENTITY, "PATH": os.environ["PATH"], "HOME": str(folder)}
    done = subprocess.run(["git", *words], cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()
