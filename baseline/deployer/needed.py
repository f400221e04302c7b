"""Which actions a deployment role needs for the accounts that are deployed by it."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from baseline.deployer.actions import ACTIONS, ANYTHING, DISABLING, LINKED_ROLES, RECORDER_ROLE, Scope
from baseline.features.backup_roles import SERVICE as BACKUP
from baseline.features.cloudtrail import SERVICE as CLOUDTRAIL
from baseline.features.cloudtrail import Cloudtrail
from baseline.features.feature import Part, Resource, Site
from baseline.features.log_group_encryption import LogGroupEncryption
from baseline.features.recorder import SERVICE as CONFIG
from baseline.iam.access import AccessStatement, When
from baseline.inventory import Inventory, Stack
from baseline.organization import Account

MOST_NAMES = 10
"""Of one kind that a statement lists; where there are more, it is about all of them."""


@dataclass(frozen=True, slots=True)
class DeploymentRole:
    """One role by its path and name, in each of the accounts that are deployed by it."""

    resource: str
    """As ARNs write it after the account: `role/kms-baseline-deploy`."""
    accounts: tuple[str, ...]
    """The names of the accounts."""
    external_ids: tuple[str, ...]
    """What its trust may ask for: of each account, without repetition."""
    statements: tuple[AccessStatement, ...]
    """Its permissions, sorted; `{account}` stands for the account's ID."""

    @property
    def name(self) -> str:
        return self.resource.rpartition("/")[2]

    @property
    def path(self) -> str:
        return self.resource.removeprefix("role").removesuffix(self.name)


def deployment_roles(inventory: Inventory) -> tuple[DeploymentRole, ...]:
    """Every role that accounts are deployed by, sorted by its path and name. Accounts without one are left out."""
    accounts: dict[str, list[Account]] = defaultdict(list)
    for account in inventory.organization.accounts:
        if account.role:
            accounts[account.role.split(":", 5)[5]].append(account)
    stacks: dict[str, list[Stack]] = defaultdict(list)
    for stack in inventory.stacks:
        stacks[stack.providers[0].account_id].append(stack)
    return tuple(
        DeploymentRole(
            resource,
            tuple(account.name for account in of_role),
            tuple(sorted({account.external_id for account in of_role if account.external_id})),
            needed((stack for account in of_role for stack in stacks[account.id]), inventory),
        )
        for resource, of_role in sorted(accounts.items())
    )


def needed(stacks: Iterable[Stack], inventory: Inventory) -> tuple[AccessStatement, ...]:
    """What deploying these stacks needs, a statement a scope."""
    found, names, services = _Found(), defaultdict[str, set[str]](set), set[str]()
    for stack in stacks:
        for type in _types_of_keys(stack):
            found.add(ACTIONS[type])
        if any(not key.enabled for key in stack.keys):
            found.add(DISABLING)
        for part in stack.parts:
            resources = list(part.resources())
            services.update(_linked(part, resources))
            for resource in resources:
                found.add(ACTIONS[resource.type])
                if resource.called:
                    names[resource.type].add(_anywhere(resource.called, part.site))
    if services:
        found.add(of_linked_roles(services))
    organization = inventory.organization
    fields = {"partition": organization.partition, "namespace": organization.namespace, "account": "{account}"}
    return tuple(_statement(scope, actions, fields, names) for scope, actions in found.sorted())


def _anywhere(name: str, site: Site) -> str:
    """A name as it is in every account and region."""
    return name.replace(site.account_id, "{account}").replace(f"-{site.region}", "-*")


class _Found:
    """The actions on each scope, without repetition."""

    def __init__(self) -> None:
        self._actions: dict[Scope, set[str]] = defaultdict(set)
        self._seen: set[int] = set()

    def add(self, actions: Mapping[Scope, str]) -> None:
        if id(actions) in self._seen:  # the same table again, as of each key
            return
        self._seen.add(id(actions))
        for scope, words in actions.items():
            self._actions[scope] |= set(words.split())

    def sorted(self) -> Sequence[tuple[Scope, Collection[str]]]:
        return sorted(self._actions.items(), key=lambda item: item[0].sid)


def _types_of_keys(stack: Stack) -> Iterator[str]:
    if stack.keys:
        yield from ("aws_kms_key", "aws_kms_alias")
    if any(key.parameter for key in stack.keys):
        yield "aws_ssm_parameter"


def _linked(part: Part, resources: Sequence[Resource]) -> Iterator[str]:
    """The services whose own role AWS makes for what the part asks of them, in an account that lacks it.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/using-service-linked-roles.html
    """
    if any(resource.type == "aws_backup_selection" for resource in resources):
        yield BACKUP
    if isinstance(part, Cloudtrail) and part.organization_id:
        yield CLOUDTRAIL
    if isinstance(part, LogGroupEncryption):
        if part.remediation and part.remediation.automatic:
            yield "remediation.config.amazonaws.com"
        if part.recorder and part.recorder.is_complete:
            yield CONFIG


def of_linked_roles(services: Collection[str]) -> Mapping[Scope, str]:
    """The permission to let AWS make these services' roles, and what it looks at before."""
    made = LINKED_ROLES._replace(conditions=(When("StringEquals", "iam:AWSServiceName", tuple(sorted(services))),))
    more: dict[Scope, str] = {made: "iam:CreateServiceLinkedRole"}
    if CLOUDTRAIL in services:
        more[ANYTHING] = "organizations:ListAWSServiceAccessForOrganization"
    if CONFIG in services:
        more[RECORDER_ROLE] = "iam:PassRole"
    return more


def _statement(
    scope: Scope, actions: Collection[str], fields: Mapping[str, str], names: Mapping[str, Collection[str]]
) -> AccessStatement:
    called = sorted(names.get(scope.named_by, ()))
    if len(called) > MOST_NAMES:
        called = ["*"]
    filled = (
        text.format_map({**fields, "called": name.replace("{account}", fields["account"])})
        for text in scope.resources
        for name in (called if "{called}" in text else [""])
    )
    conditions = tuple(
        When(operator, key, tuple(value.format_map(fields) for value in values))
        for operator, key, values in scope.conditions
    )
    return AccessStatement(
        sid=scope.sid, actions=tuple(sorted(actions)), resources=tuple(dict.fromkeys(filled)), conditions=conditions
    )
