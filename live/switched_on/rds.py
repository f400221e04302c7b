"""Keys of databases: how they are tried, and what refers to them."""

from typing import Any

from baseline.retirement import Dependent
from live.asking import pages
from live.probe_kinds import Clients, ProbeFailed
from live.switched_on.of_purpose import Found, Look, OfPurpose, Probe

NO_KEY = "inaccessible-encryption-credentials"
"""How the status of a database begins that cannot reach its key.

https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/accessing-monitoring.html
"""


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


RDS = OfPurpose(
    kind="database",
    probe=Probe("look at the databases under the key", "", database),
    looks=(Look("databases", "rds", _databases), Look("database snapshots", "rds", _snapshots)),
    unseen=("automated backups", "snapshots that other accounts copied or were given"),
)
