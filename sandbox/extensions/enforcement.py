"""Roles that may do what their own policies say, and nothing else: every call of theirs is judged before it is answered.

Of other roles, and of users, policies are not judged: what a test or a demo does beside a deployment needs no policy.
https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
"""

import io
import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from moto.iam.models import Role, iam_backends
from moto.kms.models import kms_backends
from werkzeug.wrappers import Response

from baseline.iam.request import IamCaller
from sandbox.calls import CALL, Call, leave_note
from sandbox.extensions.callers import caller_of
from sandbox.extensions.needs import Asked, needs
from sandbox.extensions.roles import denied_to_role, find_role, role_refusal
from sandbox.locks import lock_of
from sandbox.operations import asked
from sandbox.replies import error_reply

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

_ENFORCED: set[str] = set()
_DENIED = {"ec2": "UnauthorizedOperation", "sns": "AuthorizationError"}
"""What services call it; most say as those of IAM and S3 do, or as those with JSON do.
https://docs.aws.amazon.com/sns/latest/api/CommonErrors.html"""
_XML = ("iam", "s3", "sts")


def enforce(values: Mapping[str, Any]) -> dict[str, int]:
    """Give a role one policy in place of those that it has, and judge its calls from now on. Raises ValueError."""
    arn, policy = values["role_arn"], values["policy"]
    parts = arn.split(":")
    role = find_role(arn, parts[4], parts[1])
    if role is None:
        raise ValueError(f"there is no role {arn}")
    role.policies = {"enforced": json.dumps(policy)}
    role.managed_policies.clear()
    _ENFORCED.add(arn)
    return {"enforced": len(_ENFORCED)}


def refusal(environ: "WSGIEnvironment", account: str) -> Response | None:
    """The answer to a call that its caller's role does not allow; None: it does, or is not judged."""
    if not _ENFORCED:
        return None
    call: Call = environ[CALL]
    partition = (
        "aws-cn" if call.region.startswith("cn-") else "aws-us-gov" if call.region.startswith("us-gov-") else "aws"
    )
    caller = caller_of(call.access_key_id, account, partition)
    if caller is None or not caller.is_role or caller.arn not in _ENFORCED:
        return None
    role = find_role(caller.arn, account, partition)
    return _judge(environ, call, caller, role, partition) if role else None


def _judge(environ: "WSGIEnvironment", call: Call, caller: IamCaller, role: Role, partition: str) -> Response | None:
    try:
        needed = list(needs(_asked(environ, call, caller.account_id, partition)))
    except (LookupError, TypeError) as error:
        message = f"the sandbox does not know what {call.service} {call.operation} needs: {error!r}"
        return error_reply(call.service, "NotImplementedException", message)
    for need in needed:
        if reason := role_refusal(role, caller.session, need.action, need.resource, need.context):
            leave_note(environ, f"{need.action} on {need.resource}: {reason}")
            code = _DENIED.get(call.service) or ("AccessDenied" if call.service in _XML else "AccessDeniedException")
            return error_reply(
                call.service, code, denied_to_role(role, caller.session, need.action, need.resource), 403
            )
    call.needs = tuple(need.action for need in needed)
    return None


def _asked(environ: "WSGIEnvironment", call: Call, account: str, partition: str) -> Asked:
    operation, named = asked(call.service, call.operation, call.query)
    return Asked(
        service=call.service,
        operation=operation,
        region=call.region,
        account=account,
        partition=partition,
        values={**_body(environ), **named},
        role_arn=lambda name: _role_arn(name, account, partition),
        key_arn=lambda name: _key_arn(name, account, call.region, partition),
    )


def _body(environ: "WSGIEnvironment") -> dict[str, Any]:
    """What the body says by name: JSON, or a form whose lists are counted through. What S3 is sent is not read."""
    body: bytes = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    environ["wsgi.input"] = io.BytesIO(body)
    if environ.get("CONTENT_TYPE", "").startswith("application/x-www-form-urlencoded"):
        form = dict(parse_qsl(body.decode()))
        return {**form, "Tags": list(_tags(form))}
    if not body.lstrip().startswith(b"{"):
        return {}
    found: dict[str, Any] = json.loads(body)
    return found


def _tags(form: Mapping[str, str]) -> Iterable[dict[str, str]]:
    """`Tags.member.1.Key` and the like."""
    for name, key in form.items():
        if name.startswith("Tags.") and name.endswith(".Key"):
            yield {"Key": key, "Value": form.get(f"{name.removesuffix('Key')}Value", "")}


def _role_arn(name: str, account: str, partition: str) -> str:
    roles = list(iam_backends[account][partition].roles.values())
    return next((role.arn for role in roles if role.name == name), f"arn:{partition}:iam::{account}:role/{name}")


def _key_arn(name: str, account: str, region: str, partition: str) -> str:
    key_id = name.rpartition("key/")[2]
    if "alias/" in name:
        with lock_of("kms"):
            alias = "alias/" + name.partition("alias/")[2]
            key_id = kms_backends[account][region].get_key_id_from_alias(alias) or "unknown"
    return f"arn:{partition}:kms:{region}:{account}:key/{key_id}"
