"""What HCP Terraform refuses, in one sentence each: for what Terraform says of it, and for what our own client is told."""

from deployment.cause import Cause

UNREADABLE_PLAN = Cause(
    "the token may not read the plan, so that nobody could see what it does to keys",
    "use a token of a user or team that has admin on the workspaces (docs/hcp-terraform.md)",
)
"""https://developer.hashicorp.com/terraform/cloud-docs/api-docs/plans#retrieve-the-json-execution-plan"""
LOOK_AT_HOST = "look at `deployment.backend.hostname` and at the network"
TRUST = "name a file with the authority's certificate in SSL_CERT_FILE"


def no_token(host: str = "") -> Cause:
    """There is none; an empty host: which one it is for is not known."""
    login = f"terraform login {host}".rstrip()
    return Cause(f"there is no token for {host or 'HCP Terraform'}", f"run `{login}`, or give one in TF_TOKEN_...")


def refused_token(host: str) -> Cause:
    """There is one, and the host does not take it."""
    return Cause(
        f"{host} does not accept the token: it is wrong or has expired",
        "run `terraform login` again, or renew the token in TF_TOKEN_... (that variable is taken before a login)",
    )


def no_organization(host: str, name: str) -> Cause:
    """Not there and not to be seen are answered alike."""
    return Cause(
        f"{host} has no organization {name}, or the token may not see it",
        "correct `deployment.backend.organization`, or use a token of somebody in it",
    )
