"""Everything that features make can be imported by an ID that follows from its arguments."""

from baseline.import_ids import import_id
from tests.conftest import inventory
from tests.deployed.configurations import ON

PLACE = ("aws-us-gov", "222222222222", "us-gov-west-1")
NOT_BY_ARGUMENTS = {"aws_sns_topic_subscription"}


_EVERY = "arn backup_vault_name bucket config_rule_name key_arn name plan_id policy_arn role rule selection_id target_id".split()
ARGUMENTS = {name: f"<{name}>" for name in _EVERY}


def test_every_type_of_every_feature_has_one() -> None:
    types = {resource.type for stack in inventory(ON).stacks for part in stack.parts for resource in part.resources()}
    assert len(types) > 20
    assert {type for type in types if not import_id(type, ARGUMENTS, *PLACE)} == NOT_BY_ARGUMENTS


def test_it_is_of_the_resources_own_partition_account_and_region() -> None:
    assert import_id("aws_sns_topic", {"name": "a"}, *PLACE) == "arn:aws-us-gov:sns:us-gov-west-1:222222222222:a"
    assert import_id("aws_budgets_budget", {"name": "a"}, *PLACE) == "222222222222:a"


def test_what_is_not_known_yet_is_not_guessed() -> None:
    assert import_id("aws_ebs_default_kms_key", {}, *PLACE) is None
    assert import_id("aws_iam_role_policy", {"role": "a"}, *PLACE) is None
    assert import_id("aws_of_a_later_version", ARGUMENTS, *PLACE) is None


def test_braces_in_a_name_are_no_template() -> None:
    assert import_id("aws_cloudwatch_log_group", {"name": "{bucket}"}, *PLACE) == "{bucket}"
