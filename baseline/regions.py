"""Partitions, their regions, and how service names are spelled there.

Sources: https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-regions.html (regions, opt-in),
https://github.com/boto/botocore (partitions), https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html
(`kms:ViaService` keeps `amazonaws.com` in every partition),
https://github.com/hashicorp/terraform-provider-aws/blob/main/internal/service/meta/service_principal_data_source.go
(of the services that we name, only CloudWatch Logs changes its suffix, and only in China).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Partition:
    """One of AWS's partitions: accounts, keys and ARNs never cross it."""

    name: str
    regions: tuple[str, ...]
    """Enabled in every account."""
    opt_in_regions: tuple[str, ...] = ()
    """Must be enabled in each account that uses them."""
    logs_suffix: str = "amazonaws.com"
    """How the service principal of CloudWatch Logs ends here."""

    @property
    def all_regions(self) -> tuple[str, ...]:
        return self.regions + self.opt_in_regions


AWS = Partition(
    name="aws",
    regions=tuple(
        "ap-northeast-1 ap-northeast-2 ap-northeast-3 ap-south-1 ap-southeast-1 ap-southeast-2 ca-central-1 "
        "eu-central-1 eu-north-1 eu-west-1 eu-west-2 eu-west-3 sa-east-1 us-east-1 us-east-2 us-west-1 us-west-2".split()
    ),
    opt_in_regions=tuple(
        "af-south-1 ap-east-1 ap-east-2 ap-south-2 ap-southeast-3 ap-southeast-4 ap-southeast-5 ap-southeast-6 "
        "ap-southeast-7 ca-west-1 eu-central-2 eu-south-1 eu-south-2 il-central-1 me-central-1 me-south-1 "
        "mx-central-1".split()
    ),
)
AWS_CN = Partition(name="aws-cn", regions=("cn-north-1", "cn-northwest-1"), logs_suffix="amazonaws.com.cn")
AWS_US_GOV = Partition(name="aws-us-gov", regions=("us-gov-east-1", "us-gov-west-1"))

PARTITIONS: Mapping[str, Partition] = {p.name: p for p in (AWS, AWS_CN, AWS_US_GOV)}


def partition_of(region: str) -> Partition | None:
    """The partition that has this region, or None for a region that nobody knows."""
    return next((p for p in PARTITIONS.values() if region in p.all_regions), None)


def is_opt_in(region: str) -> bool:
    """Whether an account must enable the region before anything in it can be used."""
    return any(region in p.opt_in_regions for p in PARTITIONS.values())


CallsFrom = Literal["own region", "every region", "other regions"]
"""From where a service reaches a key: the key's region, every enabled region of the account, or those but the key's."""


def via_service(service: str, region: str) -> str:
    """The value of `kms:ViaService` for a service in a region, the same in every partition."""
    return f"{service}.{region}.amazonaws.com"
