"""The same questions in a plain loop: a session an account, a client a region, one call after the other.

python -m benchmarks.verify_loop CONFIGURATION
"""

import sys
from pathlib import Path
from typing import Any

import boto3

from baseline.configuration.load import load
from baseline.expansion import expand
from baseline.inventory import Provider
from baseline.lock import Lock


def entered(provider: Provider) -> boto3.Session:
    """A session by the account's role."""
    sts = boto3.client("sts", region_name=provider.region)
    given = sts.assume_role(RoleArn=provider.role, RoleSessionName="loop")["Credentials"]
    return boto3.Session(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])


def read(kms: Any, key_id: str) -> list[Any]:
    """Everything that `verify` reads of a key."""
    return [
        kms.describe_key(KeyId=key_id),
        kms.get_key_policy(KeyId=key_id),
        kms.list_key_policies(KeyId=key_id),
        kms.get_key_rotation_status(KeyId=key_id),
        kms.list_resource_tags(KeyId=key_id),
        kms.list_grants(KeyId=key_id),
    ]


def main(configuration: Path) -> None:
    organization = load(configuration.read_text(encoding="utf-8"), str(configuration)).organization
    keys = 0
    for stack in expand(organization, Lock()).stacks:
        session = entered(stack.providers[0])
        for provider in stack.providers:
            kms, ssm = (session.client(service, region_name=provider.region) for service in ("kms", "ssm"))
            aliases = {alias["AliasName"]: alias["TargetKeyId"] for alias in kms.list_aliases()["Aliases"]}
            kms.list_keys()
            own = [key for key in stack.keys if key.provider == provider.alias]
            ssm.get_parameters(Names=[key.parameter for key in own])
            keys += len([read(kms, aliases[key.alias]) for key in own])
    print(keys)  # noqa: T201


if __name__ == "__main__":
    main(Path(sys.argv[1]))
