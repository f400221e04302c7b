"""CloudTrail: a trail is made only where its files can be delivered.

https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_CreateTrail.html
"""

import json
from typing import Any

from moto.cloudtrail.models import Trail
from moto.cloudtrail.responses import CloudTrailResponse
from moto.core.exceptions import JsonRESTError

from sandbox.calls import leave_note
from sandbox.extensions.deliveries import delivery_of
from sandbox.extensions.key_history import events
from sandbox.extensions.linked_roles import ensure_linked_role
from sandbox.extensions.trails import SERVICE, TrailRefused, require_delivery
from sandbox.locks import lock_of
from sandbox.organizations import managed_by, organization_id


class SandboxCloudTrail(CloudTrailResponse):
    """Moto's CloudTrail, which does not look at policies."""

    def create_trail(self) -> str:
        if self._get_param("Name") in self.cloudtrail_backend.trails:
            message = f"Trail {self._get_param('Name')} already exists for customer: {self.current_account}"
            raise JsonRESTError("TrailAlreadyExistsException", message)
        if self._get_bool_param("IsOrganizationTrail", False):
            self._require_management_account()
            self._ensure_linked_role()
        self._require_delivery(None)
        return super().create_trail()

    def update_trail(self) -> str:
        trail = self.cloudtrail_backend.get_trail(self._get_param("Name"))
        if self._get_bool_param("IsOrganizationTrail", False) and not trail.is_org_trail:
            self._require_management_account()
            self._ensure_linked_role()
        self._require_delivery(trail)
        return super().update_trail()

    def delete_trail(self) -> str:
        """Moto deletes by the name only, and does nothing about an ARN, which Terraform sends."""
        self.cloudtrail_backend.delete_trail(self.cloudtrail_backend.get_trail(self._get_param("Name")).trail_name)
        return "{}"

    def lookup_events(self) -> str:
        """What changed the states of keys, which is all that the sandbox keeps of what was called."""
        attributes = self._get_param("LookupAttributes") or [{}]
        with lock_of("kms"):
            found = events(self.current_account, self.region, attributes[0])
        return json.dumps({"Events": found})

    def _require_delivery(self, trail: Trail | None) -> None:
        """Raises CloudTrail's own error for a trail as the call would leave it."""
        before: dict[str, Any] = trail.description() if trail else {"Name": self._get_param("Name")}
        said = {name: self._get_param(name) for name in _SAID_OF_DELIVERY}
        after = before | {name: value for name, value in said.items() if value is not None}
        try:
            require_delivery(delivery_of(after, self.current_account, self.region))
        except TrailRefused as refused:
            leave_note(self.normalized_request.environ, refused.note or refused.message)
            raise

    def _ensure_linked_role(self) -> None:
        """https://docs.aws.amazon.com/awscloudtrail/latest/userguide/using-service-linked-roles.html"""
        ensure_linked_role(self, SERVICE, "InsufficientDependencyServiceAccessPermissionException")

    def _require_management_account(self) -> None:
        if managed_by(self.current_account, self.partition):
            return
        if not organization_id():
            message = "The account is not a member of an organization"
            raise JsonRESTError("OrganizationsNotInUseException", message)
        message = "The account is not the management account of its organization"
        raise JsonRESTError("NotOrganizationMasterAccountException", message)


_SAID_OF_DELIVERY = ("S3BucketName", "S3KeyPrefix", "KmsKeyId", "IsOrganizationTrail")
