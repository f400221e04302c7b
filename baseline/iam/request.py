"""One request to KMS: who calls, what for, and the condition keys that come with it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from baseline.iam.arns import Arn, is_account_id
from baseline.iam.policy_error import PolicyError

_ACTION = re.compile(r"kms:[A-Za-z0-9]+", re.IGNORECASE)
_TYPES = {
    "root": "Account",
    "user": "User",
    "role": "AssumedRole",
    "assumed-role": "AssumedRole",
    "federated-user": "FederatedUser",
}
"""https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html"""


@dataclass(frozen=True, slots=True)
class IamCaller:
    """A user, a role or the root user by its ARN, a session of a role, or of a federated user.

    A session is named by its own ARN (`arn:aws:sts::ACCOUNT:assumed-role/NAME/SESSION`), which lacks the role's
    path, or, with nothing lost, by the role's ARN and the session's name. A federated user's is named by
    `arn:aws:sts::ACCOUNT:federated-user/NAME`, and, where it matters, by who asked STS for it. Raises PolicyError.
    """

    arn: str
    session: str = ""
    asked_by: str = ""
    """Of a federated user: `user/NAME`, the IAM user that called GetFederationToken; empty: not known."""

    def __post_init__(self) -> None:
        arn = Arn.parse(self.arn)
        kind, _, name = arn.resource.partition("/")
        if not is_account_id(arn.account_id) or not _is_caller(arn, kind, name):
            raise PolicyError(f"`{self.arn}` is not the ARN of a root user, a user, a role or a session")
        if self.session and not self.is_role:
            raise PolicyError(f"`{self.arn}` is not a role, so it has no session `{self.session}`")
        if self.asked_by and kind != "federated-user":
            raise PolicyError(f"`{self.arn}` is no federated user, so `{self.asked_by}` asked for nothing")

    @property
    def account_id(self) -> str:
        """The ID of its account."""
        return Arn.parse(self.arn).account_id

    @property
    def is_root_user(self) -> bool:
        """Whether it is the account's root user. (An IAM path may hold `:root`, so the whole part counts.)"""
        return Arn.parse(self.arn).resource == "root"

    @property
    def is_role(self) -> bool:
        """Whether `arn` is a role's, with its path."""
        return Arn.parse(self.arn).resource.startswith("role/")

    @property
    def is_federated_user(self) -> bool:
        """Whether it is a session of GetFederationToken."""
        return Arn.parse(self.arn).resource.startswith("federated-user/")

    @property
    def asking_user(self) -> str:
        """The ARN of the IAM user that asked for a federated user's session; empty: not known, or none."""
        arn = Arn.parse(self.arn)
        return str(Arn(arn.partition, "iam", "", arn.account_id, self.asked_by)) if self.asked_by else ""

    @property
    def session_arn(self) -> str:
        """The ARN of the session, which has the role's name without its path; empty where there is no session."""
        arn = Arn.parse(self.arn)
        if arn.service == "sts":
            return self.arn
        role = arn.resource.rpartition("/")[2]
        return (
            str(Arn(arn.partition, "sts", "", arn.account_id, f"assumed-role/{role}/{self.session}"))
            if self.session
            else ""
        )

    @property
    def principal_arn(self) -> str:
        """`aws:PrincipalArn`: of a role's session the role's ARN; where the path is not known, the one without.

        https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
        """
        arn = Arn.parse(self.arn)
        if arn.service == "iam" or self.is_federated_user:
            return self.arn
        return str(Arn(arn.partition, "iam", "", arn.account_id, f"role/{arn.resource.split('/')[1]}"))

    @property
    def determines(self) -> Mapping[str, str]:
        """The condition keys that follow from who calls."""
        return _determined(self)


@dataclass(frozen=True, slots=True)
class ServiceCaller:
    """An AWS service that calls with its own service principal, such as `events.amazonaws.com`."""

    name: str

    @property
    def determines(self) -> Mapping[str, str]:
        """The condition keys that follow from who calls. AWS does not say what else a service carries."""
        return {"aws:PrincipalIsAWSService": "true", "aws:PrincipalServiceName": self.name}


Caller = IamCaller | ServiceCaller


@dataclass(frozen=True, slots=True)
class Request:
    """One call of one action. The context has the condition keys that do not follow from the caller.

    A value is a text, or a tuple for a key with several values; booleans are `true` and `false`; an empty tuple
    is an absent key. Letter case of keys does not count. Raises PolicyError.
    """

    caller: Caller
    action: str
    context: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict)
    owner: str = ""
    """The account of the key; empty: not known, and then every action counts for everybody."""

    def __post_init__(self) -> None:
        if not _ACTION.fullmatch(self.action):
            raise PolicyError(f"`{self.action}` is not one action, such as `kms:Decrypt`")
        given = [key.lower() for key in self.context]
        if len(set(given)) != len(given):
            raise PolicyError("the context has a key twice, in different letter case")
        for key in self.caller.determines:
            if key.lower() in given:
                raise PolicyError(f"`{key}` follows from the caller; leave it out of the context")

    def values(self) -> Mapping[str, tuple[str, ...]]:
        """Every key in lower case with its values; absent keys are left out."""
        context = {**self.context, **self.caller.determines}
        listed = {key.lower(): (value,) if isinstance(value, str) else value for key, value in context.items()}
        return {key: values for key, values in listed.items() if values}


@lru_cache(maxsize=8_192)
def _determined(caller: IamCaller) -> Mapping[str, str]:
    return {
        "kms:CallerAccount": caller.account_id,
        "aws:PrincipalAccount": caller.account_id,
        "aws:PrincipalArn": caller.principal_arn,
        "aws:PrincipalIsAWSService": "false",
        "aws:PrincipalType": _TYPES[Arn.parse(caller.arn).resource.partition("/")[0]],
    }


def _is_caller(arn: Arn, kind: str, name: str) -> bool:
    if arn.service == "iam":
        return arn.resource == "root" or (kind in ("user", "role") and name != "")
    return arn.service == "sts" and {"assumed-role": 1, "federated-user": 0}.get(kind) == name.count("/") and name != ""
