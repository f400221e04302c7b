"""The keys of Lambda functions: of their variables, their filters and, where it is asked for, their code archives."""

from baseline.iam.conditions import Condition
from baseline.key_actions import DESCRIBE, PUBLISH, USE
from baseline.purposes.purpose import DOCS, GRANT_FOR_AWS, AccountThrough, Permission, Purpose, Service

_VARIABLES = f"{DOCS}/lambda/latest/dg/configuration-envvars-encryption.html"
OUR_FUNCTIONS = Condition(
    "ArnLike",
    "kms:EncryptionContext:aws:lambda:FunctionArn",
    ("arn:{partition}:lambda:{region}:{account}:function:*",),
)

LAMBDA = Purpose(
    name="lambda",
    title="Lambda functions",
    optional=True,
    limits=(
        "The variables of a function are under it; its logs are under the key of their log group.",
        "Disabled, variables cannot be read and functions do not start.",
        "A function goes on by the grant that it has when the policy changes.",
    ),
    controls=("KMS.4",),
    probe="function",
    permissions=(
        Permission(
            sid="AccountUsesTheKeyThroughLambda",
            to=AccountThrough("lambda"),
            actions=(*USE, DESCRIBE),
            service=None,
            evidence="managed key",
            if_wrong="who makes functions or looks at their variables is denied",
            fallback="name the roles under `users`",
            source=_VARIABLES,
        ),
        Permission(
            sid="LambdaGrantsForTheAccount",
            to=AccountThrough("lambda"),
            actions=("kms:CreateGrant",),
            conditions=(GRANT_FOR_AWS,),
            service=None,
            evidence="inferred",
            if_wrong="making a function with variables is refused",
            fallback="a statement of your own without the condition",
            source=_VARIABLES,
        ),
        Permission(
            # Variables are read by a grant; for archives Lambda makes none.
            sid="LambdaReadsCodeArchives",
            to=Service("lambda.amazonaws.com"),
            actions=PUBLISH,
            conditions=(OUR_FUNCTIONS,),
            service="lambda",
            by_default=(),
            evidence="documented",
            if_wrong="uploading code with `SourceKMSKeyArn` is refused",
            fallback="no condition",
            source=f"{DOCS}/lambda/latest/dg/encrypt-zip-package.html",
        ),
    ),
)
