"""What bootstrap renders for Terraform is applied as it is, and the caller that it makes takes the role that it makes."""

import json
import subprocess
from base64 import urlsafe_b64encode
from pathlib import Path
from typing import Any

import boto3

from deployment.binaries import Terraform
from deployment.mirror import Mirror
from tests.conftest import Run
from tests.embedded import embedded

ACCOUNT, REGION = "111111111111", "eu-west-2"
CALLER, ROLE = f"arn:aws:iam::{ACCOUNT}:role/keys", f"arn:aws:iam::{ACCOUNT}:role/kms-baseline-deploy"
SUBJECT = "repo:example/keys:environment:keys"
CONFIGURATION = f"""\
version: 1
organization: {{home_region: {REGION}, regions: [{REGION}]}}
deployment:
  external_id: for-keys
  backend: {{type: s3, bucket: example-states, region: {REGION}}}
accounts: [{{name: payer, id: "{ACCOUNT}"}}]
"""


def test_the_documents_are_applied_and_the_caller_takes_the_role(
    run: Run, tmp_path: Path, terraform: Terraform, provider_mirror: Mirror
) -> None:
    (tmp_path / "organization.yaml").write_text(CONFIGURATION, encoding="utf-8")
    made = run("bootstrap", "--caller", CALLER, "--github", "example/keys", "--output", "made")
    assert made.returncode == 0, made.stderr
    names = sorted(path.parent.name for path in (tmp_path / "made").glob("*/main.tf.json"))
    modules = {name: {"source": f"./made/{name}"} for name in names}
    (tmp_path / "all.tf.json").write_text(json.dumps({"module": modules}))
    nobody = CONFIGURATION.replace(f'id: "{ACCOUNT}"', f'id: "{ACCOUNT}", role: null')
    with embedded(nobody, provider_mirror, tmp_path) as aws:
        for words in (["init"], ["apply", "-auto-approve"]):
            done = subprocess.run(
                [terraform.path, *words, "-input=false", "-no-color"],
                cwd=tmp_path,
                env=aws.variables,
                capture_output=True,
                text=True,
                check=False,
            )
            assert done.returncode == 0, done.stdout + done.stderr
        iam, s3 = aws.client("iam", None, REGION), aws.client("s3", None, REGION)
        document = iam.get_role_policy(RoleName="kms-baseline-deploy", PolicyName="deployment")["PolicyDocument"]
        keys = next(statement for statement in document["Statement"] if statement["Sid"] == "Keys")
        assert keys["Resource"] == f"arn:aws:kms:*:{ACCOUNT}:key/*"
        [rule] = s3.get_bucket_encryption(Bucket="example-states")["ServerSideEncryptionConfiguration"]["Rules"]
        key = aws.client("kms", None, REGION).describe_key(KeyId="alias/example-states")["KeyMetadata"]["Arn"]
        assert rule["ApplyServerSideEncryptionByDefault"]["KMSMasterKeyID"] == key
        assert s3.get_bucket_versioning(Bucket="example-states")["Status"] == "Enabled"
        assert taken(aws.client("sts", None, REGION), aws.url).endswith(":assumed-role/kms-baseline-deploy/deploys")


def taken(sts: Any, url: str) -> str:
    """Who the caller is after it took the deployment role."""
    job = {"iss": "https://token.actions.githubusercontent.com", "aud": "sts.amazonaws.com", "sub": SUBJECT}
    parts = (urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in ({}, job, {}))
    came = sts.assume_role_with_web_identity(RoleArn=CALLER, RoleSessionName="job", WebIdentityToken=".".join(parts))
    caller = _client(came["Credentials"], url)
    given = caller.assume_role(RoleArn=ROLE, RoleSessionName="deploys", ExternalId="for-keys")
    return str(_client(given["Credentials"], url).get_caller_identity()["Arn"])


def _client(given: Any, url: str) -> Any:
    keys = given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"]
    return boto3.Session(*keys, REGION).client("sts", endpoint_url=url)
