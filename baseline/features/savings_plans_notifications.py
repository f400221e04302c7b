"""Budgets that tell when Savings Plans are used too little or cover too little, by an encrypted topic."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from baseline import names
from baseline.features.feature import (
    Context,
    Feature,
    FeatureInAccount,
    FeatureSettings,
    KeyUse,
    Part,
    Problem,
    Publication,
    Resource,
    Site,
    Thing,
    repeated,
)
from baseline.features.topics import Topic
from baseline.fields import limits
from baseline.fields.written import no_items

NAME = "savings_plans_notifications"


class SavingsPlansNotificationsSettings(FeatureSettings):
    """Who is told, and from which percentage on."""

    emails: list[Annotated[str, limits.EMAIL]] = Field(
        default_factory=no_items,
        description="Who is told; each address must confirm its subscription once in each account.",
    )
    utilization_below: Annotated[int, limits.PERCENTAGE] = Field(
        80, description="Tell when less than this percentage of the Savings Plans' commitment was used in the month."
    )
    coverage_below: Annotated[int, limits.PERCENTAGE] = Field(
        70, description="Tell when Savings Plans covered less than this percentage of what they could in the month."
    )


@dataclass(frozen=True, slots=True)
class Budget:
    """A budget that notifies the topic when the month's percentage is lower than `below`.

    https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_budgets_Budget.html: 100 is the only limit
    that AWS takes for these types, and they have no cost types. Terraform sends none when none are written, so that
    the example in its documentation, with one cost type of eleven, is not needed; public stacks do without as well:
    https://github.com/marbot-io/monitoring-jump-start/pull/31
    """

    address: str
    name: str
    type: str
    below: int


@dataclass(frozen=True, kw_only=True)
class SavingsPlansNotifications(Part):
    """The topic of the home region and the two budgets of the account. (Budgets belong to no region.)"""

    key: str
    topic: Topic
    budgets: tuple[Budget, ...]

    def resources(self) -> Iterator[Resource]:
        yield from self.topic.resources()
        for budget in self.budgets:
            yield Resource("aws_budgets_budget", budget.address, "destroy", called=budget.name)

    def things(self) -> Iterator[Thing]:
        yield self.topic.thing

    def uses(self) -> Iterator[KeyUse]:
        return self.topic.uses()

    def publications(self) -> Iterator[Publication]:
        return self.topic.publications()


def _build(settings: SavingsPlansNotificationsSettings, site: Site) -> SavingsPlansNotifications:
    return SavingsPlansNotifications(
        site=site,
        key=site.key("sns"),
        topic=Topic(
            site,
            address=names.address(NAME, site.region),
            name=f"{site.namespace}-savings-plans-notifications",
            publishers=("budgets",),
            endpoints=tuple(("email", email) for email in settings.emails),
        ),
        budgets=(
            _budget(site, "utilization", settings.utilization_below),
            _budget(site, "coverage", settings.coverage_below),
        ),
    )


def _budget(site: Site, measure: str, below: int) -> Budget:
    return Budget(
        # Without the region: when home moves, it stays one budget, instead of two of one name for a moment.
        address=f"savings_plans_{measure}",
        name=f"{site.namespace}-savings-plans-{measure}",
        type=f"SAVINGS_PLANS_{measure.upper()}",
        below=below,
    )


def _problems(
    uses: Sequence[FeatureInAccount[SavingsPlansNotificationsSettings]], _context: Context
) -> Iterable[Problem]:
    for i, use in enumerate(uses):
        for email in repeated(use.settings.emails):
            yield Problem(i, "emails", f"`{email}` is listed twice", "keep one")


def _remarks(uses: Sequence[FeatureInAccount[SavingsPlansNotificationsSettings]]) -> Iterable[str]:
    yield from _confirmations(uses)
    if len(uses) > 1:
        yield (
            f"{NAME} is meant for the payer, whose budgets see the Savings Plans of the whole organization; it is on in "
            f"{_accounts(uses)}"
        )


def _confirmations(uses: Sequence[FeatureInAccount[SavingsPlansNotificationsSettings]]) -> Iterable[str]:
    silent = [use for use in uses if not use.settings.emails]
    if silent:
        yield f"{NAME} is on and lists no emails in {_accounts(silent)}: nobody is told"
    emails = [email for use in uses for email in use.settings.emails]
    if emails:
        people = _count(len(set(emails)), "address", "addresses")
        accounts = _count(len(uses) - len(silent), "account", "accounts")
        confirmations = _count(len(emails), "confirmation", "confirmations")
        yield f"{NAME} waits for {confirmations} by email: {people} in {accounts}"


def _accounts(uses: Iterable[FeatureInAccount[SavingsPlansNotificationsSettings]]) -> str:
    return ", ".join(use.account for use in uses)


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


SAVINGS_PLANS_NOTIFICATIONS = Feature(
    name=NAME,
    title="Budgets and notifications for Savings Plans",
    # https://docs.aws.amazon.com/govcloud-us/latest/UserGuide/usage-and-payment.html
    missing_in={"aws-us-gov": "remove it: AWS Budgets is in the standard account that is billed"},
    place="home region",
    settings=SavingsPlansNotificationsSettings,
    build=_build,
    problems=_problems,
    remarks=_remarks,
)
