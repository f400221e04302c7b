"""KMS: refuses what AWS refuses about policies, states, aliases and periods; takes ARNs wherever AWS does."""

import json
from collections.abc import Iterator
from typing import Any

from moto.core.exceptions import JsonRESTError
from moto.kms.exceptions import NotAuthorizedException, NotFoundException
from moto.kms.models import Key
from moto.kms.responses import KmsResponse
from moto.kms.utils import KEY_ID_LEN

from baseline.iam.arns import Arn
from baseline.iam.deleted import without_deleted
from baseline.iam.policy_error import PolicyError
from baseline.iam.request import IamCaller, Request
from sandbox.calls import leave_note
from sandbox.extensions.callers import UNKNOWN, arn_of, signed_caller
from sandbox.extensions.key_history import days_without_use, last_usage, remember
from sandbox.extensions.key_kinds import as_aws_makes_it, tell_replica_apart
from sandbox.extensions.key_pairs import require_pair
from sandbox.extensions.key_policies import denial, lockout_error, require_document, require_no_lockout
from sandbox.extensions.key_states import require_state
from sandbox.extensions.planted import policy_names
from sandbox.extensions.rotation import DEFAULT_DAYS, RotationBackend, require_period, rotations

ALIASES_PER_KEY = 50
"""https://docs.aws.amazon.com/kms/latest/developerguide/resource-limits.html"""

_KEY_PARAMETERS = frozenset({"KeyId", "TargetKeyId", "SourceKeyId", "DestinationKeyId"})
_NOT_IN_KEY_POLICIES = frozenset({"ListAliases", "RetireGrant"})


class SandboxKms(KmsResponse):
    """Moto's KMS, with the key's policy and state asked before every operation on a key."""

    def _get_param(self, param_name: str, if_none: Any = None) -> Any:
        value = super()._get_param(param_name, if_none)
        if param_name in _KEY_PARAMETERS and isinstance(value, str) and value.startswith("arn:"):
            return self._own_resource(value)
        return "default" if param_name == "PolicyName" and value is None else value

    def _own_resource(self, text: str) -> str:
        """The key ID or alias name of an ARN. What lies in another account or region is not found here."""
        try:
            arn = Arn.parse(text)
        except PolicyError:
            raise NotFoundException(f"Invalid arn {text}") from None
        if (arn.region, arn.account_id) != (self.region, self.current_account):
            raise NotFoundException(f"Key '{text}' does not exist")
        return arn.resource.removeprefix("key/")

    # Asked by moto before every operation, inside of what turns an error into an answer.
    def _authenticate_and_authorize_normal_action(self, resource: str = "*") -> None:
        caller = self._caller()
        for action, key in self._uses():
            if action.removeprefix("kms:") not in _NOT_IN_KEY_POLICIES:
                self._require_allowed(caller, action, key)
            require_state(self._get_action(), key)
            remember(key, action, arn_of(caller))

    # Moto's own check takes any Deny of DescribeKey for one of this caller.
    def _validate_key_policy(self, key_id: str, action: str) -> None:
        pass

    def create_key(self) -> str:
        self._require_policy(self._get_param("Policy"))
        key = self.kms_backend.keys[json.loads(super().create_key())["KeyMetadata"]["KeyId"]]
        as_aws_makes_it(key)
        return json.dumps(key.to_dict())

    def replicate_key(self) -> str:
        answer = super().replicate_key()
        tell_replica_apart(self.kms_backend, self._get_param("KeyId"), self._get_param("ReplicaRegion"))
        return answer

    def get_public_key(self) -> str:
        require_pair(self._key_named(self._get_param("KeyId")))
        return super().get_public_key()

    def put_key_policy(self) -> str:
        self._require_policy(self._get_param("Policy"))
        return super().put_key_policy()

    def list_key_policies(self) -> str:
        answer = json.loads(super().list_key_policies())
        others = policy_names[self.current_account][self.region].of_key.get(self._get_param("KeyId"), [])
        return json.dumps({**answer, "PolicyNames": [*answer["PolicyNames"], *others]})

    def create_alias(self) -> str:
        if self._get_param("AliasName").startswith("alias/aws/"):
            raise NotAuthorizedException
        key = self._key_named(self._get_param("TargetKeyId"))
        if key and len(key.aliases) >= ALIASES_PER_KEY:
            raise JsonRESTError(
                "LimitExceededException", f"{key.arn} has {ALIASES_PER_KEY} aliases, the most it can have"
            )
        return super().create_alias()

    def enable_key_rotation(self) -> str:
        days = self._get_param("RotationPeriodInDays", DEFAULT_DAYS)
        require_period(days)
        answer = super().enable_key_rotation()
        self._rotations.start(self._get_param("KeyId"), days)
        return answer

    def get_key_rotation_status(self) -> str:
        status = json.loads(super().get_key_rotation_status())
        key = self.kms_backend.keys[self._get_param("KeyId")]
        if key.key_state == "PendingDeletion":
            status["KeyRotationEnabled"] = False
        if status["KeyRotationEnabled"]:
            status |= self._rotations.status(key.id)
        return json.dumps({"KeyId": key.arn, **status})

    def get_key_last_usage(self) -> str:
        """Takes no alias, as AWS says."""
        key = self.kms_backend.keys.get(self._get_param("KeyId"))
        if key is None:
            raise NotFoundException(f"Key '{self._get_param('KeyId')}' does not exist")
        return json.dumps(last_usage(key))

    def schedule_key_deletion(self) -> str:
        days = self._get_param("PendingWindowInDays", 30)
        if not 7 <= days <= 30:
            raise JsonRESTError("ValidationException", f"PendingWindowInDays must be 7 to 30, got {days}")
        return super().schedule_key_deletion()

    @property
    def _rotations(self) -> RotationBackend:
        return rotations[self.current_account][self.region]

    def _caller(self) -> IamCaller:
        return signed_caller(self, JsonRESTError("UnrecognizedClientException", UNKNOWN))

    def _uses(self) -> Iterator[tuple[str, Key]]:
        """The keys that the operation is about, each with the action that its policy must allow."""
        operation = self._get_action()
        names: dict[str, Any] = {f"kms:{operation}": self._get_param("KeyId")}
        if operation in ("CreateAlias", "UpdateAlias"):
            names = {f"kms:{operation}": self._get_param("TargetKeyId")}
        elif operation == "DeleteAlias":
            names = {"kms:DeleteAlias": self._get_param("AliasName")}
        elif operation == "Decrypt":
            names = {"kms:Decrypt": self._key_of_the_ciphertext()}
        elif operation == "ReEncrypt":
            destination = self._get_param("DestinationKeyId")
            names = {"kms:ReEncryptFrom": self._key_of_the_ciphertext(), "kms:ReEncryptTo": destination}
        for action, name in names.items():
            # What does not exist is left to moto, which says so as AWS does.
            if key := self._key_named(name):
                yield action, key

    def _key_named(self, name: str | None) -> Key | None:
        if name and name.startswith("alias/"):
            name = self.kms_backend.get_key_id_from_alias(name)
        return self.kms_backend.keys.get(name or "")

    def _key_of_the_ciphertext(self) -> str:
        blob: bytes = self._get_param("CiphertextBlob")
        return blob[:KEY_ID_LEN].decode("ascii", "replace")

    def _require_policy(self, text: str | None) -> None:
        """Raises KMS's own error for a policy that it would not store. Without one KMS writes its default."""
        if text is None:
            return
        policy = require_document(text, self.partition)
        reasons = require_no_lockout(policy, self._caller())
        if reasons and not self._get_param("BypassPolicyLockoutSafetyCheck", False):
            self._note(reasons)
            raise lockout_error()

    def _require_allowed(self, caller: IamCaller, action: str, key: Key) -> None:
        request = Request(caller, action, self._context(action, key))
        if refused := denial(key.arn, without_deleted(json.loads(key.policy))[0], request):
            error, reasons = refused
            self._note(reasons)
            raise error

    def _context(self, action: str, key: Key) -> dict[str, str | tuple[str, ...]]:
        """The condition keys that KMS sets for a call which the caller makes itself.

        https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html
        """
        sides = {"kms:ReEncryptFrom": "SourceEncryptionContext", "kms:ReEncryptTo": "DestinationEncryptionContext"}
        encryption = self._get_param(sides.get(action, "EncryptionContext")) or {}
        context: dict[str, str | tuple[str, ...]] = {f"kms:EncryptionContext:{k}": v for k, v in encryption.items()}
        context["kms:EncryptionContextKeys"] = tuple(encryption)
        if action == "kms:PutKeyPolicy":
            bypass = self._get_param("BypassPolicyLockoutSafetyCheck", False)
            context["kms:BypassPolicyLockoutSafetyCheck"] = str(bypass).lower()
        if action in ("kms:ScheduleKeyDeletion", "kms:DisableKey"):
            context["kms:TrailingDaysWithoutKeyUsage"] = str(days_without_use(key))
        if action == "kms:ScheduleKeyDeletion":
            context["kms:ScheduleKeyDeletionPendingWindowInDays"] = str(self._get_param("PendingWindowInDays", 30))
        if action == "kms:CreateGrant":
            context["kms:GrantIsForAWSResource"] = "false"
        return context

    def _note(self, reasons: tuple[str, ...]) -> None:
        leave_note(self.normalized_request.environ, "; ".join(reasons))
