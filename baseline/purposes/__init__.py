"""The purposes: one file and one entry each, and everything else about a purpose follows from it."""

from collections.abc import Mapping

from baseline.purposes.backup import BACKUP
from baseline.purposes.cloudtrail import CLOUDTRAIL
from baseline.purposes.dynamodb import DYNAMODB
from baseline.purposes.ebs import EBS
from baseline.purposes.ecr import ECR
from baseline.purposes.efs import EFS
from baseline.purposes.kinesis import KINESIS
from baseline.purposes.lambda_ import LAMBDA
from baseline.purposes.logs import LOGS
from baseline.purposes.purpose import Purpose
from baseline.purposes.rds import RDS
from baseline.purposes.s3 import S3
from baseline.purposes.secretsmanager import SECRETSMANAGER
from baseline.purposes.sns import SNS
from baseline.purposes.sqs import SQS
from baseline.purposes.ssm import SSM

PURPOSES: Mapping[str, Purpose] = {
    p.name: p
    for p in (
        SNS,
        EBS,
        LOGS,
        CLOUDTRAIL,
        BACKUP,
        S3,
        RDS,
        SECRETSMANAGER,
        SQS,
        ECR,
        DYNAMODB,
        EFS,
        KINESIS,
        SSM,
        LAMBDA,
    )
}
"""Every purpose by its name, in the order of the documentation. Explicit: nothing is discovered."""
