"""The organization whose management account an account is, as its seed says."""

from moto.core.base_backend import BackendDict, BaseBackend
from moto.utilities.utils import PARTITION_NAMES


class OrganizationBackend(BaseBackend):
    """The organization's ID; empty in every other account."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.managed = ""


organizations = BackendDict(
    OrganizationBackend, "organizations", use_boto3_regions=False, additional_regions=PARTITION_NAMES
)


def managed_by(account_id: str, partition: str) -> str:
    """The ID of the organization that the account manages, empty if it manages none."""
    return organizations[account_id][partition].managed


def organization_id() -> str:
    """The ID of the organization that any account manages, empty if none does. All accounts count as in it."""
    backends = (backend for account in list(organizations.values()) for backend in list(account.values()))
    return next((backend.managed for backend in backends if backend.managed), "")
