"""Keys that are there only where they are switched on: a file a purpose."""

from collections.abc import Mapping

from live.switched_on.dynamodb import DYNAMODB
from live.switched_on.ecr import ECR
from live.switched_on.efs import EFS
from live.switched_on.kinesis import KINESIS
from live.switched_on.lambda_ import LAMBDA
from live.switched_on.of_purpose import OfPurpose
from live.switched_on.rds import RDS
from live.switched_on.s3 import S3
from live.switched_on.secretsmanager import SECRETSMANAGER
from live.switched_on.sqs import SQS
from live.switched_on.ssm import SSM

SWITCHED_ON: Mapping[str, OfPurpose] = {
    "s3": S3,
    "rds": RDS,
    "secretsmanager": SECRETSMANAGER,
    "sqs": SQS,
    "ecr": ECR,
    "dynamodb": DYNAMODB,
    "efs": EFS,
    "kinesis": KINESIS,
    "ssm": SSM,
    "lambda": LAMBDA,
}
"""By purpose."""
