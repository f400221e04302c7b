"""What is said of policies that others published: what is expected, with the reason, and nothing else."""

from collections import Counter

import pytest

from baseline.found.validate import validate
from tests.found.corpus import CORPUS, Published
from tests.found.policies import A, R


@pytest.mark.parametrize("published", CORPUS, ids=[f"{each.family}: {each.name}" for each in CORPUS])
def test_a_published_policy_has_the_findings_expected_and_no_others(published: Published) -> None:
    assert {finding.kind.id for finding in validate(published.text, A, R)} == published.expected, published.why


def test_there_are_enough_of_each_family() -> None:
    families = Counter(each.family for each in CORPUS)
    assert len(CORPUS) >= 40
    assert len(families) == 4
    assert min(families.values()) >= 3
    assert len({(each.family, each.name) for each in CORPUS}) == len(CORPUS)
