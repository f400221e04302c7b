"""Every default policy, and some others, against files that a person can read."""

import json

import pytest

from baseline.purposes import PURPOSES
from tests.expected_policies import FOLDER, REGIONS, RENEW, file, policies

POLICIES = dict(policies())


@pytest.mark.parametrize("name", POLICIES)
def test_the_policy_is_as_expected(name: str) -> None:
    """What differs on purpose is renewed by a command, and read before it is committed."""
    expected = json.loads(file(name).read_text(encoding="utf-8"))
    assert POLICIES[name].as_dict() == expected, f"if this is meant: {RENEW}"


@pytest.mark.parametrize("name", POLICIES)
def test_the_order_of_the_file_is_the_order_of_the_policy(name: str) -> None:
    """The text that AWS is given has the expected elements, statements and values in the same order."""
    expected = json.loads(file(name).read_text(encoding="utf-8"))
    assert POLICIES[name].render() == json.dumps(expected, separators=(",", ":"), ensure_ascii=False)


def test_every_purpose_has_a_policy_in_every_partition_and_no_file_is_left_over() -> None:
    files = {str(path.relative_to(FOLDER).with_suffix("")) for path in FOLDER.glob("*/*.json")}
    assert files == set(POLICIES)
    assert {f"{partition}/{purpose}" for partition in REGIONS for purpose in PURPOSES} <= files


@pytest.mark.parametrize("partition", REGIONS)
def test_every_arn_is_of_the_partition(partition: str) -> None:
    """And only CloudWatch Logs changes the end of its name in China."""
    for purpose in PURPOSES:
        written = file(f"{partition}/{purpose}").read_text(encoding="utf-8")
        assert written.count('"arn:') == written.count(f'"arn:{partition}:')
        assert ("amazonaws.com.cn" in written) == ((partition, purpose) == ("aws-cn", "logs"))
