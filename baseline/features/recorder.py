"""AWS Config's recorder of one region, for accounts that have none: without one there are no rules.

AWS has one recorder an account and region, and a name of our own: a recorder that is there already makes AWS refuse
ours, where under its name ours would silently take its place.
https://docs.aws.amazon.com/config/latest/APIReference/API_PutConfigurationRecorder.html

For our rule a recorder has to be there and need not record: a periodic rule runs without.
https://docs.aws.amazon.com/config/latest/developerguide/resource-config-reference.html
Security Hub's Config.1 asks for more: AWS's own role, and the kinds of resources of all its controls, recorded.
https://docs.aws.amazon.com/securityhub/latest/userguide/config-controls.html#config-1
"""

from collections.abc import Iterator
from dataclasses import dataclass

from baseline import names
from baseline.features.buckets import Bucket, bucket_arn
from baseline.features.feature import KeyUse, Resource, Site
from baseline.iam.access import AccessStatement, When, render
from baseline.iam.request import Caller, IamCaller, ServiceCaller
from baseline.regions import via_service

SERVICE = "config.amazonaws.com"
AWSS_OWN_ROLE = f"role/aws-service-role/{SERVICE}/AWSServiceRoleForConfig"
OF_RECORDERS = "service-role/AWS_ConfigRole"
"""AWS's policy for recorders, by the end of its ARN."""
RESOURCE_TYPES = ("AWS::KMS::Key",)
"""What one of ours would record if somebody started it."""
PUBLISHED_WITH = ("kms:GenerateDataKey", "kms:Decrypt")
_DELIVERED = When("StringEquals", "s3:x-amz-acl", ("bucket-owner-full-control",))


@dataclass(frozen=True, slots=True)
class Recorder:
    """A recorder, its role, its delivery channel and the bucket to which that delivers."""

    site: Site
    is_complete: bool
    """Whether it runs, with AWS's own role, and records everything; else it is there and was never started."""
    existing_bucket: str | None
    """None: it gets one of its own."""
    key: str | None = None
    """The address of the key of what it delivers; None: S3's own."""

    @property
    def address(self) -> str:
        """Of everything that belongs to it."""
        return names.address("config_recorder", self.site.region)

    @property
    def name(self) -> str:
        """Of the recorder and of its delivery channel."""
        return f"{self.site.namespace}-recorder"

    @property
    def role_name(self) -> str:
        return names.role(self.site.namespace, "config_recorder", self.site.region)

    @property
    def role_arn(self) -> str:
        """AWS's own role, which is in the account already, or else a reference to the one that is made."""
        if self.is_complete:
            return self.site.arn("iam", AWSS_OWN_ROLE, regional=False)
        return f"${{aws_iam_role.{self.address}.arn}}"

    @property
    def managed_policy(self) -> str:
        """AWS's policy for recorders. It reads everything that Config can record, and writes to no bucket."""
        return f"arn:{self.site.partition}:iam::aws:policy/{OF_RECORDERS}"

    @property
    def trust(self) -> str:
        """https://docs.aws.amazon.com/config/latest/developerguide/iamrole-permissions.html"""
        assumed = AccessStatement(
            sid="ConfigAssumesTheRole",
            services=(SERVICE,),
            actions=("sts:AssumeRole",),
            conditions=(self._of_this_account,),
        )
        return render(assumed)

    @property
    def permissions(self) -> str:
        """What AWS's policy leaves out: https://docs.aws.amazon.com/config/latest/developerguide/iamrole-permissions.html"""
        bucket = bucket_arn(self.site, self._bucket_name)
        look = AccessStatement(sid="LookAtTheBucket", actions=("s3:GetBucketAcl",), resources=(bucket,))
        deliver = AccessStatement(
            sid="Deliver", actions=("s3:PutObject",), resources=(self._records,), conditions=(_DELIVERED,)
        )
        return render(look, deliver)

    @property
    def bucket(self) -> Bucket:
        """Where Config may fall back on its service principal, when the role's permissions do not suffice.

        https://docs.aws.amazon.com/config/latest/developerguide/s3-bucket-policy.html
        """
        arn = bucket_arn(self.site, self._bucket_name)
        look = AccessStatement(
            sid="ConfigLooksAtTheBucket",
            services=(SERVICE,),
            actions=("s3:GetBucketAcl", "s3:ListBucket"),
            resources=(arn,),
            conditions=(self._of_this_account,),
        )
        deliver = AccessStatement(
            sid="ConfigDelivers",
            services=(SERVICE,),
            actions=("s3:PutObject",),
            resources=(self._records,),
            conditions=(self._of_this_account, _DELIVERED),
        )
        return Bucket(self.site, self.address, self._bucket_name, (look, deliver), key=self.key)

    @property
    def _bucket_name(self) -> str:
        """Of at most 56 characters; S3 takes 63. Accounts and regions share the names of a partition's buckets."""
        return self.existing_bucket or f"{self.site.namespace}-config-{self.site.account_id}-{self.site.region}"

    @property
    def _records(self) -> str:
        return f"{bucket_arn(self.site, self._bucket_name)}/AWSLogs/{self.site.account_id}/Config/*"

    @property
    def _of_this_account(self) -> When:
        return When("StringEquals", "aws:SourceAccount", (self.site.account_id,))

    def uses(self) -> Iterator[KeyUse]:
        """AWS's own role delivers in the name of the service, ours by S3 as a principal of the account.

        https://docs.aws.amazon.com/config/latest/developerguide/s3-kms-key-policy.html
        """
        if self.key is None:
            return
        caller: Caller = ServiceCaller(SERVICE)
        context = {"aws:SourceAccount": self.site.account_id}
        if not self.is_complete:
            caller = IamCaller(self.site.arn("iam", f"role/{self.role_name}", regional=False), SERVICE.split(".")[0])
            context = {"kms:ViaService": via_service("s3", self.site.region)}
        yield KeyUse(
            what=f"AWS Config delivers to the bucket `{self._bucket_name}`",
            key=self.key,
            caller=caller,
            actions=PUBLISHED_WITH,
            context=context,
        )

    def resources(self) -> Iterator[Resource]:
        """Switched off, all of it stays as it is: other rules may have come to need the recorder."""
        if self.existing_bucket is None:
            yield from self.bucket.resources()
        if not self.is_complete:
            yield Resource("aws_iam_role", self.address, "forget", called=self.role_name)
            yield Resource("aws_iam_role_policy", self.address, "forget")
            yield Resource("aws_iam_role_policy_attachment", self.address, "forget")
        yield Resource("aws_config_configuration_recorder", self.address, "forget")
        yield Resource("aws_config_delivery_channel", self.address, "forget")
        if self.is_complete:
            yield Resource("aws_config_configuration_recorder_status", self.address, "forget")
