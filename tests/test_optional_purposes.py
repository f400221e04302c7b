"""All purposes that are switched on, in an embedded AWS without Terraform: every probe works, and finds a broken policy."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from baseline.inventory import Inventory, Key
from baseline.purposes import PURPOSES
from live.dependents import UNSEEN, Dependents
from live.looking import Looking
from live.probes import KINDS, ProbeOutcome, probe_key
from live.sessions import sessions_of
from tests.conftest import ROOT, inventory
from tests.embedded import Embedded, embedded_aws
from tests.organizations import account, organization, text
from tests.sandbox.uses_of_keys import MADE, USES

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
    return lambda key: next(probe_key(key, PURPOSES[key.purpose], by_default=False, session=session, endpoint=aws.url))


def test_every_kind_of_probe_is_known() -> None:
    assert {purpose.probe for purpose in PURPOSES.values()} <= set(KINDS)


def test_the_page_about_purposes_names_them_all_and_what_has_to_be_listed() -> None:
    page = (ROOT / "docs" / "purposes.md").read_text(encoding="utf-8")
    for name, purpose in PURPOSES.items():
        assert f"`{name}`" in page
        if purpose.optional and (unlisted := set(purpose.services) - set(purpose.default_services("aws"))):
            [row] = re.findall(rf"^\| `{name}` \| (`.*) \| .* \|$", page, re.MULTILINE)
            assert unlisted <= set(re.findall(r"`([^`]+)`", row))


def test_what_no_call_shows_is_said_of_every_purpose() -> None:
    assert set(UNSEEN) == set(PURPOSES)


def referring(aws: Embedded, switched_on: Inventory, key: Key) -> list[str]:
    """What `retire` would find to refer to a key."""
    provider = switched_on.stacks[0].provider(key.provider)
    looking = Looking(provider)
    arn = aws.client("kms", ACCOUNT, REGION).describe_key(KeyId=key.alias)["KeyMetadata"]["Arn"]
    found = Dependents(sessions_of(aws.variables), provider, arn, (key.alias,), looking).of(key.purpose)
    assert looking.missed == []
    return [f"{dependent.kind} {dependent}" for dependent in found]


@pytest.mark.parametrize("purpose", [name for name in OPTIONAL if name != "s3"])
def test_what_refers_to_a_retired_key_is_found(
    aws: Embedded, switched_on: Inventory, keys: dict[str, Key], purpose: str
) -> None:
    use, key = USES[purpose], keys[purpose]
    client = aws.client(use.service, ACCOUNT, REGION)
    assert referring(aws, switched_on, key) == []
    arn = aws.client("kms", ACCOUNT, REGION).describe_key(KeyId=key.alias)["KeyMetadata"]["Arn"]
    use.use(client, arn)
    found = referring(aws, switched_on, key)
    assert found
    assert purpose == "efs" or MADE in found[0]  # a file system is called by its ID
    use.clear(client)


def test_a_bucket_refers_to_the_key_that_it_has_by_default(
    aws: Embedded, switched_on: Inventory, keys: dict[str, Key]
) -> None:
    s3 = aws.client("s3", ACCOUNT, REGION)
    s3.create_bucket(Bucket=MADE, CreateBucketConfiguration={"LocationConstraint": REGION})
    arn = aws.client("kms", ACCOUNT, REGION).describe_key(KeyId=keys["s3"].alias)["KeyMetadata"]["Arn"]
    rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": arn}}
    s3.put_bucket_encryption(Bucket=MADE, ServerSideEncryptionConfiguration={"Rules": [rule]})
    assert referring(aws, switched_on, keys["s3"]) == [f"bucket {MADE} (encrypts with it by default)"]
    s3.delete_bucket(Bucket=MADE)


def test_nothing_is_found_by_not_looking(aws: Embedded, switched_on: Inventory) -> None:
    """A purpose of which nobody said what refers to its keys: that speaks against a deletion."""
    provider = switched_on.stacks[0].providers[0]
    looking = Looking(provider)
    assert Dependents(sessions_of(aws.variables), provider, "arn", (), looking).of("fax") == ()
    assert looking.missed == ["what refers to keys for fax"]


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
