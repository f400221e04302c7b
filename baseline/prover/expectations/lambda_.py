"""Keys of functions: the account uses them through Lambda, which makes grants for its functions and reads archives."""

from baseline.key_actions import DESCRIBE, PUBLISH, USE
from baseline.prover.expectations.expectation import Call, Expectation, Fence, Through

_FUNCTION = Fence(
    "kms:EncryptionContext:aws:lambda:FunctionArn", "arn:{partition}:lambda:{region}:{account}:function:*"
)

LAMBDA = Expectation(
    through=(Through("lambda", (*USE, DESCRIBE, "kms:CreateGrant"), listed=None),),
    calls=(Call("lambda", "lambda.amazonaws.com", PUBLISH, (_FUNCTION,)),),
)
