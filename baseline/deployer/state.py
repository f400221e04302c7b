"""The bucket with Terraform's states and its own key: whoever can write a state can make Terraform forget a key.

https://developer.hashicorp.com/terraform/language/backend/s3
"""

from dataclasses import dataclass

from baseline.backends import S3Backend
from baseline.iam.access import AccessStatement, When
from baseline.key_actions import MANAGE
from baseline.regions import via_service


@dataclass(frozen=True, slots=True)
class State:
    """The bucket of one backend, who works with it, and what its policy and that of its key say."""

    backend: S3Backend
    partition: str
    user: str
    """The ARN of the role that reads and writes states."""

    @property
    def account_id(self) -> str:
        """Where bucket and key are."""
        return self.user.split(":")[4]

    @property
    def bucket_arn(self) -> str:
        return f"arn:{self.partition}:s3:::{self.backend.bucket}"

    @property
    def states_arn(self) -> str:
        return f"{self.bucket_arn}/{self.backend.prefix}/*"

    @property
    def alias(self) -> str:
        """Of the key: an alias has no dots."""
        return f"alias/{self.backend.bucket.replace('.', '-')}"

    @property
    def bucket_policy(self) -> tuple[AccessStatement, ...]:
        """Who may do what is left to IAM policies, and to the key."""
        without_tls = AccessStatement(
            sid="NobodyComesWithoutTls",
            effect="Deny",
            accounts=("*",),
            actions=("s3:*",),
            resources=(self.bucket_arn, f"{self.bucket_arn}/*"),
            conditions=(When("Bool", "aws:SecureTransport", ("false",)),),
        )
        return (without_tls,)

    @property
    def key_policy(self) -> tuple[AccessStatement, ...]:
        """The account manages the key and does not use it; who works with states uses it, through S3 alone."""
        root = f"arn:{self.partition}:iam::{self.account_id}:root"
        user = When("ArnEquals", "aws:PrincipalArn", (self.user,))
        through = When("StringEquals", "kms:ViaService", (via_service("s3", self.backend.region),))
        return (
            AccessStatement(sid="AccountManagesTheKey", accounts=(root,), actions=MANAGE, resources=("*",)),
            AccessStatement(
                sid="DeploymentsReadAndWriteStates",
                accounts=(root,),
                actions=("kms:Decrypt", "kms:GenerateDataKey"),
                resources=("*",),
                conditions=(user, through),
            ),
        )

    @property
    def access(self) -> tuple[AccessStatement, ...]:
        """What the user of the states may do with them."""
        through = When("StringEquals", "kms:ViaService", (via_service("s3", self.backend.region),))
        objects = ("s3:DeleteObject", "s3:GetObject", "s3:PutObject")
        return (
            AccessStatement(sid="ListStates", actions=("s3:ListBucket",), resources=(self.bucket_arn,)),
            AccessStatement(sid="ReadAndWriteStates", actions=objects, resources=(self.states_arn,)),
            AccessStatement(
                sid="UseTheKeyOfStates",
                actions=("kms:Decrypt", "kms:GenerateDataKey"),
                resources=(f"arn:{self.partition}:kms:{self.backend.region}:{self.account_id}:key/*",),
                conditions=(through, When("ForAnyValue:StringEquals", "kms:ResourceAliases", (self.alias,))),
            ),
        )
