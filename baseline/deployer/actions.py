"""Which actions the deployment role needs for each type of Terraform resource, and on what.

The actions are those that the Terraform AWS provider and this program call, in IAM's spelling; which resources and
condition keys each of them knows is in AWS's Service Authorization Reference. An action that knows no resource needs
`*`. A test holds the list against what deployments into the embedded AWS called, in both directions.
https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

from collections.abc import Mapping
from typing import NamedTuple

from baseline.features.backup_roles import TO_BACK_UP, TO_RESTORE
from baseline.features.recorder import AWSS_OWN_ROLE, OF_RECORDERS
from baseline.iam.access import When
from baseline.names import MANAGED_BY


class Scope(NamedTuple):
    """On what actions are allowed: a statement of the role's policy."""

    sid: str
    resources: tuple[str, ...]
    """Patterns of ARNs with `{partition}`, `{account}` and `{namespace}`; `{called}`: each name in AWS."""
    conditions: tuple[When, ...] = ()
    named_by: str = ""
    """The type of the resources whose names these are."""


def _in_account(service: str, resource: str, region: str = "*") -> str:
    return f"arn:{{partition}}:{service}:{region}:{{account}}:{resource}"


ANYTHING = Scope("ActionsWithoutResources", ("*",))
NEW_KEYS = Scope("NewKeys", ("*",), (When("StringEquals", "aws:RequestTag/managed-by", (MANAGED_BY,)),))
"""A key that does not exist has no ARN; what it must be called is known."""
KEYS = Scope("Keys", (_in_account("kms", "key/*"),))
ALIASES = Scope("Aliases", (_in_account("kms", "alias/{namespace}/*"), _in_account("kms", "key/*")))
"""KMS asks for the action on both: https://docs.aws.amazon.com/kms/latest/developerguide/alias-access.html"""
PARAMETERS = Scope("Parameters", (_in_account("ssm", "parameter/{namespace}/*"),))
LOG_GROUPS = Scope(
    "LogGroups",
    (_in_account("logs", "log-group:{called}"), _in_account("logs", "log-group:{called}:*")),
    named_by="aws_cloudwatch_log_group",
)
TOPICS = Scope("Topics", (_in_account("sns", "{called}"),), named_by="aws_sns_topic")
BUDGETS = Scope("Budgets", (_in_account("budgets", "budget/{called}", region=""),), named_by="aws_budgets_budget")
RULES = Scope("ConfigRules", (_in_account("config", "config-rule/*"),))
"""Their ARNs end in IDs that AWS makes; so do the next two."""
REMEDIATIONS = Scope("Remediations", (_in_account("config", "remediation-configuration/*"),))
RECORDERS = Scope("Recorders", (_in_account("config", "configuration-recorder/{namespace}-recorder/*"),))
DOCUMENTS = Scope("Documents", (_in_account("ssm", "document/{called}"),), named_by="aws_ssm_document")
ROLES = Scope("Roles", (_in_account("iam", "role/{called}", region=""),), named_by="aws_iam_role")
_AWSS_POLICIES = (*TO_BACK_UP.values(), *TO_RESTORE.values(), OF_RECORDERS)
POLICIES_OF_AWS = ROLES._replace(
    sid="PoliciesOfAws",
    conditions=(
        When(
            "ArnEquals", "iam:PolicyARN", tuple(f"arn:{{partition}}:iam::aws:policy/{name}" for name in _AWSS_POLICIES)
        ),
    ),
)
VAULTS = Scope("Vaults", (_in_account("backup", "backup-vault:{namespace}"),))
PLANS = Scope("BackupPlans", (_in_account("backup", "backup-plan:*"),))
TRAILS = Scope("Trails", (_in_account("cloudtrail", "trail/{namespace}"),))
EVENT_RULES = Scope("EventRules", (_in_account("events", "rule/{called}"),), named_by="aws_cloudwatch_event_rule")
BUCKETS = Scope("Buckets", ("arn:{partition}:s3:::{called}",), named_by="aws_s3_bucket")

_OF_ROLES = "iam:GetRole iam:PassRole"
_BUCKET_READ = (
    "s3:GetAccelerateConfiguration s3:GetBucketAcl s3:GetBucketCORS s3:GetBucketLogging s3:GetBucketObjectLockConfiguration "
    "s3:GetBucketPolicy s3:GetBucketRequestPayment s3:GetBucketTagging s3:GetBucketVersioning s3:GetBucketWebsite "
    "s3:GetEncryptionConfiguration s3:GetLifecycleConfiguration s3:GetReplicationConfiguration s3:ListBucket"
)
ACTIONS: Mapping[str, Mapping[Scope, str]] = {
    "aws_kms_key": {
        NEW_KEYS: "kms:CreateKey",
        KEYS: "kms:DescribeKey kms:DisableKeyRotation kms:EnableKey kms:EnableKeyRotation kms:GetKeyPolicy "
        "kms:GetKeyRotationStatus kms:ListGrants kms:ListKeyPolicies kms:ListResourceTags kms:PutKeyPolicy "
        "kms:TagResource kms:UntagResource kms:UpdateKeyDescription",
        ANYTHING: "kms:ListAliases kms:ListKeys",
    },
    "aws_kms_alias": {ALIASES: "kms:CreateAlias kms:DeleteAlias kms:UpdateAlias"},
    "aws_ssm_parameter": {
        PARAMETERS: "ssm:AddTagsToResource ssm:DeleteParameter ssm:GetParameter ssm:GetParameters "
        "ssm:ListTagsForResource ssm:PutParameter ssm:RemoveTagsFromResource",
        ANYTHING: "ssm:DescribeParameters",
    },
    "aws_ebs_encryption_by_default": {ANYTHING: "ec2:EnableEbsEncryptionByDefault ec2:GetEbsEncryptionByDefault"},
    "aws_ebs_default_kms_key": {ANYTHING: "ec2:GetEbsDefaultKmsKeyId ec2:ModifyEbsDefaultKmsKeyId"},
    "aws_cloudwatch_log_group": {
        LOG_GROUPS: "logs:AssociateKmsKey logs:CreateLogGroup logs:ListTagsForResource "
        "logs:PutRetentionPolicy logs:TagResource logs:UntagResource",
        ANYTHING: "logs:DescribeLogGroups",
    },
    "aws_sns_topic": {
        TOPICS: "sns:CreateTopic sns:GetTopicAttributes sns:ListTagsForResource sns:SetTopicAttributes sns:TagResource "
        "sns:UntagResource",
    },
    "aws_sns_topic_policy": {},
    "aws_sns_topic_subscription": {
        TOPICS: "sns:Subscribe",
        ANYTHING: "sns:GetSubscriptionAttributes sns:Unsubscribe",
    },
    "aws_budgets_budget": {
        BUDGETS: "budgets:ListTagsForResource budgets:ModifyBudget budgets:TagResource budgets:UntagResource "
        "budgets:ViewBudget"
    },
    "aws_config_config_rule": {
        RULES: "config:DeleteConfigRule config:ListTagsForResource config:PutConfigRule config:TagResource "
        "config:UntagResource",
        ANYTHING: "config:DescribeConfigRules",
    },
    "aws_config_remediation_configuration": {
        REMEDIATIONS: "config:DeleteRemediationConfiguration config:DescribeRemediationConfigurations "
        "config:PutRemediationConfigurations",
        ROLES: "iam:PassRole",
    },
    "aws_config_configuration_recorder": {
        RECORDERS: "config:PutConfigurationRecorder",
        ANYTHING: "config:DescribeConfigurationRecorderStatus config:DescribeConfigurationRecorders",
        ROLES: _OF_ROLES,
    },
    "aws_config_configuration_recorder_status": {RECORDERS: "config:StartConfigurationRecorder"},
    "aws_config_delivery_channel": {ANYTHING: "config:DescribeDeliveryChannels config:PutDeliveryChannel"},
    "aws_ssm_document": {
        DOCUMENTS: "ssm:AddTagsToResource ssm:CreateDocument ssm:DeleteDocument ssm:DescribeDocument "
        "ssm:DescribeDocumentPermission ssm:GetDocument ssm:ListTagsForResource ssm:RemoveTagsFromResource "
        "ssm:UpdateDocument ssm:UpdateDocumentDefaultVersion"
    },
    "aws_iam_role": {
        ROLES: "iam:CreateRole iam:DeleteRole iam:GetRole iam:ListAttachedRolePolicies iam:ListInstanceProfilesForRole "
        "iam:ListRolePolicies iam:TagRole iam:UntagRole iam:UpdateAssumeRolePolicy iam:UpdateRole"
    },
    "aws_iam_role_policy": {ROLES: "iam:DeleteRolePolicy iam:GetRolePolicy iam:PutRolePolicy"},
    "aws_iam_role_policy_attachment": {
        ROLES: "iam:ListAttachedRolePolicies",
        POLICIES_OF_AWS: "iam:AttachRolePolicy iam:DetachRolePolicy",
    },
    "aws_backup_vault": {
        VAULTS: "backup:CreateBackupVault backup:DescribeBackupVault backup:ListTags backup:TagResource backup:UntagResource",
        ANYTHING: "backup-storage:MountCapsule",
    },
    "aws_backup_vault_policy": {
        VAULTS: "backup:DeleteBackupVaultAccessPolicy backup:GetBackupVaultAccessPolicy backup:PutBackupVaultAccessPolicy"
    },
    "aws_backup_plan": {
        PLANS: "backup:CreateBackupPlan backup:DeleteBackupPlan backup:GetBackupPlan backup:ListTags backup:TagResource "
        "backup:UntagResource backup:UpdateBackupPlan",
        ANYTHING: "backup:ListBackupPlans",
    },
    "aws_backup_selection": {
        PLANS: "backup:CreateBackupSelection backup:DeleteBackupSelection backup:GetBackupSelection "
        "backup:ListBackupSelections",
        ROLES: "iam:PassRole",
    },
    "aws_cloudwatch_event_rule": {
        EVENT_RULES: "events:DeleteRule events:DescribeRule events:ListTagsForResource events:PutRule events:TagResource "
        "events:UntagResource"
    },
    "aws_cloudwatch_event_target": {EVENT_RULES: "events:ListTargetsByRule events:PutTargets events:RemoveTargets"},
    "aws_cloudtrail": {
        TRAILS: "cloudtrail:AddTags cloudtrail:CreateTrail cloudtrail:GetEventSelectors cloudtrail:GetInsightSelectors "
        "cloudtrail:GetTrailStatus cloudtrail:ListTags cloudtrail:RemoveTags cloudtrail:StartLogging "
        "cloudtrail:UpdateTrail",
        ANYTHING: "cloudtrail:DescribeTrails",
    },
    "aws_s3_bucket": {BUCKETS: f"s3:CreateBucket s3:PutBucketTagging {_BUCKET_READ}"},
    "aws_s3_bucket_lifecycle_configuration": {BUCKETS: "s3:PutLifecycleConfiguration"},
    "aws_s3_bucket_ownership_controls": {BUCKETS: "s3:GetBucketOwnershipControls s3:PutBucketOwnershipControls"},
    "aws_s3_bucket_policy": {BUCKETS: "s3:PutBucketPolicy"},
    "aws_s3_bucket_public_access_block": {BUCKETS: "s3:GetBucketPublicAccessBlock s3:PutBucketPublicAccessBlock"},
    "aws_s3_bucket_server_side_encryption_configuration": {BUCKETS: "s3:PutEncryptionConfiguration"},
    "aws_s3_bucket_versioning": {BUCKETS: "s3:PutBucketVersioning"},
}
"""By type of Terraform resource. What changes, deletes and imports one is in it, since a deployment may do either."""
DISABLING = {KEYS: "kms:DisableKey"}
"""While an entry of `retired` says `then: disable`."""
RECORDER_ROLE = Scope("RecorderRole", (_in_account("iam", AWSS_OWN_ROLE, region=""),))
LINKED_ROLES = Scope("ServiceLinkedRoles", (_in_account("iam", "role/aws-service-role/*", region=""),))
"""Which services' roles may be made is a condition of the statement."""
