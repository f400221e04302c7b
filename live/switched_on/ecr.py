"""Keys of repositories: how they are tried, and what refers to them."""

from typing import Any

from baseline.retirement import Dependent
from live.asking import pages
from live.probe_kinds import Clients, removing
from live.switched_on.of_purpose import Found, Look, OfPurpose, Probe


def repository(clients: Clients, key: str, name: str) -> None:
    """A repository is made, for which ECR makes grants."""
    ecr = clients("ecr")
    ecr.create_repository(repositoryName=name, encryptionConfiguration={"encryptionType": "KMS", "kmsKey": key})
    with removing("repository", name, lambda: ecr.delete_repository(repositoryName=name)):
        pass


def _repositories(ecr: Any) -> Found:
    for one in pages(ecr, "describe_repositories", "repositories"):
        yield one.get("encryptionConfiguration", {}).get("kmsKey"), Dependent("repository", one["repositoryName"])


ECR = OfPurpose(
    kind="repository",
    probe=Probe("make an encrypted repository", "ecr", repository),
    looks=(Look("repositories", "ecr", _repositories),),
    unseen=("images that other accounts pull",),
)
