"""CloudTrail: what is written down for Terraform, what is refused, and what stays when it is switched off."""

import json
from typing import Any

import pytest

from baseline.chains import broken_chains
from baseline.errors import Mistakes
from baseline.expansion import expand
from baseline.features.cloudtrail import CLOUDTRAIL, Cloudtrail
from baseline.fields.limits import NAMESPACE
from baseline.names import trail_bucket
from baseline.regions import PARTITIONS
from tests.conftest import ROOT, Stacks, configuration, inventory
from tests.features.synthesis import TWO_BY_TWO, removed, resources, synthesize

ID = TWO_BY_TWO.replace("{home", "{id: o-a1b2c3d4e5, home")
ACCOUNT = TWO_BY_TWO + "features: {cloudtrail: {retention_days: 400}}\n"
ORGANIZATION = ID.replace("deployer: user/Ada}", "deployer: user/Ada, features: {cloudtrail: {scope: organization}}}")
ELSEWHERE = ORGANIZATION.replace("scope: organization", "scope: organization, bucket: example-log-archive")
NAME = "cloudtrail_eu_west_2"
BUCKET = "baseline-trail-033333333333-eu-west-2"
TRAIL = "arn:aws:cloudtrail:eu-west-2:033333333333:trail/baseline"


@pytest.fixture(scope="module")
def stacks(tmp_path_factory: pytest.TempPathFactory) -> Stacks:
    return synthesize(inventory(ACCOUNT), tmp_path_factory.mktemp("cloudtrail"))


def of(stack: Any, type: str) -> dict[str, Any]:
    """The only resource of a type, in the home region."""
    [(name, found)] = resources(stack, type).items()
    written = dict(found)
    written.pop("//")
    assert (name, written.pop("provider")) == (NAME, "aws.eu_west_2")
    return written


def policy(stack: Any) -> dict[str, Any]:
    """The statements of the bucket's policy by their names."""
    return {s["Sid"]: s for s in json.loads(of(stack, "aws_s3_bucket_policy")["policy"])["Statement"]}


def test_an_account_has_one_trail_of_all_regions_in_its_home_region_with_validated_files(stacks: Stacks) -> None:
    assert of(stacks["data"], "aws_cloudtrail") == {
        "name": "baseline",
        "s3_bucket_name": f"${{aws_s3_bucket_policy.{NAME}.bucket}}",
        "kms_key_id": f"${{aws_kms_alias.{NAME}.target_key_arn}}",
        "is_multi_region_trail": True,
        "is_organization_trail": False,
        "include_global_service_events": True,
        "enable_log_file_validation": True,
        "lifecycle": {"prevent_destroy": True},
    }


def test_its_bucket_is_blocked_versioned_and_encrypted_with_the_trails_key_and_no_bucket_key(stacks: Stacks) -> None:
    """With a Bucket Key CloudTrail would have to decrypt, which the key's policy does not let it."""
    stack = stacks["data"]
    assert of(stack, "aws_s3_bucket") == {"bucket": BUCKET, "lifecycle": {"prevent_destroy": True}}
    block = of(stack, "aws_s3_bucket_public_access_block")
    assert [block.pop(name) for name in sorted(block) if name not in ("bucket", "depends_on")] == [True] * 4
    assert of(stack, "aws_s3_bucket_versioning")["versioning_configuration"] == {"status": "Enabled"}
    assert of(stack, "aws_s3_bucket_ownership_controls")["rule"] == {"object_ownership": "BucketOwnerEnforced"}
    [rule] = of(stack, "aws_s3_bucket_server_side_encryption_configuration")["rule"]
    assert rule == {
        "apply_server_side_encryption_by_default": {
            "sse_algorithm": "aws:kms",
            "kms_master_key_id": f"${{aws_kms_alias.{NAME}.target_key_arn}}",
        },
        "bucket_key_enabled": False,
    }


def test_log_files_go_after_the_days_that_are_written(stacks: Stacks) -> None:
    [rule] = of(stacks["data"], "aws_s3_bucket_lifecycle_configuration")["rule"]
    assert (rule["status"], rule["filter"]) == ("Enabled", [{"prefix": ""}])
    assert rule["expiration"] == [{"days": 400}]
    assert rule["noncurrent_version_expiration"] == [{"noncurrent_days": 30}]


def test_cloudtrail_writes_for_this_trail_alone_and_nobody_comes_without_tls(stacks: Stacks) -> None:
    statements = policy(stacks["data"])
    arn = f"arn:aws:s3:::{BUCKET}"
    service = {"Service": "cloudtrail.amazonaws.com"}
    assert statements["CloudTrailChecksTheBucket"] == {
        "Sid": "CloudTrailChecksTheBucket",
        "Effect": "Allow",
        "Principal": service,
        "Action": "s3:GetBucketAcl",
        "Resource": arn,
        "Condition": {"StringEquals": {"aws:SourceArn": TRAIL}},
    }
    assert statements["CloudTrailWritesLogFiles"] == {
        "Sid": "CloudTrailWritesLogFiles",
        "Effect": "Allow",
        "Principal": service,
        "Action": "s3:PutObject",
        "Resource": f"{arn}/AWSLogs/033333333333/*",
        "Condition": {"StringEquals": {"aws:SourceArn": TRAIL, "s3:x-amz-acl": "bucket-owner-full-control"}},
    }
    assert statements["NobodyComesWithoutTls"] == {
        "Sid": "NobodyComesWithoutTls",
        "Effect": "Deny",
        "Principal": {"AWS": "*"},
        "Action": "s3:*",
        "Resource": [arn, f"{arn}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    assert len(statements) == 3


def test_by_references_the_trail_comes_last_and_no_two_settings_that_s3_takes_one_by_one_at_once(
    stacks: Stacks,
) -> None:
    """Each refers to the bucket itself: that is where scanners look for a bucket's settings."""
    stack = stacks["data"]

    def comes_after(type: str) -> str:
        setting = of(stack, type)
        assert setting["bucket"] == f"${{aws_s3_bucket.{NAME}.bucket}}"
        [before] = setting["depends_on"]
        return str(before).removesuffix(f".{NAME}")

    assert comes_after("aws_s3_bucket_policy") == "aws_s3_bucket_public_access_block"
    assert comes_after("aws_s3_bucket_public_access_block") == "aws_s3_bucket_ownership_controls"
    assert comes_after("aws_s3_bucket_lifecycle_configuration") == "aws_s3_bucket_versioning"


def test_a_trail_of_the_organization_is_made_in_one_account_and_writes_for_all(tmp_path: Any) -> None:
    stacks = synthesize(inventory(ORGANIZATION), tmp_path)
    assert resources(stacks["data"], "aws_cloudtrail") == {}
    assert of(stacks["payer"], "aws_cloudtrail")["is_organization_trail"] is True
    write = policy(stacks["payer"])["CloudTrailWritesLogFiles"]
    bucket = "arn:aws:s3:::baseline-trail-111111111111-eu-west-2/AWSLogs"
    assert write["Resource"] == [f"{bucket}/111111111111/*", f"{bucket}/o-a1b2c3d4e5/*"]


def test_with_a_bucket_of_the_owners_none_is_made(tmp_path: Any) -> None:
    stack = synthesize(inventory(ELSEWHERE), tmp_path)["payer"]
    assert of(stack, "aws_cloudtrail")["s3_bucket_name"] == "example-log-archive"
    assert not [type for type in stack["resource"] if type.startswith("aws_s3")]


def test_the_policy_that_the_page_shows_for_such_a_bucket_is_what_a_bucket_of_ours_would_get() -> None:
    page = (ROOT / "docs" / "features" / "cloudtrail.md").read_text(encoding="utf-8")
    shown = json.loads(page.split("<!-- bucket policy -->\n```json\n")[1].split("```")[0])
    [part] = [part for stack in inventory(ELSEWHERE).stacks for part in stack.parts]
    assert isinstance(part, Cloudtrail)
    assert shown == json.loads(part.bucket.policy)


def test_switched_off_trail_and_bucket_with_all_its_settings_are_forgotten(tmp_path: Any) -> None:
    on = inventory(ACCOUNT)
    retired = "retired: [{account: data, purpose: cloudtrail, then: keep}]\n"
    text = ACCOUNT.replace('"033333333333"', '"033333333333", features: {cloudtrail: false}') + retired
    stack = synthesize(expand(configuration(text).organization, on.lock), tmp_path)["data"]
    forgotten = {address for address in removed(stack) if not address.startswith(("aws_kms", "aws_ssm"))}
    assert forgotten == {
        f"{type}.{NAME}"
        for type in (
            "aws_cloudtrail",
            "aws_s3_bucket",
            "aws_s3_bucket_lifecycle_configuration",
            "aws_s3_bucket_ownership_controls",
            "aws_s3_bucket_policy",
            "aws_s3_bucket_public_access_block",
            "aws_s3_bucket_server_side_encryption_configuration",
            "aws_s3_bucket_versioning",
        )
    }
    assert not [type for type in stack["resource"] if type.startswith(("aws_s3", "aws_cloudtrail"))]


def test_a_bucket_name_fits_into_s3_in_every_region_and_with_the_longest_namespace() -> None:
    assert NAMESPACE.check("n" * 21)
    regions = [region for partition in PARTITIONS.values() for region in partition.all_regions]
    assert max(len(trail_bucket("n" * 21, "1" * 12, region)) for region in regions) <= 63


@pytest.mark.parametrize("text", [ACCOUNT, ORGANIZATION, ELSEWHERE])
@pytest.mark.parametrize("delegation", ["administrators", "manage", "full"])
def test_every_chain_of_the_trail_holds_with_our_own_policies(text: str, delegation: str) -> None:
    keys = f"keys: {{administrators: [role/A], iam_delegation: {delegation}, separate_duties: true}}\n"
    assert list(broken_chains(inventory(text + keys))) == []


def test_a_key_that_leaves_cloudtrail_out_breaks_the_chains_of_the_trail() -> None:
    broken = list(broken_chains(inventory(ACCOUNT + "keys: {purposes: {cloudtrail: {services: []}}}\n")))
    assert [chain.use.key for chain in broken] == [NAME] * 4
    assert "CloudTrail encrypts the log files of the trail `baseline`" in str(broken[0])


@pytest.mark.parametrize(
    ("features", "message"),
    [
        (
            "{scope: organisation}",
            "scope: must be `account` or `organization`, got `organisation`\n  help: did you mean",
        ),
        ("{bucket: A_b}", "bucket: must be a bucket's name, got `A_b`"),
        ("{retention_days: 0}", "retention_days: must be 1 to 36500 days, got `0`"),
        ("{trail: x}", "trail: unknown field `trail`\n  help: known here: scope, bucket, retention_days"),
        ("{scope: organization}", "scope: a trail of the organization needs `organization.id`"),
        (
            "{scope: organization}",
            "scope: 2 accounts would make a trail of the organization: `payer`, `data`\n"
            "  help: write it under the features of the management account alone",
        ),
    ],
)
def test_a_wrong_setting_is_named_with_its_line(features: str, message: str) -> None:
    with pytest.raises(Mistakes) as caught:
        configuration(TWO_BY_TWO + f"features:\n  cloudtrail: {features}\n")
    assert f"organization.yaml:7: features.cloudtrail.{message}" in str(caught.value)


def test_two_accounts_that_write_organization_scope_are_both_named_with_their_lines() -> None:
    text = ORGANIZATION.replace('"033333333333"}', '"033333333333", features: {cloudtrail: {scope: organization}}}')
    with pytest.raises(Mistakes) as caught:
        configuration(text)
    assert [(mistake.line, mistake.field) for mistake in caught.value.mistakes] == [
        (4, "accounts[0].features.cloudtrail.scope"),
        (5, "accounts[1].features.cloudtrail.scope"),
    ]


@pytest.mark.parametrize("namespace", ["ab", "my--team", "team-"])
def test_a_namespace_that_cannot_name_a_trail_is_refused_where_the_feature_is_on(namespace: str) -> None:
    text = ACCOUNT.replace("{home", f"{{namespace: {namespace}, home")
    with pytest.raises(Mistakes, match=f"features.cloudtrail: the trail would be called `{namespace}`"):
        configuration(text)
    configuration(text.replace("cloudtrail: {retention_days: 400}", "cloudtrail: false"))


def remarks(text: str) -> list[str]:
    return list(CLOUDTRAIL.remarks(configuration(text).organization.uses(CLOUDTRAIL)))


def test_check_says_how_many_trails_there_are_and_that_further_copies_of_events_are_billed() -> None:
    [remark] = remarks(ACCOUNT)
    assert remark.startswith("cloudtrail makes 2 trails; ")
    assert "every further one is billed" in remark
    first, second = remarks(ORGANIZATION)
    assert first.startswith("cloudtrail makes 1 trail; ")
    assert "in payer, which must be the management account" in second
    assert remarks(TWO_BY_TWO) == []
