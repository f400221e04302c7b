"""What must hold of the keys of each purpose: one file and one entry each. A purpose without one is refused."""

from collections.abc import Mapping

from baseline.errors import Refusal
from baseline.prover.expectations.backup import BACKUP
from baseline.prover.expectations.cloudtrail import CLOUDTRAIL
from baseline.prover.expectations.dynamodb import DYNAMODB
from baseline.prover.expectations.ebs import EBS
from baseline.prover.expectations.ecr import ECR
from baseline.prover.expectations.efs import EFS
from baseline.prover.expectations.expectation import Expectation
from baseline.prover.expectations.kinesis import KINESIS
from baseline.prover.expectations.lambda_ import LAMBDA
from baseline.prover.expectations.logs import LOGS
from baseline.prover.expectations.rds import RDS
from baseline.prover.expectations.s3 import S3
from baseline.prover.expectations.secretsmanager import SECRETSMANAGER
from baseline.prover.expectations.sns import SNS
from baseline.prover.expectations.sqs import SQS
from baseline.prover.expectations.ssm import SSM

EXPECTATIONS: Mapping[str, Expectation] = {
    "sns": SNS,
    "ebs": EBS,
    "logs": LOGS,
    "cloudtrail": CLOUDTRAIL,
    "backup": BACKUP,
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


def expected_of(purpose: str) -> Expectation:
    """What must hold of a purpose's keys. Raises Refusal where nobody has said it: nothing would be claimed of them."""
    if purpose not in EXPECTATIONS:
        raise Refusal(
            f"nothing can be proven of keys for `{purpose}`: nobody has said what must hold of them",
            "write its entry in baseline/prover/expectations",
        )
    return EXPECTATIONS[purpose]
