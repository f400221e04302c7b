"""STS: only who exists is somebody, and only who is trusted becomes somebody else."""

import json
from collections.abc import Mapping
from typing import Any

from moto.core.responses import ActionResult
from moto.iam.models import iam_backends
from moto.sts.responses import TokenResponse
from werkzeug.exceptions import HTTPException

from baseline.iam.request import IamCaller
from sandbox.extensions.callers import arn_of, caller_of
from sandbox.extensions.trust import trusts
from sandbox.extensions.web_identity import claims_of, issuer, trusts_token
from sandbox.replies import error_reply


class SandboxSts(TokenResponse):
    """Moto's STS, which would otherwise make a session of any role to any caller."""

    def get_caller_identity(self) -> ActionResult:
        self._caller()
        return super().get_caller_identity()

    def assume_role(self) -> ActionResult:
        caller, role_arn = self._caller(), self._get_param("RoleArn")
        if not self._is_trusted(caller, role_arn):
            message = f"User: {arn_of(caller)} is not authorized to perform: sts:AssumeRole on resource: {role_arn}"
            raise RefusedBySts("AccessDenied", message)
        return super().assume_role()

    def assume_role_with_web_identity(self) -> ActionResult:
        claims, role_arn = claims_of(self._get_param("WebIdentityToken")), self._get_param("RoleArn")
        if claims is None:
            raise RefusedBySts("InvalidIdentityToken", "The ID Token provided is not a valid JWT.", 400)
        account_id = _account_of(role_arn)
        provider_arn = f"arn:{self.partition}:iam::{account_id}:oidc-provider/{issuer(claims)}"
        iam = iam_backends[account_id][self.partition] if account_id in iam_backends else None
        provider = iam.open_id_providers.get(provider_arn) if iam else None
        if provider is None:
            message = f"No OpenIDConnect provider found in your account for {claims['iss']}"
            raise RefusedBySts("InvalidIdentityToken", message, 400)
        if claims.get("aud") not in provider.client_id_list:
            raise RefusedBySts("InvalidIdentityToken", "Incorrect token audience", 400)
        trust = self._trust_of(role_arn)
        if trust is None or not trusts_token(trust, claims, provider_arn):
            raise RefusedBySts("AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity")
        return super().assume_role_with_web_identity()

    def _caller(self) -> IamCaller:
        caller = caller_of(self.access_key, self.current_account, self.partition)
        if caller is None:
            raise RefusedBySts("InvalidClientTokenId", "The security token included in the request is invalid.")
        return caller

    def _is_trusted(self, caller: IamCaller, role_arn: str) -> bool:
        """Whether the role exists, with that very path, and trusts the caller."""
        trust = self._trust_of(role_arn)
        return trust is not None and trusts(trust, caller, self._get_param("ExternalId", ""))

    def _trust_of(self, role_arn: str) -> Mapping[str, Any] | None:
        """The trust policy of the role with that very path; None where there is none."""
        account_id = _account_of(role_arn)
        if account_id not in iam_backends:
            return None
        roles = list(iam_backends[account_id][self.partition].roles.values())
        trust = next((role.assume_role_policy_document for role in roles if role.arn == role_arn), None)
        return None if trust is None else json.loads(trust)


def _account_of(role_arn: str) -> str:
    """The account of a role; empty for what is no ARN."""
    return role_arn.split(":")[4] if role_arn.count(":") >= 5 else ""


class RefusedBySts(HTTPException):
    """An error of STS with the status that AWS gives it; moto's own errors there are all 400."""

    def __init__(self, code: str, message: str, status: int = 403) -> None:
        self.code = status
        self._reply = error_reply("sts", code, message, status)
        super().__init__(self._reply.get_data(as_text=True))

    def get_headers(self, *_: object) -> list[tuple[str, str]]:
        return [("Content-Type", self._reply.headers["Content-Type"])]
