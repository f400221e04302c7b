"""Whether a key may be used, for every service that encrypts with a key of somebody's choice.

Three kinds of caller reach KMS: an IAM principal itself (`kms.py`), a service on behalf of one, and a service in its
own name. https://docs.aws.amazon.com/IAM/latest/UserGuide/access_forward_access_sessions.html
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from moto.core.exceptions import JsonRESTError, ServiceException
from moto.core.responses import BaseResponse
from moto.kms.models import Key, kms_backends

from baseline.iam.actions import ACTIONS
from baseline.iam.arns import Arn
from baseline.iam.policy_error import PolicyError
from baseline.iam.request import IamCaller, Request, ServiceCaller
from sandbox.calls import leave_note
from sandbox.extensions.callers import arn_of, caller_of
from sandbox.extensions.key_history import remember
from sandbox.extensions.key_policies import denial
from sandbox.extensions.key_states import require_state
from sandbox.extensions.managed_keys import managed_key
from sandbox.locks import lock_of

Pairs = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Refused:
    """What KMS answered when a use of a key was not allowed."""

    code: str
    """KMS's own: NotFoundException, DisabledException, KMSInvalidStateException or AccessDeniedException."""
    message: str
    note: str
    """Who asked for what, and why no statement of the key policy gave it."""


class KeyRefused(ServiceException):
    """A service's own error about a key. Moto looks for the class's module among its own, and so not in `moto.core`."""


def find_key(name: str, account_id: str, region: str) -> Key | None:
    """The key of an ID, an alias or an ARN, as seen from an account and region; None if there is none.

    A key of another account has to be named by its ARN, and no key is found from another region.
    """
    try:
        arn = Arn.parse(name)
    except PolicyError:
        arn = Arn("aws", "kms", region, account_id, name)
    if (arn.service, arn.region) != ("kms", region):
        return None
    with lock_of("kms"):
        kms = kms_backends[arn.account_id][region]
        if key := managed_key(kms, arn.resource):
            return key
        key_id = kms.get_key_id_from_alias(arn.resource) if arn.resource.startswith("alias/") else arn.resource
        return kms.keys.get((key_id or "").removeprefix("key/"))


def on_behalf_of(
    caller: IamCaller, service: str, actions: Iterable[str], encryption_context: Pairs | None = None
) -> list[Request]:
    """The calls that a service, such as `logs.eu-west-2`, makes to KMS for an IAM principal.

    A grant that it creates is for itself. https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html
    """
    of_the_call = {"kms:ViaService": f"{service}.amazonaws.com", "aws:ViaAWSService": "true"}
    return [
        Request(caller, action, of_the_call | _of_the_action(action) | _of_the_data(action, encryption_context or {}))
        for action in actions
    ]


def in_its_own_name(
    principal: str, actions: Iterable[str], sent: Pairs, encryption_context: Pairs | None = None
) -> list[Request]:
    """The calls that a service makes to KMS with its service principal, and the condition keys that it sends."""
    caller = ServiceCaller(principal)
    return [Request(caller, action, {**sent, **_of_the_data(action, encryption_context or {})}) for action in actions]


def refusal(name: str, account_id: str, region: str, requests: Iterable[Request]) -> Refused | None:
    """The first thing that KMS does not allow, None if it allows them all.

    The key is named as seen from the account and region. What its policy leaves to IAM policies counts as allowed.
    """
    key = find_key(name, account_id, region)
    if key is None:
        return Refused("NotFoundException", f"Key '{name}' does not exist", "")
    for request in requests:
        if refused := _refusal(key, request):
            return refused
        remember(
            key,
            request.action,
            request.caller.name if isinstance(request.caller, ServiceCaller) else request.caller.arn,
        )
    return None


def refused_to_the_caller(
    response: BaseResponse, name: str, service: str, actions: Iterable[str], encryption_context: Pairs | None = None
) -> Refused | None:
    """What KMS does not allow of what a service, such as `rds`, asks of it for the caller of the call being answered.

    The reason is left in the journal. A caller that nobody knows is not judged.
    """
    caller = caller_of(response.access_key, response.current_account, response.partition)
    if caller is None:
        return None
    requests = on_behalf_of(caller, f"{service}.{response.region}", actions, encryption_context)
    refused = refusal(name, response.current_account, response.region, requests)
    if refused:
        leave_note(response.normalized_request.environ, refused.note or refused.message)
    return refused


def _refusal(key: Key, request: Request) -> Refused | None:
    if denied := denial(key.arn, json.loads(key.policy), request):
        error, reasons = denied
        caller = request.caller
        name = arn_of(caller) if isinstance(caller, IamCaller) else caller.name
        note = f"{request.action} by {name}: {'; '.join(reasons)}"
        return Refused(error.error_type, error.message, note)
    try:
        require_state(request.action.removeprefix("kms:"), key)
    except JsonRESTError as error:
        return Refused(error.error_type, error.message, "")
    return None


def _of_the_action(action: str) -> dict[str, str | tuple[str, ...]]:
    return {"kms:GrantIsForAWSResource": "true"} if action == "kms:CreateGrant" else {}


def _of_the_data(action: str, encryption_context: Pairs) -> dict[str, str | tuple[str, ...]]:
    """DescribeKey, for one, is about no data and carries no encryption context."""
    if "kms:EncryptionContextKeys" not in ACTIONS[action].condition_keys:
        return {}
    pairs: dict[str, str | tuple[str, ...]] = {f"kms:EncryptionContext:{k}": v for k, v in encryption_context.items()}
    return {"kms:EncryptionContextKeys": tuple(encryption_context), **pairs}
