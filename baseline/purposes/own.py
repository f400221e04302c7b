"""A purpose of the owner's own, composed of the same permissions as those of the registry."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from baseline.iam.conditions import Condition
from baseline.key_actions import DESCRIBE, PUBLISH, USE
from baseline.own_purpose import May, OwnCall, OwnPurpose, OwnThrough, condition_key, is_of_context, operator
from baseline.purposes.purpose import GRANT_FOR_AWS, AccountThrough, Permission, Probe, Purpose, Service

ACTIONS: Mapping[May, tuple[str, ...]] = {
    "read": ("kms:Decrypt",),
    "write": ("kms:Encrypt", "kms:GenerateDataKey*"),
    "publish": PUBLISH,
    "use": USE,
}


class _Tried(NamedTuple):
    """The probe that shows a service's use of a key, and what it needs."""

    probe: Probe
    may: tuple[May, ...] = ("use",)
    grants: bool = False


_TRIED: Mapping[str, _Tried] = {
    "dynamodb": _Tried("table", grants=True),
    "ec2": _Tried("volume", grants=True),
    "ecr": _Tried("repository", grants=True),
    "elasticfilesystem": _Tried("file system", grants=True),
    "kinesis": _Tried("stream", ("publish", "use")),
    "s3": _Tried("object", ("publish", "use")),
    "secretsmanager": _Tried("secret", ("publish", "use")),
    "sns": _Tried("topic", ("publish", "use")),
    "sqs": _Tried("queue", ("publish", "use")),
    "ssm": _Tried("parameter"),
}
"""By the label of `kms:ViaService`."""


def composed(own: OwnPurpose) -> Purpose:
    """The purpose: what its keys' policies are made of."""
    permissions = (*_of_the_account(own), *_of_services(own))
    tried = tuple(_TRIED[through.service].probe for through in own.through if _is_tried(through))
    grants = ("kms:CreateGrant",) if own.share_grants else ()
    return Purpose(
        name=own.name,
        title=own.title,
        optional=True,
        controls=("KMS.4",),
        probe=tried[0] if tried else "alias",
        more_probes=tried[1:],
        permissions=permissions,
        shared=(*ACTIONS[own.share], DESCRIBE, *grants),
        shared_through_the_service=bool(own.through),
        own=own,
    )


def _is_tried(through: OwnThrough) -> bool:
    tried = _TRIED.get(through.service)
    return bool(tried and through.may in tried.may and tried.grants <= through.grants and not through.context)


def not_shown(own: OwnPurpose) -> Iterator[str]:
    """What no probe of such a key shows, each with the reason."""
    for through in own.through:
        if not _is_tried(through):
            known = through.service in _TRIED
            why = "its context names what no probe makes" if through.context else "it may do less than a probe does"
            yield f"{through.service} ({why if known else 'there is no probe for it'})"
    for call in own.calls:
        yield f"{call.service} (it calls by its own service principal)"


def _of_the_account(own: OwnPurpose) -> Iterator[Permission]:
    for through in own.through:
        name = _camel(through.service)
        to = AccountThrough(through.service, through.calls_from)
        context = tuple(_condition(condition_key(name), values) for name, values in through.context)
        actions = ACTIONS[through.may]
        if context:  # DescribeKey never carries one
            yield _permission(own, f"AccountDescribesTheKeyThrough{name}", to, (DESCRIBE,))
        else:
            actions = (*actions, DESCRIBE)
        yield _permission(own, f"AccountUsesTheKeyThrough{name}", to, actions, context)
        if through.grants:
            conditions = (GRANT_FOR_AWS, *context)
            yield _permission(own, f"{name}GrantsForTheAccount", to, ("kms:CreateGrant",), conditions)


def _of_services(own: OwnPurpose) -> Iterator[Permission]:
    for call in own.calls:
        name, to = _camel(call.service), Service(_principal(call))
        conditions = tuple(_condition(key, (value,)) for key, value in call.fence)
        actions = ACTIONS[call.may]
        if any(is_of_context(key) for key, _ in call.fence):
            of_source = tuple(each for each in conditions if not is_of_context(each.key))
            yield _permission(own, f"{name}DescribesTheKey", to, (DESCRIBE,), of_source, call.service)
        else:
            actions = (*actions, DESCRIBE)
        yield _permission(own, f"{name}UsesTheKey", to, actions, conditions, call.service)


def _principal(call: OwnCall) -> str:
    """CloudWatch Logs has a service principal in each region, and another suffix in China."""
    return "logs.{region}.{logs_suffix}" if call.service == "logs" else f"{call.service}.amazonaws.com"


def _condition(key: str, values: tuple[str, ...]) -> Condition:
    return Condition(operator(values), key, values)


def _permission(
    own: OwnPurpose,
    sid: str,
    to: AccountThrough | Service,
    actions: tuple[str, ...],
    conditions: tuple[Condition, ...] = (),
    service: str | None = None,
) -> Permission:
    return Permission(
        sid=sid,
        to=to,
        actions=actions,
        conditions=conditions,
        service=service,
        evidence="yours",
        if_wrong="who uses the key so is denied",
        fallback="another word in its definition, or a statement of your own",
        source=own.source,
    )


def _camel(label: str) -> str:
    """A service's name as a part of a Sid."""
    return "".join(part.capitalize() for part in label.replace(".", "-").split("-"))
