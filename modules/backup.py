"""The backup vault of one region, the plan that fills it, and the role that works for the plan."""

from cdktf import TerraformProvider, TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.backup_plan import BackupPlan, BackupPlanRule, BackupPlanRuleLifecycle
from cdktf_cdktf_provider_aws.backup_selection import BackupSelection, BackupSelectionSelectionTag
from cdktf_cdktf_provider_aws.backup_vault import BackupVault
from cdktf_cdktf_provider_aws.iam_role_policy_attachment import IamRolePolicyAttachment
from constructs import Construct

from baseline.features.backup import COMPLETION_WINDOW_MINUTES, START_WINDOW_MINUTES, Backup
from modules.resources import key_arn, literal, named
from modules.roles import role, role_name


def backup(scope: Construct, part: Backup, provider: TerraformProvider) -> None:
    """The vault stays when the feature is switched off; what fills it goes."""
    named(
        BackupVault(
            scope,
            f"backup_vault_{part.name}",
            provider=provider,
            name=part.vault,
            kms_key_arn=key_arn(part.key),
            lifecycle=TerraformResourceLifecycle(prevent_destroy=True),
        ),
        part.name,
    )
    _plan(scope, part, provider)
    role(
        scope,
        "backup_role",
        part.name,
        provider,
        name=part.role,
        trust=part.trust,
        policy=("keys", part.key_policy(key_arn(part.key), key_arn(part.ebs_key))),
    )
    for attachment, policy in part.managed_policies():
        named(
            IamRolePolicyAttachment(
                scope, f"backup_role_{attachment}", provider=provider, role=role_name(part.name), policy_arn=policy
            ),
            attachment,
        )


def _plan(scope: Construct, part: Backup, provider: TerraformProvider) -> None:
    rule = BackupPlanRule(
        rule_name=part.vault,
        target_vault_name=f"${{aws_backup_vault.{part.name}.name}}",
        schedule=part.schedule,
        start_window=START_WINDOW_MINUTES,
        completion_window=COMPLETION_WINDOW_MINUTES,
        lifecycle=BackupPlanRuleLifecycle(cold_storage_after=part.cold_after_days, delete_after=part.delete_after_days),
    )
    named(
        BackupPlan(scope, f"backup_plan_{part.name}", provider=provider, name=part.vault, rule=[rule]),
        part.name,
    )
    key, value = (literal(text) for text in part.selection_tag)
    named(
        BackupSelection(
            scope,
            f"backup_selection_{part.name}",
            provider=provider,
            name=part.vault,
            plan_id=f"${{aws_backup_plan.{part.name}.id}}",
            iam_role_arn=f"${{aws_iam_role.{part.name}.arn}}",
            selection_tag=[BackupSelectionSelectionTag(type="STRINGEQUALS", key=key, value=value)],
        ),
        part.name,
    )
