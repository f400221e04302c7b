"""How the keys are tried that nobody has unless they are switched on, as `live/probe_kinds.py` does with the others."""

from typing import Any

from live.probe_kinds import Clients, ProbeFailed, removing, until

NO_KEY = "inaccessible-encryption-credentials"
"""How the status of a database begins that cannot reach its key.

https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/accessing-monitoring.html
"""


def stored_object(clients: Clients, key: str, name: str) -> None:
    """An object is written and read."""
    s3 = clients("s3")
    where = (
        {} if clients.region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": clients.region}}
    )
    s3.create_bucket(Bucket=name, **where)
    with removing("bucket", name, lambda: s3.delete_bucket(Bucket=name)):
        s3.put_object(
            Bucket=name, Key=name, Body=b"kms-baseline probe", ServerSideEncryption="aws:kms", SSEKMSKeyId=key
        )
        with removing("object", name, lambda: s3.delete_object(Bucket=name, Key=name)):
            found = s3.get_object(Bucket=name, Key=name).get("SSEKMSKeyId")
            if found != key:
                raise ProbeFailed(f"the object has the key {found}")


def database(clients: Clients, key: str, _name: str) -> None:
    """Making one takes long and costs: look at those that are there."""
    rds = clients("rds")
    pages = (
        (rds.get_paginator("describe_db_instances"), "DBInstances", "DBInstanceIdentifier", "DBInstanceStatus"),
        (rds.get_paginator("describe_db_clusters"), "DBClusters", "DBClusterIdentifier", "Status"),
    )
    for paginator, listed, named, status in pages:
        for found in paginator.paginate().search(listed):
            if found.get("KmsKeyId") == key and found.get(status, "").startswith(NO_KEY):
                raise ProbeFailed(f"the database {found[named]} cannot reach the key: {found[status]}")


def secret(clients: Clients, key: str, name: str) -> None:
    """A secret is made and read."""
    secrets = clients("secretsmanager")
    secrets.create_secret(Name=name, KmsKeyId=key, SecretString="kms-baseline probe")
    gone = {"SecretId": name, "ForceDeleteWithoutRecovery": True}
    with removing("secret", name, lambda: secrets.delete_secret(**gone)):
        secrets.get_secret_value(SecretId=name)


def queue(clients: Clients, key: str, name: str) -> None:
    """A message is sent and received: a queue takes any key, and says so only then."""
    sqs = clients("sqs")
    url = sqs.create_queue(QueueName=name, Attributes={"KmsMasterKeyId": key})["QueueUrl"]
    with removing("queue", name, lambda: sqs.delete_queue(QueueUrl=url)):
        sqs.send_message(QueueUrl=url, MessageBody="kms-baseline probe")
        received = sqs.receive_message(QueueUrl=url, WaitTimeSeconds=20)
        if not received.get("Messages"):
            raise ProbeFailed("the message could not be received")


def repository(clients: Clients, key: str, name: str) -> None:
    """A repository is made, for which ECR makes grants."""
    ecr = clients("ecr")
    ecr.create_repository(repositoryName=name, encryptionConfiguration={"encryptionType": "KMS", "kmsKey": key})
    with removing("repository", name, lambda: ecr.delete_repository(repositoryName=name)):
        pass


def table(clients: Clients, key: str, name: str) -> None:
    """A table is made and written."""
    dynamodb = clients("dynamodb")
    dynamodb.create_table(
        TableName=name,
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
        SSESpecification={"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key},
    )
    with removing("table", name, lambda: dynamodb.delete_table(TableName=name)):
        dynamodb.get_waiter("table_exists").wait(TableName=name, WaiterConfig={"Delay": 2, "MaxAttempts": 60})
        dynamodb.put_item(TableName=name, Item={"id": {"S": "kms-baseline probe"}})


def file_system(clients: Clients, key: str, name: str) -> None:
    """A file system is made, without a mount target."""
    efs = clients("efs")
    made = efs.create_file_system(CreationToken=name, Encrypted=True, KmsKeyId=key)["FileSystemId"]
    with removing("file system", made, lambda: efs.delete_file_system(FileSystemId=made)):
        until(lambda: _is_there(efs, made), "the file system did not become available")


def _is_there(efs: Any, file_system: str) -> bool:
    [found] = efs.describe_file_systems(FileSystemId=file_system)["FileSystems"]
    return bool(found["LifeCycleState"] == "available")


def stream(clients: Clients, key: str, name: str) -> None:
    """A stream is encrypted, written and read."""
    kinesis = clients("kinesis")
    kinesis.create_stream(StreamName=name, ShardCount=1)
    with removing("stream", name, lambda: kinesis.delete_stream(StreamName=name)):
        kinesis.get_waiter("stream_exists").wait(StreamName=name, WaiterConfig={"Delay": 2, "MaxAttempts": 60})
        kinesis.start_stream_encryption(StreamName=name, EncryptionType="KMS", KeyId=key)
        kinesis.get_waiter("stream_exists").wait(StreamName=name, WaiterConfig={"Delay": 2, "MaxAttempts": 60})
        written = kinesis.put_record(StreamName=name, Data=b"kms-baseline probe", PartitionKey="probe")
        where = {"ShardId": written["ShardId"], "ShardIteratorType": "TRIM_HORIZON"}
        iterator = kinesis.get_shard_iterator(StreamName=name, **where)["ShardIterator"]
        until(lambda: kinesis.get_records(ShardIterator=iterator)["Records"], "the record could not be read back")


def parameter(clients: Clients, key: str, name: str) -> None:
    """A SecureString is written and read."""
    ssm = clients("ssm")
    ssm.put_parameter(Name=name, Type="SecureString", KeyId=key, Value="kms-baseline probe")
    with removing("parameter", name, lambda: ssm.delete_parameter(Name=name)):
        ssm.get_parameter(Name=name, WithDecryption=True)


def function(clients: Clients, key: str, _name: str) -> None:
    """Making one takes a role: look at the variables of those that are there."""
    functions = clients("lambda")
    for found in functions.get_paginator("list_functions").paginate().search("Functions"):
        if found.get("KMSKeyArn") == key:
            seen = functions.get_function_configuration(FunctionName=found["FunctionName"])
            if error := seen.get("Environment", {}).get("Error"):
                raise ProbeFailed(f"the variables of {found['FunctionName']} cannot be read: {error['Message']}")
