"""Hundreds of accounts: what stands between a commit and Terraform's start, and what the first steps take.

    python -m benchmarks.fleet    prints the section, and writes it into docs/performance.md

Terraform is a stand-in that changes nothing: what it takes itself is in docs/terraform-at-scale.md.
"""

import shlex
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.measure import Figures, clean_environment, measure
from benchmarks.report import renew, table
from benchmarks.runs import COMMAND, Size
from sandbox.cloud.server import Cloud
from sandbox.cloud.terraform import Workers
from tests.cloud_server import ORGANIZATION
from tests.git import git
from tests.stand_in_terraform import stand_in_terraform

SIZE = Size(1000, 17)
CALLER = "arn:aws:iam::111111111111:role/keys"
CHANGED = "account-500"
"""The account that has another rotation than in the commit before."""
ALTERNATIVE = (
    "git worktree add -q {other} HEAD && (cd {other} && {command} synth) && {command} synth && "
    "! diff -rq {other}/cdktf.out cdktf.out"
)


def section() -> str:
    """What one changed account of many takes, and what the first steps take."""
    with TemporaryDirectory() as temporary:
        folder = Path(temporary) / "own"
        folder.mkdir()
        variables = _committed(folder)
        changed = list(_runs(folder, variables))
        [started] = (folder / "started").read_text(encoding="utf-8").split()
        if started != CHANGED:
            raise SystemExit(f"Terraform planned {started}, and {CHANGED} has changed")
        first = list(_first_steps(folder, variables))
    return "\n\n".join(
        [
            f"One changed account of {SIZE.accounts:,}, {SIZE.keys:,} keys; every shape but its own is known.",
            _table(changed),
            "The first steps with as many accounts; HCP Terraform is a server on this machine, whose time is not counted.",
            _table(first),
        ]
    )


def _table(runs: Sequence[tuple[str, Figures]]) -> str:
    rows = ((what, f"{took.cpu:.1f}", f"{took.wall:.1f}", f"{took.megabytes:.0f}") for what, took in runs)
    return "\n".join(table(("what", "CPU s", "wall s", "MB"), rows))


def _first_steps(folder: Path, variables: Mapping[str, str]) -> Iterator[tuple[str, Figures]]:
    """What is done before the first deployment of so many accounts."""
    words = ["bootstrap", "--caller", CALLER, "--github", "example/keys", "--output", "bootstrap"]
    yield "`bootstrap`", measure([str(COMMAND), *words], folder, variables)
    nobody = Workers(terraform=Path("/nowhere"), terraform_version="1.11.4", environment={}, folder=folder)
    with Cloud(nobody, ORGANIZATION) as cloud:
        backend = f'{{type: cloud, organization: {ORGANIZATION}, hostname: "{cloud.hostname}", project: keys}}'
        text = SIZE.text().replace("\nkeys:", f"\ndeployment: {{backend: {backend}}}\nkeys:", 1)
        (folder / "hcp.yaml").write_text(text, encoding="utf-8")
        words = ["workspaces", "plan", "--config", "hcp.yaml", "--run-role", CALLER]
        yield "`workspaces plan`, all to be made", measure([str(COMMAND), *words], folder, cloud.environment(variables))


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
