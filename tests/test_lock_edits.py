"""Random edits of a configuration, one after the other: whatever people write, no key is lost in silence."""

import copy
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from baseline.errors import Mistakes, Refusal
from baseline.inventory import Inventory, Stack
from baseline.lock import Lock, LockedKey
from baseline.lock_reading import parse_lock
from baseline.names import address, key_addresses
from tests.conftest import examples, inventory
from tests.organizations import FEATURES, IDS, NAMES, REGIONS, Data, account, organization, text

positions = st.integers(0, 3)
switches = st.sampled_from([True, False, None])
regions = st.sampled_from(REGIONS)


def at(data: Data, position: int) -> Data:
    """One of the accounts."""
    accounts: list[Data] = data["accounts"]
    return accounts[position % len(accounts)]


class Edits(RuleBasedStateMachine):
    """An owner edits, synthesizes and commits; an edit that is refused is taken back."""

    def __init__(self) -> None:
        super().__init__()
        self.data = organization(account(NAMES[0], IDS[0]), account(NAMES[1], IDS[1]))
        self.lock = Lock()

    @initialize(layout=st.sampled_from(["account", "account-region"]))
    def the_first_synthesis(self, layout: str) -> None:
        with self.edit() as draft:
            draft["deployment"] = {"layout": layout}

    @contextmanager
    def edit(self) -> Iterator[Data]:
        """A copy to edit. Accepted, the edit must have kept every key; refused, it changes nothing."""
        draft = copy.deepcopy(self.data)
        yield draft
        try:
            found = inventory(text(draft), self.lock)
        except (Refusal, Mistakes):
            return
        check_no_key_is_lost(draft, self.lock, found)
        check_stacks(found)
        lock = parse_lock(found.lock.render(), "organization.lock.json")
        assert lock == found.lock
        assert inventory(text(draft), lock).lock == lock
        self.data, self.lock = draft, lock

    @rule(free=st.sampled_from(NAMES), id=st.sampled_from(IDS), first=st.booleans())
    def an_account_comes(self, free: str, id: str, first: bool) -> None:
        with self.edit() as draft:
            draft["accounts"].insert(0 if first else 99, account(free, id))

    @rule(position=positions)
    def an_account_leaves(self, position: int) -> None:
        with self.edit() as draft:
            draft["accounts"].remove(at(draft, position))

    @rule(position=positions, name=st.sampled_from((*NAMES, "new")))
    def an_account_is_renamed(self, position: int, name: str) -> None:
        with self.edit() as draft:
            at(draft, position)["name"] = name

    @rule(position=positions, id=st.sampled_from(IDS))
    def an_account_id_is_corrected(self, position: int, id: str) -> None:
        with self.edit() as draft:
            at(draft, position)["id"] = id

    @rule(random=st.randoms(use_true_random=False))
    def accounts_are_reordered_and_change_names(self, random: Any) -> None:
        with self.edit() as draft:
            names = [each["name"] for each in draft["accounts"]]
            random.shuffle(names)
            for each, name in zip(draft["accounts"], names, strict=True):
                each["name"] = name
            random.shuffle(draft["accounts"])

    @rule(region=regions, position=st.none() | positions)
    def a_region_comes(self, region: str, position: int | None) -> None:
        with self.edit() as draft:
            holder = draft["organization"] if position is None else at(draft, position)
            enabled = holder.get("regions", draft["organization"]["regions"])
            holder["regions"] = [*enabled, region]

    @rule(region=regions, position=st.none() | positions)
    def a_region_leaves(self, region: str, position: int | None) -> None:
        with self.edit() as draft:
            holder = draft["organization"] if position is None else at(draft, position)
            enabled = holder.get("regions", draft["organization"]["regions"])
            holder["regions"] = [each for each in enabled if each != region]

    @rule(region=regions, position=st.none() | positions)
    def home_moves(self, region: str, position: int | None) -> None:
        with self.edit() as draft:
            holder = draft["organization"] if position is None else at(draft, position)
            holder["home_region"] = region

    @rule(feature=st.sampled_from(FEATURES), switch=switches, position=st.none() | positions)
    def a_feature_is_switched(self, feature: str, switch: bool | None, position: int | None) -> None:
        with self.edit() as draft:
            features = (draft if position is None else at(draft, position)).setdefault("features", {})
            if switch is None:
                features.pop(feature, None)
            else:
                features[feature] = switch

    @rule(field=st.sampled_from(["layout", "namespace", "backend"]))
    def the_states_move(self, field: str) -> None:
        with self.edit() as draft:
            if field == "namespace":
                draft["organization"]["namespace"] = "other"
            elif field == "layout":
                others = {"account": "account-region", "account-region": "account"}
                draft["deployment"]["layout"] = others[draft["deployment"]["layout"]]
            else:
                draft["deployment"]["backend"] = {"type": "s3", "bucket": "states", "region": "eu-west-2"}

    @rule(
        who=st.sampled_from((*NAMES, *IDS)),
        region=st.none() | regions,
        purpose=st.none() | st.sampled_from(["sns", "backup", "cloudtrail"]),
        then=st.sampled_from(["keep", "disable", "schedule_deletion"]),
    )
    def keys_are_retired(self, who: str, region: str | None, purpose: str | None, then: str) -> None:
        with self.edit() as draft:
            entry = {"account": who, "region": region, "purpose": purpose, "then": then}
            written = {name: value for name, value in entry.items() if value is not None}
            draft.setdefault("retired", []).append(written)

    @rule(position=positions, by_id=st.booleans(), then=st.sampled_from(["keep", "gone"]), leaves=st.booleans())
    def an_account_is_retired(self, position: int, by_id: bool, then: str, leaves: bool) -> None:
        """By its ID or by the name that its stacks have, which may be its name no more."""
        with self.edit() as draft:
            accounts = sorted(self.lock.bases.items())
            who = accounts[position % len(accounts)][0 if by_id else 1]
            draft.setdefault("retired", []).append({"account": who, "then": then})
            if leaves:
                draft["accounts"] = [a for a in draft["accounts"] if who not in (a["name"], a["id"])]

    @precondition(lambda self: self.data.get("retired"))
    @rule(position=positions)
    def a_retirement_is_taken_back(self, position: int) -> None:
        with self.edit() as draft:
            draft["retired"].pop(position % len(draft["retired"]))


def check_no_key_is_lost(data: Data, lock: Lock, found: Inventory) -> None:
    """Every key of the lock is made where it was, but for those that the owner retires: they are disabled, forgotten, gone."""
    made = {key.locked: key.address for key in found.keys}
    disabled = {key.locked for key in found.keys if not key.enabled}
    forgotten = {(stack.name, each) for stack in found.stacks for each in stack.forgotten}
    listed = {each["id"] for each in data["accounts"]}
    for old in lock.entries:
        where = address(old.purpose, old.region)
        then = last_word(data, lock, old)
        addresses = {(old.stack, each) for each in key_addresses(where, published=True)}
        assert (made.get(old) == where) == (then in (None, "disable")), old
        assert (old in disabled) == (then == "disable"), old
        assert (addresses & forgotten) == (addresses if then in ("keep", "schedule_deletion") else set()), old
        assert then != "gone" or old.account_id not in listed, old
    assert set(lock.entries) | set(made) == set(found.lock.entries)


def last_word(data: Data, lock: Lock, old: LockedKey) -> str | None:
    """What the last entry under `retired` that speaks of the key says."""
    called = {base: account_id for account_id, base in lock.bases.items()}
    called |= {each["name"]: each["id"] for each in data["accounts"]}
    then = None
    for entry in data.get("retired", []):
        spoken_of = (called.get(entry["account"], entry["account"]), entry.get("region"), entry.get("purpose"))
        if all(word in (None, own) for word, own in zip(spoken_of, old.key, strict=True)):
            then = str(entry["then"])
    return then


def check_stacks(found: Inventory) -> None:
    """A stack is of one account, and has the provider of every key that it makes or forgets, once."""
    for stack in found.stacks:
        (account_id,) = {provider.account_id for provider in stack.providers}
        assert {key.account_id for key in stack.keys} <= {account_id}
        aliases = [provider.alias for provider in stack.providers]
        assert sorted(aliases) == sorted(needed(stack))
        assert not stack.addresses() & set(stack.forgotten)
    names = [stack.name for stack in found.stacks]
    assert names == sorted(set(names))


def needed(stack: Stack) -> set[str]:
    """The regions of a stack's addresses, as providers call them."""
    addresses = [key.address for key in stack.keys] + [each.split(".")[1] for each in stack.forgotten]
    return {each.split("_", 1)[1] for each in addresses}


TestEdits = Edits.TestCase
TestEdits.settings = settings(examples(50), stateful_step_count=16)
