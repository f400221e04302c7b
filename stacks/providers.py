"""Providers: one an account and region, with its alias."""

from cdktf import TerraformStack

from baseline.inventory import Provider
from modules.aws import AwsProvider, AwsProviderAssumeRole, AwsProviderDefaultTags
from stacks.versions import REQUIRED_PROVIDER, REQUIRED_TERRAFORM


def require_versions(stack: TerraformStack) -> None:
    """Our own versions in place of the exact pin that the bindings write."""
    stack.add_override("terraform.required_version", REQUIRED_TERRAFORM)
    stack.add_override("terraform.required_providers.aws", REQUIRED_PROVIDER)


def regional_provider(stack: TerraformStack, provider: Provider) -> AwsProvider:
    """The provider of one region. `allowed_account_ids` refuses wrong credentials before anything is planned."""
    assume_role = AwsProviderAssumeRole(
        role_arn=provider.role, external_id=provider.external_id, session_name=provider.session_name
    )
    return AwsProvider(
        stack,
        f"provider_{provider.alias}",
        alias=provider.alias,
        region=provider.region,
        assume_role=[assume_role] if provider.role else None,
        sts_region=provider.sts_region,
        allowed_account_ids=[provider.account_id],
        default_tags=[AwsProviderDefaultTags(tags=dict(provider.tags))],
    )
