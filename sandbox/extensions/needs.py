"""Which IAM actions a call needs, and on what: what the Service Authorization Reference says of those that are known here.

https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
Mostly the action is called as the operation. S3 and Budgets have words of their own, and some calls need more than one:
https://docs.aws.amazon.com/AmazonS3/latest/API/s3-api-permissions.html
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

EVERYTHING = "*"
"""The resource of an action that knows none."""
NOTHING_NEEDED = frozenset({"sts:AssumeRole", "sts:GetCallerIdentity"})
"""The first is judged by the role's trust (`sts.py`), the second needs nothing."""
_BUCKET_WORDS = {
    "GetBucketAccelerateConfiguration": "GetAccelerateConfiguration",
    "GetBucketCors": "GetBucketCORS",
    "GetBucketEncryption": "GetEncryptionConfiguration",
    "GetBucketLifecycle": "GetLifecycleConfiguration",
    "GetBucketReplication": "GetReplicationConfiguration",
    "GetObjectLockConfiguration": "GetBucketObjectLockConfiguration",
    "GetPublicAccessBlock": "GetBucketPublicAccessBlock",
    "HeadBucket": "ListBucket",
    "PutBucketEncryption": "PutEncryptionConfiguration",
    "PutBucketLifecycle": "PutLifecycleConfiguration",
    "PutPublicAccessBlock": "PutBucketPublicAccessBlock",
}
_TAGGING = {
    "backup": "backup:TagResource",
    "budgets": "budgets:TagResource",
    "cloudtrail": "cloudtrail:AddTags",
    "config": "config:TagResource",
    "events": "events:TagResource",
    "iam": "iam:TagRole",
    "kms": "kms:TagResource",
    "logs": "logs:TagResource",
    "sns": "sns:TagResource",
    "ssm": "ssm:AddTagsToResource",
}
"""What a call that makes something with tags needs besides, by service."""
_TAGS = ("Tags", "tags", "TagsList", "ResourceTags", "BackupVaultTags", "BackupPlanTags")
_WITHOUT_RESOURCE = frozenset(
    "backup:ListBackupPlans cloudtrail:DescribeTrails config:DescribeConfigRules config:DescribeConfigurationRecorders "
    "config:DescribeConfigurationRecorderStatus config:DescribeDeliveryChannels config:PutDeliveryChannel kms:CreateKey "
    "kms:ListAliases kms:ListKeys logs:DescribeLogGroups sns:GetSubscriptionAttributes sns:Unsubscribe "
    "ssm:DescribeParameters".split()
)


class Need(NamedTuple):
    """One action that the caller must be allowed."""

    action: str
    resource: str
    context: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A call with what it asks for."""

    service: str
    operation: str
    region: str
    account: str
    partition: str
    values: Mapping[str, Any] = field(default_factory=dict)
    """Of its body, its form and its path, by name."""
    role_arn: Callable[[str], str]
    """The ARN of one of the account's roles by its name."""
    key_arn: Callable[[str], str]
    """The ARN of the key that an ID, an ARN or an alias names."""

    def arn(self, resource: str, *, regional: bool = True) -> str:
        """The ARN of something of the service."""
        return f"arn:{self.partition}:{self.service}:{self.region if regional else ''}:{self.account}:{resource}"

    def named(self, head: str, *names: str, regional: bool = True) -> str:
        """What one of these values names, by its name or by its ARN."""
        values = {**self.values, **self.values.get("Budget", {}), **self.values.get("NewBudget", {})}
        for name in names:
            if value := values.get(name):
                first = str(value[0] if isinstance(value, list) else value)
                return (
                    first.removesuffix(":*") if first.startswith("arn:") else self.arn(head + first, regional=regional)
                )
        return self.arn(head + "new", regional=regional)

    @property
    def tags(self) -> dict[str, str]:
        """The tags that it gives."""
        found: dict[str, str] = {}
        for name in _TAGS:
            given = self.values.get(name) or {}
            pairs = given.items() if isinstance(given, dict) else (_pair(tag) for tag in given)
            found |= dict(pairs)
        return found


def needs(asked: Asked) -> Iterator[Need]:
    """Raises LookupError for a service that is not known here."""
    name = f"{asked.service}:{asked.operation}"
    if name in NOTHING_NEEDED:
        return
    context = {f"aws:RequestTag/{key}": value for key, value in asked.tags.items()}
    resources = [EVERYTHING] if name in _WITHOUT_RESOURCE else list(_RESOURCES[asked.service](asked))
    if policy := asked.values.get("PolicyArn"):
        context["iam:PolicyARN"] = policy
    for resource in resources:
        yield Need(_action(asked), resource, context)
    if asked.tags and _action(asked) != (tagging := _TAGGING.get(asked.service)) and tagging:
        # A key that is being made has no ARN yet.
        yield Need(tagging, asked.arn("key/new") if name == "kms:CreateKey" else resources[0], context)
    yield from (Need("iam:PassRole", role) for role in _passed(asked))
    if asked.service == "cloudtrail" and asked.values.get("IsOrganizationTrail"):
        yield Need("organizations:ListAWSServiceAccessForOrganization", EVERYTHING)
    if name == "backup:CreateBackupVault":
        yield Need("backup-storage:MountCapsule", EVERYTHING)
    if name == "logs:CreateLogGroup" and asked.values.get("kmsKeyId"):
        yield Need("logs:AssociateKmsKey", resources[0])


def _pair(tag: Mapping[str, str]) -> tuple[str, str]:
    values = {name.lower(): value for name, value in tag.items()}
    return values.get("key", values.get("tagkey", "")), values.get("value", values.get("tagvalue", ""))


def _action(asked: Asked) -> str:
    if asked.service == "budgets" and not asked.operation.endswith(("TagResource", "TagsForResource", "UntagResource")):
        return "budgets:ViewBudget" if asked.operation.startswith("Describe") else "budgets:ModifyBudget"
    word = _BUCKET_WORDS.get(asked.operation, asked.operation) if asked.service == "s3" else asked.operation
    return f"{asked.service}:{word}"


def _passed(asked: Asked) -> Iterator[str]:
    """The roles that the call gives to a service."""
    if asked.service == "backup":
        yield from _known(asked.values.get("BackupSelection", {}).get("IamRoleArn"))
    if asked.service == "config":
        yield from _known(asked.values.get("ConfigurationRecorder", {}).get("roleARN"))
        for remediation in asked.values.get("RemediationConfigurations", ()):
            role = remediation.get("Parameters", {}).get("AutomationAssumeRole", {}).get("StaticValue", {})
            yield from role.get("Values", ())


def _known(role: str | None) -> Iterator[str]:
    if role:
        yield role


def _keys(asked: Asked) -> Iterator[str]:
    if alias := asked.values.get("AliasName"):
        yield asked.arn(alias)
        yield asked.key_arn(asked.values.get("TargetKeyId", alias))
    else:
        yield asked.key_arn(asked.values["KeyId"])


def _of_ssm(asked: Asked) -> Iterator[str]:
    values = asked.values
    is_document = "Document" in asked.operation or values.get("ResourceType") == "Document"
    for name in values.get("Names") or [values.get("Name") or values.get("ResourceId", "")]:
        yield asked.arn(f"document/{name}" if is_document else f"parameter/{name.lstrip('/')}")


def _of_config(asked: Asked) -> Iterator[str]:
    if "Remediation" in asked.operation:
        yield asked.arn("remediation-configuration/made-by-aws")
    elif "Recorder" in asked.operation:
        name = asked.values.get("ConfigurationRecorderName") or asked.values["ConfigurationRecorder"]["name"]
        yield asked.arn(f"configuration-recorder/{name}/made-by-aws")
    else:
        yield asked.named("config-rule/", "ResourceArn")


def _of_backup(asked: Asked) -> Iterator[str]:
    if arn := asked.values.get("ResourceArn") or asked.values.get("resourceArn"):
        yield arn
    elif "Vault" in asked.operation:
        yield asked.named("backup-vault:", "BackupVaultName", "backupVaultName")
    else:
        yield asked.named("backup-plan:", "BackupPlanId", "backupPlanId")


def _of_iam(asked: Asked) -> Iterator[str]:
    name = asked.values.get("RoleName", "")
    if asked.operation == "CreateRole":
        yield asked.arn(f"role{asked.values.get('Path', '/')}{name}", regional=False)
    else:
        yield asked.role_arn(name)


_RESOURCES: Mapping[str, Callable[[Asked], Iterator[str]]] = {
    "backup": _of_backup,
    "budgets": lambda a: iter([a.named("budget/", "ResourceARN", "BudgetName", regional=False)]),
    "cloudtrail": lambda a: iter([a.named("trail/", "Name", "TrailName", "ResourceId", "ResourceIdList")]),
    "config": _of_config,
    "ec2": lambda _: iter([EVERYTHING]),
    "events": lambda a: iter([a.named("rule/", "ResourceARN", "Rule", "Name")]),
    "iam": _of_iam,
    "kms": _keys,
    "logs": lambda a: iter([a.named("log-group:", "resourceArn", "logGroupName", "logGroupIdentifier")]),
    "s3": lambda a: iter([f"arn:{a.partition}:s3:::{a.values['Bucket']}"]),
    "sns": lambda a: iter([a.named("", "TopicArn", "ResourceArn", "Name")]),
    "ssm": _of_ssm,
}
