"""S3: policies of buckets with their conditions, and files under a key."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from sandbox.pages import ask
from tests.sandbox.conftest import ACCOUNT, DEPLOY_ROLE, REGION, ROLES, Client, policy, statement
from tests.sandbox.refusals import refusal

BUCKET = "files-of-a-test"
ITSELF = f"arn:aws:s3:::{BUCKET}"
FILES = f"{ITSELF}/*"
READER = f"arn:aws:iam::{ACCOUNT}:{ROLES[0]}"


def about(resource: object, principal: object, actions: object, **more: Any) -> dict[str, Any]:
    """A statement of the bucket's policy."""
    return {**statement("It", principal, actions, **more), "Resource": resource}


@pytest.fixture(scope="module")
def s3(client: Client) -> Any:
    """S3, called by the deployment role."""
    return client("s3", DEPLOY_ROLE)


@pytest.fixture
def bucket(s3: Any) -> Iterator[str]:
    """A bucket with one file."""
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_object(Bucket=BUCKET, Key="file", Body=b"text")
    yield BUCKET
    s3.delete_bucket_policy(Bucket=BUCKET)
    for item in s3.list_objects_v2(Bucket=BUCKET).get("Contents", []):
        s3.delete_object(Bucket=BUCKET, Key=item["Key"])
    s3.delete_bucket(Bucket=BUCKET)


def test_a_policy_reads_as_it_was_written_and_goes(s3: Any, bucket: str) -> None:
    written = policy(about(FILES, {"AWS": ACCOUNT}, "s3:GetObject"))
    s3.put_bucket_policy(Bucket=bucket, Policy=written)
    assert s3.get_bucket_policy(Bucket=bucket)["Policy"] == written
    s3.delete_bucket_policy(Bucket=bucket)
    assert refusal(s3.get_bucket_policy, Bucket=bucket)[0] == "NoSuchBucketPolicy"


def test_a_policy_does_not_outlive_its_bucket(s3: Any) -> None:
    for _ in range(2):
        s3.create_bucket(Bucket="short-lived", CreateBucketConfiguration={"LocationConstraint": REGION})
        assert refusal(s3.get_bucket_policy, Bucket="short-lived")[0] == "NoSuchBucketPolicy"
        written = policy({**about("arn:aws:s3:::short-lived/*", {"AWS": ACCOUNT}, "s3:GetObject")})
        s3.put_bucket_policy(Bucket="short-lived", Policy=written)
        s3.delete_bucket(Bucket="short-lived")


def test_a_deny_bites_only_under_its_condition(s3: Any, bucket: str, last_call: Callable[[], dict[str, Any]]) -> None:
    for wanted, is_denied in (("false", False), ("true", True)):
        condition = {"Bool": {"aws:SecureTransport": wanted}}
        written = policy(about([ITSELF, FILES], "*", "s3:*", Effect="Deny", Condition=condition))
        s3.put_bucket_policy(Bucket=bucket, Policy=written)
        if is_denied:
            assert refusal(s3.get_object, Bucket=bucket, Key="file")[0] == "AccessDenied"
            assert last_call()["note"] == f"s3:GetObject on {ITSELF}/file: denied by It"
        else:
            assert s3.get_object(Bucket=bucket, Key="file")["Body"].read() == b"text"


def test_a_deny_of_files_without_a_key_is_asked_for_the_headers(s3: Any, bucket: str) -> None:
    condition = {"StringNotEquals": {"s3:x-amz-server-side-encryption": "aws:kms"}}
    s3.put_bucket_policy(
        Bucket=bucket, Policy=policy(about(FILES, "*", "s3:PutObject", Effect="Deny", Condition=condition))
    )
    assert refusal(s3.put_object, Bucket=bucket, Key="plain", Body=b"")[0] == "AccessDenied"
    s3.put_object(Bucket=bucket, Key="under-a-key", Body=b"", ServerSideEncryption="aws:kms")


def test_another_account_reads_only_what_the_policy_gives_it(s3: Any, bucket: str, client: Client) -> None:
    other = client("s3")
    assert refusal(other.get_object, Bucket=bucket, Key="file")[0] == "AccessDenied"
    principal = {"AWS": client("sts").get_caller_identity()["Arn"]}
    s3.put_bucket_policy(Bucket=bucket, Policy=policy(about(FILES, principal, "s3:GetObject")))
    assert other.get_object(Bucket=bucket, Key="file")["Body"].read() == b"text"
    assert refusal(other.put_object, Bucket=bucket, Key="file", Body=b"")[0] == "AccessDenied"


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("no JSON", "Policies must be valid JSON and the first byte must be '{'"),
        ("{}", "Policies must be valid JSON and the first byte must be '{'"),
        (policy(about("arn:aws:s3:::other/*", "*", "s3:GetObject")), "Policy has invalid resource"),
        (policy(about("*", "*", "s3:GetObject")), "Policy has invalid resource"),
        (
            policy(about(FILES, {"AWS": f"arn:aws:iam::{ACCOUNT}:role/Nobody"}, "s3:GetObject")),
            "Invalid principal in policy",
        ),
    ],
)
def test_a_policy_that_s3_does_not_take_is_refused(s3: Any, bucket: str, written: str, message: str) -> None:
    assert refusal(s3.put_bucket_policy, Bucket=bucket, Policy=written) == ("MalformedPolicy", message)


def test_a_public_policy_is_refused_where_public_policies_are_blocked(s3: Any, bucket: str) -> None:
    public = policy(about(FILES, "*", "s3:GetObject"))
    s3.put_bucket_policy(Bucket=bucket, Policy=public)
    block = {"BlockPublicAcls": True, "IgnorePublicAcls": True, "BlockPublicPolicy": True}
    s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration=block)
    assert refusal(s3.put_bucket_policy, Bucket=bucket, Policy=public)[0] == "AccessDenied"


def test_a_trails_file_is_read_by_whom_the_key_lets_decrypt_it_through_s3(
    s3: Any, bucket: str, client: Client, url: str, last_call: Callable[[], dict[str, Any]]
) -> None:
    trail = f"arn:aws:cloudtrail:{REGION}:{ACCOUNT}:trail/read"
    service = {"Service": "cloudtrail.amazonaws.com"}
    s3.put_bucket_policy(Bucket=bucket, Policy=policy(about([ITSELF, FILES], service, "s3:*")))
    decrypt = statement(
        "ReadersReadLogFiles",
        {"AWS": READER},
        "kms:Decrypt",
        Condition={
            "StringEquals": {
                "kms:EncryptionContext:aws:cloudtrail:arn": trail,
                "kms:ViaService": f"s3.{REGION}.amazonaws.com",
            }
        },
    )
    write = statement("Write", service, ["kms:GenerateDataKey", "kms:DescribeKey"])
    manage = statement("Manage", {"AWS": ACCOUNT}, ["kms:PutKeyPolicy", "kms:GetKeyPolicy"])
    key = client("kms", DEPLOY_ROLE).create_key(Policy=policy(manage, write, decrypt))["KeyMetadata"]["Arn"]
    cloudtrail = client("cloudtrail", DEPLOY_ROLE)
    cloudtrail.create_trail(Name="read", S3BucketName=bucket, KmsKeyId=key)
    cloudtrail.start_logging(Name="read")
    file = ask(url, "POST", "/sandbox/deliver", json.dumps({"trail_arn": trail}))["object"]
    assert client("s3", READER).get_object(Bucket=bucket, Key=file)["SSEKMSKeyId"] == key
    code, message = refusal(s3.get_object, Bucket=bucket, Key=file)
    assert (code, "is not authorized to perform: kms:Decrypt" in message) == ("AccessDenied", True)
    assert "ReadersReadLogFiles: Principal" in last_call()["note"]
    cloudtrail.delete_trail(Name="read")


@pytest.mark.parametrize(
    "name",
    [
        "xn--keys-trail",
        "sthree-keys",
        "amzn-s3-demo-keys",
        "keys-s3alias",
        "keys--ol-s3",
        "keys.mrap",
        "keys--table-s3",
        "keys..trail",
        "keys-",
        "-keys",
        "keys_trail",
        "10.0.0.1",
        "ab",
        "k" * 64,
    ],
)
def test_a_bucket_is_not_called_what_s3_reserves_or_cannot_write(s3: Any, name: str) -> None:
    make = {"Bucket": name, "CreateBucketConfiguration": {"LocationConstraint": REGION}}
    assert refusal(s3.create_bucket, **make) == ("InvalidBucketName", "The specified bucket is not valid.")


@pytest.mark.parametrize("name", ["keys-xn--sthree-amzn-s3-demo", "10.0.0.1.keys", "a.b-c", "k" * 63, "xn-keys"])
def test_a_bucket_is_called_anything_else(s3: Any, name: str) -> None:
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.delete_bucket(Bucket=name)
