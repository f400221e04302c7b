"""Accounts of two regions into the embedded AWS: by this program, by `cdktf deploy`, and through HCP Terraform.

    python -m benchmarks.cloud [ACCOUNTS] [AT_ONCE]

HCP Terraform is the one that runs on this machine, with as many workers as the others have stacks at once. CPU seconds are
those of the command and of its workers, not of the embedded AWS. Memory is that of the machine that deploys: with HCP
Terraform its workers are elsewhere.
"""

import sys
from collections.abc import Mapping
from pathlib import Path

from benchmarks.deployment import COMMAND, configuration, embedded
from benchmarks.measure import Figures, measure
from deployment.binaries import find_cdktf, node_major
from deployment.environment import for_cdktf
from operations.demo import CLONE
from operations.embedded_cloud import any_cloud, embedded_cloud
from operations.project import CONFIGURATION_VARIABLE

_CDKTF = ("deploy", "*", "--auto-approve", "--skip-provider-lock")


def ours(folder: Path, environment: Mapping[str, str], at_once: int) -> tuple[Figures, Figures]:
    """What `kms-baseline deploy` takes, and what a plan takes that finds nothing to change."""
    command = [str(COMMAND), "deploy", "--parallelism", str(at_once)]
    return measure([*command, "--yes"], folder, environment), measure([*command, "--dry-run"], folder, environment)


def here(text: str, at_once: int) -> tuple[Figures, Figures]:
    """With Terraform on this machine."""
    with embedded(text) as (folder, variables):
        return ours(folder, variables, at_once)


def by_hcp(text: str, at_once: int) -> tuple[Figures, Figures]:
    """With Terraform on the workers."""
    with embedded(text) as (folder, variables), embedded_cloud(any_cloud("baseline"), variables, folder) as cloud:
        cloud.workers.at_once = at_once
        backend = f'backend: {{type: cloud, organization: example, hostname: "{cloud.hostname}"}}'
        written = text.replace("deployment: {", f"deployment: {{{backend}, ")
        (folder / "organization.yaml").write_text(written, encoding="utf-8")
        return ours(folder, cloud.environment(variables), at_once)


def by_cdktf(text: str, at_once: int) -> tuple[Figures, None]:
    """By the command that CDKTF's users know; it has no plan of all stacks."""
    with embedded(text) as (folder, variables):
        environment = for_cdktf(variables, node_major(variables))
        environment[CONFIGURATION_VARIABLE] = str(folder / "organization.yaml")
        arguments = ["--output", str(folder / "cdktf.out"), "--parallelism", str(at_once)]
        command = [str(find_cdktf(CLONE, variables)), *_CDKTF, *arguments]
        return measure(command, CLONE, environment), None


def main(accounts: int, at_once: int) -> None:
    print(f"{accounts} accounts of two regions, {at_once} stacks at once\n")  # noqa: T201
    print("| by | stacks a minute | wall s | CPU s | MB | plan again, wall s | CPU s | MB |")  # noqa: T201
    print("| -- | --: | --: | --: | --: | --: | --: | --: |")  # noqa: T201
    text = configuration(accounts, 2, "account", features=False)
    for name, way in (("`kms-baseline deploy`", here), ("`cdktf deploy '*'`", by_cdktf), ("HCP Terraform", by_hcp)):
        first, again = way(text, at_once)
        pace = f"{accounts * 60 / first.wall:.1f}"
        print(f"| {name} | {pace} | {_cells(first)} | {_cells(again)} |", flush=True)  # noqa: T201


def _cells(figures: Figures | None) -> str:
    return f"{figures.wall:.0f} | {figures.cpu:.0f} | {figures.megabytes:.0f}" if figures else "- | - | -"


if __name__ == "__main__":
    numbers = [int(number) for number in sys.argv[1:]]
    main(*(numbers + [100, 4][len(numbers) :]))
