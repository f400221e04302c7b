"""What is not encrypted with our keys, and why: as far as the configuration knows."""

from collections.abc import Iterator, Mapping

from baseline.features import FEATURES
from baseline.inventory import Inventory
from baseline.organization import Account
from baseline.purposes.purpose import Purpose
from baseline.report.value import Uncovered
from baseline.words import count, some

_WITHOUT: Mapping[str, tuple[str, str]] = {
    "ebs_default_encryption": (
        "EBS volumes that are made without asking for a key",
        "the feature ebs_default_encryption is off there; what AWS does by default is not known",
    ),
    "log_group_encryption": (
        "Log groups of others that name no key",
        "the feature log_group_encryption is off there; CloudWatch Logs encrypts them with a key of its own",
    ),
}
"""What the absence of a feature leaves, and why. https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html"""


def uncovered(inventory: Inventory) -> Iterator[Uncovered]:
    """Everything, what its owner decided first."""
    yield from _declined(inventory)
    yield from _switched_off(inventory)
    yield from _without_features(inventory)
    yield from _of_features(inventory)
    yield from _limits(inventory)
    yield Uncovered(
        what="What others make and does not name one of these keys",
        where="everywhere",
        why="a key encrypts what asks for it; this configuration encrypts what its own features make",
    )


def _declined(inventory: Inventory) -> Iterator[Uncovered]:
    places: dict[tuple[str, str, str], list[str]] = {}
    for account in inventory.organization.accounts:
        for (region, purpose), said in account.declined.items():
            places.setdefault((purpose, said.reason, str(said.place)), []).append(f"{account.name} / {region}")
    for (purpose, reason, place), where in places.items():
        why = f"declined: {reason}" if reason else "declined, without a reason"
        yield Uncovered(what=_title(inventory.organization.purposes[purpose]), where=some(where), why=why, place=place)


def _switched_off(inventory: Inventory) -> Iterator[Uncovered]:
    """What has no keys because a purpose or a feature is off, together where it is so for the same reason."""
    accounts = inventory.organization.accounts
    there = {(key.account_id, key.purpose) for key in inventory.keys}
    alike: dict[tuple[str, str], list[Purpose]] = {}
    for purpose in inventory.organization.purposes.values():
        without = [
            account.name
            for account in accounts
            if (account.id, purpose.name) not in there and not _declines(account, purpose.name)
        ]
        if without:
            alike.setdefault((_accounts(without, accounts), _why_off(purpose)), []).append(purpose)
    for (where, why), purposes in alike.items():
        yield Uncovered(what=", ".join(map(_title, purposes)), where=where, why=why)


def _why_off(purpose: Purpose) -> str:
    if purpose.own:
        return "its definition leaves these accounts out"
    return f"the feature {purpose.feature} is off" if purpose.feature else "nobody switched these purposes on"


def _declines(account: Account, purpose: str) -> bool:
    return any(declined == purpose for _, declined in account.declined)


def _without_features(inventory: Inventory) -> Iterator[Uncovered]:
    for name, (what, why) in _WITHOUT.items():
        on = {use.account_id for use in inventory.organization.uses(FEATURES[name])}
        accounts = inventory.organization.accounts
        if without := [account.name for account in accounts if account.id not in on]:
            yield Uncovered(what=what, where=_accounts(without, accounts), why=why)


def _of_features(inventory: Inventory) -> Iterator[Uncovered]:
    """What features make without a key of ours, of what could have one."""
    where: dict[tuple[str, str], list[str]] = {}
    for stack in inventory.stacks:
        for part in stack.parts:
            for thing in part.things():
                if thing.key is None and thing.kind not in ("recorder", "rule"):
                    kind = f"{thing.kind[0].upper()}{thing.kind[1:]}s of {part.site.feature}"
                    where.setdefault((kind, part.site.feature), []).append(f"{part.site.account} / {part.site.region}")
    for (kind, feature), places in where.items():
        yield Uncovered(what=kind, where=some(places), why=f"the settings of {feature} name no key of ours for it")


def _limits(inventory: Inventory) -> Iterator[Uncovered]:
    used = {key.purpose: None for key in inventory.keys}
    for name in used:
        purpose = inventory.organization.purposes[name]
        if limits := purpose.limits:
            what = f"{_title(purpose)}: what such a key cannot do"
            yield Uncovered(what=what, where="everywhere", why=" ".join(limits))


def _title(purpose: Purpose) -> str:
    return f"{purpose.title[0].upper()}{purpose.title[1:]} ({purpose.name})"


def _accounts(names: list[str], every: tuple[Account, ...]) -> str:
    return f"all {count(len(every), 'account')}" if len(names) == len(every) else some(names)
