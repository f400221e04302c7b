"""`kms-baseline cost`: what the keys cost a month, before anything is deployed."""

from collections.abc import Iterator
from dataclasses import asdict
from enum import StrEnum
from typing import Annotated

import typer

from baseline.backends import CloudBackend
from baseline.bill import Monthly
from baseline.words import count
from cli import options, output
from operations.costs import YEARS, Costs, costs, prices_from
from operations.project import Project, configuration_path
from operations.selection import forgotten_keys, select


class By(StrEnum):
    """What the bill is divided by."""

    account = "account"
    region = "region"
    purpose = "purpose"


Divided = Annotated[By, typer.Option("--by", help="What the bill is divided by.")]


def cost(
    config: options.Config = None,
    account: options.Accounts = None,
    region: options.Regions = None,
    purpose: options.Purposes = None,
    by: Divided = By.account,
    prices: options.OwnPrices = None,
    format: options.OutputFormat = options.Format.table,
) -> None:
    """Show what the keys cost a month, by public prices: new, after their first rotation, and from the last billed one on.

    Then what other choices would save. Requests to KMS, and what features use, are billed by use and not counted.

    Example: kms-baseline cost --by purpose
    """
    project = Project(configuration_path(config))
    asked_for = (account or (), region or (), purpose or ())
    forgotten = list(forgotten_keys(project, *asked_for))
    found = costs(project, list(select(project, *asked_for)), forgotten, by.value, prices_from(prices))
    if format is options.Format.json:
        output.show_json({"version": 1, "by": by.value, **asdict(found)})
        return
    amount = found.prices.amount
    rows = [_row(name, of, found) for name, of in found.groups.items()]
    head = (by.value.upper(), "KEYS", "A MONTH, NEW", "AFTER ONE ROTATION", f"AFTER {found.prices.billed_rotations}")
    output.show(output.table(head, [*rows, _row("all", found.every, found)]))
    if found.savings:
        output.show("")
        savings = [(saving.choice, str(saving.keys), amount(saving.saved)) for saving in found.savings]
        output.show(output.table(("WHAT WOULD SAVE", "KEYS", f"IN {YEARS} YEARS"), savings))
    for line in _remarks(project, found):
        output.say(line)


def _row(name: str, of: Monthly, found: Costs) -> tuple[str, ...]:
    return (name, str(of.keys), *(found.prices.amount(price) for price in (of.new, of.rotated, of.settled)))


def _remarks(project: Project, found: Costs) -> Iterator[str]:
    amount = found.prices.amount
    first, third = amount(found.first_year), amount(found.third_year)
    yield f"{first} in the first year of these keys, {third} in the third"
    if found.retired:
        yield f"and {count(found.retired, 'retired key')}, each of which is billed until it is deleted"
    if isinstance(project.inventory.organization.deployment.backend, CloudBackend):
        editions = (f"{amount(found.resources * price)} ({name})" for name, price in found.prices.resources.items())
        yield f"HCP Terraform bills {count(found.resources, 'resource')} a month: {', '.join(editions)}, less what is free"
    features = sorted({part.site.feature for stack in project.inventory.stacks for part in stack.parts})
    of_features = f", and what these features do: {', '.join(features)}" if features else ""
    yield f"billed by use and not counted: requests to KMS{of_features}"
    yield f"prices of {found.prices.as_of}: {', '.join(found.prices.sources)}"
