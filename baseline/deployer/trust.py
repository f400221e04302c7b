"""Whom AWS lets in: who assumes the deployment roles, and, for that caller, which jobs of which code host.

A deployment role trusts one caller. The caller is a role that is there already, or one that is made for jobs of GitHub,
GitLab or HCP Terraform, which prove by OIDC who they are: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_oidc.html
"""

from collections.abc import Mapping
from typing import NamedTuple

from baseline.iam.access import When


class Identity(NamedTuple):
    """Who may be what at an identity provider."""

    issuer: str
    """Its address, without the scheme: what condition keys begin with."""
    audience: str
    subjects: tuple[str, ...]
    """Patterns of the token's `sub`, of which one must match."""

    @property
    def url(self) -> str:
        return f"https://{self.issuer}"

    @property
    def conditions(self) -> tuple[When, ...]:
        audience = When("StringEquals", f"{self.issuer}:aud", (self.audience,))
        exact = not any("*" in subject for subject in self.subjects)
        return audience, When("StringEquals" if exact else "StringLike", f"{self.issuer}:sub", self.subjects)


def of_github(repository: str, environment: str, pull_requests: bool) -> Identity:
    """Jobs of one environment of a repository, `OWNER/NAME`, and of its pull requests where they plan.

    https://docs.github.com/actions/how-tos/secure-your-work/security-harden-deployments/oidc-in-aws
    """
    subjects = [f"repo:{repository}:environment:{environment}"]
    subjects += [f"repo:{repository}:pull_request"] if pull_requests else []
    return Identity("token.actions.githubusercontent.com", "sts.amazonaws.com", tuple(subjects))


def of_gitlab(project: str, branch: str, host: str, merge_requests: bool) -> Identity:
    """Jobs of one branch of a project, `GROUP/NAME`; where merge requests plan, of every branch, as theirs have no name.

    https://docs.gitlab.com/ci/cloud_services/aws/
    """
    subject = f"project_path:{project}:ref_type:branch:ref:{'*' if merge_requests else branch}"
    return Identity(host, "sts.amazonaws.com", (subject,))


def of_hcp(organization: str, project: str | None, prefix: str, host: str) -> Identity:
    """Plans and applies of the workspaces of this configuration.

    https://developer.hashicorp.com/terraform/cloud-docs/workspaces/dynamic-provider-credentials/aws-configuration
    """
    subject = f"organization:{organization}:project:{project or '*'}:workspace:{prefix}-*:run_phase:*"
    return Identity(host, "aws.workload.identity", (subject,))


def deployment_trust(callers: tuple[str, ...], external_ids: tuple[str, ...]) -> Mapping[str, object]:
    """The trust of a deployment role: callers by their ARNs, and an external ID where the configuration sends one.

    It names the callers' accounts and the callers in a condition: IAM refuses a principal that is not there yet, and turns
    one that is deleted into an ID that a successor does not have.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-roles
    """
    roots = dict.fromkeys(f"{caller.rpartition(':')[0]}:root" for caller in callers)
    condition: dict[str, object] = {"ArnEquals": {"aws:PrincipalArn": _one_or_many(callers)}}
    if external_ids:
        condition["StringEquals"] = {
            "sts:ExternalId": external_ids[0] if len(external_ids) == 1 else list(external_ids)
        }
    statement = {
        "Sid": "CallersDeploy",
        "Effect": "Allow",
        "Principal": {"AWS": _one_or_many(tuple(roots))},
        "Action": "sts:AssumeRole",
        "Condition": condition,
    }
    return {"Version": "2012-10-17", "Statement": [statement]}


def caller_trust(identity: Identity, provider_arn: object) -> Mapping[str, object]:
    """The trust of the caller's role; `provider_arn` is how the document refers to the identity provider."""
    operators: dict[str, dict[str, object]] = {}
    for operator, key, values in identity.conditions:
        operators.setdefault(operator, {})[key] = _one_or_many(values)
    statement = {
        "Sid": "JobsComeByOidc",
        "Effect": "Allow",
        "Principal": {"Federated": provider_arn},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": operators,
    }
    return {"Version": "2012-10-17", "Statement": [statement]}


def _one_or_many(values: tuple[str, ...]) -> str | list[str]:
    return values[0] if len(values) == 1 else list(values)
