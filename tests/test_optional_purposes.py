"""All purposes that are switched on, in an embedded AWS without Terraform: every probe works, and finds a broken policy."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from baseline.inventory import Inventory, Key
from baseline.purposes import PURPOSES
from live.probes import KINDS, ProbeOutcome, probe_key
from operations.embedded_aws import embedded_aws
from tests.conftest import inventory
from tests.embedded import Embedded
from tests.organizations import account, organization, text

ACCOUNT, REGION = "033333333333", "eu-west-2"
OPTIONAL = [name for name, purpose in PURPOSES.items() if purpose.optional]
LOOKS = {"database", "function"}
"""Probes that make nothing, and so find nothing wrong where there is nothing to look at."""


@pytest.fixture(scope="module")
def switched_on() -> Inventory:
    everything = dict.fromkeys(OPTIONAL, True)
    return inventory(text(organization(account("data", ACCOUNT), regions=(REGION,), keys={"purposes": everything})))


@pytest.fixture(scope="module")
def aws(switched_on: Inventory) -> Iterator[Embedded]:
    with embedded_aws(switched_on.organization) as variables:
        yield Embedded(variables["AWS_ENDPOINT_URL"], variables)


@pytest.fixture(scope="module")
def keys(switched_on: Inventory, aws: Embedded) -> dict[str, Key]:
    """By purpose: the keys, made by hand with the policies of the Inventory."""
    found = {key.purpose: key for key in switched_on.keys if key.purpose in OPTIONAL}
    kms = aws.client("kms", ACCOUNT, REGION)
    for key in found.values():
        made = kms.create_key(Policy=key.policy.render())["KeyMetadata"]["KeyId"]
        kms.create_alias(AliasName=key.alias, TargetKeyId=made)
    return found


@pytest.fixture(scope="module")
def probed(aws: Embedded) -> Callable[[Key], ProbeOutcome]:
    session = aws.session(ACCOUNT, REGION)
    return lambda key: probe_key(key, by_default=False, session=session, endpoint=aws.url)


def test_every_kind_of_probe_is_known() -> None:
    assert {purpose.probe for purpose in PURPOSES.values()} <= set(KINDS)


@pytest.mark.parametrize("purpose", OPTIONAL)
def test_a_key_is_probed_and_a_policy_that_lacks_the_account_is_found(
    aws: Embedded, keys: dict[str, Key], probed: Callable[[Key], ProbeOutcome], purpose: str
) -> None:
    key, sids = keys[purpose], {permission.sid for permission in PURPOSES[purpose].permissions}
    assert probed(key).problem == ""
    if PURPOSES[purpose].probe in LOOKS:
        return
    kms = aws.client("kms", ACCOUNT, REGION)
    made = kms.describe_key(KeyId=key.alias)["KeyMetadata"]["KeyId"]
    broken = replace(key.policy, statements=tuple(s for s in key.policy.statements if s.sid not in sids))
    kms.put_key_policy(KeyId=made, Policy=broken.render())
    assert probed(key).problem.startswith(("AccessDenied", "KmsAccessDenied", "KmsException", "KMSAccessDenied"))
