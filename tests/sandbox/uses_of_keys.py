"""How a key of each purpose that is switched on is used through its service, as tests do it."""

import io
import zipfile
from collections.abc import Callable
from typing import Any, NamedTuple

from baseline.key_actions import DESCRIBE, USE
from tests.sandbox.conftest import REGION

MADE = "made-for-a-test"


class UseOfKey(NamedTuple):
    """How a key is used through one service, and how that answers where it cannot be."""

    service: str
    label: str
    actions: tuple[str, ...]
    use: Callable[[Any, str], object]
    clear: Callable[[Any], object]
    denied: str
    disabled: str
    pending: str
    unknown: str


def _write(s3: Any, key: str) -> object:
    s3.create_bucket(Bucket=MADE, CreateBucketConfiguration={"LocationConstraint": REGION})
    encryption = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": key}
    written = s3.put_object(Bucket=MADE, Key="it", Body=b"text", **encryption)
    assert written["SSEKMSKeyId"] == key
    return s3.get_object(Bucket=MADE, Key="it")


def _no_bucket(s3: Any) -> None:
    s3.delete_object(Bucket=MADE, Key="it")
    s3.delete_bucket(Bucket=MADE)


def _make_database(rds: Any, key: str) -> object:
    who = {"MasterUsername": "somebody", "MasterUserPassword": "only-for-a-test"}
    encryption = {"StorageEncrypted": True, "KmsKeyId": key}
    return rds.create_db_cluster(DBClusterIdentifier=MADE, Engine="aurora-postgresql", **who, **encryption)


def _no_database(rds: Any) -> None:
    rds.delete_db_cluster(DBClusterIdentifier=MADE, SkipFinalSnapshot=True)


def _make_secret(secrets: Any, key: str) -> object:
    secrets.create_secret(Name=MADE, KmsKeyId=key, SecretString="text")
    return secrets.get_secret_value(SecretId=MADE)


def _no_secret(secrets: Any) -> None:
    secrets.delete_secret(SecretId=MADE, ForceDeleteWithoutRecovery=True)


def _send(sqs: Any, key: str) -> object:
    url = sqs.create_queue(QueueName=MADE, Attributes={"KmsMasterKeyId": key})["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody="text")
    return sqs.receive_message(QueueUrl=url)["Messages"]


def _no_queue(sqs: Any) -> None:
    sqs.delete_queue(QueueUrl=sqs.get_queue_url(QueueName=MADE)["QueueUrl"])


def _make_repository(ecr: Any, key: str) -> object:
    encryption = {"encryptionType": "KMS", "kmsKey": key}
    return ecr.create_repository(repositoryName=MADE, encryptionConfiguration=encryption)


def _no_repository(ecr: Any) -> None:
    ecr.delete_repository(repositoryName=MADE)


def _make_table(dynamodb: Any, key: str) -> object:
    dynamodb.create_table(
        TableName=MADE,
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
        SSESpecification={"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key},
    )
    dynamodb.put_item(TableName=MADE, Item={"id": {"S": "it"}})
    return dynamodb.get_item(TableName=MADE, Key={"id": {"S": "it"}})["Item"]


def _no_table(dynamodb: Any) -> None:
    dynamodb.delete_table(TableName=MADE)


def _make_file_system(efs: Any, key: str) -> object:
    return efs.create_file_system(CreationToken=MADE, Encrypted=True, KmsKeyId=key)


def _no_file_system(efs: Any) -> None:
    for made in efs.describe_file_systems(CreationToken=MADE)["FileSystems"]:
        efs.delete_file_system(FileSystemId=made["FileSystemId"])


def _write_record(kinesis: Any, key: str) -> object:
    kinesis.create_stream(StreamName=MADE, ShardCount=1)
    kinesis.start_stream_encryption(StreamName=MADE, EncryptionType="KMS", KeyId=key)
    shard = kinesis.put_record(StreamName=MADE, Data=b"text", PartitionKey="it")["ShardId"]
    return kinesis.get_shard_iterator(StreamName=MADE, ShardId=shard, ShardIteratorType="TRIM_HORIZON")


def _no_stream(kinesis: Any) -> None:
    kinesis.delete_stream(StreamName=MADE)


def _write_parameter(ssm: Any, key: str) -> object:
    ssm.put_parameter(Name=MADE, Type="SecureString", KeyId=key, Value="text")
    return ssm.get_parameter(Name=MADE, WithDecryption=True)


def _no_parameter(ssm: Any) -> None:
    ssm.delete_parameter(Name=MADE)


def _make_function(functions: Any, key: str) -> object:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as code:
        code.writestr("it.py", "def it(event, context): pass")
    functions.create_function(
        FunctionName=MADE,
        Runtime="python3.12",
        Role=f"arn:aws:iam::{key.split(':')[4]}:role/kms-baseline-deploy",
        Handler="it.it",
        Code={"ZipFile": archive.getvalue()},
        KMSKeyArn=key,
        Environment={"Variables": {"it": "is"}},
    )
    seen = functions.get_function_configuration(FunctionName=MADE)
    assert (seen["KMSKeyArn"], seen["Environment"]["Variables"]) == (key, {"it": "is"})
    return seen


def _no_function(functions: Any) -> None:
    functions.delete_function(FunctionName=MADE)


def same(code: str) -> tuple[str, str, str, str]:
    """One code for whatever is wrong with a key."""
    return code, code, code, code


USES = {
    "s3": UseOfKey(
        "s3", "s3", (*USE, DESCRIBE), _write, _no_bucket,
        "AccessDenied", "KMS.DisabledException", "KMS.KMSInvalidStateException", "KMS.NotFoundException",
    ),
    "rds": UseOfKey(
        "rds", "rds", (DESCRIBE, "kms:CreateGrant"), _make_database, _no_database, *same("KMSKeyNotAccessibleFault")
    ),
    "secretsmanager": UseOfKey(
        "secretsmanager", "secretsmanager", ("kms:GenerateDataKey", "kms:Decrypt"), _make_secret, _no_secret,
        "AccessDeniedException", "EncryptionFailure", "EncryptionFailure", "EncryptionFailure",
    ),
    "sqs": UseOfKey(
        "sqs", "sqs", ("kms:GenerateDataKey", "kms:Decrypt"), _send, _no_queue,
        "KmsAccessDenied", "KmsDisabled", "KmsInvalidState", "KmsNotFound",
    ),
    "ecr": UseOfKey(
        "ecr", "ecr", (DESCRIBE, "kms:CreateGrant"), _make_repository, _no_repository, *same("KmsException")
    ),
    "dynamodb": UseOfKey(
        "dynamodb", "dynamodb", (DESCRIBE, "kms:CreateGrant", "kms:GenerateDataKey", "kms:Decrypt"), _make_table,
        _no_table, *same("AccessDeniedException")
    ),
    "efs": UseOfKey(
        "efs", "elasticfilesystem", (DESCRIBE, "kms:CreateGrant", "kms:GenerateDataKey*"), _make_file_system,
        _no_file_system, "AccessDeniedException", "DisabledException", "KMSInvalidStateException", "NotFoundException",
    ),
    "kinesis": UseOfKey(
        "kinesis", "kinesis", (DESCRIBE, "kms:GenerateDataKey", "kms:Decrypt"), _write_record, _no_stream,
        "KMSAccessDeniedException", "KMSDisabledException", "KMSInvalidStateException", "KMSNotFoundException",
    ),
    "ssm": UseOfKey(
        "ssm", "ssm", ("kms:Encrypt", "kms:Decrypt"), _write_parameter, _no_parameter,
        "AccessDeniedException", "InvalidKeyId", "InvalidKeyId", "InvalidKeyId",
    ),
    "lambda": UseOfKey(
        "lambda", "lambda", ("kms:Encrypt", "kms:CreateGrant", "kms:Decrypt"), _make_function, _no_function,
        *same("InvalidParameterValueException")
    ),
}  # fmt: skip
