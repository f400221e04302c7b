"""What one account's region should have, by the Inventory: its keys, its retired keys that stay, and its features."""

from collections.abc import Iterator
from dataclasses import dataclass

from baseline import names
from baseline.features.feature import Part, Thing
from baseline.iam.request import IamCaller
from baseline.inventory import Inventory, Key, Provider
from baseline.retention import Retention


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedPlace:
    """One region of one account."""

    account: str
    """Its name, or the one that the lock knows, or its ID."""
    provider: Provider
    keys: tuple[Key, ...]
    kept: tuple[str, ...]
    """The purposes of retired keys that stay, enabled."""
    leaving: tuple[str, ...] = ()
    """The purposes of retired keys that may be there or not, in whatever state."""
    parts: tuple[Part, ...]
    adopted: frozenset[str] = frozenset()
    """The IDs of keys that others made: their aliases stay, whatever they are."""

    @property
    def namespace(self) -> str:
        return self.provider.tags["namespace"]

    @property
    def aliases(self) -> tuple[str, ...]:
        """The aliases of all keys that should be there."""
        return (*(key.alias for key in self.keys), *(names.alias(self.namespace, purpose) for purpose in self.kept))

    @property
    def parameters(self) -> tuple[str, ...]:
        return tuple(key.parameter for key in self.keys if key.parameter)

    @property
    def things(self) -> tuple[Thing, ...]:
        """What features make here."""
        return tuple(thing for part in self.parts for thing in part.things())

    @property
    def roles(self) -> frozenset[str]:
        """The ARNs of what uses the keys for features."""
        uses = (use for part in self.parts for use in part.uses())
        return frozenset(use.caller.arn for use in uses if isinstance(use.caller, IamCaller))


def expected_places(inventory: Inventory) -> Iterator[ExpectedPlace]:
    """Every account's region in which something should be."""
    retention = Retention(inventory.organization, inventory.lock)
    retired = retention.retired()
    accounts = retention.bases | {account.id: account.name for account in inventory.organization.accounts}
    for stack in inventory.stacks:
        for provider in stack.providers:
            here = (provider.account_id, provider.region)
            forgotten = {key.purpose: entry.then for key, entry in retired.items() if entry.forgets and key[:2] == here}
            yield ExpectedPlace(
                account=accounts.get(provider.account_id, provider.account_id),
                provider=provider,
                keys=tuple(key for key in stack.keys if key.provider == provider.alias),
                kept=tuple(sorted(purpose for purpose, then in forgotten.items() if then == "keep")),
                leaving=tuple(sorted(purpose for purpose, then in forgotten.items() if then != "keep")),
                adopted=frozenset(id for key, id in inventory.lock.adopted.items() if key[:2] == here),
                parts=tuple(part for part in stack.parts if part.site.region == provider.region),
            )
