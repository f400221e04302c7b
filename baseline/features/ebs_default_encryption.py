"""EBS encryption by default: every new volume of a region is encrypted with the region's EBS key."""

from collections.abc import Iterator
from dataclasses import dataclass

from baseline import names
from baseline.features.feature import Feature, FeatureSettings, KeyUse, Part, Resource, Site, Thing
from baseline.regions import via_service


class EbsDefaultEncryptionSettings(FeatureSettings):
    """There is nothing to choose: the switch and the key belong together."""


@dataclass(frozen=True, kw_only=True)
class EbsDefaultEncryption(Part):
    """The switch and the default key of one region.

    AWS checks the key when a volume is made, not when it becomes the default:
    https://docs.aws.amazon.com/ebs/latest/userguide/encryption-by-default.html
    """

    name: str
    key: str

    def resources(self) -> Iterator[Resource]:
        # Forgotten, not destroyed: switching the feature off never switches encryption off.
        yield Resource("aws_ebs_default_kms_key", self.name, "forget")
        yield Resource("aws_ebs_encryption_by_default", self.name, "forget")

    def things(self) -> Iterator[Thing]:
        yield Thing("volumes", self.site.region, self.key)

    def uses(self) -> Iterator[KeyUse]:
        """https://docs.aws.amazon.com/ebs/latest/userguide/ebs-encryption-requirements.html"""
        via = {"kms:ViaService": via_service("ec2", self.site.region)}
        anyone = self.site.deployer
        actions = ("kms:GenerateDataKeyWithoutPlaintext", "kms:Decrypt", "kms:ReEncryptFrom", "kms:ReEncryptTo")
        yield KeyUse(
            what="EC2 makes volumes for whoever launches an instance",
            key=self.key,
            caller=anyone,
            actions=(*actions, "kms:DescribeKey"),
            context=via,
        )
        yield KeyUse(
            what="EC2 attaches volumes for whoever launches an instance",
            key=self.key,
            caller=anyone,
            actions=("kms:CreateGrant",),
            context={**via, "kms:GrantIsForAWSResource": "true"},
        )


def _build(_settings: EbsDefaultEncryptionSettings, site: Site) -> EbsDefaultEncryption:
    return EbsDefaultEncryption(site=site, name=names.underscored(site.region), key=site.key("ebs"))


EBS_DEFAULT_ENCRYPTION = Feature(
    name="ebs_default_encryption",
    title="EBS encryption by default",
    place="every region",
    settings=EbsDefaultEncryptionSettings,
    build=_build,
)
