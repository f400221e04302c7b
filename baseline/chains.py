"""Every chain from a caller to a key that a feature needs: does the key's policy let the caller through?

Decided by `iam/evaluate.py` with the condition keys that the service is documented, or was seen, to send. What IAM
policies must add to a delegated permission is not looked at: the roles that we create get theirs from us.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from baseline.errors import FieldPlace, Refusal
from baseline.features.feature import KeyUse, Site
from baseline.iam.document import Document
from baseline.iam.evaluate import Decision, decide
from baseline.iam.reading import PlainPolicy, read_partly
from baseline.iam.request import IamCaller, Request
from baseline.inventory import Inventory, Key
from baseline.likeness.documents import first_of
from baseline.likeness.verdicts import no_wildcard_ends_within_an_id
from baseline.likeness.writing import unnamed
from baseline.words import count


@dataclass(frozen=True, slots=True)
class BrokenChain:
    """A use of a key that the key's policy does not allow."""

    site: Site
    use: KeyUse
    action: str
    decision: Decision
    allows: frozenset[str]
    """The statements of the policy that allow something."""
    place: FieldPlace
    """Where the feature is switched on."""

    def __str__(self) -> str:
        caller = self.use.caller.arn if isinstance(self.use.caller, IamCaller) else self.use.caller.name
        where = f"{self.place}: {self.place.field}: {self.site.account} {self.site.region}"
        verb = f"denies `{caller}`" if self.decision.effect == "denied" else f"does not allow `{caller}`"
        return f"{where}: {self.use.what}, and the key `{self.use.key}` {verb} {self.action}: {self._reason()}"

    def _reason(self) -> str:
        if self.decision.sid:
            return f"statement {self.decision.sid}"
        # A statement for somebody else, or for something else, is not why.
        judged = (note.partition(": ")[::2] for note in self.decision.notes)
        near = [f"{sid}: {miss}" for sid, miss in judged if sid in self.allows and miss not in ("Principal", "Action")]
        return "; ".join(near) or "no statement is for this caller and action"


def check_chains(inventory: Inventory) -> None:
    """Raise Refusal that names every broken chain."""
    broken = list(broken_chains(inventory))
    if broken:
        raise Refusal(
            f"{count(len(broken), 'use')} of keys would be refused by AWS:\n"
            + "\n".join(f"  {chain}" for chain in broken),
            "let the caller in again under `keys:` (`publishers`, `services`, `separate_duties`, `statements`), "
            "or switch the feature off there",
        )


def broken_chains(inventory: Inventory) -> Iterator[BrokenChain]:
    """Every chain that does not hold; of each use the first action that is refused."""
    accounts = {account.id: account for account in inventory.organization.accounts}
    holding = _Holding()
    for stack in inventory.stacks:
        keys = {key.address: key for key in stack.keys}
        policies: dict[str, PlainPolicy] = {}
        for part in stack.parts:
            place = accounts[part.site.account_id].features[part.site.feature].place()
            for use in part.uses():
                key = keys[use.key]
                if holding.covers(key, use):
                    continue
                if use.key not in policies:
                    policies[use.key] = read_partly(key.policy.as_dict())
                refused = _refused(policies[use.key], use)
                if refused is None:
                    holding.add(key, use)
                else:
                    allows = frozenset(s.sid for s in key.policy.statements if s.effect == "Allow")
                    yield BrokenChain(part.site, use, *refused, allows, place)


class _Holding:
    """The chains that hold, each for all accounts that are alike in it."""

    def __init__(self) -> None:
        self._known: set[tuple[int, str]] = set()
        self._firsts: dict[int, tuple[Document, bool]] = {}

    def covers(self, key: Key, use: KeyUse) -> bool:
        """Whether the same chain of another account was found to hold."""
        return self._likeness(key, use) in self._known

    def add(self, key: Key, use: KeyUse) -> None:
        """Remember a chain that holds."""
        first = first_of(key.policy)
        if id(first) not in self._firsts:
            self._firsts[id(first)] = first, no_wildcard_ends_within_an_id(first)
        if self._firsts[id(first)][1]:
            self._known.add(self._likeness(key, use))

    def _likeness(self, key: Key, use: KeyUse) -> tuple[int, str]:
        return id(first_of(key.policy)), unnamed(repr(use), key.account_id)


def _refused(policy: PlainPolicy, use: KeyUse) -> tuple[str, Decision] | None:
    for action in use.actions:
        decision = decide(policy, Request(use.caller, action, use.context))
        if decision.effect != "allowed":
            return action, decision
    return None
