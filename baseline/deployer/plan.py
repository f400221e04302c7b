"""All that has to be there before the first deployment, as plain values that every form of it writes down."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from baseline.backends import S3Backend
from baseline.deployer.needed import DeploymentRole, deployment_roles
from baseline.deployer.state import State
from baseline.deployer.trust import Identity
from baseline.errors import UsageError
from baseline.iam.access import AccessStatement
from baseline.inventory import Inventory

Document = Mapping[str, Any]
"""As JSON has it."""
MARK = "Written by kms-baseline bootstrap, which replaces it when it is run again. Change organization.yaml instead."
ACCOUNT = "{account}"
"""Stands in ARNs for the account in which a document is deployed."""
LARGEST_POLICY = 10_240
"""Characters of all policies inside of a role, without white space.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html#reference_iam-quotas-entity-length"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bootstrap:
    """The deployment roles, the caller's role where it is made here, and the bucket with the states."""

    partition: str
    caller: str
    """The ARN of the role by which deployments begin."""
    others: tuple[str, ...]
    """The ARNs of roles that may take the deployment roles too, such as those of people."""
    identity: Identity | None
    """Who may take the caller's role, which is then made; None: it is there already."""
    has_provider: bool
    """Whether the caller's account has the identity provider already: it can have one of an address."""
    roles: tuple[DeploymentRole, ...]
    state: State | None

    @property
    def caller_name(self) -> str:
        return self.caller.rpartition("/")[2]

    @property
    def caller_path(self) -> str:
        return self.caller.split(":", 5)[5].removeprefix("role").removesuffix(self.caller_name)

    @property
    def caller_account_id(self) -> str:
        return self.caller.split(":")[4]

    @property
    def caller_access(self) -> tuple[AccessStatement, ...]:
        """What the caller's role may do: take the deployment roles, and work with the states."""
        taken = tuple(f"arn:{self.partition}:iam::*:{role.resource}" for role in self.roles)
        statements = (
            [AccessStatement(sid="TakeDeploymentRoles", actions=("sts:AssumeRole",), resources=taken)] if taken else []
        )
        if self.state and self.state.user == self.caller:
            statements += self.state.access
        elif self.state:
            statements.append(
                AccessStatement(sid="TakeTheRoleOfStates", actions=("sts:AssumeRole",), resources=(self.state.user,))
            )
        return tuple(statements)


def bootstrap(inventory: Inventory, callers: Sequence[str], identity: Identity | None, has_provider: bool) -> Bootstrap:
    """What an organization needs. The first of the callers is the one that is made.

    Raises UsageError where a policy would be larger than IAM takes.
    """
    organization = inventory.organization
    caller, *others = callers
    backend = organization.deployment.backend
    state = State(backend, organization.partition, backend.role or caller) if isinstance(backend, S3Backend) else None
    found = Bootstrap(
        partition=organization.partition,
        caller=caller,
        others=tuple(others),
        identity=identity,
        has_provider=has_provider,
        roles=deployment_roles(inventory),
        state=state,
    )
    for role in found.roles:
        _check_size(role)
    return found


def documents(
    found: Bootstrap,
    role: Callable[[DeploymentRole, Bootstrap], Document],
    caller: Callable[[Bootstrap, Identity], Document],
    state: Callable[[State], Document],
) -> dict[str, Document]:
    """What a form writes of each thing that has to be there, by the name of its document."""
    made = {each.name: role(each, found) for each in found.roles}
    if found.identity:
        made["caller"] = caller(found, found.identity)
    if found.state:
        made["state"] = state(found.state)
    return made


def policy(statements: Iterable[AccessStatement]) -> Mapping[str, object]:
    """Statements as a policy."""
    return {"Version": "2012-10-17", "Statement": [statement.as_dict() for statement in statements]}


def compact(value: Mapping[str, object]) -> str:
    """A policy as text without white space."""
    return json.dumps(value, separators=(",", ":"))


def _check_size(role: DeploymentRole) -> None:
    text = compact(policy(role.statements)).replace(ACCOUNT, "0" * 12)
    if len(text) > LARGEST_POLICY:
        raise UsageError(
            f"the policy of {role.name} would have {len(text)} characters, and IAM takes {LARGEST_POLICY}",
            "give some accounts a deployment role of another name, with their own features",
        )
