"""An embedded AWS in which the keys of an Inventory are made by boto3, as Terraform would make them."""

from collections.abc import Iterator
from contextlib import contextmanager

from baseline.inventory import Inventory, Key, Provider
from tests.conftest import inventory
from tests.embedded import Embedded, embedded_aws


@contextmanager
def made(text: str) -> Iterator[tuple[Inventory, Embedded]]:
    """The accounts of a configuration, with everything that it says of keys."""
    wanted = inventory(text)
    with embedded_aws(wanted.organization) as variables:
        aws = Embedded(variables["AWS_ENDPOINT_URL"], variables)
        for stack in wanted.stacks:
            for key in stack.keys:
                make(aws, key, stack.provider(key.provider))
        yield wanted, aws


def make(aws: Embedded, key: Key, provider: Provider) -> str:
    """Make one key, and return its ID."""
    account_id = key.account_id if provider.role else None
    kms, ssm = (aws.client(service, account_id, key.region) for service in ("kms", "ssm"))
    tags = {**provider.tags, **key.tags}
    metadata = kms.create_key(
        KeyUsage="ENCRYPT_DECRYPT",
        Description=key.description,
        Policy=key.policy.render(),
        Tags=[{"TagKey": name, "TagValue": value} for name, value in tags.items()],
    )["KeyMetadata"]
    if key.settings.rotation:
        kms.enable_key_rotation(KeyId=metadata["KeyId"], RotationPeriodInDays=key.settings.rotation_period_days)
    kms.create_alias(AliasName=key.alias, TargetKeyId=metadata["KeyId"])
    if key.parameter:
        ssm.put_parameter(Name=key.parameter, Value=metadata["Arn"], Type="String")
    return str(metadata["KeyId"])
