"""The kinds of resources that AWS Backup backs up: what it does with the job's role, and who encrypts their copies.

https://docs.aws.amazon.com/aws-backup/latest/devguide/security-iam-awsmanpol.html
https://docs.aws.amazon.com/aws-backup/latest/devguide/encryption.html
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from baseline.iam.arns import Arn


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind, with the actions of AWS's managed policies that are for it alone."""

    resource_type: str
    """As jobs name it."""
    backs_up: str
    restores: str
    encrypts: str = ""
    """The service that encrypts backups in AWS Backup's place. Empty: Backup does, with the vault's key."""


KINDS: Mapping[str, Kind] = {
    "dynamodb:table": Kind("DynamoDB", "dynamodb:StartAwsBackupJob", "dynamodb:RestoreTableFromAwsBackup"),
    "ec2:instance": Kind("EC2", "ec2:CreateImage", "ec2:RunInstances", encrypts="ec2"),
    "ec2:volume": Kind("EBS", "ec2:CreateSnapshot", "ec2:CreateVolume", encrypts="ec2"),
    "elasticfilesystem:file-system": Kind("EFS", "elasticfilesystem:Backup", "elasticfilesystem:Restore"),
    "fsx:file-system": Kind("FSx", "fsx:CreateBackup", "fsx:CreateFileSystemFromBackup", encrypts="fsx"),
    "rds:cluster": Kind("Aurora", "rds:CreateDBClusterSnapshot", "rds:RestoreDBClusterFromSnapshot", encrypts="rds"),
    "rds:db": Kind("RDS", "rds:CreateDBSnapshot", "rds:RestoreDBInstanceFromDBSnapshot", encrypts="rds"),
    "s3:": Kind("S3", "s3:GetBucketTagging", "s3:CreateBucket"),
}
"""By the service and the kind in the resource's ARN; a bucket's ARN has no kind. Other kinds are not known here."""


def kind_of(resource: Arn) -> Kind | None:
    """The resource's kind, None for one that is not known."""
    kind = "" if resource.service == "s3" else re.split("[:/]", resource.resource)[0]
    return KINDS.get(f"{resource.service}:{kind}")
