"""What refers to a key that is there only where it is switched on, as `live/dependents.py` finds it of the others."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from baseline.retirement import Dependent
from live.asking import pages

Found = Iterator[tuple[Any, Dependent]]
"""What names a key, with the name as the service has it."""


class Look(NamedTuple):
    """One kind of thing that is looked through."""

    what: str
    service: str
    through: Callable[[Any], Found]


def _databases(rds: Any) -> Found:
    for one in pages(rds, "describe_db_instances", "DBInstances"):
        name = one["DBInstanceIdentifier"]
        yield one.get("KmsKeyId"), Dependent("database", name)
        yield one.get("PerformanceInsightsKMSKeyId"), Dependent("Database Insights of", name)
    for one in pages(rds, "describe_db_clusters", "DBClusters"):
        yield one.get("KmsKeyId"), Dependent("database cluster", one["DBClusterIdentifier"])


def _snapshots(rds: Any) -> Found:
    for one in pages(rds, "describe_db_snapshots", "DBSnapshots"):
        yield one.get("KmsKeyId"), Dependent("database snapshot", one["DBSnapshotIdentifier"])
    for one in pages(rds, "describe_db_cluster_snapshots", "DBClusterSnapshots"):
        yield one.get("KmsKeyId"), Dependent("cluster snapshot", one["DBClusterSnapshotIdentifier"])


def _secrets(secrets: Any) -> Found:
    """Those that wait for their deletion too."""
    for one in pages(secrets, "list_secrets", "SecretList", IncludePlannedDeletion=True):
        yield one.get("KmsKeyId"), Dependent("secret", one["Name"])


def _queues(sqs: Any) -> Found:
    for page in sqs.get_paginator("list_queues").paginate():
        for url in page.get("QueueUrls", ()):
            attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["KmsMasterKeyId"]).get("Attributes", {})
            yield attributes.get("KmsMasterKeyId"), Dependent("queue", url.rpartition("/")[2])


def _repositories(ecr: Any) -> Found:
    for one in pages(ecr, "describe_repositories", "repositories"):
        yield one.get("encryptionConfiguration", {}).get("kmsKey"), Dependent("repository", one["repositoryName"])


def _tables(dynamodb: Any) -> Found:
    for name in pages(dynamodb, "list_tables", "TableNames"):
        table = dynamodb.describe_table(TableName=name)["Table"]
        yield table.get("SSEDescription", {}).get("KMSMasterKeyArn"), Dependent("table", name)


def _file_systems(efs: Any) -> Found:
    for one in pages(efs, "describe_file_systems", "FileSystems"):
        yield one.get("KmsKeyId"), Dependent("file system", one["FileSystemId"])


def _streams(kinesis: Any) -> Found:
    for name in pages(kinesis, "list_streams", "StreamNames"):
        stream = kinesis.describe_stream_summary(StreamName=name)["StreamDescriptionSummary"]
        yield stream.get("KeyId"), Dependent("stream", name)


def _parameters(ssm: Any) -> Found:
    secure = [{"Key": "Type", "Option": "Equals", "Values": ["SecureString"]}]
    for one in pages(ssm, "describe_parameters", "Parameters", ParameterFilters=secure):
        yield one.get("KeyId"), Dependent("parameter", one["Name"])


def _functions(functions: Any) -> Found:
    for one in pages(functions, "list_functions", "Functions"):
        yield one.get("KMSKeyArn"), Dependent("function", one["FunctionName"])


LOOKS: Mapping[str, tuple[Look, ...]] = {
    "rds": (Look("databases", "rds", _databases), Look("database snapshots", "rds", _snapshots)),
    "secretsmanager": (Look("secrets", "secretsmanager", _secrets),),
    "sqs": (Look("queues", "sqs", _queues),),
    "ecr": (Look("repositories", "ecr", _repositories),),
    "dynamodb": (Look("tables", "dynamodb", _tables),),
    "efs": (Look("file systems", "efs", _file_systems),),
    "kinesis": (Look("streams", "kinesis", _streams),),
    "ssm": (Look("parameters", "ssm", _parameters),),
    "lambda": (Look("functions", "lambda", _functions),),
}
UNSEEN: Mapping[str, tuple[str, ...]] = {
    "s3": ("objects in buckets: S3 lists none by its key", "buckets of other accounts that use the key"),
    "rds": ("automated backups", "snapshots that other accounts copied or were given"),
    "secretsmanager": ("versions of secrets that were written under another key before",),
    "sqs": ("messages that were sent before the queue had another key", "who sends: a service that is left out fails"),
    "ecr": ("images that other accounts pull",),
    "dynamodb": ("backups of tables, which need the key with which they were made", "tables that are archived"),
    "efs": ("backups of file systems",),
    "kinesis": ("records that were written before the stream had another key",),
    "ssm": ("older versions of parameters, and parameters of other accounts that use the key",),
    "lambda": ("versions of functions that are not the latest", "code archives, and filters of event sources"),
}
