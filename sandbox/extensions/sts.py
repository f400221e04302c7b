"""STS: only who exists is somebody, and only who is trusted becomes somebody else."""

import json

from moto.core.responses import ActionResult
from moto.iam.models import iam_backends
from moto.sts.responses import TokenResponse
from werkzeug.exceptions import HTTPException

from baseline.iam.request import IamCaller
from sandbox.extensions.callers import arn_of, caller_of
from sandbox.extensions.trust import trusts
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

    def _caller(self) -> IamCaller:
        caller = caller_of(self.access_key, self.current_account, self.partition)
        if caller is None:
            raise RefusedBySts("InvalidClientTokenId", "The security token included in the request is invalid.")
        return caller

    def _is_trusted(self, caller: IamCaller, role_arn: str) -> bool:
        """Whether the role exists, with that very path, and trusts the caller."""
        account_id = role_arn.split(":")[4] if role_arn.count(":") >= 5 else ""
        if account_id not in iam_backends:
            return False
        roles = list(iam_backends[account_id][self.partition].roles.values())
        trust = next((role.assume_role_policy_document for role in roles if role.arn == role_arn), None)
        if trust is None:
            return False
        return trusts(json.loads(trust), caller, self._get_param("ExternalId", ""))


class RefusedBySts(HTTPException):
    """An error of STS with the status that AWS gives it; moto's own errors there are all 400."""

    code = 403

    def __init__(self, code: str, message: str) -> None:
        self._reply = error_reply("sts", code, message, self.code)
        super().__init__(self._reply.get_data(as_text=True))

    def get_headers(self, *_: object) -> list[tuple[str, str]]:
        return [("Content-Type", self._reply.headers["Content-Type"])]
