"""By what Terraform imports a resource: an ID made of what its arguments say and of where it is.

Each type's page in the provider's documentation says so, under "Import":
https://registry.terraform.io/providers/hashicorp/aws/5.100.0/docs
"""

from collections.abc import Mapping

_OF_BUCKET = (
    "aws_s3_bucket",
    "aws_s3_bucket_lifecycle_configuration",
    "aws_s3_bucket_ownership_controls",
    "aws_s3_bucket_policy",
    "aws_s3_bucket_public_access_block",
    "aws_s3_bucket_server_side_encryption_configuration",
    "aws_s3_bucket_versioning",
)
_BY_NAME = (
    "aws_backup_vault",
    "aws_cloudwatch_event_rule",
    "aws_cloudwatch_log_group",
    "aws_config_config_rule",
    "aws_config_configuration_recorder",
    "aws_config_configuration_recorder_status",
    "aws_config_delivery_channel",
    "aws_iam_role",
    "aws_ssm_document",
)
_IDS: Mapping[str, str] = {
    **dict.fromkeys(_OF_BUCKET, "{bucket}"),
    **dict.fromkeys(_BY_NAME, "{name}"),
    "aws_backup_plan": "{plan_id}",
    "aws_backup_selection": "{plan_id}|{selection_id}",
    "aws_backup_vault_policy": "{backup_vault_name}",
    "aws_budgets_budget": "{account_id}:{name}",
    "aws_cloudtrail": "arn:{partition}:cloudtrail:{region}:{account_id}:trail/{name}",
    "aws_cloudwatch_event_target": "{rule}/{target_id}",
    "aws_config_remediation_configuration": "{config_rule_name}",
    "aws_ebs_default_kms_key": "{key_arn}",
    "aws_ebs_encryption_by_default": "default",
    "aws_iam_role_policy": "{role}:{name}",
    "aws_iam_role_policy_attachment": "{role}/{policy_arn}",
    "aws_sns_topic": "arn:{partition}:sns:{region}:{account_id}:{name}",
    "aws_sns_topic_policy": "{arn}",
}
"""Subscriptions are not here: SNS answers a second Subscribe of one endpoint with the subscription that is there, and
its ARN cannot be told before. https://docs.aws.amazon.com/sns/latest/api/API_Subscribe.html"""


def import_id(type: str, arguments: Mapping[str, str], partition: str, account_id: str, region: str) -> str | None:
    """The ID of a resource, from those of its arguments that are known; None where it cannot be told from them."""
    place = {"partition": partition, "account_id": account_id, "region": region}
    template = _IDS.get(type)
    try:
        return template.format_map({**arguments, **place}) if template else None
    except KeyError:
        return None
