"""Hundreds of accounts of which few change: what stands between a commit and Terraform's start.

    python -m benchmarks.fleet    prints the section, and writes it into docs/performance.md

Terraform is a stand-in that changes nothing: what it takes itself is in docs/terraform-at-scale.md.
"""

import shlex
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.measure import Figures, clean_environment, measure
from benchmarks.report import renew, table
from benchmarks.runs import COMMAND, Size
from tests.git import git
from tests.stand_in_terraform import stand_in_terraform

SIZE = Size(1000, 17)
CHANGED = "account-500"
"""The account that has another rotation than in the commit before."""
ALTERNATIVE = (
    "git worktree add -q {other} HEAD && (cd {other} && {command} synth) && {command} synth && "
    "! diff -rq {other}/cdktf.out cdktf.out"
)


def section() -> str:
    """What one changed account of many takes."""
    with TemporaryDirectory() as temporary:
        folder = Path(temporary) / "own"
        folder.mkdir()
        variables = _committed(folder)
        rows = (
            (what, f"{figures.cpu:.1f}", f"{figures.wall:.1f}", f"{figures.megabytes:.0f}")
            for what, figures in _runs(folder, variables)
        )
        measured = "\n".join(table(("what", "CPU s", "wall s", "MB"), rows))
        [started] = (folder / "started").read_text(encoding="utf-8").split()
    if started != CHANGED:
        raise SystemExit(f"Terraform planned {started}, and {CHANGED} has changed")
    return (
        f"One changed account of {SIZE.accounts:,}, {SIZE.keys:,} keys; every shape but its own is known.\n\n{measured}"
    )


def _runs(folder: Path, variables: Mapping[str, str]) -> Iterator[tuple[str, Figures]]:
    words = [str(COMMAND), "deploy", "--dry-run", "--changed-from", "HEAD"]
    yield "`deploy --changed-from HEAD` until Terraform plans that stack", measure(words, folder, variables)
    variables = {**variables, "XDG_CACHE_HOME": str(folder.parent / "the same cache")}
    other = shlex.quote(str(folder.parent / "other"))
    script = ALTERNATIVE.format(other=other, command=shlex.quote(str(COMMAND)))
    yield "alternative: both revisions synthesized, and `diff -r`", measure(["sh", "-c", script], folder, variables)


def _committed(folder: Path) -> Mapping[str, str]:
    """The organization in a repository, with one account edited since, and the environment for its commands."""
    terraform = stand_in_terraform(folder.parent, plan='basename "$PWD" >> ../../../started')
    variables = clean_environment() | {"XDG_CACHE_HOME": str(folder.parent / "cache"), "AWS_REGION": "eu-west-2"}
    variables["PATH"] = f"{terraform}:{variables['PATH']}"
    configuration = folder / "organization.yaml"
    configuration.write_text(SIZE.text(), encoding="utf-8")
    subprocess.run([str(COMMAND), "synth"], cwd=folder, env=dict(variables), check=True, capture_output=True)
    shutil.copytree(folder.parent / "cache", folder.parent / "the same cache")
    (folder / ".gitignore").write_text("/cdktf.out/\n/logs/\n/started\n", encoding="utf-8")
    git(folder, "init", "-q", "-b", "main")
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "so far")
    text = configuration.read_text(encoding="utf-8")
    line = next(line for line in text.splitlines() if f"name: {CHANGED}," in line)
    edited = line.removesuffix("}") + ", keys: {rotation_period_days: 200}}"
    configuration.write_text(text.replace(line, edited), encoding="utf-8")
    return variables


if __name__ == "__main__":
    renew("fleet", section())
