"""Backup's operations about jobs, and about vaults as far as other accounts copy into them.

https://docs.aws.amazon.com/aws-backup/latest/devguide/API_Operations_AWS_Backup.html
"""

import json
import uuid
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

from moto.backup.exceptions import InvalidParameterValueException, InvalidRequestException, ResourceNotFoundException
from moto.backup.models import Vault
from moto.backup.responses import BackupResponse
from moto.core.base_backend import BackendDict, BaseBackend
from moto.core.exceptions import JsonRESTError
from moto.core.utils import unix_time
from moto.iam.models import Role

from baseline.iam.arns import Arn
from baseline.iam.policy_error import PolicyError
from sandbox.calls import leave_note
from sandbox.extensions.recovery_points import (
    SERVICE,
    JobFailed,
    RecoveryPoint,
    RecoveryPointBackend,
    back_up,
    copy,
    restore,
    stored,
    vault_of,
)
from sandbox.extensions.roles import find_role, trust_refusal

Json = dict[str, Any]


class _JobBackend(BaseBackend):
    """What jobs of an account and region say of themselves, by their IDs."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.jobs: dict[str, Json] = {}


_jobs = BackendDict(_JobBackend, "backup")


class BackupJobResponse(BackupResponse):
    """Moto's Backup, which has no jobs."""

    PATHS = (
        "/backup-jobs",
        "/backup-jobs/<job>",
        "/backup-vaults/<vault>/access-policy",
        "/backup-vaults/<vault>/recovery-points",
        "/copy-jobs",
        "/copy-jobs/<job>",
        "/restore-jobs",
        "/restore-jobs/<job>",
    )
    """What moto has no path for."""

    def start_backup_job(self) -> str:
        vault = vault_of(self._vault_arn(self._get_param("BackupVaultName")))
        resource = _arn(self._get_param("ResourceArn"))
        about = {"BackupVaultName": vault.backup_vault_name, "BackupVaultArn": vault.backup_vault_arn}
        job = self._run(lambda role: back_up(resource, vault, role), {**about, "ResourceArn": str(resource)})
        return json.dumps({**job, "BackupJobId": job["Id"]})

    def describe_backup_job(self) -> str:
        job = self._job("backupJobId")
        return json.dumps({**job, "BackupJobId": job["Id"]})

    def start_copy_job(self) -> str:
        point, destination = self._point(), _arn(self._get_param("DestinationBackupVaultArn"))
        about = {
            "SourceBackupVaultArn": point.vault,
            "SourceRecoveryPointArn": point.arn,
            "DestinationBackupVaultArn": str(destination),
        }
        job = self._run(lambda role: copy(point, destination, role), about)
        return json.dumps({"CopyJobId": job["Id"], "CreationDate": job["CreationDate"]})

    def describe_copy_job(self) -> str:
        job = self._job("copyJobId")
        said = {**job, "CopyJobId": job["Id"], "DestinationRecoveryPointArn": job["RecoveryPointArn"]}
        return json.dumps({"CopyJob": said})

    def start_restore_job(self) -> str:
        point = self._point()
        job = self._run(lambda role: restore(point, role), {"RecoveryPointArn": point.arn})
        return json.dumps({"RestoreJobId": job["Id"]})

    def describe_restore_job(self) -> str:
        job = self._job("restoreJobId")
        return json.dumps({**job, "RestoreJobId": job["Id"], "Status": job["State"]})

    def list_recovery_points_by_backup_vault(self) -> str:
        vault = vault_of(self._vault_arn(self._vault_name()))
        return json.dumps({"RecoveryPoints": [_described(point) for point in self._points_in(vault)]})

    def put_backup_vault_access_policy(self) -> str:
        vault = vault_of(self._vault_arn(self._vault_name()))
        self._stored.policies[vault.backup_vault_name] = self._get_param("Policy")
        return "{}"

    def get_backup_vault_access_policy(self) -> str:
        vault = vault_of(self._vault_arn(self._vault_name()))
        name = vault.backup_vault_name
        if name not in self._stored.policies:
            raise ResourceNotFoundException(f"Backup vault {name} has no access policy")
        about = {"BackupVaultName": name, "BackupVaultArn": vault.backup_vault_arn}
        return json.dumps({**about, "Policy": self._stored.policies[name]})

    def delete_backup_vault_access_policy(self) -> str:
        self._stored.policies.pop(vault_of(self._vault_arn(self._vault_name())).backup_vault_name, None)
        return "{}"

    def delete_backup_vault(self) -> Any:
        """A vault goes only when it is empty: https://docs.aws.amazon.com/aws-backup/latest/devguide/deleting-backups.html"""
        vault = vault_of(self._vault_arn(unquote(self.path.rpartition("/")[2])))
        if self._points_in(vault):
            raise InvalidRequestException("Backup vault cannot be deleted because it contains recovery points")
        self._stored.policies.pop(vault.backup_vault_name, None)
        return super().delete_backup_vault()

    @property
    def _stored(self) -> RecoveryPointBackend:
        return stored[self.current_account][self.region]

    def _points_in(self, vault: Vault) -> list[RecoveryPoint]:
        return [point for point in self._stored.points.values() if point.vault == vault.backup_vault_arn]

    def _vault_name(self) -> str:
        return unquote(self.path.split("/")[2])

    def _vault_arn(self, name: str) -> Arn:
        return Arn(self.partition, "backup", self.region, self.current_account, f"backup-vault:{name}")

    def _point(self) -> RecoveryPoint:
        arn = self._get_param("RecoveryPointArn")
        if arn not in self._stored.points:
            raise ResourceNotFoundException(f"Recovery point {arn} not found")
        return self._stored.points[arn]

    def _run(self, work: Callable[[Role], RecoveryPoint | None], about: Json) -> Json:
        """A job that has ended, with what the work left or why it failed."""
        role = self._require_role(self._get_param("IamRoleArn"))
        job = {
            "Id": str(uuid.uuid4()),
            "AccountId": self.current_account,
            "IamRoleArn": role.arn,
            "CreationDate": unix_time(),
            "RecoveryPointArn": None,
            "State": "COMPLETED",
            **about,
        }
        try:
            point = work(role)
        except JobFailed as failed:
            leave_note(self.normalized_request.environ, failed.note)
            job |= {"State": "FAILED", "StatusMessage": failed.message}
        else:
            job |= {"RecoveryPointArn": point.arn, "ResourceType": point.kind.resource_type} if point else {}
        _jobs[self.current_account][self.region].jobs[job["Id"]] = job
        return job

    def _job(self, parameter: str) -> Json:
        wanted = self._get_param(parameter)
        jobs = _jobs[self.current_account][self.region].jobs
        if wanted not in jobs:
            raise ResourceNotFoundException(f"There is no job with the ID {wanted}")
        return jobs[wanted]

    def _require_role(self, arn: str) -> Role:
        """The role. Raises Backup's own error unless it exists and Backup can assume it."""
        role = find_role(arn, self.current_account, self.partition)
        source = {"aws:SourceAccount": self.current_account}
        reason = trust_refusal(role, SERVICE, source) if role else f"there is no role {arn}"
        if role is None or reason:
            leave_note(self.normalized_request.environ, reason)
            raise InvalidParameterValueException(f"IAM Role {arn} cannot be assumed by AWS Backup")
        return role


def _described(point: RecoveryPoint) -> Json:
    return {
        "RecoveryPointArn": point.arn,
        "BackupVaultArn": point.vault,
        "ResourceArn": point.resource,
        "ResourceType": point.kind.resource_type,
        "CreationDate": point.created,
        "EncryptionKeyArn": point.key,
        "IsEncrypted": bool(point.key),
        "Status": "COMPLETED",
    }


def _arn(text: str) -> Arn:
    try:
        return Arn.parse(text)
    except PolicyError:
        raise JsonRESTError("InvalidParameterValueException", f"Invalid ARN: {text}") from None
