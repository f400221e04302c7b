"""The table of regions, against what AWS's own SDK knows."""

import botocore.session
import pytest

from baseline.regions import PARTITIONS, is_opt_in, partition_of, via_service


@pytest.mark.parametrize("partition", PARTITIONS)
def test_the_table_has_the_regions_in_which_the_sdk_knows_kms(partition: str) -> None:
    """A region that AWS opens comes into the table with the version of the SDK that brings it."""
    known = botocore.session.get_session().get_available_regions("kms", partition_name=partition)
    assert set(known) == set(PARTITIONS[partition].all_regions)


def test_a_region_belongs_to_one_partition_and_is_listed_once() -> None:
    every = [region for partition in PARTITIONS.values() for region in partition.all_regions]
    assert len(set(every)) == len(every) == 17 + 17 + 2 + 2


@pytest.mark.parametrize("partition", PARTITIONS)
def test_a_region_tells_its_partition(partition: str) -> None:
    for region in PARTITIONS[partition].all_regions:
        assert partition_of(region) is PARTITIONS[partition]


@pytest.mark.parametrize("written", ["", "eu-west", "eu-west-9", "EU-WEST-2", "eu_west_2", "us-iso-east-1", "global"])
def test_what_is_no_region_has_no_partition(written: str) -> None:
    assert partition_of(written) is None
    assert not is_opt_in(written)


@pytest.mark.parametrize(
    ("region", "opt_in"),
    [
        ("us-east-1", False),
        ("eu-north-1", False),
        ("ap-northeast-3", False),
        ("af-south-1", True),
        ("eu-central-2", True),
        ("me-central-1", True),
        ("cn-northwest-1", False),
        ("us-gov-east-1", False),
    ],
)
def test_regions_that_came_after_march_2019_must_be_enabled(region: str, opt_in: bool) -> None:
    """But for Osaka, which is enabled in every account, and for the other partitions, which know no such thing.

    https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-regions.html
    """
    assert is_opt_in(region) == opt_in


def test_a_service_is_spelled_alike_in_every_partition_but_for_logs_in_china() -> None:
    assert via_service("ec2", "eu-west-2") == "ec2.eu-west-2.amazonaws.com"
    assert via_service("sns", "cn-north-1") == "sns.cn-north-1.amazonaws.com"
    suffixes = {name: partition.logs_suffix for name, partition in PARTITIONS.items()}
    assert suffixes == {"aws": "amazonaws.com", "aws-cn": "amazonaws.com.cn", "aws-us-gov": "amazonaws.com"}
