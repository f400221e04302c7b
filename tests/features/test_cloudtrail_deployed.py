"""CloudTrail, deployed: a trail of one account and one of the organization. The tests follow each other."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox.pages import ask
from tests.features.deployed import IDS, Deployment, deployment
from tests.features.synthesis import TWO_BY_TWO

REGION = "eu-west-2"
OWN = TWO_BY_TWO.replace("{home", "{id: o-a1b2c3d4e5, home").replace(
    "role: null}", "role: null, features: {cloudtrail: {scope: organization}}}"
)
ON = OWN + "features: {cloudtrail: true}\n"
OFF = TWO_BY_TWO + (
    "retired: [{account: data, purpose: cloudtrail, then: keep}, {account: payer, purpose: cloudtrail, then: keep}]\n"
)


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    with deployment(ON, tmp_path_factory) as running:
        yield running


def bucket(account: str) -> str:
    return f"baseline-trail-{IDS[account]}-{REGION}"


def deliver(deployed: Deployment, account: str) -> dict[str, Any]:
    """What becomes of a log file of the account's trail."""
    body = json.dumps({"trail_arn": trail(deployed, account)["TrailARN"]})
    return dict(ask(deployed.aws.url, "POST", "/sandbox/deliver", body))


def trail(deployed: Deployment, account: str) -> dict[str, Any]:
    """The only trail of an account, seen from its home region."""
    cloudtrail = deployed.client("cloudtrail", account, REGION)
    [found] = cloudtrail.describe_trails(includeShadowTrails=False)["trailList"]
    assert cloudtrail.get_trail_status(Name=found["TrailARN"])["IsLogging"] is True
    return dict(found)


def test_a_bucket_name_that_is_taken_stops_the_deployment_with_the_errors_of_aws_and_advice(
    deployed: Deployment,
) -> None:
    """By an account that the organization does not know: bucket names are shared by all of AWS."""
    place = {"LocationConstraint": REGION}
    s3 = deployed.client("s3", "payer", REGION)
    s3.create_bucket(Bucket=bucket("data"), CreateBucketConfiguration=place)
    done = deployed.deploy(ON, "--account", "data")
    s3.delete_bucket(Bucket=bucket("data"))
    assert done.returncode == 3, done.stderr
    assert "BucketAlreadyExists" in done.stderr
    assert f"another account has a bucket called {bucket('data')}" in done.stderr
    assert "features.cloudtrail.bucket" in done.stderr


def test_it_is_deployed_and_the_next_plan_is_empty(deployed: Deployment) -> None:
    done = deployed.deploy(ON)
    assert done.returncode == 0, done.stderr
    assert "no changes" in deployed.deploy(ON).stderr


@pytest.mark.parametrize(("account", "of_organization"), [("payer", True), ("data", False)])
def test_the_trails_key_is_that_of_its_account_and_home_region(
    deployed: Deployment, account: str, of_organization: bool
) -> None:
    found = trail(deployed, account)
    assert found["KmsKeyId"] == deployed.key_arn(account, REGION, "cloudtrail")
    assert (found["Name"], found["HomeRegion"], found["S3BucketName"]) == ("baseline", REGION, bucket(account))
    assert found["IsMultiRegionTrail"] is True
    assert found["LogFileValidationEnabled"] is True
    assert found["IsOrganizationTrail"] is of_organization


@pytest.mark.parametrize("account", IDS)
def test_a_log_file_is_delivered_encrypted_with_the_trails_key(deployed: Deployment, account: str) -> None:
    """Whoever deploys cannot read it: of the key only the readers can."""
    answer = deliver(deployed, account)
    assert (answer["delivered"], answer["message"]) == (True, "")
    assert answer["kms_key_arn"] == deployed.key_arn(account, REGION, "cloudtrail")
    with pytest.raises(ClientError, match="AccessDenied"):
        deployed.client("s3", account, REGION).get_object(Bucket=bucket(account), Key=answer["object"])
    folder = "o-a1b2c3d4e5/111111111111" if account == "payer" else IDS[account]
    assert answer["object"].startswith(f"AWSLogs/{folder}/CloudTrail/{REGION}/")


@pytest.mark.parametrize("account", IDS)
def test_the_bucket_is_blocked_versioned_owned_and_encrypted_and_its_files_go_in_time(
    deployed: Deployment, account: str
) -> None:
    s3, name = deployed.client("s3", account, REGION), bucket(account)
    [rule] = s3.get_bucket_encryption(Bucket=name)["ServerSideEncryptionConfiguration"]["Rules"]
    assert rule["ApplyServerSideEncryptionByDefault"]["KMSMasterKeyID"] == deployed.key_arn(
        account, REGION, "cloudtrail"
    )
    assert rule["BucketKeyEnabled"] is False
    assert set(s3.get_public_access_block(Bucket=name)["PublicAccessBlockConfiguration"].values()) == {True}
    assert s3.get_bucket_versioning(Bucket=name)["Status"] == "Enabled"
    [owner] = s3.get_bucket_ownership_controls(Bucket=name)["OwnershipControls"]["Rules"]
    assert owner["ObjectOwnership"] == "BucketOwnerEnforced"
    [expiry] = s3.get_bucket_lifecycle_configuration(Bucket=name)["Rules"]
    assert (expiry["Expiration"]["Days"], expiry["NoncurrentVersionExpiration"]["NoncurrentDays"]) == (365, 30)


def test_a_key_that_no_longer_lets_cloudtrail_in_stops_the_delivery(deployed: Deployment) -> None:
    """The chain check finds it before; here the policy is taken from the key itself."""
    kms = deployed.client("kms", "data", REGION)
    key = deployed.key_arn("data", REGION, "cloudtrail")
    policy = kms.get_key_policy(KeyId=key, PolicyName="default")["Policy"]
    broken = policy.replace("kms:GenerateDataKey*", "kms:GenerateMac")
    assert broken != policy
    kms.put_key_policy(KeyId=key, PolicyName="default", Policy=broken)
    answer = deliver(deployed, "data")
    kms.put_key_policy(KeyId=key, PolicyName="default", Policy=policy)
    assert (answer["delivered"], answer["code"]) == (False, "InsufficientEncryptionPolicyException")


def test_switched_off_trail_and_bucket_stay_as_they_were_and_files_are_delivered(deployed: Deployment) -> None:
    done = deployed.deploy(OFF)
    assert done.returncode == 0, done.stderr
    for account in IDS:
        found = trail(deployed, account)
        assert found["KmsKeyId"].startswith(f"arn:aws:kms:{REGION}:{IDS[account]}:key/")
        assert deliver(deployed, account)["delivered"] is True
