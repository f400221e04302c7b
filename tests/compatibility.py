"""Tries the versions of Python and of Node that this machine can have, and writes the table of docs/compatibility.md.

`make compatibility`. For each Python the packages are installed into an environment of its own, and the tests in CORE run.
For each pair of Python and Node the sample is synthesized, and must come out as the same bytes.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tests.conftest import ROOT, SHIPPED

PYTHONS = ("3.11", "3.12", "3.13")
NODES = ("20", "22", "24")
FOLDER = ROOT / ".install" / "compatibility"
PAGE = ROOT / "docs" / "compatibility.md"
TABLE = re.compile(r"(?<=^<!-- tried -->\n).*?(?=^<!-- /tried -->$)", re.MULTILINE | re.DOTALL)
CORE = (
    *("tests/iam", "tests/configuration", "tests/found", "tests/prover/test_semantics.py"),
    *(
        "tests/test_key_policy.py",
        "tests/test_key_policy_purposes.py",
        "tests/test_lock.py",
        "tests/test_lock_losses.py",
    ),
    *("tests/test_names.py", "tests/test_synthesized.py", "tests/test_bootstrap.py"),
    *("tests/sandbox/test_key_policies.py", "tests/sandbox/test_sns.py"),
)
"""What the domain, the configuration, the constructs and the embedded AWS rest on. All other tests ran with the first
Python and Node alone."""
_SYNTH = "import sys; from cli.main import main; sys.exit(main(['synth', '--full']))"
_COUNT = re.compile(r"(\d+) (passed|failed|skipped|errors?)\b")


class Program(NamedTuple):
    """A version that can be had here."""

    path: Path
    version: str


def pythons() -> dict[str, Program | None]:
    """Each Python with the packages, in an environment of its own; None: this machine has none."""
    return {wanted: _environment(wanted, found) if (found := _python(wanted)) else None for wanted in PYTHONS}


def _python(wanted: str) -> Path | None:
    """From the PATH, or from pyenv, whose shims answer for the chosen version alone."""
    candidates = [shutil.which(f"python{wanted}")]
    if shutil.which("pyenv"):
        names = said(["pyenv", "versions", "--bare"]).split()
        mine = [name for name in names if name.startswith(f"{wanted}.")]
        candidates += [f"{said(['pyenv', 'prefix', name]).strip()}/bin/python" for name in mine]
    for candidate in filter(None, candidates):
        if f"Python {wanted}." in said([candidate, "--version"]):
            return Path(candidate)
    return None


def _environment(wanted: str, python: Path) -> Program:
    folder = FOLDER / f"python-{wanted}"
    own = folder / "bin" / "python"
    if not (folder / "done").exists():
        print(f"installing the packages for Python {wanted}", flush=True)  # noqa: T201
        subprocess.run([str(python), "-m", "venv", str(folder)], check=True)
        requirements = ROOT / "requirements" / "development.txt"
        install = [str(own), "-m", "pip", "install", "--quiet", "--require-hashes", "-r", str(requirements)]
        subprocess.run(install, check=True, capture_output=True)
        (folder / "done").touch()
    return Program(own, said([str(own), "--version"]).split()[1])


def nodes() -> dict[str, Program | None]:
    """Each Node, of the PATH or of npm's package `node`; None: neither has it."""
    return {wanted: _node(wanted) for wanted in NODES}


def _node(wanted: str) -> Program | None:
    folder = FOLDER / f"node-{wanted}"
    own = shutil.which("node")
    if own and said([own, "--version"]).startswith(f"v{wanted}."):
        return Program(Path(own), said([own, "--version"]).strip().removeprefix("v"))
    path = folder / "node_modules" / ".bin" / "node"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        subprocess.run(["npm", "install", "--prefix", str(folder), "--silent", f"node@{wanted}"], check=False)
    version = said([str(path), "--version"]).strip().removeprefix("v") if path.exists() else ""
    return Program(path, version) if version.startswith(f"{wanted}.") else None


def said(command: list[str]) -> str:
    """What a program prints; empty where it cannot."""
    try:
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60).stdout
    except OSError:
        return ""


def tested(python: Program) -> str:
    """How the core of the tests ended, in pytest's words."""
    options = ["-q", "-n", "2", "-p", "no:cacheprovider", "-m", "not terraform"]
    done = subprocess.run(
        [str(python.path), "-m", "pytest", *options, *CORE], cwd=ROOT, capture_output=True, text=True, check=False
    )
    counts = _COUNT.findall(done.stdout.rstrip().splitlines()[-1]) if done.stdout else []
    if done.returncode and not counts:
        print(done.stdout[-2000:], done.stderr[-2000:], flush=True)  # noqa: T201
    return ", ".join(f"{number} {what}" for number, what in counts) or f"did not run (exit code {done.returncode})"


def synthesized(python: Program, node: Program) -> str:
    """The digest of all that a synth of the sample writes, or the last line of why it does not."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        (folder / "organization.yaml").write_bytes(SHIPPED.read_bytes())
        variables = {
            **os.environ,
            "PATH": f"{node.path.parent}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT),
            "XDG_CACHE_HOME": str(folder / "cache"),
        }
        command = [str(python.path), "-c", _SYNTH]
        done = subprocess.run(command, cwd=folder, env=variables, capture_output=True, text=True, check=False)
        if done.returncode:
            return done.stderr.strip().splitlines()[-1]
        files = sorted((folder / "cdktf.out").rglob("*.json"))
        return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()


def rows() -> Iterator[str]:
    """The table: a row a Python, a column a Node."""
    all_nodes = nodes()
    heads = [f"Node {node.version}" if node else f"Node {wanted}" for wanted, node in all_nodes.items()]
    yield "| | core of the tests | " + " | ".join(heads) + " |"
    yield "| --- | --- |" + " --- |" * len(heads)
    first = ""
    for wanted, python in pythons().items():
        if python is None:
            yield f"| Python {wanted} | not on this machine |" + " |" * len(heads)
            continue
        print(f"trying Python {python.version}", flush=True)  # noqa: T201
        cells = [tested(python)]
        for node in all_nodes.values():
            digest = synthesized(python, node) if node else "not to be had here"
            first = first or digest
            cells.append("the same bytes" if digest == first else digest)
        yield f"| Python {python.version} | {' | '.join(cells)} |"


if __name__ == "__main__":
    table = "\n".join(rows()) + "\n"
    page = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(TABLE.sub(lambda _: table, page), encoding="utf-8", newline="\n")
    print(table)  # noqa: T201
    sys.exit("failed" in table or "did not run" in table)
