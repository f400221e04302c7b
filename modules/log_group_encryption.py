"""The rule on log groups of one region, and what remediates it."""

from cdktf import ITerraformDependable, TerraformProvider
from cdktf_cdktf_provider_aws.config_config_rule import ConfigConfigRule, ConfigConfigRuleSource
from cdktf_cdktf_provider_aws.config_remediation_configuration import (
    ConfigRemediationConfiguration,
    ConfigRemediationConfigurationExecutionControls,
    ConfigRemediationConfigurationExecutionControlsSsmControls,
    ConfigRemediationConfigurationParameter,
)
from cdktf_cdktf_provider_aws.ssm_document import SsmDocument
from constructs import Construct

from baseline.features.log_group_encryption import IDENTIFIER, LogGroupEncryption
from baseline.features.remediation import CONCURRENT_PERCENTAGE, ERROR_PERCENTAGE, RESOURCE_TYPE, Remediation
from modules.recorder import recorder
from modules.resources import key_arn, literal, named
from modules.roles import role


def log_group_encryption(scope: Construct, part: LogGroupEncryption, provider: TerraformProvider) -> None:
    """The recorder first, if it is ours: AWS takes no rule without one."""
    records = [recorder(scope, part.recorder, provider)] if part.recorder else None
    named(
        ConfigConfigRule(
            scope,
            f"config_rule_{part.name}",
            provider=provider,
            name=part.rule,
            description="Log groups are encrypted with a KMS key",
            source=ConfigConfigRuleSource(owner="AWS", source_identifier=IDENTIFIER),
            maximum_execution_frequency=part.frequency,
            input_parameters=part.input_parameters(key_arn(part.key)),
            depends_on=records,
        ),
        part.name,
    )
    if part.remediation:
        _remediation(scope, part, part.remediation, provider)


def _remediation(
    scope: Construct, part: LogGroupEncryption, remediation: Remediation, provider: TerraformProvider
) -> None:
    """The runbook and its role, then the configuration that names both."""
    address = remediation.address
    named(
        SsmDocument(
            scope,
            f"document_{address}",
            provider=provider,
            name=remediation.document,
            document_type="Automation",
            document_format="JSON",
            content=literal(remediation.content),
        ),
        address,
    )
    permissions = role(
        scope,
        "role",
        address,
        provider,
        name=remediation.role_name,
        trust=remediation.trust,
        policy=("encrypt-log-groups", remediation.permissions(key_arn(part.key))),
        description=f"Automation encrypts log groups with it in {remediation.site.region}",
    )
    _configuration(scope, part, remediation, permissions, provider)


def _configuration(
    scope: Construct,
    part: LogGroupEncryption,
    remediation: Remediation,
    permissions: ITerraformDependable,
    provider: TerraformProvider,
) -> None:
    """It names the runbook's version too, so that it is put again when the runbook changes, as AWS demands.

    https://docs.aws.amazon.com/config/latest/APIReference/API_PutRemediationConfigurations.html
    """
    address = remediation.address
    parameters = remediation.parameters(f"${{aws_iam_role.{address}.arn}}", key_arn(part.key))
    named(
        ConfigRemediationConfiguration(
            scope,
            f"remediation_{address}",
            provider=provider,
            config_rule_name=f"${{aws_config_config_rule.{part.name}.name}}",
            resource_type=RESOURCE_TYPE,
            target_type="SSM_DOCUMENT",
            target_id=f"${{aws_ssm_document.{address}.name}}",
            target_version=f"${{aws_ssm_document.{address}.latest_version}}",
            parameter=[
                ConfigRemediationConfigurationParameter(
                    name=name, static_value=value, resource_value=None if value else "RESOURCE_ID"
                )
                for name, value in parameters
            ],
            automatic=remediation.automatic,
            maximum_automatic_attempts=remediation.attempts if remediation.automatic else None,
            retry_attempt_seconds=remediation.retry_seconds if remediation.automatic else None,
            execution_controls=_rates() if remediation.automatic else None,
            depends_on=[permissions],
        ),
        address,
    )


def _rates() -> ConfigRemediationConfigurationExecutionControls:
    return ConfigRemediationConfigurationExecutionControls(
        ssm_controls=ConfigRemediationConfigurationExecutionControlsSsmControls(
            concurrent_execution_rate_percentage=CONCURRENT_PERCENTAGE, error_percentage=ERROR_PERCENTAGE
        )
    )
