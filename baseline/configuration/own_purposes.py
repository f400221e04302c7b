"""The purposes of `keys.custom`: what follows from each, and what is wrong with it beyond its single values."""

from collections.abc import Iterator, Mapping

from baseline.configuration.own_names import (
    context_mistakes,
    name_mistakes,
    partition_mistakes,
    principal_mistakes,
    via_mistakes,
)
from baseline.configuration.own_sections import CallSection, OwnPurposeSection
from baseline.configuration.source import Source
from baseline.errors import FieldPath, Mistake
from baseline.fields.limits import nearest
from baseline.iam.services import SERVICES, sends
from baseline.own_purpose import PREFIX, OwnCall, OwnPurpose, OwnThrough, condition_key
from baseline.purposes.own import composed
from baseline.purposes.purpose import Purpose

_OURS = ("aws:SourceAccount", "aws:SourceOrgID")
_FENCES = "`source_account: own`, `source_organization: own`, or an ARN with `{account}` in the place of its account"


def own_purposes(source: Source, sections: Mapping[str, OwnPurposeSection]) -> dict[str, Purpose]:
    """By the names that they have everywhere else."""
    own = (_defined(name, section, str(source.place(("keys", "custom", name)))) for name, section in sections.items())
    return {each.name: composed(each) for each in own}


def path_of(purpose: str) -> FieldPath:
    """Where a purpose is defined; its name with the prefix."""
    return "keys", "custom", purpose.removeprefix(PREFIX)


def _defined(name: str, section: OwnPurposeSection, source: str) -> OwnPurpose:
    return OwnPurpose(
        name=PREFIX + name,
        title=section.title,
        through=tuple(
            OwnThrough(
                service=each.service,
                may=each.may,
                grants=each.grants,
                calls_from="own region" if each.regions == "own" else "every region",
                context=tuple((key, tuple(values)) for key, values in each.context.items()),
            )
            for each in section.through
        ),
        calls=tuple(
            OwnCall(service=each.principal, may=each.may, fence=tuple(_fence(each))) for each in section.services
        ),
        share=section.share,
        share_grants=section.share_grants,
        source=source,
    )


def _fence(call: CallSection) -> Iterator[tuple[str, str]]:
    if call.source_account:
        yield "aws:SourceAccount", "{account}"
    if call.source_organization:
        yield "aws:SourceOrgID", "{organization}"
    if call.source_arn:
        yield "aws:SourceArn", call.source_arn
    for name, pattern in call.context.items():
        yield condition_key(name), pattern


def own_mistakes(source: Source, sections: Mapping[str, OwnPurposeSection], *, has_id: bool) -> Iterator[Mistake]:
    """What is wrong with the definitions beyond their single values; `has_id`: whether the organization's ID is known."""
    for name, section in sections.items():
        path: FieldPath = ("keys", "custom", name)
        yield from name_mistakes(source, path, name)
        yield from _twice(source, (*path, "through"), "service", [each.service for each in section.through])
        yield from _twice(source, (*path, "services"), "principal", [each.principal for each in section.services])
        yield from _sharing(source, path, section)
        for i, through in enumerate(section.through):
            where = (*path, "through", i)
            yield from via_mistakes(source, (*where, "service"), through.service)
            yield from context_mistakes(source, (*where, "context"), through.context)
        for i, call in enumerate(section.services):
            where = (*path, "services", i)
            yield from principal_mistakes(source, (*where, "principal"), call.principal)
            wrong = [*context_mistakes(source, (*where, "context"), call.context)]
            yield from wrong or _call(source, where, call, has_id=has_id)


def _twice(source: Source, path: FieldPath, field: str, labels: list[str]) -> Iterator[Mistake]:
    for i, label in enumerate(labels):
        if label in labels[:i]:
            line = source.line((*path, labels.index(label)))
            yield source.mistake((*path, i, field), f"`{label}` is also in line {line}", "write one entry for it")


def _sharing(source: Source, path: FieldPath, section: OwnPurposeSection) -> Iterator[Mistake]:
    if "organization" in (section.share_with or []) and not section.through:
        problem = "the whole organization is let in through services alone, and `through` names none"
        yield source.mistake((*path, "share_with"), problem, "name the services, or share with accounts")
    if section.share_grants and not any(each.grants for each in section.through):
        problem = "no service of `through` has `grants: true`, so that nobody else's grants would be used either"
        yield source.mistake((*path, "share_grants"), problem, "remove it, or write `grants: true` at the service")


def _call(source: Source, path: FieldPath, call: CallSection, *, has_id: bool) -> Iterator[Mistake]:
    fence = dict(_fence(call))
    if call.source_organization and not has_id:
        yield source.mistake((*path, "source_organization"), "needs `organization.id`")
    others = [key for key, value in fence.items() if _account_in(value) not in (None, "", "{account}")]
    for key in others:
        problem = f"`{fence[key]}` has in the place of its account neither nothing nor `{{account}}`"
        help = "a service then could be used for an account of others; write `{account}`"
        yield source.mistake(_path_in(path, call, key), problem, help)
    yield from _not_sent(source, path, call, fence)
    ours = [key for key, value in fence.items() if key in _OURS or _account_in(value) == "{account}"]
    if not (ours or others):
        problem = f"nothing says for whom `{call.principal}` calls: anybody could use the key through it"
        yield source.mistake(path, problem, f"fence it by {_FENCES}")


def _not_sent(source: Source, path: FieldPath, call: CallSection, fence: Mapping[str, str]) -> Iterator[Mistake]:
    """What the service is known not to send."""
    principal = principal_of(call.principal)
    for key in fence:
        if sends(principal, key) is False:
            known = SERVICES.get(call.principal)
            help = f"it sends {', '.join(each.key for each in known.sent)}" if known else ""
            problem = f"`{call.principal}` does not send `{key}`, so that it could never use the key"
            yield source.mistake(_path_in(path, call, key), problem, help)


def _path_in(path: FieldPath, call: CallSection, key: str) -> FieldPath:
    fields = {
        "aws:SourceAccount": "source_account",
        "aws:SourceOrgID": "source_organization",
        "aws:SourceArn": "source_arn",
    }
    return (*path, fields[key]) if key in fields else (*path, "context", key.removeprefix(condition_key("")))


def principal_of(label: str) -> str:
    """A service principal of that name, in some region where it has one in each."""
    known = SERVICES.get(label)
    return known.principal.format(region="us-east-1") if known else f"{label}.amazonaws.com"


def _account_in(value: str) -> str | None:
    """What stands in the place of an ARN's account; None: it is no ARN."""
    parts = value.split(":", 5)
    return parts[4] if len(parts) == 6 and parts[0] == "arn" else None


def unknown_accounts(
    source: Source, sections: Mapping[str, OwnPurposeSection], accounts: list[str], enabled: set[str]
) -> Iterator[Mistake]:
    """Accounts that nobody listed, and regions that no account has enabled."""
    for name, section in sections.items():
        for i, account in enumerate(section.accounts or []):
            if account not in accounts:
                path = ("keys", "custom", name, "accounts", i)
                yield source.mistake(path, f"no account is called `{account}`", nearest(account, accounts))
        for i, region in enumerate(section.regions or []):
            if region not in enabled:
                problem = f"no account has `{region}` among its regions"
                yield source.mistake(
                    ("keys", "custom", name, "regions", i), problem, "enable it there, or leave it out"
                )


def not_in_the_partition(
    source: Source, sections: Mapping[str, OwnPurposeSection], partition: str
) -> Iterator[Mistake]:
    """Services that the organization's partition is known to lack."""
    for name, section in sections.items():
        for i, call in enumerate(section.services):
            path: FieldPath = ("keys", "custom", name, "services", i, "principal")
            yield from partition_mistakes(source, path, call.principal, partition)
