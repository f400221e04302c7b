"""What exists already is kept: the configuration held against the lock.

A key of the lock that the configuration no longer yields is refused, unless its owner retires it; and nothing may
move a key to another state, where Terraform would not find it and make it anew.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence

from baseline import names
from baseline.errors import Mistakes, Refusal
from baseline.lock import KeyIdentity, Lock, LockedKey, LockedResource
from baseline.organization import EVERY_ACCOUNT, Account, Organization, Retirement
from baseline.own_purpose import PREFIX
from baseline.retired_entries import entry_for
from baseline.words import count

MOST_LOST_ONE_BY_ONE = 20
MOST_NAMED = 3


class Retention:
    """An organization's word on the keys of a lock."""

    def __init__(self, organization: Organization, lock: Lock) -> None:
        self.organization = organization
        self.lock = lock
        self.accounts = {account.id: account for account in organization.accounts}
        self.ids = {account.name: account.id for account in organization.accounts}
        self.bases = lock.bases

    def check_states(self) -> None:
        """Raise Refusal when a key of the lock would be looked for in another state than its own."""
        self.check_places()
        self._check_stack_names()

    def check_places(self) -> None:
        """Raise Refusal when the states are looked for where they are not."""
        self._check_layout()
        self._check_backend()

    def base(self, account: Account) -> str:
        """The name that an account's stacks are made of: the one in the lock wins over a new one."""
        return self.bases.get(account.id, account.name)

    def _check_backend(self) -> None:
        place = self.organization.deployment.backend.place
        if self.lock.backend not in (None, place):
            raise Refusal(
                f"the states would be in {place}, but the keys of the lock are in the states of {self.lock.backend}",
                "in a new place Terraform would make every key anew (the prefix is the namespace when it is not written)\n"
                "take the change back, or run `kms-baseline lock --new-backend` and move the states there before you deploy",
            )

    def _check_layout(self) -> None:
        layout = self.organization.deployment.layout
        if self.lock.layout not in (None, layout):
            raise Refusal(
                f"deployment.layout is `{layout}`, but the keys of the lock are deployed by `{self.lock.layout}`",
                "another layout means other states, and Terraform would make every key anew\n"
                f"write layout: {self.lock.layout}, or run `kms-baseline lock --layout {layout}` and then "
                "`kms-baseline deploy --take-over`, which rebuilds the states by import",
            )

    def _check_stack_names(self) -> None:
        """No account takes the stacks, and so the states, of another."""
        owners: dict[str, str] = {base: account_id for account_id, base in self.bases.items()}
        for account in self.organization.accounts:
            owner = owners.setdefault(self.base(account), account.id)
            if owner != account.id:
                raise Refusal(
                    f"account `{account.name}` ({account.id}) would take the stack `{self.base(account)}`, "
                    f"in which the keys of account {owner} are",
                    "give the account another name; if that ID was mistyped, `kms-baseline lock --forget-undeployed` drops its "
                    "keys, and if its lines were never committed, so does `git checkout` of the lock",
                )

    def retired(self) -> dict[KeyIdentity, Retirement]:
        """The keys of the lock that the owner retires; the last entry wins."""
        found: dict[KeyIdentity, Retirement] = {}
        for retirement in self.organization.retired:
            covered = self._covered(retirement)
            if not covered:
                where = (self.name(self.account_id(retirement.account)), retirement.region, retirement.purpose)
                problem = f"the lock has no key of `{' '.join(filter(None, where))}`"
                raise _mistaken(retirement, problem, "remove the entry, or restore the lock")
            for account_id in dict.fromkeys(key.account_id for key in covered):
                if account_id in self.organization.resting and retirement.then != "gone":
                    continue  # nothing can be done there, and a stack with a part of its keys would destroy the others
                self._check_account(retirement, account_id)
                found.update((key, retirement) for key in covered if key.account_id == account_id)
        self._check_gone_as_a_whole(found)
        return found

    def _covered(self, retirement: Retirement) -> list[KeyIdentity]:
        """The keys of the lock of which an entry speaks."""
        every = retirement.account == EVERY_ACCOUNT
        account_id = self.account_id(retirement.account)
        return [
            old.key
            for old in self.lock.entries
            if (every or old.account_id == account_id) and retirement.covers(old.region, old.purpose)
        ]

    def _check_account(self, retirement: Retirement, account_id: str) -> None:
        """Raise Mistakes where an entry says of an account what cannot be."""
        if retirement.then == "disable":
            self._check_disabled(retirement, account_id)
        if retirement.then == "gone" and account_id in self.accounts:
            problem = f"`{retirement.account}` is gone and still listed, as `{self.name(account_id)}`"
            raise _mistaken(retirement, problem, "remove one of the two")

    def _check_disabled(self, retirement: Retirement, account_id: str) -> None:
        """A key that Terraform keeps needs its settings, and those stand at its account."""
        account = self.accounts.get(account_id)
        if account is None:
            problem = (
                f"`{self.name(account_id)}` is not listed under accounts, and nothing else says how its keys are set"
            )
            raise _mistaken(retirement, problem, "write then: keep; disabled by hand, the keys stay so")
        if retirement.account not in (account.name, account.id, EVERY_ACCOUNT):
            problem = f"`{retirement.account}` is called `{account.name}` now"
            raise _mistaken(retirement, problem, f"write account: {account.name}")
        for key in self._covered(retirement):
            if key.purpose not in self.organization.purposes:
                problem = f"{_undefined(key.purpose)}, and nothing else says how its keys are set"
                raise _mistaken(retirement, problem, "define it again, or write then: keep")

    def _check_gone_as_a_whole(self, retired: Mapping[KeyIdentity, Retirement]) -> None:
        """A stack with a part of its account's keys would destroy the others."""
        gone = {key.account_id for key, retirement in retired.items() if retirement.then == "gone"}
        for key, retirement in retired.items():
            if key.account_id in gone and retirement.then != "gone":
                problem = f"`{self.name(key.account_id)}` is gone by another entry, and an account is gone as a whole"
                raise _mistaken(retirement, problem, "remove one of the two")

    def account_id(self, account: str) -> str:
        """The ID of an account that is written by its name, now or when its stacks were made, or by its ID."""
        known = {**{base: account_id for account_id, base in self.bases.items()}, **self.ids}
        return known.get(account, account)

    def check_new_keys(self, wanted: Collection[KeyIdentity]) -> None:
        """Raise Mistakes when an entry would retire a key that is only about to be made."""
        recorded = {old.key for old in self.lock.entries}
        new = sorted(key for key in wanted if key not in recorded) if self.organization.retired else []
        for retirement in self.organization.retired:
            account_id = self.account_id(retirement.account)
            for key in new:
                if key.account_id == account_id and retirement.covers(key.region, key.purpose):
                    where = f"{self.name(account_id)} {key.region} {key.purpose}"
                    problem = f"`{where}` would be made now and retired by this entry from then on"
                    raise _mistaken(retirement, problem, "name the region and the purpose that are retired")

    def lost(self, wanted: Collection[KeyIdentity], retired: Collection[KeyIdentity]) -> list[LockedKey]:
        """The keys of the lock that are neither wanted nor retired, nor in an account that rests."""
        return [
            old
            for old in self.lock.entries
            if old.key not in wanted and old.key not in retired and old.account_id not in self.organization.resting
        ]

    def check_losses(self, wanted: Collection[KeyIdentity], retired: Mapping[KeyIdentity, Retirement]) -> None:
        """Raise Refusal when a key of the lock is lost."""
        lost = self.lost(wanted, retired)
        if lost:
            resting = [old.key for old in self.lock.entries if old.account_id in self.organization.resting]
            raise Refusal(
                f"{count(len(lost), 'key')} of the lock would be lost:\n" + "\n".join(self._lost_in_words(lost)),
                "take the change back (also that of the lock, if it was never committed: `git checkout` of its file), "
                "or list them under `retired:`, as in\n"
                f"  {entry_for([old.key for old in lost], [*wanted, *resting], self.accounts)}\n"
                "keep: the key stays in AWS and Terraform forgets it; disable: Terraform keeps it, disabled; "
                "gone: the account no longer exists\n"
                "`kms-baseline lock --forget-undeployed` drops those that were never deployed",
            )

    def _lost_in_words(self, lost: Sequence[LockedKey]) -> Iterator[str]:
        """A line a key; where that would be many, a line for all accounts that lose the same for the same reason."""
        accounts: dict[tuple[str, str, str], list[str]] = {}
        for old in lost:
            where = f"{self.name(old.account_id)} ({old.account_id})"
            if len(lost) <= MOST_LOST_ONE_BY_ONE:
                yield f"  {where} {old.region} {old.purpose}: {self._cause(old)}"
            else:
                accounts.setdefault((old.region, old.purpose, self._cause(old)), []).append(where)
        for (region, purpose, cause), of in accounts.items():
            more = f" and {count(len(of) - MOST_NAMED, 'account')} more" if of[MOST_NAMED:] else ""
            yield f"  {region} {purpose} of {', '.join(of[:MOST_NAMED])}{more}: {cause}"

    def forgotten_keys(self, retired: Mapping[KeyIdentity, Retirement]) -> Iterator[LockedResource]:
        """All that Terraform forgets of retired keys. Of an account that is gone nothing is left to forget."""
        for old in self.lock.entries:
            if old.key in retired and retired[old.key].forgets:
                for address in names.key_addresses(names.address(old.purpose, old.region), published=True):
                    yield LockedResource(old.account_id, old.region, address, old.stack)

    def forgotten_resources(
        self, made: Collection[LockedResource], retired: Mapping[KeyIdentity, Retirement]
    ) -> Iterator[LockedResource]:
        """What features made that are off now: Terraform forgets it, and it stays as it is."""
        gone = {key.account_id for key, retirement in retired.items() if retirement.then == "gone"}
        wanted, without = set(made), gone | self.organization.resting.keys()
        yield from (old for old in self.lock.resources if old not in wanted and old.account_id not in without)

    def name(self, account_id: str) -> str:
        """What the configuration calls an account, or what it was called when its stacks were made, or its ID."""
        account = self.accounts.get(account_id)
        return account.name if account else self.bases.get(account_id, account_id)

    def _cause(self, lost: LockedKey) -> str:
        account = self.accounts.get(lost.account_id)
        if account is None:
            return "the account is no longer listed"
        if lost.region not in account.regions:
            return f"{lost.region} is no longer among its regions"
        if declined := account.declined.get((lost.region, lost.purpose)):
            return f"declined by {declined.place}"
        if lost.purpose not in self.organization.purposes:
            return f"{_undefined(lost.purpose)}; under another name it would be another key"
        feature = self.organization.purposes[lost.purpose].feature
        if feature is None:
            return f"nothing switches {lost.purpose} on"
        if feature not in account.features:
            return f"the feature {feature} is off"
        return f"the feature {feature} lives in the home region, which is now {account.home_region}"


def _undefined(purpose: str) -> str:
    return f"`keys.custom` defines no {purpose.removeprefix(PREFIX)} any more"


def _mistaken(retirement: Retirement, problem: str, help: str) -> Mistakes:
    return Mistakes([retirement.place.mistake(problem, help)])
