"""Backup: selections of plans, changed plans, vaults whose key the caller can use through Backup, and jobs.

https://docs.aws.amazon.com/aws-backup/latest/devguide/API_Operations_AWS_Backup.html
"""

import json
from typing import Any
from urllib.parse import unquote

from moto.backup.exceptions import InvalidParameterValueException, InvalidRequestException, ResourceNotFoundException
from moto.backup.models import Plan
from moto.core.base_backend import BackendDict, BaseBackend
from moto.core.exceptions import JsonRESTError
from moto.core.utils import unix_time
from moto.iam.models import Role
from moto.moto_api._internal import mock_random

from baseline.iam.request import IamCaller
from sandbox.calls import leave_note
from sandbox.extensions.backup_jobs import BackupJobResponse
from sandbox.extensions.callers import UNKNOWN, signed_caller
from sandbox.extensions.key_uses import find_key, on_behalf_of, refusal
from sandbox.extensions.linked_roles import ensure_linked_role
from sandbox.extensions.recovery_points import AWS_MANAGED_KEY, SERVICE, SESSION
from sandbox.extensions.roles import role_refusal

_USES = ("kms:CreateGrant", "kms:DescribeKey", "kms:Decrypt", "kms:GenerateDataKey")
"""https://docs.aws.amazon.com/aws-backup/latest/devguide/access-control.html

RetireGrant is among them there; a key policy cannot give it.
"""


class AccessDenied(JsonRESTError):
    """What Backup says of a key that the caller cannot use for a vault. Not in the API's model, but seen."""

    code = 403

    def __init__(self) -> None:
        super().__init__("AccessDeniedException", "Insufficient privileges to perform this action.")


class _SelectionsBackend(BaseBackend):
    """The selections of every plan, by the plan's ID and their own; one of these an account and region."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.of: dict[str, dict[str, dict[str, Any]]] = {}


_selections = BackendDict(_SelectionsBackend, "backup")


class SandboxBackup(BackupJobResponse):
    """Moto's Backup, which lacks selections and jobs and asks no key."""

    def create_backup_vault(self) -> str:
        vault = unquote(self.path.split("/")[-1])
        key = self._get_param("EncryptionKeyArn") or self._aws_managed_key()
        self._require_key(key)
        answer = super().create_backup_vault()
        self.backup_backend.vaults[vault].encryption_key_arn = key
        return answer

    def update_backup_plan(self) -> str:
        old = self._plan()
        new = Plan(self._get_param("BackupPlan"), old.creator_request_id, self.backup_backend)
        new.backup_plan_id, new.backup_plan_arn = old.backup_plan_id, old.backup_plan_arn
        self.backup_backend.plans[new.backup_plan_id] = new
        return json.dumps(new.to_dict())

    def delete_backup_plan(self) -> str:
        """Moto keeps a deleted plan, and with it the name from a later one."""
        plan = self._plan()
        if self._selections_of(plan):
            raise InvalidRequestException(
                "Related backup plan selections must be deleted prior to backup plan deletion"
            )
        answer = super().delete_backup_plan()
        del self.backup_backend.plans[plan.backup_plan_id]
        return answer

    def create_backup_selection(self) -> str:
        plan, selection = self._plan(), self._get_param("BackupSelection")
        self._require_tags(self._require_role(selection["IamRoleArn"]))
        # Backup makes its role "when you list resources to back up"; that a selection is meant is concluded:
        # https://docs.aws.amazon.com/aws-backup/latest/devguide/using-service-linked-roles-AWSBackup.html
        ensure_linked_role(self, SERVICE, "AccessDeniedException")
        made = {
            "SelectionId": str(mock_random.uuid4()),
            "BackupPlanId": plan.backup_plan_id,
            "CreationDate": unix_time(),
            "CreatorRequestId": self._get_param("CreatorRequestId"),
            "BackupSelection": selection,
        }
        self._selections_of(plan)[made["SelectionId"]] = made
        return json.dumps(_without(made, "BackupSelection", "CreatorRequestId"))

    def get_backup_selection(self) -> str:
        return json.dumps(self._selection())

    def list_backup_selections(self) -> str:
        listed = [
            {
                **_without(made, "BackupSelection"),
                **{k: made["BackupSelection"][k] for k in ("SelectionName", "IamRoleArn")},
            }
            for made in self._selections_of(self._plan()).values()
        ]
        return json.dumps({"BackupSelectionsList": listed})

    def delete_backup_selection(self) -> str:
        del self._selections_of(self._plan())[self._selection()["SelectionId"]]
        return "{}"

    def list_tags(self) -> str:
        """Moto cuts the ARN where the path has no slash at its end, as Terraform sends it."""
        arn = unquote(self.path.removeprefix("/tags/").removesuffix("/"))
        return json.dumps({"Tags": self.backup_backend.list_tags(arn)})

    def _plan(self) -> Plan:
        return self.backup_backend.get_backup_plan(self._get_param("backupPlanId"), None)

    def _selections_of(self, plan: Plan) -> dict[str, dict[str, Any]]:
        return _selections[self.current_account][self.region].of.setdefault(plan.backup_plan_id, {})

    def _selection(self) -> dict[str, Any]:
        selection = self._selections_of(self._plan()).get(self._get_param("selectionId"))
        if selection is None:
            raise ResourceNotFoundException("Cannot find Backup selection with the provided ID")
        return selection

    def _aws_managed_key(self) -> str:
        key = find_key(AWS_MANAGED_KEY, self.current_account, self.region)
        assert key
        return key.arn

    def _require_key(self, key: str) -> None:
        """Raises Backup's own error unless the caller can use the key through it."""
        requests = on_behalf_of(self._caller(), f"backup.{self.region}", _USES)
        refused = refusal(key, self.current_account, self.region, requests)
        if refused:
            leave_note(self.normalized_request.environ, refused.note or refused.message)
            raise AccessDenied

    def _require_tags(self, role: Role) -> None:
        """Raises Backup's own error unless the role can find what has a tag.

        https://github.com/vinycoolguy2015/awslambda/issues/1
        """
        if reason := role_refusal(role, SESSION, "tag:GetResources", "*", {}):
            leave_note(self.normalized_request.environ, reason)
            raise InvalidParameterValueException(f"IAM Role {role.arn} is not authorized to call tag:GetResources")

    def _caller(self) -> IamCaller:
        return signed_caller(self, JsonRESTError("UnrecognizedClientException", UNKNOWN))


def _without(values: dict[str, Any], *keys: str) -> dict[str, Any]:
    return {key: value for key, value in values.items() if key not in keys}
