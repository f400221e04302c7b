"""Keys of secrets: how they are tried, and what refers to them."""

from typing import Any

from baseline.retirement import Dependent
from live.asking import pages
from live.probe_kinds import Clients, removing
from live.switched_on.of_purpose import Found, Look, OfPurpose, Probe


def secret(clients: Clients, key: str, name: str) -> None:
    """A secret is made and read."""
    secrets = clients("secretsmanager")
    secrets.create_secret(Name=name, KmsKeyId=key, SecretString="kms-baseline probe")
    gone = {"SecretId": name, "ForceDeleteWithoutRecovery": True}
    with removing("secret", name, lambda: secrets.delete_secret(**gone)):
        secrets.get_secret_value(SecretId=name)


def _secrets(secrets: Any) -> Found:
    """Those that wait for their deletion too."""
    for one in pages(secrets, "list_secrets", "SecretList", IncludePlannedDeletion=True):
        yield one.get("KmsKeyId"), Dependent("secret", one["Name"])


SECRETSMANAGER = OfPurpose(
    kind="secret",
    probe=Probe("make a secret and read it", "secretsmanager", secret),
    looks=(Look("secrets", "secretsmanager", _secrets),),
    unseen=("versions of secrets that were written under another key before",),
)
