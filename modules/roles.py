"""The IAM role of a feature, with the policy that is its own."""

from cdktf import TerraformProvider
from cdktf_cdktf_provider_aws.iam_role import IamRole
from cdktf_cdktf_provider_aws.iam_role_policy import IamRolePolicy
from constructs import Construct

from modules.resources import named


def role(
    scope: Construct,
    construct: str,
    address: str,
    provider: TerraformProvider,
    *,
    name: str,
    trust: str,
    policy: tuple[str, str],
    description: str | None = None,
) -> IamRolePolicy:
    """The role; answers its policy, a name and a text, which must be there before the role can be used.

    `construct` begins the constructs' own names, which stand in the JSON.
    """
    named(
        IamRole(
            scope,
            f"{construct}_{address}",
            provider=provider,
            name=name,
            description=description,
            assume_role_policy=trust,
        ),
        address,
    )
    policy_name, text = policy
    return named(
        IamRolePolicy(
            scope,
            f"{construct}_policy_{address}",
            provider=provider,
            name=policy_name,
            role=role_name(address),
            policy=text,
        ),
        address,
    )


def role_name(address: str) -> str:
    """The name of a role of the stack."""
    return f"${{aws_iam_role.{address}.name}}"
