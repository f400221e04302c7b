"""What remediates a rule on log groups: the runbook, the role that it assumes, and AWS Config's configuration of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from baseline import names
from baseline.features import runbook
from baseline.features.feature import Resource, Site
from baseline.iam.access import AccessStatement, When, render
from baseline.iam.request import IamCaller

RESOURCE_TYPE = "AWS::Logs::LogGroup"
MISSING = frozenset(
    "ap-east-2 ap-southeast-5 ap-southeast-6 ap-southeast-7 cn-north-1 cn-northwest-1 mx-central-1".split()
)
"""Regions in which AWS Config remediates nothing, by the list of those in which it does:
https://docs.aws.amazon.com/config/latest/developerguide/remediation.html#region-support-config-remediation"""

CONCURRENT_PERCENTAGE = 2
ERROR_PERCENTAGE = 50
"""Of the log groups that are found at one look: how many are remediated at once, and how many failures stop the rest.
AWS's own defaults are 10 and 50. A first look may find a thousand, and CloudWatch Logs takes a few calls a second:
https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html"""


def exists_in(region: str) -> bool:
    """Whether AWS Config remediates in a region."""
    return region not in MISSING


class Parameter(NamedTuple):
    """What the runbook is told: a text, or the ID of what does not comply, which is a log group's name."""

    name: str
    value: str | None
    """None: the ID."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remediation:
    """The runbook of one region, its role and its configuration."""

    site: Site
    address: str
    """Of everything that belongs to it."""
    content: str
    """The runbook."""
    replace_other_keys: bool
    automatic: bool
    attempts: int
    retry_seconds: int

    @property
    def document(self) -> str:
        """The runbook's name."""
        return f"{self.site.namespace}-encrypt-log-group"

    @property
    def role_name(self) -> str:
        return names.role(self.site.namespace, "log_group_encryption", self.site.region)

    @property
    def role(self) -> IamCaller:
        return IamCaller(self.site.arn("iam", f"role/{self.role_name}", regional=False))

    @property
    def trust(self) -> str:
        """https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-setup-iam.html"""
        assumed = AccessStatement(
            sid="AutomationAssumesTheRole",
            services=("ssm.amazonaws.com",),
            actions=("sts:AssumeRole",),
            conditions=(When("StringEquals", "aws:SourceAccount", (self.site.account_id,)),),
        )
        return render(assumed)

    def permissions(self, key_arn: str) -> str:
        """What the role may do. What CloudWatch Logs does with the key for it, the key's policy allows.

        https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
        """
        groups = self.site.arn("logs", "log-group:*")
        return render(
            AccessStatement(sid="FindLogGroups", actions=("logs:DescribeLogGroups",), resources=(groups,)),
            AccessStatement(sid="AssociateTheKey", actions=("logs:AssociateKmsKey",), resources=(groups,)),
            AccessStatement(sid="DescribeTheKey", actions=("kms:DescribeKey",), resources=(key_arn,)),
        )

    def parameters(self, role_arn: str, key_arn: str) -> tuple[Parameter, ...]:
        """What AWS Config tells the runbook, sorted by name as the provider reads it back."""
        return (
            Parameter(runbook.ROLE, role_arn),
            Parameter(runbook.KEY, key_arn),
            Parameter(runbook.GROUP, None),
            Parameter(runbook.REPLACE, str(self.replace_other_keys).lower()),
        )

    def resources(self) -> Iterator[Resource]:
        """All of it is made anew by switching the feature on."""
        yield Resource("aws_ssm_document", self.address, "destroy", called=self.document)
        yield Resource("aws_iam_role", self.address, "destroy", called=self.role_name)
        yield Resource("aws_iam_role_policy", self.address, "destroy")
        yield Resource("aws_config_remediation_configuration", self.address, "destroy")
