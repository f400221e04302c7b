"""What tells people of failed backup jobs."""

from cdktf import TerraformProvider
from cdktf_cdktf_provider_aws.cloudwatch_event_rule import CloudwatchEventRule
from cdktf_cdktf_provider_aws.cloudwatch_event_target import CloudwatchEventTarget
from constructs import Construct

from baseline.features.backup_failures import BackupFailures
from modules.resources import named
from modules.topics import topic


def backup_failures(scope: Construct, failures: BackupFailures, key: str, provider: TerraformProvider) -> None:
    """The topic that is encrypted with the key at this address, and the rule that waits for the topic's policy.

    Without a role: EventBridge says that with one it may not deliver to an encrypted topic.
    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html
    """
    address = failures.address
    topic(scope, failures.topic, key, provider)
    named(
        CloudwatchEventRule(
            scope,
            f"backup_failures_rule_{address}",
            provider=provider,
            name=failures.name,
            description="Jobs of AWS Backup that failed",
            event_pattern=failures.pattern,
        ),
        address,
    )
    named(
        CloudwatchEventTarget(
            scope,
            f"backup_failures_target_{address}",
            provider=provider,
            target_id=failures.name,  # else the provider makes one up, and a rebuilt state adds a second target
            rule=f"${{aws_cloudwatch_event_rule.{address}.name}}",
            arn=f"${{aws_sns_topic_policy.{address}.arn}}",
        ),
        address,
    )
