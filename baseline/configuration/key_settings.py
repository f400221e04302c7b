"""The settings of each key: the strongest of what is written, with names resolved, and what contradicts itself."""

from collections.abc import Iterator, Mapping
from typing import Any

from baseline.configuration.file import AccountSection
from baseline.configuration.named_principals import resolve as resolve_principal
from baseline.configuration.own_purposes import path_of
from baseline.configuration.precedence import Chosen, Level, Levels, fields, strongest
from baseline.configuration.source import Source
from baseline.configuration.validate import Sections
from baseline.errors import FieldPath, Mistake
from baseline.iam.arns import is_account_id
from baseline.iam.policy_error import PolicyError
from baseline.iam.statement import Statement
from baseline.organization import KeySettings, NamedPrincipal

_SOMEBODY = "name services under `through` or `services`, `users`, or whom it is shared with"


class KeySettingsResolver:
    """Resolves the settings of keys, and collects what is wrong with them."""

    def __init__(self, source: Source, sections: Sections) -> None:
        assert sections.organization is not None
        assert sections.keys is not None
        self.mistakes: list[Mistake] = []
        self._source = source
        self._partition = sections.organization.partition
        self._purposes = sections.purposes
        self._levels = Levels(sections.keys, sections.purposes, self._partition)
        self._ids = {account.name: account.id for account in sections.accounts.values()}
        self._statements: dict[FieldPath, Statement | None] = {}
        self._shared: dict[tuple[Any, ...], KeySettings] = {}
        self._abroad: set[FieldPath] = set()

    def settings(
        self, index: int, account: AccountSection, deployer: str | None, region: str, purpose: str
    ) -> KeySettings:
        """The settings of one key, one value for all keys that share them; `deployer` is the ARN of who deploys."""
        own = self._levels.of_account(index, account, purpose)
        exceptions = self._levels.exceptions_for(account.name, region, purpose)
        key = (account.id, purpose, *(level.path for level in exceptions))
        if key not in self._shared:
            self._shared[key] = self._resolved(index, account, deployer, purpose, (*own, *exceptions))
        return self._shared[key]

    def _resolved(
        self, index: int, account: AccountSection, deployer: str | None, purpose: str, levels: tuple[Level, ...]
    ) -> KeySettings:
        kind = self._purposes[purpose]
        chosen = {field: strongest(levels, field) for field in fields(kind)}
        values = {field: choice.value for field, choice in chosen.items()}
        administrators = self._principals(chosen["administrators"], account)
        users = self._principals(chosen["users"], account)
        self._check_administrators(chosen["administrators"], administrators, account)
        self._check_both_lists(chosen, administrators, users)
        self._check_delegation(chosen, deployer, account)
        self._check_separate_duties(chosen, administrators, deployer)
        services = values[kind.services_field]
        shared = self._share_with(values.get("share_with", []), account)
        if shared:
            self._check_shared_users(chosen, users, shared)
        if not (kind.permissions or users or shared or values["statements"]):
            self._say(path_of(purpose), "nobody could use the key", _SOMEBODY)
        return KeySettings(
            administrators=tuple(dict.fromkeys(administrators)),
            administrators_place=self._source.place(chosen["administrators"].path or ("accounts", index)),
            users=tuple(dict.fromkeys(users)),
            iam_delegation=values["iam_delegation"],
            separate_duties=values["separate_duties"],
            rotation=values["rotation"],
            rotation_period_days=values["rotation_period_days"],
            deletion_window_days=values["deletion_window_days"],
            deny_deletion_if_used_within_days=values["deny_deletion_if_used_within_days"],
            services=tuple(name for name in kind.services if name in services),
            share_with=shared,
            statements=tuple(self._owner_statements(chosen["statements"])),
            place=self._source.place(chosen["statements"].path or ("accounts", index)),
        )

    def _principals(self, chosen: Chosen, account: AccountSection) -> list[NamedPrincipal]:
        return [resolve_principal(written, self._partition, account.id) for written in chosen.value]

    def _share_with(self, written: list[str], account: AccountSection) -> tuple[str, ...]:
        ids = [self._ids.get(name, name) for name in written]
        return tuple(sorted({account_id for account_id in ids if account_id != account.id}))

    def _owner_statements(self, chosen: Chosen) -> Iterator[Statement]:
        for i, written in enumerate(chosen.value):
            statement = self._statement((*chosen.path, i), written)
            if statement is not None:
                yield statement

    def _statement(self, path: FieldPath, written: Mapping[str, Any]) -> Statement | None:
        if path not in self._statements:
            self._statements[path] = None
            try:
                mapping = self._source.as_written(path, dict(written))
                self._statements[path] = Statement.parse(mapping, partition=self._partition)
            except PolicyError as error:
                self._say(path, str(error))
        return self._statements[path]

    def _say(self, path: FieldPath, problem: str, help: str = "") -> None:
        self.mistakes.append(self._source.mistake(path, problem, help))

    def _check_administrators(
        self, chosen: Chosen, administrators: list[NamedPrincipal], account: AccountSection
    ) -> None:
        """https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-modifying-external-accounts.html"""
        for i, administrator in enumerate(administrators):
            path = (*chosen.path, i)
            is_abroad = is_account_id(administrator.account_id) and administrator.account_id != account.id
            if is_abroad and path not in self._abroad:
                self._abroad.add(path)
                problem = f"`{administrator.arn}` cannot administer the keys of `{account.name}` ({account.id})"
                name = administrator.arn.split(":", 5)[5]
                help = "KMS honours no management across accounts, whatever the key policy says"
                self._say(path, problem, f"{help}; `{name}` alone is looked for in each account")

    def _check_both_lists(
        self, chosen: Mapping[str, Chosen], administrators: list[NamedPrincipal], users: list[NamedPrincipal]
    ) -> None:
        for i, user in enumerate(users):
            for j, administrator in enumerate(administrators):
                if administrator.covers(user) or user.covers(administrator):
                    line = self._source.line((*chosen["administrators"].path, j))
                    problem = f"`{user.arn}` also administers the key, by line {line}"
                    self._say(
                        (*chosen["users"].path, i),
                        problem,
                        "who administers a key does not use it; keep one of the two",
                    )

    def _check_shared_users(
        self, chosen: Mapping[str, Chosen], users: list[NamedPrincipal], shared: tuple[str, ...]
    ) -> None:
        """Two entries for one account: the narrower one would say nothing, and read as if it did."""
        for i, user in enumerate(users):
            if user.is_account and user.account_id in shared:
                line = self._source.line(chosen["share_with"].path)
                problem = f"`{user.arn}` is the whole account, which `share_with` lets in too, by line {line}"
                help = "who is among the users has all that `share_with` gives, and more; keep one of the two"
                self._say((*chosen["users"].path, i), problem, help)

    def _check_delegation(self, chosen: Mapping[str, Chosen], deployer: str | None, account: AccountSection) -> None:
        """KMS refuses a policy that its caller could not change again."""
        if chosen["iam_delegation"].value == "administrators" and deployer is None:
            problem = (
                f"`{account.name}` is deployed with the caller's own credentials, and nothing says whose these are"
            )
            help = (
                "KMS would refuse keys whose policy locks their maker out; write `deployer: role/NAME` at the account"
            )
            self._say(chosen["iam_delegation"].path, problem, f"{help}, or its `role`")

    def _check_separate_duties(
        self, chosen: Mapping[str, Chosen], administrators: list[NamedPrincipal], deployer: str | None
    ) -> None:
        if not chosen["separate_duties"].value or deployer is None:
            return
        for i, administrator in enumerate(administrators):
            if administrator.covers(NamedPrincipal(deployer)):
                problem = (
                    f"`{administrator.arn}` covers `{deployer}`, who deploys: separate_duties would deny every use"
                )
                path = (*chosen["administrators"].path, i)
                help = "log groups and vaults could not be created; name administrators apart from it"
                self._say(path, problem, help)
