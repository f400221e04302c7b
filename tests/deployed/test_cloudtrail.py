"""CloudTrail, deployed: a trail of one account and one of the organization."""

import json
import subprocess
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox.pages import ask
from tests.deployed.deployment import IDS, Deployment, trail_bucket

REGION = "eu-west-2"


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
    bucket_taken: subprocess.CompletedProcess[str],
) -> None:
    assert bucket_taken.returncode == 3, bucket_taken.stderr
    assert "BucketAlreadyExists" in bucket_taken.stderr
    assert f"another account has a bucket called {trail_bucket('data')}" in bucket_taken.stderr
    assert "features.cloudtrail.bucket" in bucket_taken.stderr


@pytest.mark.parametrize(("account", "of_organization"), [("payer", True), ("data", False)])
def test_the_trails_key_is_that_of_its_account_and_home_region(
    switched_on: Deployment, account: str, of_organization: bool
) -> None:
    found = trail(switched_on, account)
    assert found["KmsKeyId"] == switched_on.key_arn(account, REGION, "cloudtrail")
    assert (found["Name"], found["HomeRegion"], found["S3BucketName"]) == ("baseline", REGION, trail_bucket(account))
    assert found["IsMultiRegionTrail"] is True
    assert found["LogFileValidationEnabled"] is True
    assert found["IsOrganizationTrail"] is of_organization


@pytest.mark.parametrize("account", IDS)
def test_a_log_file_is_delivered_encrypted_with_the_trails_key(switched_on: Deployment, account: str) -> None:
    """Whoever deploys cannot read it: of the key only the readers can."""
    answer = deliver(switched_on, account)
    assert (answer["delivered"], answer["message"]) == (True, "")
    assert answer["kms_key_arn"] == switched_on.key_arn(account, REGION, "cloudtrail")
    with pytest.raises(ClientError, match="AccessDenied"):
        switched_on.client("s3", account, REGION).get_object(Bucket=trail_bucket(account), Key=answer["object"])
    folder = "o-a1b2c3d4e5/111111111111" if account == "payer" else IDS[account]
    assert answer["object"].startswith(f"AWSLogs/{folder}/CloudTrail/{REGION}/")


@pytest.mark.parametrize("account", IDS)
def test_the_bucket_is_blocked_versioned_owned_and_encrypted_and_its_files_go_in_time(
    switched_on: Deployment, account: str
) -> None:
    s3, name = switched_on.client("s3", account, REGION), trail_bucket(account)
    [rule] = s3.get_bucket_encryption(Bucket=name)["ServerSideEncryptionConfiguration"]["Rules"]
    assert rule["ApplyServerSideEncryptionByDefault"]["KMSMasterKeyID"] == switched_on.key_arn(
        account, REGION, "cloudtrail"
    )
    assert rule["BucketKeyEnabled"] is False
    assert set(s3.get_public_access_block(Bucket=name)["PublicAccessBlockConfiguration"].values()) == {True}
    assert s3.get_bucket_versioning(Bucket=name)["Status"] == "Enabled"
    [owner] = s3.get_bucket_ownership_controls(Bucket=name)["OwnershipControls"]["Rules"]
    assert owner["ObjectOwnership"] == "BucketOwnerEnforced"
    [expiry] = s3.get_bucket_lifecycle_configuration(Bucket=name)["Rules"]
    assert (expiry["Expiration"]["Days"], expiry["NoncurrentVersionExpiration"]["NoncurrentDays"]) == (365, 30)


def test_a_key_that_no_longer_lets_cloudtrail_in_stops_the_delivery(switched_on: Deployment) -> None:
    """The chain check finds it before; here the policy is taken from the key itself."""
    with switched_on.without_statement("data", REGION, "cloudtrail", "CloudTrailEncryptsLogFiles"):
        answer = deliver(switched_on, "data")
    assert (answer["delivered"], answer["code"]) == (False, "InsufficientEncryptionPolicyException")


@pytest.mark.parametrize("account", IDS)
def test_switched_off_trail_and_bucket_stay_as_they_were_and_files_are_delivered(
    switched_off: Deployment, account: str
) -> None:
    assert trail(switched_off, account)["KmsKeyId"] == switched_off.key_arn(account, REGION, "cloudtrail")
    assert deliver(switched_off, account)["delivered"] is True
