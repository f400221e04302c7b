"""What an organization's own repository needs beside its configuration."""

import json
import re
import shlex
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from baseline.configuration.schema import render
from baseline.errors import Mistakes, UsageError
from files.whole import read_text, write_whole
from operations.project import CONFIGURATION
from operations.templates import rendered

SCHEMA_FILE = "organization.schema.json"
_PROGRAM = "kms-baseline"
_IGNORED = """\
# What synth and deploy write. States and their plans may hold secrets; .sandbox/ holds credentials.
/cdktf.out/
/state/
/logs/
/.sandbox/
/.venv/
/node_modules/
"""
_ATTRIBUTES = """\
# Both sides of a merge made keys that exist: keep the lines of both.
{stem}.lock.json merge=union
"""
_REQUIREMENTS = """\
# The version of the program that this organization is deployed with. Its packages have general names (cli, modules),
# so install it into an environment of its own:
#   python3 -m venv .venv && .venv/bin/pip install -r requirements.txt
# It is not published on PyPI, where anybody could take its name. So write above it where yours is, as in
#   --index-url https://pip.example.com/simple
# To update: change the number, install, read the changes, and look at `kms-baseline deploy --dry-run`.
kms-baseline=={version}
"""


@dataclass(frozen=True, slots=True)
class Placed:
    """What became of one file."""

    name: str
    written: bool
    missing: tuple[str, ...] = ()
    """Lines that a file which was there already lacks."""


def pipeline(host: str, region: str, configuration: str = CONFIGURATION) -> str:
    """The pipeline of a code host. `region`: whose endpoint of STS is asked."""
    other = "" if configuration == CONFIGURATION else configuration
    return rendered(f"{host}.yml.j2", region=region, configuration=other)


PIPELINES = {"github": ".github/workflows/keys.yml", "gitlab": ".gitlab-ci.yml"}
"""Where a code host looks for its pipeline."""


def place_pipeline(folder: Path, host: str, configuration: str, region: str) -> Placed:
    """Write the pipeline of a code host; one that is there already stays. `region`: whose endpoint of STS is asked.

    Raises WorldError when it cannot be written.
    """
    path = folder / PIPELINES[host]
    if path.exists():
        return Placed(PIPELINES[host], False)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, pipeline(host, region, configuration).encode())
    return Placed(PIPELINES[host], True)


def place_repository(folder: Path, configuration: str, version: str) -> Iterator[Placed]:
    """Write what is missing in a folder, for this version; what is there already stays as it is.

    Raises WorldError when it cannot be written.
    """
    for name, text in _files(configuration, version).items():
        path = folder / name
        if path.exists():
            yield Placed(name, False, tuple(_missing(name, text, path)))
        else:
            write_whole(path, text.encode())
            yield Placed(name, True)


def schema_problem(configuration: Path) -> str:
    """Why an editor does not check the configuration as this version does; empty: it does, or nobody asked it to."""
    first = read_text(configuration, "").partition("\n")[0]
    _, named, schema = first.partition("yaml-language-server: $schema=")
    if not named or "://" in schema:
        return ""
    path = configuration.parent / schema.strip()
    help = f"`kms-baseline schema > {path}` writes it"
    if not path.exists():
        return f"{configuration}:1: names the schema {path}, which is not there; {help}"
    try:
        current = read_text(path, "") == render()
    except UsageError:
        current = False
    return "" if current else f"{path} is the schema of another version; {help}"


def cdktf_problem(configuration: Path) -> str:
    """Why `cdktf` would deploy something else than `kms-baseline` in the folder of a configuration.

    Empty: it would not, or is not set up there.
    """
    path = configuration.parent / "cdktf.json"
    if not path.exists():
        return ""
    try:
        app = str(json.loads(read_text(path, ""))["app"])
        words = shlex.split(app)
    except (ValueError, KeyError, TypeError, UsageError, Mistakes):
        return f"{path} does not say which program `cdktf` runs; `kms-baseline init` writes one where none is"
    taken = next((after for word, after in pairwise(words) if word in ("--config", "-c")), CONFIGURATION)
    ours = f"ours says `{_app(configuration.name)}`"
    if not any(_is_ours(word, path.parent) for word in words):
        return f"{path} runs `{app}`, so `cdktf` does not mean this configuration; {ours}"
    if taken != configuration.name:
        return f"{path} takes {taken}, so `cdktf` does not mean this configuration; {ours}"
    return ""


def _is_ours(word: str, folder: Path) -> bool:
    """Whether a word of a command is this program, or the `main.py` of a clone of it."""
    if not word.endswith("main.py"):
        return Path(word).name == _PROGRAM
    try:
        return "from cli.main import main" in read_text(folder / word, "")
    except (UsageError, Mistakes):
        return False


def version_problem(folder: Path, version: str) -> str:
    """Why others would deploy with another version of the program than this one; empty: they would not, or it is not said."""
    path = folder / "requirements.txt"
    try:
        text = read_text(path, "") if path.exists() else ""
    except (UsageError, Mistakes):
        return ""
    named = re.search(rf"^{_PROGRAM}==([^\s;]+)", text, re.MULTILINE)
    if not named or named[1] == version:
        return ""
    return (
        f"{path} names version {named[1]} of the program, and this is {version}; install that one, or change the number"
    )


def _app(configuration: str) -> str:
    """What `cdktf` is to run for a configuration beside `cdktf.json`."""
    return f"{_PROGRAM} synth --quiet" + (
        "" if configuration == CONFIGURATION else f" --config {shlex.quote(configuration)}"
    )


def _files(configuration: str, version: str) -> Mapping[str, str]:
    app = {
        "language": "python",
        "app": _app(configuration),
        "projectId": str(uuid.uuid4()),
        "sendCrashReports": "false",
    }
    return {
        SCHEMA_FILE: render(),
        ".gitignore": _IGNORED,
        ".gitattributes": _ATTRIBUTES.format(stem=Path(configuration).stem),
        "cdktf.json": json.dumps(app, indent=2) + "\n",
        "requirements.txt": _REQUIREMENTS.format(version=version),
    }


def _missing(name: str, text: str, path: Path) -> Iterator[str]:
    """The lines that a file which several tools write should have."""
    if name.startswith(".git") or name == "requirements.txt":
        there = {line.strip().strip("/") for line in read_text(path, "").splitlines()}
        wanted = (line for line in text.splitlines() if line and not line.startswith("#"))
        yield from (line for line in wanted if line.strip("/") not in there)
