"""Where a key is: what its policy, and the proof of it, must know beside its settings."""

from collections.abc import Mapping
from dataclasses import dataclass

from baseline.organization import Account, Organization
from baseline.regions import PARTITIONS


@dataclass(frozen=True, slots=True)
class KeyPlace:
    """Where a key is, and whose it is."""

    partition: str
    account_id: str
    """Empty, as the region may be: not known of a key of others."""
    region: str
    namespace: str = ""
    """Empty: a key of others."""
    organization_id: str | None = None
    role: str | None = None
    """The ARN of who deploys, mostly of the deployment role; None: nobody said."""

    @classmethod
    def of(cls, organization: Organization, account: Account, region: str) -> "KeyPlace":
        """Where the keys of an account's region are."""
        return cls(
            partition=organization.partition,
            account_id=account.id,
            region=region,
            namespace=organization.namespace,
            organization_id=organization.id,
            role=account.deployer,
        )

    def names(self) -> Mapping[str, str]:
        """What the registry's placeholders stand for."""
        return {
            "partition": self.partition,
            "account": self.account_id,
            "region": self.region,
            "namespace": self.namespace,
            "logs_suffix": PARTITIONS[self.partition].logs_suffix,
        }
