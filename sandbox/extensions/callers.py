"""Who calls, and which principals exist: what the sandbox's IAM and STS know."""

from moto.core.responses import BaseResponse
from moto.iam.models import IAMBackend, iam_backends
from moto.sts.models import sts_backends

from baseline.iam.arns import Arn, is_account_id
from baseline.iam.policy_error import PolicyError
from baseline.iam.request import IamCaller

UNKNOWN = "The security token included in the request is invalid."
"""What most services say to a caller that nobody knows."""


def caller_of(access_key_id: str, account_id: str, partition: str) -> IamCaller | None:
    """The user or the session of a role that an access key belongs to; None for a key that nobody gave out."""
    session = sts_backends[account_id][partition].get_assumed_role_from_access_key(access_key_id)
    if session:
        return IamCaller(session.role_arn, session.session_name)
    user = iam_backends[account_id][partition].get_user_from_access_key_id(access_key_id)
    return IamCaller(user.arn) if user else None


def signed_caller(response: BaseResponse, error: Exception) -> IamCaller:
    """Whose call is being answered. Raises the error, the service's own, where nobody gave out the access key."""
    caller = caller_of(response.access_key, response.current_account, response.partition)
    if caller is None:
        raise error
    return caller


def arn_of(caller: IamCaller) -> str:
    """The caller as AWS names it in a message: a session by its own ARN."""
    return caller.session_arn or caller.arn


def is_valid_principal(principal: str, partition: str) -> bool:
    """Whether AWS takes this name in a key policy's `Principal`: well-formed, and of somebody who exists.

    A principal of an account that the sandbox holds nothing of is taken at its word.
    https://docs.aws.amazon.com/kms/latest/APIReference/API_PutKeyPolicy.html
    """
    if principal == "*" or is_account_id(principal):
        return True
    try:
        arn = Arn.parse(principal)
    except PolicyError:
        return False
    return arn.partition == partition and is_account_id(arn.account_id) and _exists(arn)


def _exists(arn: Arn) -> bool:
    kind, _, name = arn.resource.partition("/")
    if arn.service == "iam" and arn.resource == "root":
        return True
    if (arn.service, kind) not in {("iam", "user"), ("iam", "role"), ("sts", "assumed-role")} or not name:
        return False
    if arn.account_id not in iam_backends:
        return "*" not in name and "?" not in name
    iam = iam_backends[arn.account_id][arn.partition]
    return name.split("/")[0] in _role_names(iam) if kind == "assumed-role" else str(arn) in _arns(iam)


def _role_names(iam: IAMBackend) -> set[str]:
    return {role.name for role in list(iam.roles.values())}


def _arns(iam: IAMBackend) -> set[str]:
    return {role.arn for role in list(iam.roles.values())} | {user.arn for user in list(iam.users.values())}
