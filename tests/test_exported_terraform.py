"""The exported folders are Terraform configurations that Terraform takes as they are."""

import os
import subprocess
from pathlib import Path

import pytest

from baseline.lock import KeyIdentity
from deployment.binaries import Terraform
from deployment.mirror import Mirror, provider_environment
from tests.conftest import Run, inventory

KEY_ID = "10000000-0000-0000-0000-000000000000"
LOCAL = """\
version: 1
organization: {id: o-a1b2c3d4e5, home_region: eu-west-2, regions: [eu-west-2, me-central-1], tags: {cost-center: platform}}
deployment: {external_id: some-id, session_name: deploying}
keys:
  administrators: [role/Administrators, "role/aws-reserved/sso.amazonaws.com*/AWSReservedSSO_Keys_*"]
  users: [role/Application, "arn:aws:iam::555566667777:root"]
  separate_duties: true
  deny_deletion_if_used_within_days: 365
  waivers:
    - {property: user-uses, purpose: logs, reason: the sale is not read by us}
    - {property: account-uses-the-service, purpose: logs, reason: the sale is not read by us}
    - {property: services-do-what-they-must, purpose: logs, reason: the sale is not read by us}
  purposes:
    ebs: {share_with: [organization]}
    backup: {share_with: [organization]}
    logs:
      statements:
        - Sid: NobodyReadsTheSale
          Effect: Deny
          Principal: {AWS: "*"}
          Action: kms:Decrypt
          Condition: {StringEquals: {"kms:EncryptionContext:sale": "50%{off}"}}
features: {cloudtrail: true, backup: true}
accounts: [{name: workloads, id: "222222222222"}]
retired: [{account: workloads, purpose: s3, then: keep}]
"""
BEFORE = LOCAL.replace("  purposes:\n", "  purposes:\n    s3: true\n").replace("retired: ", "# retired: ")
"""With keys that Terraform then forgets."""
S3 = """\
version: 1
organization: {home_region: us-gov-west-1, regions: [us-gov-west-1], partition: aws-us-gov}
deployment:
  layout: account-region
  backend: {type: s3, bucket: states, region: us-gov-west-1, prefix: keys, role: "arn:aws-us-gov:iam::222222222222:role/S"}
accounts: [{name: workloads, id: "222222222222"}]
"""
CLOUD = """\
version: 1
organization: {home_region: cn-north-1, regions: [cn-north-1], partition: aws-cn}
deployment: {layout: account-region, backend: {type: cloud, organization: example, project: baseline}, role: null}
accounts: [{name: workloads, id: "222222222222"}]
"""


@pytest.mark.parametrize(
    ("configuration", "stack"),
    [
        pytest.param(LOCAL, "workloads", id="local"),
        pytest.param(S3, "workloads-us-gov-west-1", id="s3"),
        pytest.param(CLOUD, "workloads-cn-north-1", id="cloud"),
    ],
)
def test_terraform_initializes_and_validates_an_export(
    run: Run, tmp_path: Path, terraform: Terraform, provider_mirror: Mirror, configuration: str, stack: str
) -> None:
    (tmp_path / "organization.yaml").write_text(configuration, encoding="utf-8")
    if configuration is LOCAL:
        lock = inventory(BEFORE).lock.adopting(
            KeyIdentity("222222222222", "eu-west-2", "sns"), KEY_ID, ["alias/baseline/sns"]
        )
        (tmp_path / "organization.lock.json").write_text(lock.render(), encoding="utf-8")
        locked = run("lock", "--providers", KMS_BASELINE_PROVIDER_MIRROR=str(provider_mirror.folder))
        assert locked.returncode == 0, locked.stderr
        assert f"hashicorp/aws {provider_mirror.version} for " in locked.stderr
        missing = run(
            *("lock", "--providers", "--platform", "plan9_mips"),
            KMS_BASELINE_PROVIDER_MIRROR=str(provider_mirror.folder),
        )
        assert (missing.returncode, "is not available for plan9_mips" in missing.stderr) == (3, True)
    assert run("export", "audit").returncode == 0
    environment = {**provider_environment(provider_mirror, tmp_path, os.environ), "CHECKPOINT_DISABLE": "1"}

    def in_folder(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [os.environ["KMS_BASELINE_TESTED_TERRAFORM"], *arguments],
            cwd=tmp_path / "audit" / stack,
            env=environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    # Without the backend: a bucket and HCP Terraform are not on this machine.
    readonly = ["-lockfile=readonly"] if configuration is LOCAL else []
    initialized = in_folder("init", "-backend=false", "-input=false", "-no-color", *readonly)
    validated = in_folder("validate", "-no-color")
    assert in_folder("fmt", "-check", "-diff").stdout == ""
    assert initialized.returncode == 0, initialized.stderr
    assert validated.returncode == 0, validated.stdout + validated.stderr
    assert "Success! The configuration is valid." in validated.stdout
    held = run("export", "audit", "--check")
    assert held.returncode == 0, held.stderr
