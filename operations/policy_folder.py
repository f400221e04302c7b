"""The policies of a folder, each with the account and the region that its folders name: DIR/ACCOUNT/REGION/NAME.json."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from baseline.errors import KmsBaselineError, UsageError
from baseline.iam.arns import is_account_id
from baseline.regions import partition_of


@dataclass(frozen=True, slots=True)
class PolicyFile:
    """A file with a policy, and where its key is."""

    path: Path
    account_id: str
    """Empty, as the region may be: nobody said."""
    region: str

    @property
    def name(self) -> str:
        """What messages call it."""
        return "<standard input>" if str(self.path) == "-" else str(self.path)


def is_folder(path: Path) -> bool:
    return str(path) != "-" and path.is_dir()


def policy_files(path: Path, account_id: str, region: str) -> list[PolicyFile]:
    """The file itself, or every `*.json` below a folder, by name. What the folders do not say is as it was said.

    Raises UsageError for a folder without any. Hidden folders are not entered, links to folders not followed.
    """
    if not is_folder(path):
        return [PolicyFile(path, account_id, region)]
    files = [_placed(file, account_id, region) for file in sorted(_below(path))]
    if not files:
        raise UsageError(f"{path}: no file below it has a name that ends in .json", "such as ACCOUNT/REGION/KEY.json")
    return files


def _below(folder: Path) -> Iterator[Path]:
    def refuse(error: OSError) -> None:
        raise UsageError(f"{error.filename}: may not be read", "change its permissions")

    for here, inner, names in os.walk(folder, onerror=refuse):
        inner[:] = [name for name in inner if not name.startswith(".")]
        files = (Path(here, name) for name in names if name.endswith(".json"))
        yield from (file for file in files if file.is_file() or not file.exists())  # no pipe; a broken link is told


def _placed(file: Path, account_id: str, region: str) -> PolicyFile:
    folders = file.parts[-2::-1]  # the nearest first
    return PolicyFile(
        file,
        next(filter(is_account_id, folders), account_id),
        next(filter(partition_of, folders), region),
    )


def in_its_place(error: KmsBaselineError, file: PolicyFile) -> str:
    """What is wrong with a file, on one line and without its name."""
    lines = str(error).removeprefix(file.name).lstrip(":0123456789 ").splitlines()
    return "; ".join(line.strip().removeprefix("help: ") for line in lines)
