"""What must hold of the keys of an owner's purpose: said of its definition a second time, apart from how keys are made of it."""

from collections.abc import Iterator
from functools import cache

from baseline.own_purpose import OwnCall, OwnPurpose, OwnThrough
from baseline.prover.expectations.expectation import Call, Context, Expectation, Fence, Through

_DESCRIBE = "kms:DescribeKey"
_GRANT = "kms:CreateGrant"
_MAY = {
    "read": ["kms:Decrypt"],
    "write": ["kms:Encrypt", "kms:GenerateDataKey*"],
    "publish": ["kms:Decrypt", "kms:GenerateDataKey*"],
    "use": ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"],
}


@cache
def expected_of_own(own: OwnPurpose) -> Expectation:
    """Nobody but the account through these services, as far as each may; each service that calls inside its fence; and
    the accounts that are let in, through the same services."""
    return Expectation(
        through=tuple(map(_through, own.through)),
        calls=tuple(call for each in own.calls for call in _calls(each)),
        shared=(*_MAY[own.share], _DESCRIBE, *([_GRANT] if own.share_grants else [])),
        shared_through_the_service=len(own.through) > 0,
    )


def _through(own: OwnThrough) -> Through:
    actions = [*_MAY[own.may], _DESCRIBE, *([_GRANT] if own.grants else [])]
    context = tuple(Context(f"kms:EncryptionContext:{name}", values) for name, values in own.context)
    return Through(own.service, tuple(actions), listed=None, calls_from=own.calls_from, context=context)


def _calls(own: OwnCall) -> Iterator[Call]:
    """DescribeKey carries no encryption context, and reveals nothing."""
    principal = f"{own.service}.amazonaws.com" if own.service != "logs" else "logs.{region}.{logs_suffix}"
    fence = tuple(Fence(key, value) for key, value in own.fence)
    yield Call(own.service, principal, tuple(_MAY[own.may]), fence)
    source = tuple(each for each in fence if not each.key.startswith("kms:EncryptionContext:"))
    yield Call(own.service, principal, (_DESCRIBE,), source)
