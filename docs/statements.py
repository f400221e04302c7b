"""The statements of the key policies in words, with what is known about each."""

from dataclasses import dataclass
from pathlib import Path

from baseline.configuration.load import load
from baseline.expansion import expand
from baseline.iam.conditions import Condition
from baseline.iam.statement import Statement
from baseline.key_actions import MANAGE, NEVER_FOR_ADMINISTRATORS
from baseline.key_policy import COMMON_STATEMENTS
from baseline.key_policy.common_statement import CommonStatement
from baseline.lock import Lock
from baseline.purposes.purpose import AccountThrough, Permission, Purpose, Service, UsersThrough

EXAMPLE = Path(__file__).parent / "templates" / "everything.yaml"


@dataclass(frozen=True, slots=True)
class Described:
    """One statement for people; `<account>`, `<region>` and the like stand for the key's own."""

    known: Permission | CommonStatement
    by_default: str
    """Whether it is there when nothing is said; as a table has it."""
    when: str
    """The same in a sentence."""
    who: str
    denies: bool
    actions: tuple[str, ...]
    conditions: tuple[str, ...]


_PLACEHOLDERS = {
    name: f"<{name}>" for name in ("partition", "region", "account", "namespace", "logs_suffix", "organization")
}
_EXAMPLE = {
    "222222222222": "<account>",
    "111111111111": "<other account>",
    "o-a1b2c3d4e5": "<organization>",
    "eu-west-2": "<region>",
    "arn:aws:": "arn:<partition>:",
}
"""What `everything.yaml` writes, and what the page shows for it."""


def of_purpose(purpose: Purpose) -> list[Described]:
    """The statements of a purpose's own, as the registry has them."""
    return [
        Described(
            known=permission,
            by_default=_by_default(purpose, permission),
            when=_when(purpose, permission),
            who=_registered(permission),
            denies=False,
            actions=permission.actions,
            conditions=tuple(_condition(c).format_map(_PLACEHOLDERS) for c in permission.conditions),
        )
        for permission in purpose.permissions
    ]


def _by_default(purpose: Purpose, permission: Permission) -> str:
    if isinstance(permission.to, UsersThrough):
        return "users"
    if not permission.by_default:
        return f"listed under `{purpose.services_field}`"
    if purpose.optional:
        return "where the key is switched on"
    return f"where `{purpose.feature}` is on" if purpose.feature else "yes"


def _when(purpose: Purpose, permission: Permission) -> str:
    if isinstance(permission.to, UsersThrough):
        return "Where `users` are listed, in place of what users of other keys may do."
    if permission.service is None:
        return "Always there."
    there = "only where it is listed" if not permission.by_default else "there by default"
    return f"In `{purpose.services_field}`: `{permission.service}`, {there}."


def _registered(permission: Permission) -> str:
    match permission.to:
        case AccountThrough(service, calls_from):
            each = {
                "own region": "",
                "every region": " for each enabled region of the account",
                "other regions": " for each enabled region of the account but the key's own",
            }[calls_from]
            return (
                f"every principal of the account, through the service `{service}` only: `*` with StringEquals "
                f"`kms:CallerAccount` = `<account>` and `kms:ViaService` = `{service}.<region>.amazonaws.com`{each}"
            )
        case UsersThrough(service):
            return (
                f"the users of the key, through the service `{service}` only: with StringEquals "
                f"`kms:ViaService` = `{service}.<region>.amazonaws.com`"
            )
        case Service(principal):
            return f"the service `{principal.format_map(_PLACEHOLDERS)}`"


def of_every_purpose() -> list[Described]:
    """The statements that do not belong to a purpose, as a configuration that asks for all of them yields them."""
    text = EXAMPLE.read_text(encoding="utf-8")
    inventory = expand(load(text, EXAMPLE.name).organization, Lock())
    found = {statement.sid: statement for key in inventory.keys for statement in key.policy.statements}
    return [_rendered(common, found[common.sid]) for common in COMMON_STATEMENTS]


def _rendered(common: CommonStatement, statement: Statement) -> Described:
    ids = ", ".join(f"`{general(i)}`" for i in statement.principal.ids)
    bounds = tuple(general(_condition(c)) for c in statement.principal.conditions)
    who = f"{ids} with {' and '.join(bounds)}" if bounds else ids
    conditions = tuple(general(_condition(c)) for c in statement.conditions)
    return Described(
        known=common,
        by_default="yes" if common.when == "always" else common.when,
        when=f"In words: {common.says}. In the policy: {common.when}.",
        who=who,
        denies=statement.effect == "Deny",
        actions=statement.actions,
        conditions=conditions,
    )


def general(text: str) -> str:
    """A text about the example's key as one about any key."""
    for example, name in _EXAMPLE.items():
        text = text.replace(example, name)
    return text


def _condition(condition: Condition) -> str:
    return f"{condition.operator} `{condition.key}` = {' or '.join(f'`{v}`' for v in condition.values)}"


def actions(described: Described) -> str:
    """The actions in code, or the name of a list that the page has once."""
    lists = {
        MANAGE: "the management list",
        NEVER_FOR_ADMINISTRATORS: "every cryptographic action and `kms:CreateGrant`",
    }
    return next(
        (name for long, name in lists.items() if set(long) == set(described.actions)),
        ", ".join(f"`{action}`" for action in described.actions),
    )
