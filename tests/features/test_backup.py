"""Backup: what is written down for Terraform, what is refused, and what stays when it is switched off."""

import json
from typing import Any

import pytest

from baseline.chains import broken_chains
from baseline.errors import Mistakes
from baseline.expansion import expand
from baseline.features.backup import BACKUP
from baseline.fields.limits import NAMESPACE
from baseline.fields.schedules import BACKUP_SCHEDULE
from baseline.names import role
from baseline.regions import PARTITIONS
from tests.conftest import Stacks, configuration, inventory
from tests.features.synthesis import TWO_BY_TWO, removed, resources, synthesize

SETTINGS = (
    'backup: {schedule: "cron(30 1 ? * SUN *)", cold_storage_after_days: 30, delete_after_days: 120, '
    "selection_tag: {key: plan, value: weekly}}"
)
ON = TWO_BY_TWO + f"features: {{{SETTINGS}}}\n"
OFF_IN_DATA = ON.replace('"033333333333"', '"033333333333", features: {backup: false}')
RETIRED = "retired: [{account: data, purpose: backup, then: keep}]\n"
REGIONS = ("eu_west_2", "us_east_1")
ROLE = "arn:aws:iam::033333333333:role/baseline-backup-eu-west-2"


@pytest.fixture(scope="module")
def stacks(tmp_path_factory: pytest.TempPathFactory) -> Stacks:
    return synthesize(inventory(ON), tmp_path_factory.mktemp("backup"))


def of(stacks: Stacks, type: str, region: str, name: str = "backup") -> dict[str, Any]:
    written = dict(resources(stacks["data"], type)[f"{name}_{region}"])
    written.pop("//")
    assert written.pop("provider") == f"aws.{region}"
    return written


@pytest.mark.parametrize("region", REGIONS)
def test_each_region_has_a_vault_with_its_own_backup_key_that_terraform_never_destroys(
    stacks: Stacks, region: str
) -> None:
    assert of(stacks, "aws_backup_vault", region) == {
        "name": "baseline",
        "kms_key_arn": f"${{aws_kms_alias.backup_{region}.target_key_arn}}",
        "lifecycle": {"prevent_destroy": True},
    }


@pytest.mark.parametrize("region", REGIONS)
def test_the_plan_fills_the_vault_of_its_region_as_the_settings_say(stacks: Stacks, region: str) -> None:
    """The windows are AWS's own; Terraform's would cancel a job after three hours."""
    [rule] = of(stacks, "aws_backup_plan", region)["rule"]
    assert rule == {
        "rule_name": "baseline",
        "target_vault_name": f"${{aws_backup_vault.backup_{region}.name}}",
        "schedule": "cron(30 1 ? * SUN *)",
        "start_window": 480,
        "completion_window": 10080,
        "lifecycle": {"cold_storage_after": 30, "delete_after": 120},
    }


@pytest.mark.parametrize("region", REGIONS)
def test_the_plan_selects_by_tag_and_works_with_the_role_of_its_region(stacks: Stacks, region: str) -> None:
    """The selection comes after all that the role may: AWS asks for `tag:GetResources` when it is made."""
    assert of(stacks, "aws_backup_selection", region) == {
        "name": "baseline",
        "plan_id": f"${{aws_backup_plan.backup_{region}.id}}",
        "iam_role_arn": f"${{aws_iam_role.backup_{region}.arn}}",
        "selection_tag": [{"type": "STRINGEQUALS", "key": "plan", "value": "weekly"}],
        "depends_on": [
            f"aws_iam_role_policy.backup_{region}",
            f"aws_iam_role_policy_attachment.backup_for_backups_{region}",
            f"aws_iam_role_policy_attachment.backup_for_s3_{region}",
        ],
    }
    trust = json.loads(of(stacks, "aws_iam_role", region)["assume_role_policy"])
    [statement] = trust["Statement"]
    assert statement["Principal"] == {"Service": "backup.amazonaws.com"}
    assert statement["Action"] == "sts:AssumeRole"


@pytest.mark.parametrize("region", REGIONS)
def test_the_role_uses_the_vaults_key_through_backup_and_the_volumes_key_through_ec2(
    stacks: Stacks, region: str
) -> None:
    """AMIs and snapshots keep the volume's key, so the vault's key alone would back no volume up."""
    written = of(stacks, "aws_iam_role_policy", region)
    assert written["role"] == f"${{aws_iam_role.backup_{region}.name}}"
    found = {
        (statement["Resource"], statement["Condition"]["StringEquals"]["kms:ViaService"])
        for statement in json.loads(written["policy"])["Statement"]
    }
    aws_name = region.replace("_", "-")
    assert found == {
        (f"${{aws_kms_alias.{purpose}_{region}.target_key_arn}}", f"{service}.{aws_name}.amazonaws.com")
        for purpose, service in (("backup", "backup"), ("ebs", "ec2"))
    }
    grants = [s for s in json.loads(written["policy"])["Statement"] if s["Action"] == "kms:CreateGrant"]
    assert [s["Condition"]["Bool"] for s in grants] == [{"kms:GrantIsForAWSResource": "true"}] * 2


CHINA = (
    TWO_BY_TWO.replace("eu-west-2", "cn-north-1")
    .replace("us-east-1", "cn-northwest-1")
    .replace("{home", "{partition: aws-cn, home")
)


def test_the_plans_role_has_awss_policies_for_backups_and_none_for_restores(tmp_path: Any) -> None:
    """S3 has a policy of its own, without a path; the one for restores may pass every role of the account."""
    stack = synthesize(inventory(CHINA + "features: {backup: true}\n"), tmp_path)["data"]
    written = {
        name: attached["policy_arn"] for name, attached in resources(stack, "aws_iam_role_policy_attachment").items()
    }
    assert {name: arn for name, arn in written.items() if name.endswith("cn_north_1")} == {
        "backup_for_backups_cn_north_1": "arn:aws-cn:iam::aws:policy/service-role/AWSBackupServiceRolePolicyForBackup",
        "backup_for_s3_cn_north_1": "arn:aws-cn:iam::aws:policy/AWSBackupServiceRolePolicyForS3Backup",
    }


def test_a_role_for_restores_is_another_one_and_made_where_it_is_asked_for(tmp_path: Any) -> None:
    stack = synthesize(inventory(TWO_BY_TWO + "features: {backup: {restore_role: true}}\n"), tmp_path)["data"]
    role = resources(stack, "aws_iam_role")["backup_restore_eu_west_2"]
    assert role["name"] == "baseline-backup-restore-eu-west-2"
    policies = {
        attached["policy_arn"].rsplit("/", 1)[-1]: attached["role"]
        for name, attached in resources(stack, "aws_iam_role_policy_attachment").items()
        if name.endswith("eu_west_2")
    }
    assert policies == {
        "AWSBackupServiceRolePolicyForBackup": "${aws_iam_role.backup_eu_west_2.name}",
        "AWSBackupServiceRolePolicyForS3Backup": "${aws_iam_role.backup_eu_west_2.name}",
        "AWSBackupServiceRolePolicyForRestores": "${aws_iam_role.backup_restore_eu_west_2.name}",
        "AWSBackupServiceRolePolicyForS3Restore": "${aws_iam_role.backup_restore_eu_west_2.name}",
    }
    keys = {
        name: json.loads(policy["policy"])["Statement"]
        for name, policy in resources(stack, "aws_iam_role_policy").items()
    }
    assert keys["backup_restore_eu_west_2"] == keys["backup_eu_west_2"]
    assert resources(stack, "aws_backup_selection")["backup_eu_west_2"]["iam_role_arn"] == (
        "${aws_iam_role.backup_eu_west_2.arn}"
    )


def test_failures_of_every_kind_of_job_are_told_by_a_rule_and_an_encrypted_topic(tmp_path: Any) -> None:
    text = TWO_BY_TWO + "features: {backup: {failure_emails: [ops@example.com]}}\n"
    stack = synthesize(inventory(text), tmp_path)["data"]
    rule = resources(stack, "aws_cloudwatch_event_rule")["backup_failures_us_east_1"]
    assert rule["name"] == "baseline-backup-failures"
    ended = ["ABORTED", "EXPIRED", "FAILED", "PARTIAL"]
    assert json.loads(rule["event_pattern"]) == {
        "source": ["aws.backup"],
        "detail-type": ["Backup Job State Change", "Copy Job State Change", "Restore Job State Change"],
        "detail": {"$or": [{"state": ended}, {"status": ended}]},
    }
    target = resources(stack, "aws_cloudwatch_event_target")["backup_failures_us_east_1"]
    assert target["arn"] == "${aws_sns_topic_policy.backup_failures_us_east_1.arn}"
    assert "role_arn" not in target
    topic = resources(stack, "aws_sns_topic")["backup_failures_us_east_1"]
    assert topic["kms_master_key_id"] == "${aws_kms_alias.sns_us_east_1.target_key_arn}"
    [subscription] = [
        s for s in resources(stack, "aws_sns_topic_subscription").values() if s["provider"] == "aws.us_east_1"
    ]
    assert (subscription["protocol"], subscription["endpoint"]) == ("email", "ops@example.com")


def test_a_topic_of_failures_whose_key_leaves_eventbridge_out_breaks_its_chain() -> None:
    text = TWO_BY_TWO + "features: {backup: {failure_emails: [ops@example.com]}}\n"
    broken = list(broken_chains(inventory(text + "keys: {purposes: {sns: {publishers: [cloudwatch]}}}\n")))
    assert {chain.use.what for chain in broken} == {"EventBridge publishes to the topic `baseline-backup-failures`"}


def test_whom_the_vaults_key_lets_in_may_copy_into_the_vault_and_nobody_else(tmp_path: Any) -> None:
    alone = synthesize(inventory(ON), tmp_path)["data"]
    assert resources(alone, "aws_backup_vault_policy") == {}
    text = ON.replace("regions: [", "id: o-a1b2c3d4e5, regions: [")
    keys = "keys: {purposes: {backup: {share_with: [payer, organization]}}}\n"
    written = of(synthesize(inventory(text + keys), tmp_path), "aws_backup_vault_policy", "eu_west_2")
    assert written["backup_vault_name"] == "${aws_backup_vault.backup_eu_west_2.name}"
    copying = {"Effect": "Allow", "Action": "backup:CopyIntoBackupVault", "Resource": "*"}
    assert [{k: v for k, v in s.items() if k != "Sid"} for s in json.loads(written["policy"])["Statement"]] == [
        {**copying, "Principal": {"AWS": "arn:aws:iam::111111111111:root"}},
        {
            **copying,
            "Principal": {"AWS": "*"},
            "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}},
        },
    ]


def test_check_says_who_is_told_of_failures_and_what_a_role_for_restores_may() -> None:
    def remarks(settings: str) -> list[str]:
        organization = configuration(TWO_BY_TWO + f"features: {{backup: {{{settings}}}}}\n").organization
        return list(BACKUP.remarks(organization.uses(BACKUP)))

    assert remarks("") == ["backup tells nobody when a job fails in payer, data; `failure_emails` says whom"]
    [confirmations, role] = remarks("failure_emails: [a@example.com, b@example.com], restore_role: true")
    assert confirmations.startswith("backup waits for 8 confirmations by email")
    assert "an instance with any role of the account" in role


def test_by_default_what_is_tagged_backup_true_is_backed_up_every_day_and_kept_for_35_days(tmp_path: Any) -> None:
    written = synthesize(inventory(TWO_BY_TWO + "features: {backup: true}\n"), tmp_path)
    [rule] = of(written, "aws_backup_plan", "eu_west_2")["rule"]
    assert (rule["schedule"], rule["lifecycle"]) == ("cron(0 5 ? * * *)", {"delete_after": 35})
    [tag] = of(written, "aws_backup_selection", "eu_west_2")["selection_tag"]
    assert (tag["key"], tag["value"]) == ("backup", "true")


def test_switched_off_the_vault_is_forgotten_and_what_fills_it_is_destroyed(tmp_path: Any) -> None:
    on = inventory(ON)
    off = expand(configuration(OFF_IN_DATA + RETIRED).organization, on.lock)
    stack = synthesize(off, tmp_path)["data"]
    kept = {f"aws_backup_vault.backup_{region}" for region in REGIONS}
    assert {address for address in removed(stack) if not address.startswith(("aws_kms", "aws_ssm"))} == kept
    for type in ("aws_backup_vault", "aws_backup_plan", "aws_backup_selection", "aws_iam_role", "aws_iam_role_policy"):
        assert resources(stack, type) == {}


def test_a_role_name_fits_into_iam_in_every_region_and_with_the_longest_namespace() -> None:
    assert NAMESPACE.check("n" * 21)
    regions = [region for partition in PARTITIONS.values() for region in partition.all_regions]
    assert max(len(role("n" * 21, "backup_restore", region)) for region in regions) <= 64


@pytest.mark.parametrize("delegation", ["administrators", "manage", "full"])
@pytest.mark.parametrize("separate", ["true", "false"])
def test_every_chain_of_backup_holds_with_our_own_policies(delegation: str, separate: str) -> None:
    keys = f"keys: {{administrators: [role/A], iam_delegation: {delegation}, separate_duties: {separate}}}\n"
    assert list(broken_chains(inventory(ON + keys))) == []


@pytest.mark.parametrize("purpose", ["backup", "ebs"])
def test_a_key_that_leaves_its_service_out_breaks_the_chains_of_the_role(purpose: str) -> None:
    broken = list(broken_chains(inventory(ON + f"keys: {{purposes: {{{purpose}: {{services: []}}}}}}\n")))
    assert {chain.use.key for chain in broken} == {f"{purpose}_{region}" for region in REGIONS}
    assert any("AWS Backup's role" in str(chain) for chain in broken)


SEPARATE = """\
keys:
  separate_duties: true
  administrators:
    - {pattern}
"""


@pytest.mark.parametrize("pattern", ["role/*backup*", "role/baseline-backup-eu-west-2"])
def test_a_role_that_administrators_cover_is_refused_with_both_lines_under_separate_duties(pattern: str) -> None:
    """The policy would deny it every use, and each backup job would fail."""
    with pytest.raises(Mistakes) as caught:
        inventory(ON + SEPARATE.replace("{pattern}", pattern))
    assert (
        f"organization.yaml:9: keys.administrators: `arn:aws:iam::033333333333:{pattern}` covers `{ROLE}`, the role of "
        "the feature backup by organization.yaml:6, which separate_duties would deny every use\n"
        "  help: name administrators apart from the roles of features"
    ) in str(caught.value)


def test_without_separate_duties_an_administrator_may_be_called_like_the_role() -> None:
    text = ON + SEPARATE.replace("{pattern}", "role/*backup*").replace("true", "false")
    assert list(broken_chains(inventory(text))) == []


GOOD = (
    "cron(0 5 ? * * *)", "cron(0 12 * * ? *)", "cron(15 * ? * * *)", "cron(0 10 1 * ? *)", "cron(30 3 L * ? *)",
    "cron(0 18 ? * MON-FRI *)", "cron(0 0/12 ? * * *)", "cron(0 8,20 ? * 2#1 *)", "cron(5 */6 15W JAN,JUL ? 2026-2030)",
)  # fmt: skip
BAD = (
    "", "daily", "0 5 * * *", "rate(1 day)", "cron(0 5 ? * *)", "cron(0 5 * * * *)", "cron(0 5 ? * ? *)",
    "cron(60 5 ? * * *)", "cron(* 5 ? * * *)", "cron(0/30 * ? * * *)", "cron(0 24 ? * * *)", "cron(0 5 32 * ? *)",
    "cron(0 5 ? 13 * *)", "cron(0 5 ? * 0 *)", "cron(0 5 ? * MONDAY *)", "cron(0 5 ? * mon *)", "cron(0 5 ? * * *) ",
)  # fmt: skip


@pytest.mark.parametrize("schedule", GOOD)
def test_a_schedule_of_aws_is_taken(schedule: str) -> None:
    assert BACKUP_SCHEDULE.check(schedule) == schedule


@pytest.mark.parametrize("schedule", BAD)
def test_a_schedule_that_aws_does_not_take_or_that_is_more_often_than_hourly_is_refused(schedule: str) -> None:
    with pytest.raises(ValueError, match="must be a cron expression of AWS"):
        BACKUP_SCHEDULE.check(schedule)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ("schedule: 0 5 * * *", "backup.schedule: must be a cron expression of AWS like cron(0 5 ? * * *)"),
        ("delete_after_days: 0", "backup.delete_after_days: must be 1 to 36500 days, got `0`"),
        ("cold_storage_after_days: -1", "backup.cold_storage_after_days: must be 0 to 36500 days, got `-1`"),
        (
            "cold_storage_after_days: 30",
            "backup.cold_storage_after_days: a backup that is cold after `30` days and deleted after `35` is cold for "
            "less than 90 days\n  help: write delete_after_days: 120 or more",
        ),
        ("cold_storage_after_days: 1, delete_after_days: 90", "help: write delete_after_days: 91 or more"),
        ("selection_tag: {key: backup, value: true}", 'must be text, got `true` without quotes\n  help: write "true"'),
        ("selection_tag: {key: aws:x, value: a}", "backup.selection_tag.key: must be 1 to 128 letters"),
        ("selection_tag: {key: backup}", "backup.selection_tag.value: is missing"),
        ("failure_emails: [ops]", "backup.failure_emails[0]: must be an email address"),
        ("failure_emails: [a@b.de, a@b.de]", "backup.failure_emails: `a@b.de` is listed twice\n  help: keep one"),
        ("restore_role: yes please", "backup.restore_role: must be true or false"),
        ("vault: x", "unknown field `vault`\n  help: known here: schedule"),
    ],
)
def test_a_wrong_setting_is_named_with_its_line(settings: str, message: str) -> None:
    with pytest.raises(Mistakes) as caught:
        configuration(TWO_BY_TWO + f"features:\n  backup: {{{settings}}}\n")
    assert str(caught.value).startswith("organization.yaml:7: features.backup")
    assert message in str(caught.value)


def test_days_that_contradict_each_other_across_levels_are_named_where_cold_storage_is_written() -> None:
    own = ", features: {backup: {delete_after_days: 100}}}"
    text = TWO_BY_TWO.replace('"033333333333"}', f'"033333333333"{own}')
    with pytest.raises(Mistakes) as caught:
        configuration(text + "features:\n  backup: {cold_storage_after_days: 30, delete_after_days: 120}\n")
    assert str(caught.value).startswith("organization.yaml:7: features.backup.cold_storage_after_days: ")
    assert "`100`" in str(caught.value)
