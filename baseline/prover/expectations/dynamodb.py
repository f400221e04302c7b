"""Keys of tables: the account uses them through DynamoDB of every enabled region, which makes grants for its tables."""

from baseline.key_actions import DESCRIBE, USE
from baseline.prover.expectations.expectation import Expectation, Through

DYNAMODB = Expectation(
    through=(Through("dynamodb", (*USE, DESCRIBE, "kms:CreateGrant"), listed="dynamodb", calls_from="every region"),),
)
