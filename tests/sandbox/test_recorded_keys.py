"""AWS Config's rule on keys that are open to everybody: it knows of a key what the recorder's role can read."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.sandbox.conftest import ACCOUNT, DEPLOY_ROLE, Client, MakeRole, policy, statement

REGION = "ca-central-1"
RULE = "keys-are-not-public"
ROOT = {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
MANAGES = statement("AccountManagesTheKey", ROOT, ["kms:PutKeyPolicy", "kms:GetKeyPolicy", "kms:ScheduleKeyDeletion"])
ONLY_DEPLOYER = {"ArnEquals": {"aws:PrincipalArn": DEPLOY_ROLE}}


@pytest.fixture(scope="module")
def config(client: Client) -> Any:
    """AWS Config in a region of this module's."""
    return client("config", DEPLOY_ROLE, REGION)


@pytest.fixture(scope="module")
def kms(client: Client) -> Any:
    """KMS there."""
    return client("kms", DEPLOY_ROLE, REGION)


@pytest.fixture(scope="module")
def bucket(client: Client) -> Iterator[str]:
    """A bucket that Config writes into."""
    s3, name = client("s3", DEPLOY_ROLE, REGION), "records-of-keys"
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
    writes = statement("Writes", {"Service": "config.amazonaws.com"}, ["s3:GetBucketAcl", "s3:PutObject"])
    where = [f"arn:aws:s3:::{name}", f"arn:aws:s3:::{name}/*"]
    s3.put_bucket_policy(Bucket=name, Policy=policy({**writes, "Resource": where}))
    yield name
    s3.delete_bucket(Bucket=name)


@pytest.fixture
def recorder(config: Any, bucket: str) -> Iterator[Callable[..., None]]:
    """Starts a recorder with a role, and the rule."""

    def start(role: str, *types: str) -> None:
        group = {"allSupported": False, "resourceTypes": types or ["AWS::KMS::Key"]}
        recorder = {"name": "default", "roleARN": role, "recordingGroup": group}
        config.put_configuration_recorder(ConfigurationRecorder=recorder)
        config.put_delivery_channel(DeliveryChannel={"name": "default", "s3BucketName": bucket})
        config.start_configuration_recorder(ConfigurationRecorderName="default")
        source = {"Owner": "AWS", "SourceIdentifier": "KMS_KEY_POLICY_NO_PUBLIC_ACCESS"}
        config.put_config_rule(ConfigRule={"ConfigRuleName": RULE, "Source": source})

    yield start
    config.delete_config_rule(ConfigRuleName=RULE)
    config.stop_configuration_recorder(ConfigurationRecorderName="default")
    config.delete_configuration_recorder(ConfigurationRecorderName="default")


@pytest.fixture
def role(role_for: MakeRole, attach: Callable[..., None]) -> str:
    """A role for the recorder, with the policy that AWS has for it."""
    role = role_for({"Service": "config.amazonaws.com"}, "records-keys")
    attach(role, "service-role/AWS_ConfigRole")
    return role


def found(config: Any) -> dict[str, str]:
    """What the rule says of each key, by ID."""
    config.start_config_rules_evaluation(ConfigRuleNames=[RULE])
    results = config.get_compliance_details_by_config_rule(ConfigRuleName=RULE)["EvaluationResults"]
    by_key = {}
    for result in results:
        about = result["EvaluationResultIdentifier"]["EvaluationResultQualifier"]
        assert about["ResourceType"] == "AWS::KMS::Key"
        by_key[about["ResourceId"]] = result["ComplianceType"]
    return by_key


def key(kms: Any, *statements: dict[str, object]) -> str:
    return str(kms.create_key(Policy=policy(*statements))["KeyMetadata"]["KeyId"])


def test_a_key_that_the_account_can_read_complies(config: Any, kms: Any, recorder: Any, role: str) -> None:
    own = key(kms, MANAGES)
    recorder(role)
    assert found(config)[own] == "COMPLIANT"


def test_a_key_whose_management_is_limited_hides_its_policy_from_the_recorder(
    config: Any, kms: Any, recorder: Any, role: str
) -> None:
    limited = {**MANAGES, "Condition": ONLY_DEPLOYER}
    hidden, readable = key(kms, limited), key(kms, limited, statement("Read", ROOT, "kms:GetKeyPolicy"))
    through = statement("ThroughConfig", ROOT, "kms:GetKeyPolicy", Condition=_through("config"))
    through_a_service = key(kms, limited, through)
    recorder(role)
    compliance = found(config)
    assert [compliance[each] for each in (hidden, readable, through_a_service)] == [
        "NON_COMPLIANT",
        "COMPLIANT",
        "NON_COMPLIANT",
    ]


def _through(service: str) -> dict[str, Any]:
    return {"StringEquals": {"kms:ViaService": f"{service}.{REGION}.amazonaws.com"}}


def test_the_recorders_role_has_to_be_allowed_as_well(config: Any, kms: Any, recorder: Any, role_for: MakeRole) -> None:
    own = key(kms, MANAGES)
    recorder(role_for({"Service": "config.amazonaws.com"}, "records-nothing"))
    assert found(config)[own] == "NON_COMPLIANT"


def test_a_key_for_everybody_does_not_comply(config: Any, kms: Any, recorder: Any, role: str) -> None:
    public = key(kms, MANAGES, statement("Public", "*", "kms:Decrypt"))
    conditional = key(kms, MANAGES, statement("Ours", "*", "kms:Decrypt", Condition=_through("ec2")))
    recorder(role)
    compliance = found(config)
    assert (compliance[public], compliance[conditional]) == ("NON_COMPLIANT", "COMPLIANT")


def test_keys_that_are_not_recorded_are_not_found(config: Any, kms: Any, recorder: Any, role: str) -> None:
    key(kms, MANAGES)
    recorder(role, "AWS::EC2::Volume")
    assert found(config) == {}
