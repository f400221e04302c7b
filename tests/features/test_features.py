"""What holds for every feature: who has it, and what becomes of what it made when it is switched off."""

import json
from pathlib import Path

import pytest

from baseline.errors import Mistakes
from baseline.expansion import expand
from baseline.features import FEATURES
from baseline.features.feature import Part
from baseline.inventory import Inventory
from baseline.lock_reading import parse_lock
from baseline.names import underscored
from tests.conftest import configuration, inventory
from tests.features.synthesis import TWO_BY_TWO, removed, resources, synthesize

GROUPS = "{groups: [{name: /baseline/automation}]}"
ON = TWO_BY_TWO + f"features: {{ebs_default_encryption: true, log_groups: {GROUPS}}}\n"


def parts(found: Inventory) -> list[Part]:
    return [part for stack in found.stacks for part in stack.parts]


def places(found: Inventory, feature: str) -> list[tuple[str, str]]:
    return [(part.site.account, part.site.region) for part in parts(found) if part.site.feature == feature]


def test_a_feature_is_built_where_it_is_on_and_nowhere_else() -> None:
    assert parts(inventory(TWO_BY_TWO)) == []
    everywhere = [(account, region) for account in ("data", "payer") for region in ("eu-west-2", "us-east-1")]
    assert places(inventory(ON), "ebs_default_encryption") == everywhere
    one = ON.replace('"033333333333"', '"033333333333", features: {ebs_default_encryption: false}')
    assert places(inventory(one), "ebs_default_encryption") == everywhere[2:]
    assert places(inventory(one), "log_groups") == everywhere


def test_an_accounts_settings_are_laid_over_those_of_the_organization_field_by_field() -> None:
    text = TWO_BY_TWO.replace('"033333333333"', '"033333333333", features: {log_groups: {retention_days: 30}}')
    found = inventory(text + "features: {log_groups: {groups: [{name: a}, {name: b, retention_days: 7}]}}\n")
    days = {
        (part.site.account, group.name): group.retention_days
        for part in parts(found)
        for group in part.groups  # type: ignore[attr-defined]
    }
    assert days == {("data", "a"): 30, ("data", "b"): 7, ("payer", "a"): 365, ("payer", "b"): 7}


def test_every_key_that_a_part_uses_is_of_its_own_region() -> None:
    every = ON.replace("features: {", "features: {" + ", ".join(f"{f}: true" for f in FEATURES if f not in ON) + ", ")
    for part in parts(inventory(every)):
        for use in part.uses():
            assert use.key.endswith(f"_{underscored(part.site.region)}")


def test_what_stays_is_recorded_in_the_lock_beside_the_keys_of_its_region() -> None:
    first = json.loads(inventory(ON).lock.render())["keys"][0]
    assert first["account_id"] == "033333333333"
    assert first["resources"] == [
        "aws_cloudwatch_log_group.log_group__baseline_automation_eu_west_2",
        "aws_ebs_default_kms_key.eu_west_2",
        "aws_ebs_encryption_by_default.eu_west_2",
    ]
    assert "resources" not in json.loads(inventory(TWO_BY_TWO).lock.render())["keys"][0]


def test_a_lock_is_read_as_it_was_written_and_two_branches_are_merged() -> None:
    on, off = inventory(ON).lock.render(), inventory(TWO_BY_TWO).lock.render()
    assert parse_lock(on, "lock").render() == on
    both = on.replace("null]}", off.partition("[\n")[2])
    assert parse_lock(both, "lock").render() == on


@pytest.mark.parametrize("written", ['"a.b"', '["aws_kms_key"]', '["aws_kms_key.a", 1]', '[".b"]', '["a.b c"]'])
def test_a_lock_with_something_else_than_addresses_is_refused(written: str) -> None:
    text = (
        inventory(TWO_BY_TWO).lock.render().replace('"stack": "data"}', f'"stack": "data", "resources": {written}}}', 1)
    )
    with pytest.raises(Mistakes, match=r"lock:2: keys\[0\]: .* are no Terraform addresses"):
        parse_lock(text, "lock")


def test_switched_off_a_feature_is_forgotten_and_nothing_of_it_is_destroyed(tmp_path: Path) -> None:
    """Switching a feature off never switches encryption off and never deletes data."""
    on = inventory(ON)
    stacks = synthesize(on, tmp_path)
    assert resources(stacks["data"], "aws_ebs_default_kms_key")["us_east_1"] == {
        "//": {"metadata": {"path": "data/ebs_default_key_us_east_1", "uniqueId": "us_east_1"}},
        "key_arn": "${aws_kms_alias.ebs_us_east_1.target_key_arn}",
        "provider": "aws.us_east_1",
    }
    switch = resources(stacks["data"], "aws_ebs_encryption_by_default")["us_east_1"]
    assert (switch["enabled"], switch["depends_on"]) == (True, ["aws_ebs_default_kms_key.us_east_1"])
    off = expand(configuration(TWO_BY_TWO).organization, on.lock)
    stacks = synthesize(off, tmp_path)
    for stack in stacks.values():
        assert set(removed(stack)) == {
            f"{type}.{region}"
            for region in ("eu_west_2", "us_east_1")
            for type in ("aws_ebs_default_kms_key", "aws_ebs_encryption_by_default")
        } | {
            f"aws_cloudwatch_log_group.log_group__baseline_automation_{region}" for region in ("eu_west_2", "us_east_1")
        }
        assert resources(stack, "aws_cloudwatch_log_group") == {}
    assert off.lock == on.lock


def test_switched_on_again_it_is_no_longer_forgotten() -> None:
    on = inventory(ON)
    off = expand(configuration(TWO_BY_TWO).organization, on.lock)
    again = expand(configuration(ON).organization, off.lock)
    assert [stack.forgotten for stack in again.stacks] == [(), ()]
    assert again.lock == on.lock


def test_of_an_account_that_is_gone_nothing_is_left_to_forget() -> None:
    on = inventory(ON)
    left = "".join(line for line in ON.splitlines(True) if "payer" not in line)
    gone = expand(configuration(left + 'retired: [{account: "111111111111", then: gone}]\n').organization, on.lock)
    assert [(stack.name, stack.forgotten) for stack in gone.stacks] == [("data", ())]


def test_a_region_that_goes_takes_its_features_along_and_nothing_is_destroyed() -> None:
    on = inventory(ON)
    one = ON.replace("[eu-west-2, us-east-1]", "[eu-west-2]")
    kept = one + "".join(
        f"{'retired:' if account == 'payer' else ''}\n  - {{account: {account}, region: us-east-1, then: keep}}"
        for account in ("payer", "data")
    )
    found = expand(configuration(kept).organization, on.lock)
    forgotten = set(found.stacks[0].forgotten)
    assert {"aws_ebs_default_kms_key.us_east_1", "aws_kms_key.ebs_us_east_1"} <= forgotten
    assert [provider.region for provider in found.stacks[0].providers] == ["eu-west-2", "us-east-1"]


def test_a_feature_whose_key_is_retired_is_refused_where_it_is_written() -> None:
    on = inventory(ON)
    text = ON + "retired: [{account: data, region: us-east-1, purpose: ebs, then: keep}]\n"
    with pytest.raises(Mistakes) as caught:
        expand(configuration(text).organization, on.lock)
    assert str(caught.value) == (
        "organization.yaml:6: features.ebs_default_encryption: the key `ebs_us_east_1` of `data`, which this feature "
        "uses, is retired by organization.yaml:7\n  help: switch the feature off there, or take the retirement back"
    )


@pytest.mark.parametrize(
    ("features", "message"),
    [
        ("ebs_default_encryption: {key: x}", "unknown field `key`\n  help: nothing can be set here"),
        ("log_groups: {groups: [{name: aws/x}]}", "not starting with aws/, got `aws/x`"),
        ("log_groups: {groups: [{name: 'a b'}]}", "must be 1 to 512 letters, digits or _/.#-"),
        ("log_groups: {groups: [{name: a, retention_days: 31}]}", "got `31`\n  help: the nearest is 30"),
        ("log_groups: {groups: [{name: a}, {name: a}]}", "log_groups.groups: the log group `a` is listed twice"),
        ("ebs_default_encrytpion: true", "unknown field `ebs_default_encrytpion`\n  help: did you mean"),
    ],
)
def test_a_wrong_setting_is_named_with_its_line(features: str, message: str) -> None:
    with pytest.raises(Mistakes) as caught:
        configuration(TWO_BY_TWO + f"features:\n  {features}\n")
    assert str(caught.value).startswith("organization.yaml:7: features.")
    assert message in str(caught.value)


def test_no_two_paths_have_one_terraform_name() -> None:
    from baseline import names

    paths = ["/a/b", "a/b", "a_b", "a-b", "a.b", "/a_b", "a//b", "a/b/", "a/_b", "a#b", "A/b", "/a/b/"]
    found = [names.of_path("log_group", path, "eu-west-2") for path in paths]
    assert len(set(found)) == len(paths)
    assert found[:2] == ["log_group__a_b_eu_west_2", "log_group_a_b_eu_west_2"]
