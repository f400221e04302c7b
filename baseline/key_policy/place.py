"""Where a key is: what its policy, and the proof of it, must know beside its settings."""

from collections.abc import Mapping
from dataclasses import dataclass

from baseline.organization import Account, Organization
from baseline.regions import PARTITIONS, CallsFrom, via_service


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
    regions: tuple[str, ...] = ()
    """The account's enabled regions, where a service of the purpose calls from any of them; empty: from this one alone."""

    @classmethod
    def of(
        cls, organization: Organization, account: Account, region: str, *, from_every_region: bool = False
    ) -> "KeyPlace":
        """Where the keys of an account's region are.

        `from_every_region`: whether a service of the purpose calls from all of them. Else they are left out, so that
        accounts which differ in them alone have the same policies.
        """
        return cls(
            partition=organization.partition,
            account_id=account.id,
            region=region,
            namespace=organization.namespace,
            organization_id=organization.id,
            role=account.deployer,
            regions=tuple(sorted(account.regions)) if from_every_region else (),
        )

    def via(self, service: str, calls_from: CallsFrom = "own region") -> tuple[str, ...]:
        """The values of `kms:ViaService` for a service; none, where there are no other regions to call from."""
        everywhere = self.regions or (self.region,)
        regions = {
            "own region": (self.region,),
            "every region": everywhere,
            "other regions": tuple(region for region in everywhere if region != self.region),
        }
        return tuple(via_service(service, region) for region in regions[calls_from])

    def names(self) -> Mapping[str, str]:
        """What the registry's placeholders stand for."""
        return {
            "partition": self.partition,
            "account": self.account_id,
            "region": self.region,
            "namespace": self.namespace,
            "organization": self.organization_id or "",
            "logs_suffix": PARTITIONS[self.partition].logs_suffix,
        }
