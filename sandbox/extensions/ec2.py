"""EC2: encrypts volumes as the account's settings say, with keys that the caller can use through EC2.

A key is judged after the answer, as on AWS: a volume disappears, an instance ends, a snapshot's copy is in error.
https://docs.aws.amazon.com/ebs/latest/userguide/ebs-encryption-requirements.html
"""

from collections.abc import Iterable, MutableMapping
from typing import Any

from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult
from moto.ec2.models.instances import StateReason
from moto.ec2.responses import EC2Response

from baseline.iam.request import IamCaller
from sandbox.calls import leave_note
from sandbox.extensions.callers import signed_caller
from sandbox.extensions.key_uses import Refused, find_key, on_behalf_of, refusal

AWS_MANAGED_KEY = "alias/aws/ebs"

OPTED_IN = ("af-south-1", "ap-southeast-3", "eu-south-1")
_UNKNOWN = "AWS was not able to validate the provided access credentials"
_LAUNCH_FAILED = "Client.InternalError"
_USES = ("kms:GenerateDataKeyWithoutPlaintext", "kms:CreateGrant", "kms:Decrypt")
"""To make a volume, and to attach it. https://docs.aws.amazon.com/ebs/latest/userguide/how-ebs-encryption-works.html"""


class SandboxEc2(EC2Response):
    """Moto's EC2, which keeps the account's settings about encryption and applies neither of them."""

    def get_ebs_default_kms_key_id(self) -> ActionResult:
        self.error_on_dryrun()
        return ActionResult({"KmsKeyId": self._default_key})

    def modify_ebs_default_kms_key_id(self) -> ActionResult:
        """Takes any key: whether it exists and can be used shows when a volume is made.

        https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyEbsDefaultKmsKeyId.html
        """
        self.error_on_dryrun()
        self.ec2_backend.default_kms_key_id = self._arn(self._get_param("KmsKeyId"))
        return ActionResult({"KmsKeyId": self._default_key})

    def reset_ebs_default_kms_key_id(self) -> ActionResult:
        self.error_on_dryrun()
        self.ec2_backend.default_kms_key_id = self._arn(AWS_MANAGED_KEY)
        return ActionResult({"KmsKeyId": self._default_key})

    def describe_regions(self) -> ActionResult:
        """Moto says of the oldest opt-in regions that they need no enabling. Here they are enabled, the others are not.

        https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-regions.html
        """
        answer = super().describe_regions()
        found: Any = answer.result
        for region in found["Regions"]:
            if region.name in OPTED_IN:
                region.opt_in_status = "opted-in"
        return answer

    def register_image(self) -> ActionResult:
        """The image is of the snapshot that is named; moto makes another one, not encrypted."""
        answer = super().register_image()
        disks: list[dict[str, Any]] = [mapping.get("Ebs", {}) for mapping in self._get_param("BlockDeviceMappings", [])]
        named = [disk["SnapshotId"] for disk in disks if "SnapshotId" in disk]
        if named:
            made: Any = answer.result
            image: Any = self.ec2_backend.amis[made["ImageId"]]
            image.ebs_snapshot = self.ec2_backend.snapshots[named[0]]
        return answer

    def create_volume(self) -> ActionResult:
        caller = self._caller()
        self._encrypt_by_default(self.params)
        answer = super().create_volume()
        volume: Any = answer.result
        if self._refused(caller, self._encrypt(volume), volume.id):
            self.ec2_backend.delete_volume(volume.id)
        return answer

    def run_instances(self) -> ActionResult:
        caller = self._caller()
        for mapping in self._get_param("BlockDeviceMappings", []):
            self._encrypt_by_default(mapping.get("Ebs", {}))
        answer = super().run_instances()
        reservation: Any = answer.result
        for instance in reservation.instances:
            volumes = [self.ec2_backend.get_volume(device.volume_id) for _, device in instance.get_block_device_mapping]
            refused = [volume for volume in volumes if self._refused(caller, self._encrypt(volume), volume.id)]
            if refused:
                self._end(instance, refused)
        return answer

    def create_snapshot(self) -> ActionResult:
        answer = super().create_snapshot()
        snapshot: Any = answer.result
        snapshot.kms_key_id = snapshot.volume.kms_key_id
        return answer

    def copy_snapshot(self) -> ActionResult:
        caller = self._caller()
        answer = super().copy_snapshot()
        result: Any = answer.result
        snapshot = self.ec2_backend.get_snapshot(result["SnapshotId"])
        snapshot.encrypted = snapshot.encrypted or self._get_bool_param("Encrypted", False)
        refused = self._refused(caller, self._encrypt(snapshot), snapshot.id)
        if refused:
            snapshot.status = "error"
            snapshot.state_message = f"Given key ID is not accessible. {refused.message}"
        return answer

    @property
    def _default_key(self) -> str:
        return self.ec2_backend.default_kms_key_id or self._arn(AWS_MANAGED_KEY)

    def _caller(self) -> IamCaller:
        return signed_caller(self, ServiceException("AuthFailure", _UNKNOWN))

    def _arn(self, name: str) -> str:
        """The ARN of what a key is called; of a key that is not there, what its ARN would be."""
        if key := find_key(name, self.current_account, self.region):
            return key.arn
        if name.startswith("arn:"):
            return name
        resource = name if name.startswith("alias/") else f"key/{name}"
        return f"arn:{self.partition}:kms:{self.region}:{self.current_account}:{resource}"

    def _encrypt_by_default(self, wanted: MutableMapping[str, Any]) -> None:
        """A key may be given without `Encrypted` where everything is encrypted anyway."""
        if self.ec2_backend.ebs_encryption_by_default and wanted.get("KmsKeyId"):
            wanted["Encrypted"] = True

    def _encrypt(self, storage: Any) -> str:
        """Settle whether a new volume or snapshot is encrypted and with which key; the key's ARN, or nothing."""
        storage.encrypted = bool(storage.encrypted or self.ec2_backend.ebs_encryption_by_default)
        if not storage.encrypted:
            return ""
        storage.kms_key_id = self._arn(storage.kms_key_id or self._key_of_the_source(storage) or self._default_key)
        return str(storage.kms_key_id)

    def _key_of_the_source(self, storage: Any) -> str | None:
        """A volume of an encrypted snapshot keeps its key; a snapshot's copy does not."""
        source = self.ec2_backend.snapshots.get(getattr(storage, "snapshot_id", None))
        return None if source is storage or source is None else source.kms_key_id

    def _refused(self, caller: IamCaller, key: str, storage_id: str) -> Refused | None:
        if not key:
            return None
        requests = on_behalf_of(caller, f"ec2.{self.region}", _USES, {"aws:ebs:id": storage_id})
        refused = refusal(key, self.current_account, self.region, requests)
        if refused:
            leave_note(self.normalized_request.environ, refused.note or refused.message)
        return refused

    def _end(self, instance: Any, volumes: Iterable[Any]) -> None:
        """As DescribeInstances shows it when a volume could not be attached.

        https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/troubleshooting-launch.html
        """
        instance.terminate()
        instance.state_reason = StateReason(f"{_LAUNCH_FAILED}: Client error on launch", _LAUNCH_FAILED)
        for volume in volumes:
            self.ec2_backend.volumes.pop(volume.id, None)
