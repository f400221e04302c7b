"""Why a Terraform failed, and where: what every table of causes speaks of."""

import shlex
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from deployment.output import ErrorBlock


@dataclass(frozen=True, slots=True)
class Cause:
    """Why Terraform failed."""

    problem: str
    help: str
    """Its first line may be the same for several causes; the others are commands."""
    loses_keys: bool = False
    """Terraform itself refused to destroy something that is protected."""


def nobody(_: str) -> str:
    """Who locked a workspace, where nobody can be asked."""
    return ""


@dataclass(frozen=True, slots=True)
class Place:
    """Where it failed."""

    terraform: Path
    folder: Path
    remote: bool = False
    """Whether a worker of HCP Terraform ran it: this machine's credentials, network and files are then of no account."""
    locker: Callable[[str], str] = nobody
    """Who locked the workspace ORGANIZATION/NAME; empty where that is not known."""

    def command(self, *arguments: str) -> str:
        """A command of Terraform in the stack's folder, for a person."""
        return shlex.join([str(self.terraform), f"-chdir={self.folder}", *arguments])


Explain = Callable[[ErrorBlock, Place], Cause]
"""Makes a cause of an error block that it knows."""
