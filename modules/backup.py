"""The backup vault of one region, the plan that fills it, the roles, and what tells of failures."""

from cdktf import ITerraformDependable, TerraformProvider, TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.backup_plan import BackupPlan, BackupPlanRule, BackupPlanRuleLifecycle
from cdktf_cdktf_provider_aws.backup_selection import BackupSelection, BackupSelectionSelectionTag
from cdktf_cdktf_provider_aws.backup_vault import BackupVault
from cdktf_cdktf_provider_aws.backup_vault_policy import BackupVaultPolicy
from constructs import Construct

from baseline.features.backup import COMPLETION_WINDOW_MINUTES, START_WINDOW_MINUTES, Backup
from modules.backup_failures import backup_failures
from modules.backup_roles import backup_role
from modules.resources import key_arn, literal, named


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
    if part.vault_policy:
        _sharing(scope, part, part.vault_policy, provider)
    _plan(scope, part, backup_role(scope, part.role, part, provider), provider)
    if part.restore_role:
        backup_role(scope, part.restore_role, part, provider)
    if part.failures:
        backup_failures(scope, part.failures, part.sns_key, provider)


def _sharing(scope: Construct, part: Backup, policy: str, provider: TerraformProvider) -> None:
    named(
        BackupVaultPolicy(
            scope,
            f"backup_vault_policy_{part.name}",
            provider=provider,
            backup_vault_name=f"${{aws_backup_vault.{part.name}.name}}",
            policy=policy,
        ),
        part.name,
    )


def _plan(scope: Construct, part: Backup, permissions: list[ITerraformDependable], provider: TerraformProvider) -> None:
    """The selection waits for all that its role may: AWS looks at its permissions when it is made.

    https://docs.aws.amazon.com/aws-backup/latest/devguide/assigning-resources.html
    """
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
            depends_on=permissions,
        ),
        part.name,
    )
