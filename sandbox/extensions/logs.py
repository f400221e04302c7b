"""CloudWatch Logs: encrypts a log group only with a key that both the service and the caller can use.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
"""

import json
from typing import NoReturn

from moto.core.exceptions import JsonRESTError
from moto.core.responses import EmptyResult
from moto.logs.exceptions import InvalidParameterException, ResourceNotFoundException
from moto.logs.models import LogGroup
from moto.logs.responses import LogsResponse

from baseline.iam.request import IamCaller
from sandbox.calls import leave_note
from sandbox.extensions.callers import UNKNOWN, signed_caller
from sandbox.extensions.key_uses import Refused, in_its_own_name, on_behalf_of, refusal

_USES = ("kms:GenerateDataKey", "kms:Decrypt", "kms:Encrypt")


class SandboxLogs(LogsResponse):
    """Moto's CloudWatch Logs, which takes any text for a key and cannot change a group's key."""

    def create_log_group(self) -> str:
        if key := self._get_param("kmsKeyId"):
            self._require_key(key, self._get_param("logGroupName"))
        return super().create_log_group()

    def describe_log_groups(self) -> str:
        """Moto overlooks the identifiers and lists everything. ARNs are taken, as in a monitoring account of AWS."""
        identifiers = self._get_param("logGroupIdentifiers")
        if not identifiers:
            return super().describe_log_groups()
        names = {identifier.rpartition(":log-group:")[2] for identifier in identifiers}
        groups = self.logs_backend.groups
        return json.dumps({"logGroups": [groups[name].to_describe_dict() for name in sorted(names) if name in groups]})

    def associate_kms_key(self) -> EmptyResult:
        group, key = self._group(), self._get_param("kmsKeyId")
        self._require_key(key, group.name)
        group.kms_key_id = key
        return EmptyResult()

    def disassociate_kms_key(self) -> EmptyResult:
        """What was written before is not remembered to be encrypted."""
        self._group().kms_key_id = None
        return EmptyResult()

    def put_log_events(self) -> str:
        self._require_key_of_the_group()
        return super().put_log_events()

    def get_log_events(self) -> str:
        self._require_key_of_the_group()
        return super().get_log_events()

    def filter_log_events(self) -> str:
        self._require_key_of_the_group()
        return super().filter_log_events()

    def _group(self) -> LogGroup:
        """The log group that the call names, by its name or its ARN. Keys of query results are not kept."""
        name = self._get_param("logGroupName")
        for parameter in ("resourceIdentifier", "logGroupIdentifier"):
            name = name or self._get_param(parameter, "").removesuffix(":*").rpartition(":log-group:")[2]
        if ":query-result" in name:
            raise NotImplementedError
        if name not in self.logs_backend.groups:
            raise ResourceNotFoundException
        return self.logs_backend.groups[name]

    def _require_key_of_the_group(self) -> None:
        group = self._group()
        if group.kms_key_id:
            self._require_key(group.kms_key_id, group.name)

    def _require_key(self, key: str, group: str) -> None:
        """Raises the service's own error unless it can use the key, and the caller can through it."""
        arn = f"arn:{self.partition}:logs:{self.region}:{self.current_account}:log-group:{group}"
        context = {"aws:logs:arn": arn}
        own = in_its_own_name(self._principal, _USES, {}, context)
        refused = refusal(key, self.current_account, self.region, own) if ":key/" in key else _NO_ARN
        if refused:
            self._refuse(
                refused, group, f"The specified KMS key does not exist or is not allowed to be used with Arn '{arn}'"
            )
        forwarded = on_behalf_of(self._caller(), f"logs.{self.region}", ("kms:DescribeKey", *_USES), context)
        refused = refusal(key, self.current_account, self.region, forwarded)
        if refused:
            self._refuse(refused, group, refused.message)

    @property
    def _principal(self) -> str:
        """In China it has China's suffix, other than the service's name in `kms:ViaService`."""
        return f"logs.{self.region}.amazonaws.com" + (".cn" if self.partition == "aws-cn" else "")

    def _caller(self) -> IamCaller:
        return signed_caller(self, JsonRESTError("UnrecognizedClientException", UNKNOWN))

    def _refuse(self, refused: Refused, group: str, denied: str) -> NoReturn:
        leave_note(self.normalized_request.environ, refused.note or refused.message)
        if refused.code == "AccessDeniedException":
            raise JsonRESTError(refused.code, denied)
        raise InvalidParameterException(f"The specified KMS Key Id could not be found. '{group}'")


_NO_ARN = Refused("NotFoundException", "a log group takes a key by its ARN only", "")
