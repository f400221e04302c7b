"""What the accounts of the sandbox hold before Terraform comes: roles, users, recorders, the caller's access key."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from moto.core.exceptions import ServiceException
from moto.iam.models import IAMBackend, iam_backends

from sandbox.organizations import organizations
from sandbox.recorders import ROLE, SERVICE, plant_recorders

CALLER = "kms-baseline-caller"
"""The IAM user in the caller's account that `terraform` is started as."""

_EVERYTHING = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}


def plant(values: Mapping[str, Any]) -> dict[str, str]:
    """Create what a seed lists and answer the caller's access key. What is there already stays as it is.

    Raises ValueError when IAM refuses a name.
    """
    accounts = values["accounts"]
    partition = accounts[0]["partition"] if accounts else "aws"
    trust = _trust(partition, values["caller_account_id"])
    try:
        for account in accounts:
            iam = iam_backends[account["account_id"]][account["partition"]]
            _plant_roles(iam, account["roles"], trust)
            _plant_users(iam, account["users"])
            organizations[account["account_id"]][account["partition"]].managed = account["manages"]
            if account["recorders"]:
                _plant_roles(iam, [ROLE], _trust_of({"Service": SERVICE}))
                plant_recorders(account["account_id"], account["partition"], account["recorders"])
        for arn in values["deploy_roles"]:
            _plant_deploy_role(arn, trust)
        return _access_key(iam_backends[values["caller_account_id"]][partition])
    except ServiceException as error:
        raise ValueError(error.message) from error


def _plant_deploy_role(arn: str, trust: str) -> None:
    _, partition, _, _, account_id, resource = arn.split(":")
    iam = iam_backends[account_id][partition]
    _plant_roles(iam, [resource], trust)
    iam.put_role_policy(resource.rpartition("/")[2], "administrator", json.dumps(_EVERYTHING))


def _plant_roles(iam: IAMBackend, resources: Iterable[str], trust: str) -> None:
    existing = {role.arn for role in iam.get_roles()}
    for resource in resources:
        if f"arn:{iam.partition}:iam::{iam.account_id}:{resource}" in existing:
            continue
        path, name = _path_and_name(resource)
        iam.create_role(
            role_name=name,
            assume_role_policy_document=trust,
            path=path,
            permissions_boundary=None,
            description="",
            tags=[],
            max_session_duration="3600",
        )


def _plant_users(iam: IAMBackend, resources: Iterable[str]) -> None:
    for path, name in map(_path_and_name, resources):
        if name not in iam.users:
            # Moto takes a partition for a region wherever it only asks for the partition.
            iam.create_user(iam.partition, name, path)


def _path_and_name(resource: str) -> tuple[str, str]:
    """`role/aws-reserved/sso.amazonaws.com/X` has the path `/aws-reserved/sso.amazonaws.com/` and the name `X`."""
    path, _, name = resource.partition("/")[2].rpartition("/")
    return (f"/{path}/" if path else "/"), name


def _trust(partition: str, account_id: str) -> str:
    return _trust_of({"AWS": f"arn:{partition}:iam::{account_id}:root"})


def _trust_of(principal: Mapping[str, str]) -> str:
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def _access_key(iam: IAMBackend) -> dict[str, str]:
    _plant_users(iam, [f"user/{CALLER}"])
    # Seeded twice, the caller keeps its key: IAM allows a user two of them.
    key = next(iter(iam.users[CALLER].access_keys), None) or iam.create_access_key(CALLER)
    return {"access_key_id": key.access_key_id, "secret_access_key": key.secret_access_key}
