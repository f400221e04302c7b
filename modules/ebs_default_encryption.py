"""EBS encryption by default in one region."""

from cdktf import TerraformProvider
from cdktf_cdktf_provider_aws.ebs_default_kms_key import EbsDefaultKmsKey
from cdktf_cdktf_provider_aws.ebs_encryption_by_default import EbsEncryptionByDefault
from constructs import Construct

from baseline.features.ebs_default_encryption import EbsDefaultEncryption
from modules.resources import key_arn, named


def ebs_default_encryption(scope: Construct, part: EbsDefaultEncryption, provider: TerraformProvider) -> None:
    """First the default key, which waits for the key and its policy, then the switch."""
    default_key = named(
        EbsDefaultKmsKey(scope, f"ebs_default_key_{part.name}", provider=provider, key_arn=key_arn(part.key)), part.name
    )
    named(
        EbsEncryptionByDefault(
            scope, f"ebs_encryption_{part.name}", provider=provider, enabled=True, depends_on=[default_key]
        ),
        part.name,
    )
