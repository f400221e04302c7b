"""What somebody says that a key is meant for, where no configuration says it: for the policy of a key of others."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from baseline.configuration.named_principals import resolve
from baseline.errors import FieldPlace
from baseline.iam.actions import expand_all
from baseline.iam.arns import is_account_id
from baseline.iam.reading import PlainPolicy
from baseline.key_actions import STOP
from baseline.key_policy.place import KeyPlace
from baseline.organization import IamDelegation, KeySettings
from baseline.purposes import PURPOSES

USED = "kms:trailingdayswithoutkeyusage"


@dataclass(frozen=True, slots=True, kw_only=True)
class Meant:
    """Whom and what a key is for. Principals are written as in the configuration: `role/NAME`, or an ARN."""

    purpose: str = ""
    """Empty: nobody said."""
    administrators: tuple[str, ...] = ()
    users: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    """The services or publishers of the purpose; empty: those that it has by default."""
    share_with: tuple[str, ...] = ()
    """Account IDs, or `organization`."""
    organization_id: str = ""
    """The organization that the key's account is in; empty: nobody said."""
    trail: str = ""
    """The name of the trail; empty: nobody said."""

    def place(self, place: KeyPlace) -> KeyPlace:
        """Where the key is, with what was said of it."""
        organization_id = self.organization_id or place.organization_id
        return replace(place, organization_id=organization_id, namespace=self.trail or place.namespace)

    def settings(self, place: KeyPlace, policy: PlainPolicy) -> KeySettings:
        """The settings that a key so meant would have; how far it leaves things to IAM, its policy says itself."""
        purpose = PURPOSES.get(self.purpose)
        services = self.services or (purpose.default_services(place.partition) if purpose else ())
        people = (
            tuple(resolve(name, place.partition, place.account_id) for name in names)
            for names in (self.administrators, self.users)
        )
        administrators, users = people
        return KeySettings(
            administrators=administrators,
            administrators_place=_NOWHERE,
            users=users,
            iam_delegation=_delegation(policy, place) if purpose else "full",
            separate_duties=False,
            rotation=True,
            rotation_period_days=365,
            deletion_window_days=30,
            deny_deletion_if_used_within_days=max(_days(policy), default=0) if purpose else 0,
            services=services,
            share_with=self.share_with,
            statements=(),
            place=_NOWHERE,
        )


_NOWHERE = FieldPlace("", 0, "")


def _delegation(policy: PlainPolicy, place: KeyPlace) -> IamDelegation:
    """What the account's IAM policies may give, as far as it is given to the account without a condition."""
    account = {place.account_id, f"arn:{place.partition}:iam::{place.account_id}:root"}
    of_account = (s for s in policy if s.is_allow and not (s.conditions or s.undecided) and account & {*s.principals})
    given = {action for s in of_account for action in expand_all(s.actions) - expand_all(s.not_actions)}
    return "full" if "kms:Decrypt" in given else "manage" if "kms:PutKeyPolicy" in given else "administrators"


def _days(policy: PlainPolicy) -> Iterable[int]:
    """For how many days after its last use nobody may stop the key."""
    for statement in policy:
        if not statement.is_allow and {*STOP} <= expand_all(statement.actions) and "*" in statement.principals:
            for test in statement.conditions:
                if test.key.lower() == USED and test.operator.base == "NumericLessThanEquals":
                    yield from (int(value) for value in test.values if value.isdigit())


def problems(meant: Meant) -> Iterator[tuple[str, str]]:
    """What was said wrongly: the option, and the problem."""
    for account in meant.share_with:
        if account != "organization" and not is_account_id(account):
            yield "--share-with", f"`{account}` is neither an account's ID nor `organization`"
    if "organization" in meant.share_with and not meant.organization_id:
        yield "--share-with", "`organization` needs `--organization ID`"
    if meant.services and meant.purpose:
        for service in meant.services:
            if service not in PURPOSES[meant.purpose].services:
                yield (
                    "--publisher",
                    f"`{service}` is none of {', '.join(PURPOSES[meant.purpose].services) or 'nothing'}",
                )
