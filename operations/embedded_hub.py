"""The role that HCP Terraform's runs take in the embedded AWS, with the trust that `bootstrap --hcp` renders."""

import json
from collections.abc import Mapping

import boto3

from baseline.backends import CloudBackend
from baseline.deployer.trust import caller_trust, of_hcp

_NAME = "hcp-runs"
_EVERYTHING = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
_SECRETS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")


def variables_of_runs(aws: Mapping[str, str], backend: CloudBackend) -> dict[str, str]:
    """Make the role in the caller's account, and say the variables of a workspace by which its runs take it.

    `aws` leads to the embedded AWS, with an access key; the variables have none.
    """
    iam = boto3.client(
        "iam",
        region_name=aws["AWS_REGION"],
        endpoint_url=aws["AWS_ENDPOINT_URL"],
        aws_access_key_id=aws["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=aws["AWS_SECRET_ACCESS_KEY"],
    )
    identity = of_hcp(backend.organization, backend.project, backend.prefix, backend.hostname)
    provider = iam.create_open_id_connect_provider(Url=identity.url, ClientIDList=[identity.audience])
    trust = json.dumps(caller_trust(identity, provider["OpenIDConnectProviderArn"]))
    role = iam.create_role(RoleName=_NAME, AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    iam.put_role_policy(RoleName=_NAME, PolicyName="everything", PolicyDocument=json.dumps(_EVERYTHING))
    kept = {name: value for name, value in aws.items() if name.startswith("AWS_") and name not in _SECRETS}
    # For this one call Terraform's AWS provider reads no other: https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
    sts = {"AWS_ENDPOINT_URL_STS": aws["AWS_ENDPOINT_URL"]}
    return {**kept, **sts, "TFC_AWS_PROVIDER_AUTH": "true", "TFC_AWS_RUN_ROLE_ARN": role}
