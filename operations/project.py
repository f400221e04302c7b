"""A project: the configuration, the lock beside it, and the Inventory that follows from both."""

import os
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from baseline.configuration.load import Configuration, load
from baseline.errors import FieldPlace, KmsBaselineError, Refusal, UsageError
from baseline.expansion import expand
from baseline.fields.limits import nearest
from baseline.found_accounts import RENEW, FoundAccounts, parse_found_accounts
from baseline.inventory import Inventory, Key
from baseline.lock import Lock, LockedKey
from baseline.lock_changes import lock_changes
from baseline.lock_reading import parse_lock
from baseline.names import Layout
from baseline.organization import Account
from baseline.words import count
from files.whole import read_text, write_whole
from operations.absent_key import why_no_key

if TYPE_CHECKING:
    from baseline.prover.inventory import Proof
    from stacks.stamping.shape import Shapes

CONFIGURATION = "organization.yaml"
CONFIGURATION_VARIABLE = "KMS_BASELINE_CONFIG"
LOCKED_VARIABLE = "KMS_BASELINE_LOCKED"


def configuration_path(option: Path | None) -> Path:
    """The configuration's file: the option, else the environment, else `organization.yaml` here."""
    return option or Path(os.environ.get(CONFIGURATION_VARIABLE) or CONFIGURATION)


def passed_over(option: Path | None) -> str:
    """What a person should know where the environment leads away from the configuration of this folder; else nothing."""
    path, here = configuration_path(option), Path(CONFIGURATION)
    if option or not here.exists() or path.absolute() == here.absolute():
        return ""
    return f"{CONFIGURATION_VARIABLE} leads to {path}: the {CONFIGURATION} of this folder is not read"


@dataclass(frozen=True)
class Project:
    """One configuration file and its lock. Everything is read when it is first asked for."""

    path: Path
    new_backend: bool = False
    """Whether the owner moves the states, so that the lock's word on the backend no longer holds."""
    new_layout: Layout | None = None
    """The layout to which the owner changes, so that the lock's word on it no longer holds; None: to no other."""

    @property
    def lock_path(self) -> Path:
        return self.path.with_name(f"{self.path.stem}.lock.json")

    @property
    def found_path(self) -> Path:
        """Where the accounts of AWS Organizations are recorded."""
        return self.path.with_name(f"{self.path.stem}.accounts.json")

    @property
    def providers_path(self) -> Path:
        """Terraform's dependency lock file for every stack, where its owner wants one."""
        return self.path.with_name(f"{self.path.stem}.terraform.lock.hcl")

    @cached_property
    def providers_text(self) -> str | None:
        """The text of that file; None where there is none."""
        help = "`kms-baseline lock --providers` writes it"
        return read_text(self.providers_path, help) if self.providers_path.exists() else None

    @cached_property
    def text(self) -> str:
        """The configuration as it is written."""
        return read_text(self.path, "`kms-baseline init` writes one, --config names another")

    @cached_property
    def configuration(self) -> Configuration:
        return load(self.text, str(self.path), self.found, self.lock.bases if self.found else {})

    @cached_property
    def found(self) -> FoundAccounts | None:
        """The accounts of AWS Organizations, as they were last recorded; None: nobody did that."""
        return None if self.found_text is None else parse_found_accounts(self.found_text, str(self.found_path))

    @cached_property
    def found_text(self) -> str | None:
        """The text of that record."""
        return read_text(self.found_path, RENEW) if self.found_path.exists() else None

    @cached_property
    def lock(self) -> Lock:
        """The lock as it is on the disk; an empty one when nothing was generated yet."""
        return Lock() if self.lock_text is None else parse_lock(self.lock_text, str(self.lock_path))

    @cached_property
    def lock_text(self) -> str | None:
        """The text of the lock when this project was first asked for it; None: there was no file."""
        return self._lock_text_now()

    def _lock_text_now(self) -> str | None:
        return read_text(self.lock_path, "restore it from version control") if self.lock_path.exists() else None

    @cached_property
    def inventory(self) -> Inventory:
        organization = self.configuration.organization
        lock = replace(self.lock, backend=None) if self.new_backend else self.lock
        lock = lock.laid_out(self.new_layout) if self.new_layout and lock.layout else lock
        return expand(organization, lock)

    @cached_property
    def shapes(self) -> "Shapes":
        """The shapes of its stacks, each told once."""
        from stacks.stamping.cache import building_versions  # here, for most commands write no stack
        from stacks.stamping.shape import Shapes

        return Shapes(building_versions())

    @cached_property
    def new_keys(self) -> tuple[LockedKey, ...]:
        """The keys that the lock does not record yet."""
        known = {entry.key for entry in self.lock.entries}
        return tuple(entry for entry in self.inventory.lock.entries if entry.key not in known)

    @property
    def lock_changes(self) -> list[str]:
        """What synth would record, a line a change."""
        names = {account.id: account.name for account in self.configuration.organization.accounts}
        return list(lock_changes(self.lock, self.inventory.lock, names))

    @property
    def lock_change(self) -> str:
        """The same in a few words: the number of new keys, else the first change."""
        if self.new_keys:
            return count(len(self.new_keys), "new key")
        first, *others = self.lock_changes
        return first + (f" and {count(len(others), 'other change')}" if others else "")

    @property
    def lock_differs(self) -> bool:
        """Whether synth would record anything. The order of lines, which a merge leaves as it comes, means nothing."""
        return self.lock != self.inventory.lock

    @property
    def lock_is_in_order(self) -> bool:
        """Whether the lock's text is as the program writes it."""
        return self.lock_text == self.lock.render()

    @cached_property
    def proofs(self) -> "tuple[Proof, ...]":
        """The properties of keys that do not hold, waived or not."""
        from baseline.prover.inventory import not_holding  # here, for most commands prove nothing

        return tuple(not_holding(self.inventory))

    def check_policies(self) -> None:
        """Raise Refusal or Undecided unless every property of every key holds or is waived, and every use is allowed."""
        if self._refusal:
            raise self._refusal

    @cached_property
    def _refusal(self) -> KmsBaselineError | None:
        from baseline.chains import check_chains
        from baseline.prover.refusal import refusal

        if error := refusal(self.proofs, self.place_of_statement):
            return error
        try:
            check_chains(self.inventory)
        except Refusal as broken:
            return broken
        return None

    def place_of_statement(self, proof: "Proof") -> FieldPlace | None:
        """Where the owner's statement is that decided; None if none of the owner's did."""
        key, sid = proof.key, proof.judgement.sid
        return self.configuration.place_of_statement(key.account_id, key.region, key.purpose, sid) if sid else None

    def check_locked(self, locked: bool) -> None:
        """Raise Refusal when the lock would change and may not, by the option or by the environment."""
        if self.lock_differs and (locked or self.lock_is_forbidden):
            raise Refusal(
                f"{self.lock_path} would change ({self.lock_change}), and --locked or {LOCKED_VARIABLE} forbids it",
                "run `kms-baseline lock` where you edit the configuration, and commit the file",
            )

    @property
    def lock_is_forbidden(self) -> bool:
        """Whether the environment forbids to change the lock."""
        return os.environ.get(LOCKED_VARIABLE, "") not in ("", "0")

    def record_keys(self, lock: Lock | None = None, *, in_order: bool = False) -> None:
        """Write the lock, or another one in its place, if it would change. To be done before anything that could make a key.

        `in_order`: also where only the order of its lines would change.
        Raises Refusal or Undecided for a key that is not proven, Refusal for a use that its key does not allow, and for
        a lock that another run changed since it was read: what that run recorded must not be lost.
        """
        self.check_policies()
        self.write_lock(lock or self.inventory.lock, in_order=in_order)

    def write_lock(self, wanted: Lock, *, in_order: bool = False) -> None:
        """Write a lock of which nothing is to be proven. Raises Refusal where another run changed it since it was read."""
        now, new = self._lock_text_now(), wanted.render()
        if now not in (self.lock_text, new):
            raise Refusal(f"{self.lock_path} was changed by another run meanwhile", "run the command again")
        if now != new and (in_order or wanted != self.lock):
            write_whole(self.lock_path, new.encode())

    def account(self, name_or_id: str) -> Account:
        """The account with this name or ID. Raises UsageError."""
        accounts = self.configuration.organization.accounts
        for account in accounts:
            if name_or_id in (account.name, account.id):
                return account
        known = [account.name for account in accounts]
        raise UsageError(
            f"no account has the name or ID `{name_or_id}`",
            nearest(name_or_id, known) or f"there are {', '.join(known)}",
        )

    def key(self, account: str, region: str, purpose: str) -> Key:
        """One key. Raises UsageError that says why there is none."""
        of, purposes = self.account(account), self.configuration.organization.purposes
        for key in self.inventory.keys:
            if key.locked.key == (of.id, region, purpose):
                return key
        check_one_of(region, of.regions, f"enabled region of {of.name}")
        check_one_of(purpose, purposes, "purpose")
        raise UsageError(f"{of.name} has no {purpose} key in {region}", why_no_key(of, region, purposes[purpose]))


def check_one_of(written: str, known: Iterable[str], what: str) -> None:
    """Raise UsageError unless the value is known."""
    names = list(known)
    if written not in names:
        raise UsageError(f"`{written}` is no {what}", nearest(written, names) or f"there are {', '.join(names)}")
