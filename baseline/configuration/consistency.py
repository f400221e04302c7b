"""What no single field can tell: values that contradict each other or name what does not exist."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from baseline.configuration.named_principals import partition_written
from baseline.configuration.own_names import NOT_THERE
from baseline.configuration.own_purposes import not_in_the_partition, own_mistakes, unknown_accounts
from baseline.configuration.source import Source
from baseline.configuration.switches import switch_mistakes
from baseline.configuration.validate import Sections
from baseline.errors import FieldPath, Mistake
from baseline.fields.limits import ACCOUNT_ID, nearest
from baseline.names import RESERVED_TAGS
from baseline.organization import EVERY_ACCOUNT
from baseline.own_purpose import PREFIX
from baseline.regions import partition_of

MOST_TAGS = 50
"""https://docs.aws.amazon.com/kms/latest/developerguide/tagging-keys.html"""


class Consistency:
    """The checks of one file. A section that could not be read is left out."""

    def __init__(self, source: Source, sections: Sections) -> None:
        self.source = source
        self.sections = sections
        data = source.data if isinstance(source.data, dict) else {}
        written = data.get("accounts")
        accounts = [a for a in written if isinstance(a, dict)] if isinstance(written, list) else []
        # As written: an account that has another mistake is not unknown.
        selected = [a for i, a in sections.accounts.items() if ("accounts", i) in source.stand_ins]
        self.selected_and_resting = {word for a in selected if a.id in sections.resting for word in (a.name, a.id)}
        """Accounts that a selector finds as long as AWS Organizations tells them."""
        self.names = [*(str(a["name"]) for a in accounts if "name" in a), *(a.name for a in selected)]
        self.ids = [*(str(a["id"]) for a in accounts if "id" in a), *(a.id for a in selected)]

    def mistakes(self) -> Iterator[Mistake]:
        yield from self.unique_accounts()
        if self.sections.organization is not None:
            yield from self.regions()
            yield from self.partitions()
            yield from self.services()
            yield from self.tags()
        yield from self.administrators()
        yield from self.exceptions()
        yield from switch_mistakes(self.source, self.sections)
        yield from self.shares()
        yield from self.own_purposes()
        yield from self.retired()

    def own_purposes(self) -> Iterator[Mistake]:
        """Those of `keys.custom`."""
        own, organization = (self.sections.keys.custom if self.sections.keys else {}), self.sections.organization
        yield from own_mistakes(self.source, own, has_id=organization is None or organization.id is not None)
        if organization is not None:
            of_accounts = (account.regions or () for account in self.sections.accounts.values())
            enabled = set(organization.regions).union(*of_accounts)
            yield from unknown_accounts(self.source, own, self.names, enabled)
            yield from not_in_the_partition(self.source, own, organization.partition)

    def unique_accounts(self) -> Iterator[Mistake]:
        for field in ("name", "id"):
            first: dict[str, int] = {}
            for i, account in self.sections.accounts.items():
                value = getattr(account, field)
                if value in first:
                    line = self.source.line(("accounts", first[value], field))
                    yield self.source.mistake(
                        ("accounts", i, field),
                        f"`{value}` is also in line {line}",
                        f"every account has its own {field}",
                    )
                first.setdefault(value, i)

    def regions(self) -> Iterator[Mistake]:
        organization = self.sections.organization
        assert organization is not None
        yield from self.region_list(("organization", "regions"), organization.regions)
        if organization.home_region not in organization.regions:
            yield self.no_home(("organization", "home_region"), organization.home_region, organization.regions)
        for i, account in self.sections.accounts.items():
            path: FieldPath = ("accounts", i)
            if account.regions is not None:
                yield from self.region_list((*path, "regions"), account.regions)
            if account.regions is not None or account.home_region is not None:
                home = account.home_region or organization.home_region
                regions = account.regions or organization.regions
                if home not in regions:
                    field = "home_region" if account.home_region else "regions"
                    yield self.no_home((*path, field), home, regions)

    def no_home(self, path: FieldPath, home: str, regions: Iterable[str]) -> Mistake:
        problem = f"home region `{home}` is not among the enabled regions {', '.join(f'`{r}`' for r in regions)}"
        return self.source.mistake(path, problem, f"enable `{home}`, or choose another home_region")

    def region_list(self, path: FieldPath, regions: list[str]) -> Iterator[Mistake]:
        assert self.sections.organization is not None
        partition = self.sections.organization.partition
        for i, region in enumerate(regions):
            found = partition_of(region)
            if found is not None and found.name != partition:
                problem = f"`{region}` is a region of the partition {found.name}, not of {partition}"
                yield self.source.mistake((*path, i), problem, "one configuration is for one partition")
            if region in regions[:i]:
                yield self.source.mistake((*path, i), f"`{region}` is listed twice", "keep one")

    def partitions(self) -> Iterator[Mistake]:
        """Full ARNs belong to the organization's partition."""
        assert self.sections.organization is not None
        partition = self.sections.organization.partition
        for path, arn in self.arns():
            written = arn.split(":", 2)[1]
            if written != partition:
                problem = f"`{arn}` is of the partition {written}, the organization of {partition}"
                yield self.source.mistake(path, problem, f"write arn:{partition}:...")

    def services(self) -> Iterator[Mistake]:
        """Those that are listed exist in the partition: one that KMS does not know costs the whole policy."""
        assert self.sections.organization is not None
        partition = self.sections.organization.partition
        for path, section in self.key_sections():
            if "purposes" not in path:
                continue
            purpose = self.sections.purposes[str(path[-1])]
            for i, written in enumerate(getattr(section, purpose.services_field) or []):
                if written not in purpose.services_in(partition):
                    problem = f"there is no `{written}` in the partition {partition}"
                    yield self.source.mistake((*path, purpose.services_field, i), problem, NOT_THERE)

    def arns(self) -> Iterator[tuple[FieldPath, str]]:
        for path, section in self.key_sections():
            for field in ("administrators", "users"):
                for i, written in enumerate(getattr(section, field) or []):
                    if partition_written(written):
                        yield (*path, field, i), written
        holders: list[tuple[FieldPath, Any]] = [(("deployment",), self.sections.deployment)]
        holders += [(("accounts", i), account) for i, account in self.sections.accounts.items()]
        for path, section in holders:
            for field in ("role", "deployer"):
                written = getattr(section, field, None)
                if written and written.startswith("arn:"):
                    yield (*path, field), written

    def key_sections(self) -> Iterator[tuple[FieldPath, Any]]:
        """Every mapping of key settings with its path."""
        holders: list[tuple[FieldPath, Any]] = [(("keys",), self.sections.keys)]
        holders += [(("accounts", i, "keys"), account.keys) for i, account in self.sections.accounts.items()]
        for path, keys in holders:
            if keys is None:
                continue
            yield path, keys
            for purpose, section in vars(keys.purposes).items() if keys.purposes else ():
                if section is not None:
                    yield (*path, "purposes", purpose), section
            for name, own in getattr(keys, "custom", {}).items():
                yield (*path, "custom", name), own
            for i, exception in enumerate(getattr(keys, "exceptions", None) or []):
                yield (*path, "exceptions", i), exception

    def administrators(self) -> Iterator[Mistake]:
        """A whole account among them would give its IAM policies what `iam_delegation` keeps from them."""
        for path, section in self.key_sections():
            for i, written in enumerate(section.administrators or []):
                if written.endswith(":root"):
                    problem = f"`{written}` is a whole account, which cannot administer a key"
                    yield self.source.mistake((*path, "administrators", i), problem, "name its roles or users")

    def tags(self) -> Iterator[Mistake]:
        assert self.sections.organization is not None
        tags = self.sections.organization.tags
        for key in tags:
            if key in RESERVED_TAGS:
                yield self.source.mistake(
                    ("organization", "tags", key),
                    f"the tag `{key}` is ours: it identifies the keys",
                    "choose another name",
                )
        if len(tags) > MOST_TAGS - len(RESERVED_TAGS):
            problem = f"{len(tags)} tags are more than the {MOST_TAGS - len(RESERVED_TAGS)} that AWS leaves for yours"
            yield self.source.mistake(("organization", "tags"), problem)

    def exceptions(self) -> Iterator[Mistake]:
        """Exceptions and waivers select accounts that exist, and purposes."""
        own = [name for name in self.sections.purposes if name.startswith(PREFIX)]
        for field in ("exceptions", "waivers"):
            for i, entry in enumerate(getattr(self.sections.keys, field, None) or []):
                if entry.account is not None and entry.account not in self.names:
                    yield self.unknown_account(("keys", field, i, "account"), entry.account)
                if entry.purpose is not None and entry.purpose not in self.sections.purposes:
                    problem = f"`keys.custom` defines no `{entry.purpose.removeprefix(PREFIX)}`"
                    yield self.source.mistake(("keys", field, i, "purpose"), problem, nearest(entry.purpose, own))

    def unknown_account(self, path: FieldPath, name: str) -> Mistake:
        return self.source.mistake(path, f"no account is called `{name}`", nearest(name, self.names))

    def shares(self) -> Iterator[Mistake]:
        organization = self.sections.organization
        for path, section in self.key_sections():
            for i, written in enumerate(getattr(section, "share_with", None) or []):
                where: FieldPath = (*path, "share_with", i)
                if written == "organization":
                    if organization is not None and organization.id is None:
                        yield self.source.mistake(where, "sharing with the organization needs `organization.id`")
                elif not (re.fullmatch(ACCOUNT_ID.pattern, written)) and written not in self.names:
                    help = (
                        nearest(written, self.names) or "write an account's name, its ID in quotes, or `organization`"
                    )
                    yield self.source.mistake(where, f"no account is called `{written}`", help)
                elif self.is_stranger(path, written):
                    problem = (
                        f"the account {written} is not in this configuration, and AWS Backup copies between accounts "
                    )
                    help = "list it under `accounts`, or share with `organization`"
                    yield self.source.mistake(where, f"{problem}of one organization only", help)

    def is_stranger(self, path: FieldPath, account_id: str) -> bool:
        """Whether nothing says that an account with which a purpose is shared belongs to the organization."""
        purpose = self.sections.purposes.get(str(path[-1]))
        return (
            purpose is not None
            and purpose.shared_within == "organization"
            and account_id not in (*self.names, *self.ids)
        )

    def retired(self) -> Iterator[Mistake]:
        for i, entry in self.sections.retired.items():
            path: FieldPath = ("retired", i)
            if entry.then == "gone":
                for field in ("region", "purpose"):
                    if getattr(entry, field) is not None:
                        problem = "an account is gone as a whole"
                        yield self.source.mistake((*path, field), problem, f"remove `{field}`, or write then: keep")
                if entry.account == EVERY_ACCOUNT:
                    problem = "not every account can be gone"
                    yield self.source.mistake((*path, "account"), problem, "name the accounts that no longer exist")
                if entry.account in (*self.names, *self.ids) and entry.account not in self.selected_and_resting:
                    problem = f"`{entry.account}` is gone and still listed under accounts"
                    yield self.source.mistake((*path, "account"), problem, "remove one of the two")
