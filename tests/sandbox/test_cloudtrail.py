"""CloudTrail: what it asks of a trail's bucket and key, and what it delivers."""

import gzip
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from baseline.errors import WorldError
from sandbox.pages import ask
from sandbox.seed import AccountSeed, Credentials, seed
from tests.sandbox.conftest import ACCOUNT, CALLER_ACCOUNT, DEPLOY_ROLE, REGION, Client, policy, statement
from tests.sandbox.refusals import refusal

SERVICE = {"Service": "cloudtrail.amazonaws.com"}
BUCKET = "trail-files"
NAME = "baseline"
TRAIL = f"arn:aws:cloudtrail:{REGION}:{ACCOUNT}:trail/{NAME}"
FROM_THE_TRAIL = {"aws:SourceArn": TRAIL}


def about(resource: object, sid: str, principal: object, actions: str, **more: Any) -> dict[str, Any]:
    """A statement of the bucket's policy."""
    return {**statement(sid, principal, actions, **more), "Resource": resource}


ITSELF = f"arn:aws:s3:::{BUCKET}"
FILES = f"{ITSELF}/AWSLogs/{ACCOUNT}/*"
FULL_CONTROL = {"s3:x-amz-acl": "bucket-owner-full-control"}
ACL = about(ITSELF, "Acl", SERVICE, "s3:GetBucketAcl", Condition={"StringEquals": FROM_THE_TRAIL})
WRITE = about(FILES, "Write", SERVICE, "s3:PutObject", Condition={"StringEquals": FROM_THE_TRAIL | FULL_CONTROL})
NO_TLS = {"Bool": {"aws:SecureTransport": "false"}}
TLS = about([ITSELF, f"{ITSELF}/*"], "Tls", "*", "s3:*", Effect="Deny", Condition=NO_TLS)
ROOT = statement("Root", {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "kms:*")
ENCRYPT = statement(
    "Encrypt",
    SERVICE,
    "kms:GenerateDataKey*",
    Condition={
        "StringEquals": FROM_THE_TRAIL,
        "ArnLike": {"kms:EncryptionContext:aws:cloudtrail:arn": TRAIL.replace(REGION, "*")},
    },
)
DESCRIBE = statement("Describe", SERVICE, "kms:DescribeKey", Condition={"StringEquals": FROM_THE_TRAIL})

Clients = Callable[[str], Any]


@pytest.fixture(scope="module")
def clients(client: Client) -> Clients:
    """A client of a service, called by the deployment role."""
    made: dict[str, Any] = {}
    return lambda service: made.setdefault(service, client(service, DEPLOY_ROLE))


@pytest.fixture
def bucket(clients: Clients) -> Iterator[Callable[..., str]]:
    """Makes the bucket with a policy of these statements."""
    s3 = clients("s3")

    def make(*statements: dict[str, Any]) -> str:
        s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
        if statements:
            s3.put_bucket_policy(Bucket=BUCKET, Policy=policy(*statements))
        return BUCKET

    yield make
    for item in s3.list_objects_v2(Bucket=BUCKET).get("Contents", []):
        s3.delete_object(Bucket=BUCKET, Key=item["Key"])
    s3.delete_bucket(Bucket=BUCKET)


@pytest.fixture
def trail_key(clients: Clients) -> Callable[..., str]:
    """Makes a key with a policy of these statements beside the account's own."""

    def make(*statements: dict[str, Any]) -> str:
        return str(clients("kms").create_key(Policy=policy(ROOT, *statements))["KeyMetadata"]["Arn"])

    return make


@pytest.fixture
def trails(clients: Clients) -> Iterator[Any]:
    """CloudTrail, in which the test's trail does not stay."""
    cloudtrail = clients("cloudtrail")
    yield cloudtrail
    for trail in cloudtrail.list_trails()["Trails"]:
        cloudtrail.delete_trail(Name=trail["TrailARN"])
    assert cloudtrail.list_trails()["Trails"] == []


@pytest.fixture
def deliver(url: str) -> Callable[[], dict[str, Any]]:
    """Lets the trail deliver a file."""
    return lambda: dict(ask(url, "POST", "/sandbox/deliver", json.dumps({"trail_arn": TRAIL})))


def test_a_trail_delivers_a_file_that_is_encrypted_with_its_key(
    trails: Any, bucket: Any, trail_key: Any, deliver: Any, clients: Clients
) -> None:
    key = trail_key(ENCRYPT, DESCRIBE)
    made = trails.create_trail(Name=NAME, S3BucketName=bucket(ACL, WRITE, TLS), KmsKeyId=key)
    assert (made["TrailARN"], made["KmsKeyId"]) == (TRAIL, key)
    trails.start_logging(Name=TRAIL)
    answer = deliver()
    assert (answer["delivered"], answer["bucket"], answer["kms_key_arn"]) == (True, BUCKET, key)
    assert answer["object"].startswith(f"AWSLogs/{ACCOUNT}/CloudTrail/{REGION}/")
    file = clients("s3").get_object(Bucket=BUCKET, Key=answer["object"])
    assert (file["ServerSideEncryption"], file["SSEKMSKeyId"]) == ("aws:kms", key)
    assert json.loads(gzip.decompress(file["Body"].read())) == {"Records": []}


def test_a_trail_that_does_not_log_delivers_nothing(trails: Any, bucket: Any, deliver: Any) -> None:
    trails.create_trail(Name=NAME, S3BucketName=bucket(ACL, WRITE))
    assert (deliver()["delivered"], deliver()["message"]) == (False, "the trail is not logging")


def test_nothing_is_delivered_once_the_key_or_the_bucket_no_longer_allows_it(
    trails: Any, bucket: Any, trail_key: Any, deliver: Any, clients: Clients
) -> None:
    key = trail_key(ENCRYPT, DESCRIBE)
    trails.create_trail(Name=NAME, S3BucketName=bucket(ACL, WRITE), KmsKeyId=key)
    trails.start_logging(Name=TRAIL)
    clients("kms").put_key_policy(KeyId=key, PolicyName="default", Policy=policy(ROOT, DESCRIBE))
    answer = deliver()
    assert (answer["delivered"], answer["code"]) == (False, "InsufficientEncryptionPolicyException")
    assert answer["note"] == "kms:GenerateDataKey by cloudtrail.amazonaws.com: Root: Principal; Describe: Action"
    clients("kms").put_key_policy(KeyId=key, PolicyName="default", Policy=policy(ROOT, ENCRYPT, DESCRIBE))
    clients("s3").delete_bucket_policy(Bucket=BUCKET)
    assert deliver()["code"] == "InsufficientS3BucketPolicyException"


def test_only_a_trail_delivers(url: str) -> None:
    for body in ('{"trail": "x"}', '{"trail_arn": "x"}', json.dumps({"trail_arn": TRAIL.replace(NAME, "none")})):
        with pytest.raises(WorldError, match=r"`trail_arn`|there is no trail"):
            ask(url, "POST", "/sandbox/deliver", body)


OTHER = TRAIL.replace(NAME, "other")


@pytest.mark.parametrize(
    ("statements", "note"),
    [
        ((), "s3:GetBucketAcl on arn:aws:s3:::trail-files: there is no policy"),
        ((WRITE,), "s3:GetBucketAcl on arn:aws:s3:::trail-files: Write: Action"),
        (
            (ACL,),
            f"s3:PutObject on arn:aws:s3:::{BUCKET}/AWSLogs/{ACCOUNT}/CloudTrail/{REGION}/x.json.gz: Acl: Action",
        ),
        ((ACL, {**WRITE, "Resource": FILES.replace(ACCOUNT, CALLER_ACCOUNT)}), "Write: Action"),
        ((ACL, {**WRITE, "Condition": {"StringEquals": {"aws:SourceArn": OTHER}}}), "Write: StringEquals"),
        ((ACL, {**WRITE, "Condition": {"StringEquals": {"s3:x-amz-acl": "private"}}}), "Write: StringEquals"),
        ((ACL, WRITE, {**TLS, "Condition": {"Bool": {"aws:SecureTransport": "true"}}}), "denied by Tls"),
    ],
)
def test_a_bucket_that_cloudtrail_may_not_write_to_is_refused(
    trails: Any, bucket: Any, last_call: Callable[[], dict[str, Any]], statements: Any, note: str
) -> None:
    refused = refusal(trails.create_trail, Name=NAME, S3BucketName=bucket(*statements))
    assert refused == (
        "InsufficientS3BucketPolicyException",
        "Incorrect S3 bucket policy is detected for bucket: trail-files",
    )
    assert note in last_call()["note"]


def test_a_bucket_that_is_not_there_is_refused(trails: Any) -> None:
    refused = refusal(trails.create_trail, Name=NAME, S3BucketName="no-such-bucket")
    assert refused == ("S3BucketDoesNotExistException", "S3 bucket no-such-bucket does not exist!")


def test_files_with_a_prefix_need_a_policy_for_the_prefix(trails: Any, bucket: Any) -> None:
    make = {"Name": NAME, "S3BucketName": bucket(ACL, WRITE), "S3KeyPrefix": "logs"}
    assert refusal(trails.create_trail, **make)[0] == "InsufficientS3BucketPolicyException"


@pytest.mark.parametrize(
    ("statements", "note"),
    [
        ((ENCRYPT,), "kms:DescribeKey by cloudtrail.amazonaws.com: Root: Principal; Encrypt: Action"),
        ((DESCRIBE,), "kms:GenerateDataKey by cloudtrail.amazonaws.com: Root: Principal; Describe: Action"),
        (
            ({**ENCRYPT, "Condition": {"StringEquals": {"aws:SourceArn": OTHER}}}, DESCRIBE),
            f"Encrypt: StringEquals aws:SourceArn={TRAIL}",
        ),
        (
            ({**ENCRYPT, "Condition": {"ArnLike": {"kms:EncryptionContext:aws:cloudtrail:arn": OTHER}}}, DESCRIBE),
            f"Encrypt: ArnLike kms:EncryptionContext:aws:cloudtrail:arn={TRAIL}",
        ),
    ],
)
def test_a_key_that_cloudtrail_may_not_use_is_refused(
    trails: Any,
    bucket: Any,
    trail_key: Any,
    last_call: Callable[[], dict[str, Any]],
    statements: Any,
    note: str,
) -> None:
    key = trail_key(*statements)
    refused = refusal(trails.create_trail, Name=NAME, S3BucketName=bucket(ACL, WRITE), KmsKeyId=key)
    assert refused == (
        "InsufficientEncryptionPolicyException",
        f"Insufficient permissions to access S3 bucket trail-files or KMS key {key}.",
    )
    assert note in last_call()["note"]


def test_the_key_is_in_the_region_of_the_bucket_not_of_the_trail(bucket: Any, trail_key: Any, client: Client) -> None:
    """https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_CreateTrail.html"""
    trails, kms = (client(service, DEPLOY_ROLE, "us-east-1") for service in ("cloudtrail", "kms"))
    writes = [about(ITSELF, "Acl", SERVICE, "s3:GetBucketAcl"), about(FILES, "Write", SERVICE, "s3:PutObject")]
    make = {"Name": NAME, "S3BucketName": bucket(*writes)}
    uses = statement("Uses", SERVICE, ["kms:GenerateDataKey", "kms:DescribeKey"])
    beside_the_trail = kms.create_key(Policy=policy(ROOT, uses))["KeyMetadata"]["Arn"]
    assert refusal(trails.create_trail, **make, KmsKeyId=beside_the_trail)[0] == "KmsKeyNotFoundException"
    made = trails.create_trail(**make, KmsKeyId=trail_key(uses))
    trails.delete_trail(Name=made["TrailARN"])


def test_a_key_that_cannot_be_used_now_is_refused(trails: Any, bucket: Any, trail_key: Any, clients: Clients) -> None:
    disabled, pending = trail_key(ENCRYPT, DESCRIBE), trail_key(ENCRYPT, DESCRIBE)
    clients("kms").disable_key(KeyId=disabled)
    clients("kms").schedule_key_deletion(KeyId=pending, PendingWindowInDays=7)
    make = {"Name": NAME, "S3BucketName": bucket(ACL, WRITE)}
    assert refusal(trails.create_trail, **make, KmsKeyId=disabled)[0] == "KmsKeyDisabledException"
    assert refusal(trails.create_trail, **make, KmsKeyId=pending)[0] == "KmsException"


def test_a_bucket_key_needs_decrypt(trails: Any, bucket: Any, trail_key: Any, clients: Clients) -> None:
    make = {"Name": NAME, "S3BucketName": bucket(ACL, WRITE)}
    rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}, "BucketKeyEnabled": True}
    clients("s3").put_bucket_encryption(Bucket=BUCKET, ServerSideEncryptionConfiguration={"Rules": [rule]})
    without = refusal(trails.create_trail, **make, KmsKeyId=trail_key(ENCRYPT, DESCRIBE))
    assert without[0] == "InsufficientEncryptionPolicyException"
    decrypt = statement("Decrypt", SERVICE, "kms:Decrypt")
    assert trails.create_trail(**make, KmsKeyId=trail_key(ENCRYPT, DESCRIBE, decrypt))["Name"] == NAME


def test_a_change_of_a_trail_is_held_against_the_same(trails: Any, bucket: Any, trail_key: Any) -> None:
    trails.create_trail(Name=NAME, S3BucketName=bucket(ACL, WRITE))
    wrong, right = trail_key(DESCRIBE), trail_key(ENCRYPT, DESCRIBE)
    assert refusal(trails.update_trail, Name=TRAIL, KmsKeyId=wrong)[0] == "InsufficientEncryptionPolicyException"
    assert "KmsKeyId" not in trails.get_trail(Name=NAME)["Trail"]
    assert trails.update_trail(Name=TRAIL, KmsKeyId=right)["KmsKeyId"] == right
    assert refusal(trails.update_trail, Name=NAME, S3BucketName="no-such-bucket")[0] == "S3BucketDoesNotExistException"


def test_a_trail_of_that_name_is_made_once(trails: Any, bucket: Any) -> None:
    make = {"Name": NAME, "S3BucketName": bucket(ACL, WRITE)}
    trails.create_trail(**make)
    assert refusal(trails.create_trail, **make)[0] == "TrailAlreadyExistsException"


ORGANIZATION = "o-a1b2c3d4e5"
MANAGEMENT = "777777777777"
MANAGEMENT_ROLE = f"arn:aws:iam::{MANAGEMENT}:role/kms-baseline-deploy"
ORGANIZATION_TRAIL = TRAIL.replace(ACCOUNT, MANAGEMENT)


def of_the_organization(*folders: str) -> str:
    """The bucket policy of an organization's trail, which writes into these folders."""
    source = {"aws:SourceArn": ORGANIZATION_TRAIL}
    files = [f"arn:aws:s3:::{BUCKET}/AWSLogs/{folder}/*" for folder in folders]
    acl = {**ACL, "Condition": {"StringEquals": source}}
    return policy(acl, {**WRITE, "Resource": files, "Condition": {"StringEquals": source}})


def test_the_management_account_makes_a_trail_of_its_organization(
    url: str, credentials: Credentials, client: Client, trails: Any, bucket: Any, clients: Clients
) -> None:
    make = {"Name": NAME, "S3BucketName": bucket(ACL, WRITE), "IsOrganizationTrail": True}
    assert refusal(trails.create_trail, **make)[0] == "OrganizationsNotInUseException"
    manager = AccountSeed(MANAGEMENT, "aws", manages=ORGANIZATION)
    seed(url, CALLER_ACCOUNT, [manager], [MANAGEMENT_ROLE])
    assert refusal(trails.create_trail, **make)[0] == "NotOrganizationMasterAccountException"
    managing = client("cloudtrail", MANAGEMENT_ROLE)
    clients("s3").put_bucket_policy(Bucket=BUCKET, Policy=of_the_organization(MANAGEMENT))
    assert refusal(managing.create_trail, **make)[0] == "InsufficientS3BucketPolicyException"
    clients("s3").put_bucket_policy(Bucket=BUCKET, Policy=of_the_organization(MANAGEMENT, ORGANIZATION))
    managing.create_trail(**make)
    managing.start_logging(Name=NAME)
    answer = ask(url, "POST", "/sandbox/deliver", json.dumps({"trail_arn": ORGANIZATION_TRAIL}))
    assert answer["object"].startswith(f"AWSLogs/{ORGANIZATION}/{MANAGEMENT}/CloudTrail/{REGION}/")
    managing.delete_trail(Name=ORGANIZATION_TRAIL)
    seed(url, CALLER_ACCOUNT, [AccountSeed(MANAGEMENT, "aws")], [])


def test_a_name_of_a_bucket_is_taken_for_all_accounts(bucket: Any, client: Client) -> None:
    make = {"Bucket": bucket(), "CreateBucketConfiguration": {"LocationConstraint": REGION}}
    assert refusal(client("s3").create_bucket, **make)[0] == "BucketAlreadyExists"
    assert refusal(client("s3", DEPLOY_ROLE).create_bucket, **make)[0] == "BucketAlreadyOwnedByYou"
