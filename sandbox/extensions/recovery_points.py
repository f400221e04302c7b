"""Recovery points, and what it takes of roles, keys and vaults to make, copy and restore them.

https://docs.aws.amazon.com/aws-backup/latest/devguide/access-control.html
https://docs.aws.amazon.com/aws-backup/latest/devguide/encryption.html#copy-encryption
"""

import json
import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from moto.backup.models import Vault, backup_backends
from moto.core.base_backend import BackendDict, BaseBackend
from moto.core.exceptions import JsonRESTError
from moto.core.utils import unix_time
from moto.ec2.models import ec2_backends
from moto.iam.models import Role

from baseline.iam.arns import Arn
from baseline.iam.request import IamCaller, Request
from sandbox.extensions.backup_kinds import Kind, kind_of
from sandbox.extensions.key_uses import find_key, on_behalf_of, refusal
from sandbox.extensions.linked_roles import linked_role_arn
from sandbox.extensions.resource_policies import judge_call
from sandbox.extensions.roles import denied_to_role, role_refusal
from sandbox.locks import lock_of
from sandbox.organizations import organization_id

SERVICE = "backup.amazonaws.com"
AWS_MANAGED_KEY = "alias/aws/backup"
SESSION = "AWSBackup"
"""The name of the session in which Backup uses a role."""

_READS = ("kms:DescribeKey", "kms:ReEncryptFrom", "kms:CreateGrant")
_WRITES = ("kms:DescribeKey", "kms:GenerateDataKeyWithoutPlaintext", "kms:CreateGrant")
"""What AWS gives its own role for copies through the service that encrypts. ListGrants is there too; whether a copy
calls it is not documented.
https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSBackupServiceLinkedRolePolicyForBackup.html"""


class JobFailed(Exception):
    """A job that ends badly, with its status message and the reason that AWS keeps to itself."""

    def __init__(self, message: str, note: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.note = note or message


@dataclass(frozen=True, slots=True)
class RecoveryPoint:
    """What a job has put into a vault."""

    arn: str
    vault: str
    """The vault's ARN."""
    resource: str
    """The ARN of what was backed up."""
    kind: Kind
    key: str
    """The ARN of the key that it is encrypted with; empty: it is not encrypted."""
    created: float


class RecoveryPointBackend(BaseBackend):
    """The recovery points in an account's vaults of a region, by ARN, and the access policies of the vaults."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.points: dict[str, RecoveryPoint] = {}
        self.policies: dict[str, str] = {}
        """By the vault's name."""


stored = BackendDict(RecoveryPointBackend, "backup")


def vault_of(arn: Arn) -> Vault:
    """The vault. Raises Backup's own error when there is none."""
    name = arn.resource.removeprefix("backup-vault:")
    vault: Vault | None = backup_backends[arn.account_id][arn.region].vaults.get(name)
    if vault is None:
        raise JsonRESTError("ResourceNotFoundException", f"Backup vault {name} not found")
    return vault


def back_up(resource: Arn, vault: Vault, role: Role) -> RecoveryPoint:
    """Back a resource up. Raises JobFailed."""
    kind = kind_of(resource)
    if kind is None:
        raise JsonRESTError("NotImplementedException", f"the sandbox does not back up {resource}")
    if reason := role_refusal(role, SESSION, kind.backs_up, str(resource), {}):
        raise JobFailed(_CANNOT_DESCRIBE.format(resource), f"{kind.backs_up} by {role.arn}: {reason}")
    key = _key_of(resource) if kind.encrypts else vault.encryption_key_arn
    return _put(Arn.parse(vault.backup_vault_arn), str(resource), kind, key)


def copy(point: RecoveryPoint, destination: Arn, role: Role) -> RecoveryPoint:
    """Copy a recovery point into another vault. Raises JobFailed."""
    vault = vault_of(destination)
    _require_vault(destination, role)
    if point.kind.encrypts:
        _require_keys(point, destination, vault.encryption_key_arn)
    return _put(destination, point.resource, point.kind, vault.encryption_key_arn)


def restore(point: RecoveryPoint, role: Role) -> None:
    """Restore a recovery point as a new resource. Raises JobFailed."""
    if reason := role_refusal(role, SESSION, point.kind.restores, point.resource, {}):
        raise JobFailed(denied_to_role(role, SESSION, point.kind.restores, point.resource), reason)


def _put(vault: Arn, resource: str, kind: Kind, key: str) -> RecoveryPoint:
    arn = f"arn:{vault.partition}:backup:{vault.region}:{vault.account_id}:recovery-point:{uuid.uuid4()}"
    point = RecoveryPoint(arn, str(vault), resource, kind, key, unix_time())
    stored[vault.account_id][vault.region].points[arn] = point
    return point


def _key_of(resource: Arn) -> str:
    """The key of a volume, which its snapshots keep. Of other resources the sandbox knows none."""
    with lock_of("ec2"):
        volume = ec2_backends[resource.account_id][resource.region].volumes.get(resource.resource.rpartition("/")[2])
    return str(volume.kms_key_id or "") if volume and volume.encrypted else ""


def _require_vault(destination: Arn, role: Role) -> None:
    """Raises JobFailed unless the role, and of another account the vault's access policy too, let the copy in.

    https://repost.aws/knowledge-center/backup-resolve-access-denied-error
    """
    action, caller = "backup:CopyIntoBackupVault", IamCaller(role.arn, SESSION)
    reason = role_refusal(role, SESSION, action, str(destination), {})
    if not reason and destination.account_id != caller.account_id:
        name = destination.resource.removeprefix("backup-vault:")
        policy = json.loads(stored[destination.account_id][destination.region].policies.get(name, "{}"))
        decision = judge_call(policy, caller, action, str(destination), _sent_to_the_vault())
        is_allowed = decision.effect == "allowed"
        reason = "" if is_allowed else "; ".join(decision.notes) or f"{decision.effect} by the vault's access policy"
    if reason:
        raise JobFailed(_CANNOT_COPY, f"{action} on {destination}: {reason}")


def _sent_to_the_vault() -> dict[str, str]:
    return {"aws:PrincipalOrgID": organization_id()} if organization_id() else {}


def _require_keys(point: RecoveryPoint, destination: Arn, key: str) -> None:
    """Raises JobFailed unless Backup's own role in the destination may read the backup and encrypt the copy.

    https://repost.aws/knowledge-center/backup-cross-account-copy-error
    """
    source = Arn.parse(point.vault)
    if source.account_id != destination.account_id and _is_managed_by_aws(key, destination):
        raise JobFailed(_KEY_OF_AWS)
    caller = IamCaller(linked_role_arn(SERVICE, destination.account_id, destination.partition), SESSION)
    for used, place, actions in ((point.key, source, _READS), (key, destination, _WRITES)):
        if used:
            _require_key(used, place, on_behalf_of(caller, f"{point.kind.encrypts}.{place.region}", actions))


def _require_key(key: str, place: Arn, requests: Iterable[Request]) -> None:
    if refused := refusal(key, place.account_id, place.region, requests):
        raise JobFailed(_KEY_NOT_ACCESSIBLE, refused.note or refused.message)


def _is_managed_by_aws(key: str, place: Arn) -> bool:
    managed = find_key(AWS_MANAGED_KEY, place.account_id, place.region)
    return managed is not None and managed.arn == key


_CANNOT_DESCRIBE = (
    "Your backup job failed as AWS Backup does not have permission to describe resource {}. Please review your IAM "
    "policies to ensure AWS Backup can protect your resources."
)
"""Seen for S3: https://dev.classmethod.jp/articles/aws-backup-s3"""
_CANNOT_COPY = "Access Denied trying to call AWS Backup service"
_KEY_NOT_ACCESSIBLE = "Given key ID is not accessible"
"""Seen of EC2: https://github.com/aws-samples/aws-backup-automation/issues/2"""
_KEY_OF_AWS = (
    "Copy job failed because the destination Backup vault is encrypted with the default Backup service managed key. "
    "The contents of this vault cannot be copied. Only the contents of a Backup vault encrypted by an AWS KMS key may "
    "be copied."
)
"""https://repost.aws/knowledge-center/backup-troubleshoot-cross-account-copy"""
