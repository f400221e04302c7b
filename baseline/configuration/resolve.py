"""The sections of the file, resolved: names to ARNs, levels to one value, defaults filled in."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from baseline import names
from baseline.configuration import file
from baseline.configuration.file import AccountSection
from baseline.configuration.precedence import Chosen, Level, Levels, fields, strongest
from baseline.configuration.principals import resolve as resolve_principal
from baseline.configuration.source import Source
from baseline.configuration.validate import Sections
from baseline.errors import FieldPath, Mistake
from baseline.features import FEATURES
from baseline.features.feature import Context
from baseline.iam.arns import Arn
from baseline.iam.errors import PolicyError
from baseline.iam.statement import Statement
from baseline.organization import (
    Account,
    Backend,
    CloudBackend,
    Deployment,
    KeySettings,
    LocalBackend,
    NamedPrincipal,
    Organization,
    Retirement,
    S3Backend,
    SwitchedOn,
    Waiver,
)
from baseline.purposes import PURPOSES


def resolve(source: Source, sections: Sections) -> tuple[Organization | None, list[Mistake]]:
    """The organization, and what shows only now: statements that AWS or our rules refuse, roles in two lists."""
    resolution = _Resolution(source, sections)
    organization = resolution.organization()
    resolution.mistakes += feature_mistakes(organization)
    # Many keys share what one line says; say it once.
    return organization, list(dict.fromkeys(resolution.mistakes))


def feature_mistakes(organization: Organization) -> Iterator[Mistake]:
    """Settings of a feature that contradict each other, in one account or across accounts."""
    context = Context(organization.id, organization.namespace)
    for name, feature in FEATURES.items():
        on = [account.features[name] for account in organization.accounts if name in account.features]
        for found in feature.problems(organization.uses(feature), context):
            yield on[found.use].place(found.field).mistake(found.problem, found.help)


class _Resolution:
    def __init__(self, source: Source, sections: Sections) -> None:
        assert sections.organization is not None
        assert sections.deployment is not None
        assert sections.keys is not None
        self.source = source
        self.written = sections.organization
        self.deployment = sections.deployment
        self.sections = sections
        self.levels = Levels(sections.keys)
        self.ids = {account.name: account.id for account in sections.accounts.values()}
        self.mistakes: list[Mistake] = []
        self.statements: dict[FieldPath, Statement | None] = {}
        self.shared: dict[tuple[Any, ...], KeySettings] = {}

    def organization(self) -> Organization:
        return Organization(
            id=self.written.id,
            partition=self.written.partition,
            namespace=self.written.namespace,
            home_region=self.written.home_region,
            tags=dict(self.written.tags),
            deployment=Deployment(
                layout=self.deployment.layout,
                backend=self.backend(),
                publish_parameters=self.deployment.publish_parameters,
                role=self.deployment.role,
                external_id=self.deployment.external_id,
                session_name=self.deployment.session_name,
            ),
            accounts=tuple(self.account(i, account) for i, account in self.sections.accounts.items()),
            retired=tuple(self.retirement(i, entry) for i, entry in self.sections.retired.items()),
            waivers=tuple(self.waivers()),
        )

    def backend(self) -> Backend:
        match self.deployment.backend:
            case file.S3BackendSection() as s3:
                prefix = s3.prefix or self.written.namespace
                return S3Backend(bucket=s3.bucket, region=s3.region, prefix=prefix, kms_key=s3.kms_key, role=s3.role)
            case file.CloudBackendSection() as cloud:
                return CloudBackend(
                    organization=cloud.organization,
                    project=cloud.project,
                    hostname=cloud.hostname,
                    prefix=cloud.prefix or self.written.namespace,
                )
        return LocalBackend()

    def account(self, index: int, account: AccountSection) -> Account:
        home = account.home_region or self.written.home_region
        regions = tuple(account.regions or self.written.regions)
        features = dict(self.features(index, account))
        return Account(
            name=account.name,
            id=account.id,
            home_region=home,
            regions=regions,
            role=self.role(index, account),
            external_id=account.external_id or self.deployment.external_id,
            features=features,
            keys={
                (region, purpose): self.settings(index, account, region, purpose)
                for region in regions
                for purpose in PURPOSES
                if has_key(purpose, region, home, features)
            },
        )

    def features(self, index: int, account: AccountSection) -> Iterator[tuple[str, SwitchedOn]]:
        """Those that are on. The account's settings are laid over the organization's, field by field."""
        organization: tuple[FieldPath, Any] = (("features",), self.sections.features)
        own: tuple[FieldPath, Any] = (("accounts", index, "features"), account.features)
        for name, feature in FEATURES.items():
            merged: dict[str, Any] = {}
            paths: dict[str, FieldPath] = {}
            for path, section in (organization, own):
                if section is None or name not in section.model_fields_set:
                    continue
                written = getattr(section, name)
                if written is None:
                    merged, paths = {}, {}
                    continue
                paths[""] = (*path, name)
                for field in written.model_fields_set:
                    merged[field] = getattr(written, field)
                    paths[field] = (*path, name, field)
            if paths:
                places = {field: self.source.place(path) for field, path in paths.items()}
                yield name, SwitchedOn(feature.settings.model_construct(**merged), places)

    def role(self, index: int, account: AccountSection) -> str | None:
        own = "role" in account.model_fields_set
        path: FieldPath = ("accounts", index, "role") if own else ("deployment", "role")
        role = names.role_arn(account.role if own else self.deployment.role, self.written.partition, account.id)
        if role is not None and Arn.parse(role).account_id != account.id:
            problem = f"`{role}` is in another account than `{account.name}` ({account.id})"
            self.say(path, problem, "write the role's name alone: it is looked for in each account")
        return role

    def settings(self, index: int, account: AccountSection, region: str, purpose: str) -> KeySettings:
        own = self.levels.of_account(index, account, purpose)
        exceptions = self.levels.exceptions_for(account.name, region, purpose)
        key = (account.id, purpose, *(level.path for level in exceptions))
        if key not in self.shared:
            self.shared[key] = self.key_settings(index, account, purpose, (*own, *exceptions))
        return self.shared[key]

    def key_settings(self, index: int, account: AccountSection, purpose: str, levels: tuple[Level, ...]) -> KeySettings:
        kind = PURPOSES[purpose]
        chosen = {field: strongest(levels, field) for field in fields(kind)}
        values = {field: choice.value for field, choice in chosen.items()}
        administrators = self.principals(chosen["administrators"], account)
        users = self.principals(chosen["users"], account)
        role = self.role(index, account)
        self.check_both_lists(chosen, administrators, users)
        self.check_delegation(chosen, administrators, role, account)
        self.check_separate_duties(chosen, administrators, role)
        services = values[kind.services_field]
        return KeySettings(
            administrators=tuple(dict.fromkeys(administrators)),
            administrators_place=self.source.place(chosen["administrators"].path or ("accounts", index)),
            users=tuple(dict.fromkeys(users)),
            iam_delegation=values["iam_delegation"],
            separate_duties=values["separate_duties"],
            rotation=values["rotation"],
            rotation_period_days=values["rotation_period_days"],
            deletion_window_days=values["deletion_window_days"],
            deny_deletion_if_used_within_days=values["deny_deletion_if_used_within_days"],
            services=tuple(name for name in kind.services if name in services),
            share_with=self.share_with(values.get("share_with", []), account),
            statements=tuple(self.owner_statements(chosen["statements"])),
            place=self.source.place(chosen["statements"].path or ("accounts", index)),
        )

    def principals(self, chosen: Chosen, account: AccountSection) -> list[NamedPrincipal]:
        return [resolve_principal(written, self.written.partition, account.id) for written in chosen.value]

    def share_with(self, written: list[str], account: AccountSection) -> tuple[str, ...]:
        ids = [self.ids.get(name, name) for name in written]
        return tuple(sorted({account_id for account_id in ids if account_id != account.id}))

    def owner_statements(self, chosen: Chosen) -> Iterator[Statement]:
        for i, written in enumerate(chosen.value):
            statement = self.statement((*chosen.path, i), written)
            if statement is not None:
                yield statement

    def statement(self, path: FieldPath, written: Mapping[str, Any]) -> Statement | None:
        if path not in self.statements:
            self.statements[path] = None
            try:
                mapping = self.source.as_written(path, dict(written))
                self.statements[path] = Statement.parse(mapping, partition=self.written.partition)
            except PolicyError as error:
                self.say(path, str(error))
        return self.statements[path]

    def say(self, path: FieldPath, problem: str, help: str = "") -> None:
        self.mistakes.append(self.source.mistake(path, problem, help))

    def check_both_lists(
        self, chosen: Mapping[str, Chosen], administrators: list[NamedPrincipal], users: list[NamedPrincipal]
    ) -> None:
        for i, user in enumerate(users):
            for j, administrator in enumerate(administrators):
                if administrator.covers(user) or user.covers(administrator):
                    line = self.source.line((*chosen["administrators"].path, j))
                    problem = f"`{user.arn}` also administers the key, by line {line}"
                    self.say(
                        (*chosen["users"].path, i),
                        problem,
                        "who administers a key does not use it; keep one of the two",
                    )

    def check_delegation(
        self,
        chosen: Mapping[str, Chosen],
        administrators: list[NamedPrincipal],
        role: str | None,
        account: AccountSection,
    ) -> None:
        exact = any(not a.is_pattern and a.account_id == account.id for a in administrators)
        if chosen["iam_delegation"].value == "administrators" and role is None and not exact:
            problem = f"`{account.name}` has neither a deployment role nor an administrator by exact name"
            self.say(chosen["iam_delegation"].path, problem, "nobody but the root user could manage the key; name one")

    def check_separate_duties(
        self, chosen: Mapping[str, Chosen], administrators: list[NamedPrincipal], role: str | None
    ) -> None:
        if not chosen["separate_duties"].value or role is None:
            return
        for i, administrator in enumerate(administrators):
            if administrator.covers(NamedPrincipal(role)):
                problem = (
                    f"`{administrator.arn}` covers the deployment role, which separate_duties would deny every use"
                )
                path = (*chosen["administrators"].path, i)
                self.say(path, problem, "log groups and vaults could not be created; name administrators apart from it")

    def waivers(self) -> Iterator[Waiver]:
        for i, entry in enumerate((self.sections.keys.waivers if self.sections.keys else None) or []):
            yield Waiver(
                property=entry.property,
                account_id=self.ids[entry.account] if entry.account else None,
                region=entry.region,
                purpose=entry.purpose,
                reason=entry.reason,
                place=self.source.place(("keys", "waivers", i)),
            )

    def retirement(self, index: int, entry: file.RetiredSection) -> Retirement:
        return Retirement(
            account=entry.account,
            region=entry.region,
            purpose=entry.purpose,
            then=entry.then,
            place=self.source.place(("retired", index)),
        )


def has_key(purpose: str, region: str, home_region: str, features: Collection[str]) -> bool:
    """Whether an account has the key of a purpose in one of its enabled regions."""
    feature = PURPOSES[purpose].feature
    if feature is None:
        return True
    return feature in features and (FEATURES[feature].place == "every region" or region == home_region)
