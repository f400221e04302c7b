"""Sessions in the accounts of the organization."""

import boto3

from baseline.inventory import Provider


def session(provider: Provider, base: boto3.Session, endpoint: str | None) -> boto3.Session:
    """A session in a provider's account, by its deployment role, or the caller's own where there is none.

    `endpoint` is another address than AWS's, for an embedded AWS. Raises what boto3 raises.
    """
    if provider.role is None:
        return base
    extra = {"ExternalId": provider.external_id} if provider.external_id else {}
    answer = base.client("sts", endpoint_url=endpoint).assume_role(
        RoleArn=provider.role, RoleSessionName=provider.session_name or "kms-baseline", **extra
    )
    credentials = answer["Credentials"]
    return boto3.Session(
        aws_access_key_id=credentials["AccessKeyId"],
        aws_secret_access_key=credentials["SecretAccessKey"],
        aws_session_token=credentials["SessionToken"],
    )
