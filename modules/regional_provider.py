"""The provider of one region of one account."""

from cdktf import TerraformStack
from cdktf_cdktf_provider_aws.provider import AwsProvider, AwsProviderAssumeRole, AwsProviderDefaultTags

from baseline.inventory import Provider


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
