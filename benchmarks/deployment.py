"""Deployment by real Terraform into the embedded AWS: by regions and layout, and by accounts and parallelism.

    python -m benchmarks.deployment regions [REGIONS ...]
    python -m benchmarks.deployment accounts [ACCOUNTS]
    python -m benchmarks.deployment demo [ACCOUNTS]

`regions` deploys one account with every feature; `accounts` deploys accounts of one region, several stacks at once;
`demo` runs the demo for accounts of two regions with every feature; `side-by-side` deploys accounts of two regions by
`deploy`, by `cdktf deploy`, and by `deploy` through HCP Terraform on this machine, so many stacks at once each.
Memory is that of the command with Terraform and its providers; the embedded AWS is another process.
"""

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from baseline.configuration.load import load
from baseline.features import FEATURES
from baseline.regions import AWS
from benchmarks.measure import Figures, measure
from operations.embedded_aws import embedded_aws, with_provider

COMMAND = Path(sys.executable).with_name("kms-baseline")
SETTINGS = {
    "log_groups": "{groups: [{name: /baseline/automation}]}",
    "log_group_encryption": "{remediation: automatic, recorder: managed}",
    "savings_plans_notifications": "{emails: [finops@example.com]}",
    "notification_topics": "{topics: [{name: alerts, publishers: [cloudwatch, events]}]}",
}
"""Settings without which a feature makes little; the others are just on."""


def configuration(accounts: int, regions: int, layout: str, features: bool) -> str:
    """The text of a configuration with so many accounts and regions."""
    enabled = AWS.regions[:regions]
    on = ", ".join(f"{name}: {SETTINGS.get(name, 'true')}" for name in FEATURES) if features else ""
    listed = "\n".join(f'  - {{name: account-{i}, id: "{i:012d}"}}' for i in range(1, accounts + 1))
    return (
        "version: 1\n"
        f"organization: {{home_region: {enabled[0]}, regions: [{', '.join(enabled)}]}}\n"
        f"deployment: {{layout: {layout}}}\n"
        f"features: {{{on}}}\n"
        f"accounts:\n{listed}\n"
    )


@contextmanager
def embedded(text: str) -> Iterator[tuple[Path, Mapping[str, str]]]:
    """A folder with the configuration, and the environment that leads to its accounts."""
    organization = load(text, "organization.yaml").organization
    with TemporaryDirectory() as temporary, embedded_aws(organization) as variables:
        folder = Path(temporary)
        (folder / "organization.yaml").write_text(text, encoding="utf-8")
        yield folder, with_provider(variables, folder, say=print)


def deploy(text: str, *arguments: str) -> tuple[Figures, Figures]:
    """What the first deployment takes, and what a plan takes that finds nothing to change."""
    with embedded(text) as (folder, variables):
        first = measure([str(COMMAND), "deploy", "--yes", *arguments], folder, variables)
        return first, measure([str(COMMAND), "deploy", "--dry-run", *arguments], folder, variables)


def by_regions(counts: list[int]) -> None:
    print("| regions | layout | deploy, wall s | CPU s | MB | plan again, wall s | CPU s | MB |")  # noqa: T201
    print("| --: | -- | --: | --: | --: | --: | --: | --: |")  # noqa: T201
    for regions in counts:
        for layout in ("account", "account-region"):
            first, again = deploy(configuration(1, regions, layout, features=True))
            row = f"{_cells(first)} | {_cells(again)}"
            print(f"| {regions} | {layout} | {row} |", flush=True)  # noqa: T201


def by_accounts(accounts: int) -> None:
    print("| accounts | stacks at once | deploy, wall s | CPU s | MB | plan again, wall s | CPU s | MB |")  # noqa: T201
    print("| --: | --: | --: | --: | --: | --: | --: | --: |")  # noqa: T201
    for at_once in (1, 2, 4):
        text = configuration(accounts, 1, "account", features=False)
        first, again = deploy(text, "--parallelism", str(at_once))
        print(f"| {accounts} | {at_once} | {_cells(first)} | {_cells(again)} |", flush=True)  # noqa: T201


def demo(accounts: int) -> None:
    with TemporaryDirectory() as temporary:
        folder = Path(temporary)
        text = configuration(accounts, 2, "account", features=True)
        (folder / "organization.yaml").write_text(text, encoding="utf-8")
        figures = measure([str(COMMAND), "demo"], folder, os.environ)
    print("| accounts | demo, wall s | CPU s | MB |\n| --: | --: | --: | --: |")  # noqa: T201
    print(f"| {accounts} | {_cells(figures)} |")  # noqa: T201


def _cells(figures: Figures) -> str:
    return f"{figures.wall:.0f} | {figures.cpu:.0f} | {figures.megabytes:.0f}"


if __name__ == "__main__":
    what, *numbers = sys.argv[1:] or ["regions"]
    if what == "accounts":
        by_accounts(int(numbers[0]) if numbers else 20)
    elif what == "demo":
        demo(int(numbers[0]) if numbers else 5)
    else:
        by_regions([int(number) for number in numbers] or [1, 2, 4])
