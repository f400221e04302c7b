"""IAM: the policies that AWS manages are there, each as soon as somebody names it.

Moto knows them all, and would load 1,600 of them for every account.
https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_managed-vs-inline.html
"""

import functools
import json
from typing import Any

from moto.iam.aws_managed_policies import aws_managed_policies_data
from moto.iam.models import AWSManagedPolicy, IAMBackend
from moto.iam.responses import IamResponse


class SandboxIam(IamResponse):
    """Moto's IAM, with AWS's managed policies. ListPolicies lists those that were named before."""

    # Asked by moto before every operation, inside of what turns an error into an answer.
    def _authenticate_and_authorize_normal_action(self, resource: str = "*") -> None:
        arn = self._get_param("PolicyArn", "")
        if ":iam::aws:policy/" in arn and arn not in self.backend.managed_policies:
            _publish(self.backend, arn)


def _publish(iam: IAMBackend, arn: str) -> None:
    """Put AWS's policy of that ARN into an account, if AWS has one."""
    name = arn.rpartition("/")[2]
    data = _published(name)
    if data is None:
        return
    policy = AWSManagedPolicy.from_data(name, iam.account_id, iam.region_name, data)
    if policy.arn == arn:
        iam.managed_policies[arn] = policy
        iam.aws_managed_policies.append(policy)


@functools.cache
def _published(name: str) -> dict[str, Any] | None:
    """What moto has of a policy. All of them are read anew for each, which takes less than to keep them."""
    policies: dict[str, dict[str, Any]] = json.loads(aws_managed_policies_data)
    return policies.get(name)
