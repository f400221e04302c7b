"""Keys of file systems: how they are tried, and what refers to them."""

from typing import Any

from baseline.retirement import Dependent
from live.asking import pages
from live.probe_kinds import Clients, removing, until
from live.switched_on.of_purpose import Found, Look, OfPurpose, Probe


def file_system(clients: Clients, key: str, name: str) -> None:
    """A file system is made, without a mount target."""
    efs = clients("efs")
    made = efs.create_file_system(CreationToken=name, Encrypted=True, KmsKeyId=key)["FileSystemId"]
    with removing("file system", made, lambda: efs.delete_file_system(FileSystemId=made)):
        until(lambda: _is_there(efs, made), "the file system did not become available")


def _is_there(efs: Any, file_system: str) -> bool:
    [found] = efs.describe_file_systems(FileSystemId=file_system)["FileSystems"]
    return bool(found["LifeCycleState"] == "available")


def _file_systems(efs: Any) -> Found:
    for one in pages(efs, "describe_file_systems", "FileSystems"):
        yield one.get("KmsKeyId"), Dependent("file system", one["FileSystemId"])


EFS = OfPurpose(
    kind="file system",
    probe=Probe("make an encrypted file system", "elasticfilesystem", file_system),
    looks=(Look("file systems", "efs", _file_systems),),
    unseen=("backups of file systems",),
)
