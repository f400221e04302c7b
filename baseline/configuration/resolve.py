"""The sections of the file, resolved: names to ARNs, levels to one value, defaults filled in."""

from collections.abc import Iterator

from baseline import names
from baseline.backends import Backend, CloudBackend, LocalBackend, S3Backend
from baseline.configuration import file
from baseline.configuration.features import feature_mistakes, switched_on
from baseline.configuration.file import AccountSection
from baseline.configuration.key_settings import KeySettingsResolver
from baseline.configuration.named_principals import resolve as resolve_principal
from baseline.configuration.source import Source
from baseline.configuration.switches import Switches
from baseline.configuration.validate import Sections
from baseline.errors import FieldPath, Mistake
from baseline.found_accounts import RestingAccount
from baseline.iam.arns import Arn
from baseline.organization import (
    EVERY_ACCOUNT,
    Account,
    Deployment,
    Organization,
    Retirement,
    Waiver,
)
from baseline.regions import PARTITIONS


def resolve(source: Source, sections: Sections) -> tuple[Organization | None, list[Mistake]]:
    """The organization, and what shows only now: statements that AWS or our rules refuse, roles in two lists."""
    resolution = _Resolution(source, sections)
    organization = resolution.organization()
    of_keys = (*resolution.keys.mistakes, *resolution.switches.mistakes())
    mistakes = (*resolution.mistakes, *of_keys, *feature_mistakes(organization))
    # Many keys share what one line says; say it once.
    return organization, list(dict.fromkeys(mistakes))


class _Resolution:
    def __init__(self, source: Source, sections: Sections) -> None:
        assert sections.organization is not None
        assert sections.deployment is not None
        assert sections.keys is not None
        self.source = source
        self.written = sections.organization
        self.deployment = sections.deployment
        self.sections = sections
        self.keys = KeySettingsResolver(source, sections)
        self.switches = Switches(source, sections)
        self.ids = {account.name: account.id for account in sections.accounts.values()}
        self.names = {id: name for name, id in self.ids.items()}
        self.mistakes: list[Mistake] = []

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
                aws_provider=self.deployment.aws_provider,
                role=self.deployment.role,
                external_id=self.deployment.external_id,
                session_name=self.deployment.session_name,
            ),
            accounts=tuple(
                self.account(i, account)
                for i, account in self.sections.accounts.items()
                if account.id not in self.sections.resting
            ),
            purposes=self.sections.purposes,
            resting={id: RestingAccount(self.names.get(id, ""), state) for id, state in self.sections.resting.items()},
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
        features = dict(switched_on(self.source, self.sections, index, account))
        role = self.role(index, account)
        deployer = role or self.deployer(index, account)
        switched = self.switches.of_account(index, account, regions, home, features)
        on = set(switched.on)
        return Account(
            name=account.name,
            id=account.id,
            home_region=home,
            regions=regions,
            role=role,
            deployer=deployer,
            external_id=account.external_id or self.deployment.external_id,
            features=features,
            keys={
                (region, purpose): self.keys.settings(index, account, deployer, region, purpose)
                for region, purpose in switched.on
            },
            others={
                (region, purpose): self.keys.settings(index, account, deployer, region, purpose)
                for region, purpose in self.disabled(account)
                if (region, purpose) not in on
            },
            declined=switched.declined,
        )

    def disabled(self, account: AccountSection) -> Iterator[tuple[str, str]]:
        """Which keys of an account an entry disables, as far as the file tells; the lock knows which of them exist."""
        for entry in self.sections.retired.values():
            if entry.then == "disable" and entry.account in (account.name, account.id, EVERY_ACCOUNT):
                regions = [entry.region] if entry.region else PARTITIONS[self.written.partition].all_regions
                of_entry = [purpose for purpose in self.sections.purposes if entry.purpose in (None, purpose)]
                yield from ((region, purpose) for region in regions for purpose in of_entry)

    def role(self, index: int, account: AccountSection) -> str | None:
        own = "role" in account.model_fields_set
        path: FieldPath = ("accounts", index, "role") if own else ("deployment", "role")
        role = names.role_arn(account.role if own else self.deployment.role, self.written.partition, account.id)
        if role is not None and Arn.parse(role).account_id != account.id:
            problem = f"`{role}` is in another account than `{account.name}` ({account.id})"
            help = "write the role's name alone: it is looked for in each account"
            self.mistakes.append(self.source.mistake(path, problem, help))
        return role

    def deployer(self, index: int, account: AccountSection) -> str | None:
        """Whose own credentials deploy the account, where the configuration says so."""
        written = account.deployer or self.deployment.deployer
        if written is None:
            return None
        deployer = resolve_principal(written, self.written.partition, account.id)
        if deployer.account_id != account.id:
            path: FieldPath = ("accounts", index, "deployer") if account.deployer else ("deployment", "deployer")
            problem = f"`{written}` is in another account than `{account.name}` ({account.id})"
            help = "whoever deploys with their own credentials is in the account that they deploy"
            self.mistakes.append(self.source.mistake(path, problem, help))
        return deployer.arn

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
