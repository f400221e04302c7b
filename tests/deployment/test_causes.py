from pathlib import Path

import pytest

from deployment.cause import Cause, Place
from deployment.causes import cause_of
from deployment.output import error_blocks

TERRAFORM = Path("/bin/terraform")
FOLDER = Path("/out/stacks/data")


def _cause(text: str, remote: bool = False) -> Cause | None:
    (block,) = error_blocks(text.splitlines())
    return cause_of(block, Place(TERRAFORM, FOLDER, remote))


def _known(text: str, remote: bool = False) -> Cause:
    cause = _cause(text, remote)
    assert cause is not None
    return cause


@pytest.mark.parametrize(
    "text",
    [
        "Error: No valid credential sources found\n\nPlease see the page",
        "Error: failed to refresh cached credentials, no EC2 IMDS role found,\noperation error ec2imds: GetMetadata",
    ],
)
def test_missing_credentials_are_named_with_the_way_to_give_them(text: str) -> None:
    cause = _known(text)
    assert cause.problem == "no AWS credentials were found"
    assert "AWS_PROFILE" in cause.help


def test_expired_credentials_are_told_from_missing_ones() -> None:
    cause = _known("Error: Retrieving AWS account details\n\napi error ExpiredToken: The security token is expired")
    assert "expired" in cause.problem


def test_a_role_that_cannot_be_assumed_is_named() -> None:
    cause = _known(
        'Error: Cannot assume IAM Role\n\n  with provider["aws"].eu_west_2,\n\nIAM Role\n'
        "(arn:aws:iam::222222222222:role/ops/kms-baseline-deploy) cannot be assumed."
    )
    assert cause.problem == "the role arn:aws:iam::222222222222:role/ops/kms-baseline-deploy cannot be assumed"


def test_another_account_than_that_of_the_stack_is_named() -> None:
    cause = _known("Error: AWS account ID not allowed: 999999999999")
    assert cause.problem == "the credentials lead to account 999999999999"


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (
            "Error: Failed to install provider\n\nError while installing hashicorp/aws v5.100.0: the local package for\n"
            "registry.terraform.io/hashicorp/aws 5.100.0 doesn't match any of the\nchecksums previously recorded in the "
            "dependency lock file (this might be\nbecause the available checksums are for packages targeting different\n"
            "platforms)",
            "its sums are others",
        ),
        (
            "Error: Failed to query available provider packages\n\nCould not retrieve the list of available versions for "
            "provider hashicorp/aws:\nthe previously-selected version 5.99.0 is no longer available\n",
            "version 5.99.0 is not at hand",
        ),
    ],
)
def test_another_provider_than_the_lock_file_has_is_told_with_both_ways_out(text: str, what: str) -> None:
    cause = _known(text)
    assert cause.problem.endswith(f"the lock file .terraform.lock.hcl cannot be installed: {what}")
    assert "`kms-baseline lock --providers`" in cause.help
    assert "remove /out/stacks/data/.terraform.lock.hcl" in cause.help


def test_a_provider_that_cannot_be_installed_says_why_and_how_to_give_it() -> None:
    cause = _known(
        "Error: Failed to query available provider packages\n\nCould not retrieve the list of available versions for\n"
        "provider hashicorp/aws: could not connect to registry.example: failed to\nrequest discovery document: no such\nhost\n\n"
        "To see which modules are currently depending on hashicorp/aws, run"
    )
    assert cause.problem.endswith(
        "provider hashicorp/aws: could not connect to registry.example: failed to request discovery document: no such host"
    )
    assert "KMS_BASELINE_PROVIDER_MIRROR" in cause.help


LOCK = """\
Error: Error acquiring the state lock

Error message: {message}
Lock Info:
  ID:        cc4f008e-9b24-3d7e-09b3-861d636d2465
  Path:      states/p/data.tfstate
  Operation: OperationTypeApply
  Who:       ann@builder
  Version:   1.11.4
  Created:   2026-11-25 05:05:40.440549184 +0000 UTC
  Info:

Terraform acquires a state lock to protect the state from being written
by multiple users at the same time.
"""


def test_a_held_lock_says_who_since_when_and_how_to_force_it() -> None:
    cause = _known(LOCK.format(message="operation error S3: PutObject, StatusCode: 412"))
    assert cause.problem == (
        "the state is locked by ann@builder since 2026-11-25 05:05:40.440549184 +0000 UTC, "
        "lock ID cc4f008e-9b24-3d7e-09b3-861d636d2465"
    )
    assert cause.help.endswith(
        "/bin/terraform -chdir=/out/stacks/data force-unlock cc4f008e-9b24-3d7e-09b3-861d636d2465"
    )


def test_a_lock_on_a_local_file_cannot_be_forced() -> None:
    cause = _known(LOCK.format(message="resource temporarily unavailable"))
    assert "ann@builder" in cause.problem
    assert cause.help == "wait until that run has ended"


def test_a_protected_resource_is_named_with_the_way_to_untaint_it() -> None:
    cause = _known(
        "Error: Instance cannot be destroyed\n\nResource aws_kms_key.sns_eu_west_2 has lifecycle.prevent_destroy\n"
        "set, but the plan calls for this resource to be destroyed."
    )
    assert cause.loses_keys
    assert cause.problem == "the plan would destroy aws_kms_key.sns_eu_west_2, which is protected"
    assert cause.help.endswith("/bin/terraform -chdir=/out/stacks/data untaint aws_kms_key.sns_eu_west_2")


def test_what_is_to_be_imported_and_is_not_there_is_named() -> None:
    cause = _known(
        "Error: Cannot import non-existent remote object\n\nWhile attempting to import an existing object to\n"
        '"aws_kms_key.sns_eu_west_2", the provider detected that no object exists with\nthe given id.'
    )
    assert cause.problem == (
        "aws_kms_key.sns_eu_west_2 is to be imported, and AWS does not have it, or is to delete it"
    )
    assert "docs/adopting.md" in cause.help


def test_a_changed_backend_says_how_to_move_the_state_and_nothing_that_loses_it() -> None:
    cause = _known(
        "Error: Backend configuration changed\n\nA change in the backend configuration has been detected, which may\n"
        'require migrating existing state.\n\nIf you wish to attempt automatic migration of the state, use "terraform\n'
        'init -migrate-state". If you wish to store the current configuration with no changes to the state, use\n'
        '"terraform init -reconfigure".'
    )
    assert cause.help == "move it: /bin/terraform -chdir=/out/stacks/data init -migrate-state"
    assert "reconfigure" not in cause.problem + cause.help


@pytest.mark.parametrize(
    ("why", "said"),
    [
        ("with an explicit deny in a resource-based policy", "was used lately, and its policy then denies"),
        ("because no identity-based policy allows the kms:DisableKey action", "the deployment role may not do that"),
    ],
)
def test_a_key_that_cannot_be_disabled_says_whether_it_is_in_use_or_the_role_lacks_it(why: str, said: str) -> None:
    cause = _known(
        "Error: updating KMS Key (1234): disabling: operation error KMS: DisableKey, https response error StatusCode: "
        "400, RequestID: 1, api error AccessDeniedException: User: a is not authorized to perform: kms:DisableKey on\n"
        f"resource: k {why}\n\n  with aws_kms_key.ebs_eu_west_2,\n  on cdk.tf.json line 1"
    )
    assert cause.problem.startswith("aws_kms_key.ebs_eu_west_2 ")
    assert said in cause.problem


CREATING = """\
Error: creating {what} ({name}): operation error {call}, https response error StatusCode: 409, RequestID: a, {code}: x

  with {address},
  on cdk.tf.json line 87, in resource.{resource}:
  87:       }}
"""


@pytest.mark.parametrize(
    ("address", "field"),
    [
        ("cloudtrail_eu_west_2", "features.cloudtrail.bucket"),
        ("config_recorder_eu_west_2", "features.log_group_encryption.recorder_bucket"),
    ],
)
def test_a_bucket_name_that_another_account_has_is_named_with_a_way_out(address: str, field: str) -> None:
    cause = _known(
        CREATING.format(
            what="S3 Bucket",
            name="baseline-222222222222-eu-west-2",
            call="S3: CreateBucket",
            code="BucketAlreadyExists",
            address=f"aws_s3_bucket.{address}",
            resource=f"aws_s3_bucket.{address}",
        )
    )
    assert cause.problem == (
        "another account has a bucket called baseline-222222222222-eu-west-2 (BucketAlreadyExists): "
        "accounts share the names of all buckets"
    )
    assert cause.help == f"make a bucket of another name and write it under `{field}`"


@pytest.mark.parametrize(
    ("code", "policy"),
    [
        ("InsufficientS3BucketPolicyException", "the bucket's policy"),
        ("InsufficientEncryptionPolicyException", "the key's policy"),
    ],
)
def test_a_trail_that_was_made_before_aws_saw_a_policy_is_deployed_again(code: str, policy: str) -> None:
    """The provider tries again only where CloudWatch Logs is the reason."""
    trail = "aws_cloudtrail.cloudtrail_eu_west_2"
    made = {"what": "CloudTrail Trail", "name": "baseline", "call": "CloudTrail: CreateTrail"}
    cause = _known(CREATING.format(**made, code=code, address=trail, resource=trail))
    assert cause.problem.startswith(f"CloudTrail does not see {policy} yet")
    assert cause.help.startswith("deploy again; ")


def test_budgets_that_refuse_the_role_point_to_what_only_the_root_user_can_open() -> None:
    budget = "aws_budgets_budget.savings_plans_coverage"
    made = {"what": "Budget", "name": "111111111111:b", "call": "Budgets: CreateBudget"}
    cause = _known(CREATING.format(**made, code="AccessDeniedException", address=budget, resource=budget))
    assert "the root user first opens billing to IAM" in cause.help


def test_an_action_that_the_role_lacks_is_named_with_what_renders_it() -> None:
    cause = _known(
        "Error: creating Backup Selection (baseline): api error AccessDeniedException: User: "
        "arn:aws:sts::222222222222:assumed-role/deploy/s is not authorized to perform: iam:PassRole on\nresource: "
        "arn:aws:iam::222222222222:role/baseline-backup-eu-west-2 because no\nidentity-based policy allows the iam:PassRole "
        "action"
    )
    assert cause.problem == (
        "the deployment may not call iam:PassRole on arn:aws:iam::222222222222:role/baseline-backup-eu-west-2"
    )
    assert "kms-baseline bootstrap" in cause.help


def test_a_service_linked_role_that_the_deployment_role_may_not_make_is_named() -> None:
    cause = _known(
        "Error: putting ConfigService Remediation Configuration: api error AccessDeniedException: User: "
        "arn:aws:sts::222222222222:assumed-role/deploy/s is not authorized to perform: iam:CreateServiceLinkedRole on\n"
        "resource: arn:aws:iam::222222222222:role/aws-service-role/remediation.config.amazonaws.com/"
        "AWSServiceRoleForConfigRemediation"
    )
    assert cause.problem == (
        "AWS has to make a service-linked role for remediation.config.amazonaws.com, and the deployment role may not"
    )
    assert cause.help.endswith("and deploy again")


@pytest.mark.parametrize(
    ("what", "name", "call", "code", "address", "id"),
    [
        (
            "S3 Bucket",
            "b-1",
            "S3: CreateBucket",
            "BucketAlreadyOwnedByYou",
            "aws_s3_bucket.cloudtrail_eu_west_2",
            "b-1",
        ),
        (
            "Backup Vault",
            "baseline",
            "Backup: CreateBackupVault",
            "AlreadyExistsException",
            "aws_backup_vault.backup_eu_west_2",
            "baseline",
        ),
        (
            "CloudTrail Trail",
            "baseline",
            "CloudTrail: CreateTrail",
            "TrailAlreadyExistsException",
            "aws_cloudtrail.cloudtrail_eu_west_2",
            "ARN",
        ),
        (
            "CloudWatch Logs Log Group",
            "/baseline/automation",
            "CloudWatch Logs: CreateLogGroup",
            "ResourceAlreadyExistsException",
            "aws_cloudwatch_log_group.log_group__baseline_automation_eu_west_2",
            "/baseline/automation",
        ),
    ],
)
def test_what_an_earlier_deployment_left_is_taken_over_by_an_import(
    what: str, name: str, call: str, code: str, address: str, id: str
) -> None:
    cause = _known(CREATING.format(what=what, name=name, call=call, code=code, address=address, resource=address))
    assert cause.problem == f"{address} exists already ({code})"
    assert cause.help.endswith(f"/bin/terraform -chdir=/out/stacks/data import {address} {id}")


def test_an_alias_that_exists_speaks_for_itself() -> None:
    """It may point to another key: nothing is to be taken over unseen."""
    assert _cause("Error: creating KMS Alias (alias/baseline/sns): AlreadyExistsException: An alias exists") is None


def test_an_error_that_is_not_known_must_speak_for_itself() -> None:
    assert _cause("Error: creating KMS Key: MalformedPolicyDocumentException") is None
