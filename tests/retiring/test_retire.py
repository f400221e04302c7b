"""`kms-baseline retire` against an embedded AWS whose keys were made by boto3: what is told of retired keys."""

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest

from tests.retiring.world import DATA, NOW, PURPOSES, REGION, World, retired_world


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with retired_world(tmp_path_factory) as world:
        yield world


@pytest.fixture
def world(running: World) -> Iterator[World]:
    yield running
    running.mend()


def test_every_retired_key_is_a_line(world: World) -> None:
    done = world.run("retire")
    assert done.returncode == 0, done.stderr
    head, *lines = done.stdout.splitlines()
    assert head.split()[:4] == ["ACCOUNT", "REGION", "PURPOSE", "THEN"]
    assert [line.split()[:4] for line in lines] == [
        [account, REGION, purpose, then]
        for account, then, purposes in (
            ("payer", "keep", [p for p in PURPOSES if p != "cloudtrail"]),
            ("data", "schedule_deletion", PURPOSES),
        )
        for purpose in purposes
    ]
    assert world.key("sns") in done.stdout
    assert "9 retired keys" in done.stderr


def test_the_last_use_is_told_as_far_as_kms_remembers(world: World) -> None:
    made_on = world.kms.describe_key(KeyId=world.key("sns"))["KeyMetadata"]["CreationDate"]
    told = world.run("retire", "data", REGION, "sns").stdout
    assert f"never, since it was made on {made_on:%Y-%m-%d}" in told
    assert "not to be deleted: it is Enabled: disable it first, and wait for whom it stops" in told
    world.rewrite("logs", created=900, tracking_start=100)
    since = f"{NOW - timedelta(days=100):%Y-%m-%d}"
    assert world.found("logs")["evidence"]["last_use_in_words"] == f"no use since {since}; before that nobody knows"
    world.rewrite("logs", last_used=50)
    assert world.found("logs")["evidence"]["last_use_in_words"] == f"Decrypt on {NOW - timedelta(days=50):%Y-%m-%d}"


def test_volumes_snapshots_images_templates_and_the_default_key_refer_to_a_key(world: World) -> None:
    assert world.dependents("ebs") == set()
    ec2, key = world.client("ec2"), world.key("ebs")
    volume = ec2.create_volume(Size=1, AvailabilityZone=f"{REGION}a", Encrypted=True, KmsKeyId=key)["VolumeId"]
    ec2.create_volume(Size=1, AvailabilityZone=f"{REGION}a", Encrypted=True)
    snapshot = ec2.create_snapshot(VolumeId=volume)["SnapshotId"]
    mapping = {"DeviceName": "/dev/sda1", "Ebs": {"SnapshotId": snapshot}}
    image = ec2.register_image(Name="ours", BlockDeviceMappings=[mapping], RootDeviceName="/dev/sda1")["ImageId"]
    arn = world.kms.describe_key(KeyId=key)["KeyMetadata"]["Arn"]
    data = {"BlockDeviceMappings": [{"DeviceName": "/dev/sda1", "Ebs": {"Encrypted": True, "KmsKeyId": arn}}]}
    template = ec2.create_launch_template(LaunchTemplateName="t", LaunchTemplateData=data)["LaunchTemplate"]
    ec2.modify_ebs_default_kms_key_id(KmsKeyId=key)
    assert world.dependents("ebs") == {
        ("EBS encryption by default", "of new volumes", ""),
        ("EBS volume", volume, ""),
        ("EBS snapshot", snapshot, ""),
        ("image", image, ""),
        ("launch template", template["LaunchTemplateId"], "version 1"),
    }


def test_topics_by_whatever_name_they_call_the_key_and_log_groups_with_their_retention(world: World) -> None:
    sns, logs = world.client("sns"), world.client("logs")
    arn = world.kms.describe_key(KeyId=world.key("sns"))["KeyMetadata"]["Arn"]
    alias = "alias/baseline/sns"
    names = [arn, world.key("sns"), alias, f"{arn.partition(':key/')[0]}:{alias}", "alias/aws/sns"]
    topics = [
        sns.create_topic(Name=f"t{n}", Attributes={"KmsMasterKeyId": name})["TopicArn"] for n, name in enumerate(names)
    ]
    assert world.dependents("sns") == {("topic", topic, "") for topic in topics[:-1]}
    arn = world.kms.describe_key(KeyId=world.key("logs"))["KeyMetadata"]["Arn"]
    for name in ("/a", "/b"):
        logs.create_log_group(logGroupName=name, kmsKeyId=arn)
    logs.put_retention_policy(logGroupName="/a", retentionInDays=30)
    logs.create_log_group(logGroupName="/c")
    assert world.dependents("logs") == {
        ("log group", "/a", "keeps events 30 days"),
        ("log group", "/b", "keeps events for ever"),
    }
    assert "their old events need it until their retention passes" in world.run("retire", "data", REGION, "logs").stdout


def test_vaults_buckets_and_trails(world: World) -> None:
    backup, s3 = world.client("backup"), world.client("s3")
    arns = {p: world.kms.describe_key(KeyId=world.key(p))["KeyMetadata"]["Arn"] for p in ("backup", "cloudtrail")}
    backup.create_backup_vault(BackupVaultName="ours", EncryptionKeyArn=arns["backup"])
    backup.create_backup_vault(BackupVaultName="other")
    assert world.dependents("backup") == {("vault", "ours", "")}
    for name, key in (("trail-files", arns["cloudtrail"]), ("others", None)):
        s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
        if key:
            default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}
            rules = [{"ApplyServerSideEncryptionByDefault": default}]
            s3.put_bucket_encryption(Bucket=name, ServerSideEncryptionConfiguration={"Rules": rules})
    bucket = ("bucket", "trail-files", "encrypts with it by default")
    assert world.dependents("cloudtrail") == {bucket}
    service = {"Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"}}
    statements = [
        {"Sid": "Acl", **service, "Action": "s3:GetBucketAcl", "Resource": "arn:aws:s3:::trail-files"},
        {"Sid": "Write", **service, "Action": "s3:PutObject", "Resource": "arn:aws:s3:::trail-files/*"},
    ]
    s3.put_bucket_policy(Bucket="trail-files", Policy=json.dumps({"Version": "2012-10-17", "Statement": statements}))
    trail = {"Name": "baseline", "S3BucketName": "trail-files", "KmsKeyId": arns["cloudtrail"]}
    world.client("cloudtrail").create_trail(**trail)
    assert world.dependents("cloudtrail") == {bucket, ("trail", "baseline", "writes to the bucket trail-files")}


def test_what_may_not_be_read_is_said_and_the_rest_goes_on(world: World) -> None:
    for operation, code in (("DescribeVolumes", "UnauthorizedOperation"), ("DescribeImages", "UnauthorizedOperation")):
        world.fault(operation, "ec2", code)
    for operation in ("ListGrants", "GetKeyLastUsage"):
        world.fault(operation, "kms")
    found = world.found("ebs")
    assert found["evidence"]["not_looked_at"] == [
        "EBS volumes (UnauthorizedOperation)",
        "images (UnauthorizedOperation)",
    ]
    assert (found["evidence"]["grants"], found["evidence"]["last_use"]) == (None, None)
    assert "EBS volumes (UnauthorizedOperation) could not be looked at" in found["refusals"]
    assert any(one["kind"] == "EBS snapshot" for one in found["evidence"]["dependents"])


def test_an_account_that_cannot_be_entered_is_told_and_the_others_are_read(world: World) -> None:
    world.fault("AssumeRole", "sts", "AccessDenied", times=100)
    done = world.run("retire")
    assert done.returncode == 3
    assert f"data {REGION} sns: asking AWS about {DATA}" in done.stderr
    assert [line for line in done.stdout.splitlines() if line.startswith("payer") and "Enabled" in line]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["data"], "one key is an account, a region and a purpose"),
        (["--execute"], "one key is an account, a region and a purpose"),
        (["dta", REGION, "sns"], "no key of the account `dta` is retired"),
        (["data", "us-east-1", "sns"], "`us-east-1` is no such region"),
        (["payer", REGION, "cloudtrail"], "payer has no retired cloudtrail key in eu-west-2"),
        (["data", REGION, "sns", "--disabled-since", "yesterday"], "`yesterday` is no date"),
        (["data", REGION, "sns", "--disabled-since", "2199-01-01"], "2199-01-01 is still to come"),
        (["data", REGION, "sns", "--execute"], "there is no terminal to type the key's ID on"),
    ],
)
def test_wrong_arguments_are_one_message(world: World, arguments: list[str], said: str) -> None:
    done = world.run("retire", *arguments)
    assert done.returncode == 2
    assert done.stderr.startswith(f"error: {said}")
