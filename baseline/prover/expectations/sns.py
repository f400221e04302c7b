"""Keys of topics: each publisher is fenced by the account or by the topic, whichever it is known to send."""

from baseline.key_actions import DESCRIBE, PUBLISH
from baseline.prover.expectations.expectation import Call, Expectation, Fence, Through

_ACCOUNT = (Fence("aws:SourceAccount", "{account}"),)
_TOPIC = (Fence("kms:EncryptionContext:aws:sns:topicArn", "arn:{partition}:sns:{region}:{account}:*"),)

SNS = Expectation(
    through=(Through("sns", (*PUBLISH, DESCRIBE), listed=None),),
    calls=(
        Call("cloudwatch", "cloudwatch.amazonaws.com", PUBLISH, _ACCOUNT),
        Call("events", "events.amazonaws.com", PUBLISH, _TOPIC),
        Call("budgets", "budgets.amazonaws.com", PUBLISH, _ACCOUNT),
        Call("costalerts", "costalerts.amazonaws.com", PUBLISH, _ACCOUNT),
        Call("s3", "s3.amazonaws.com", PUBLISH, _TOPIC),
        Call("cloudtrail", "cloudtrail.amazonaws.com", PUBLISH, _TOPIC),
        Call(
            "codestar-notifications",
            "codestar-notifications.amazonaws.com",
            PUBLISH,
            (Fence("kms:ViaService", "sns.{region}.amazonaws.com"),),
            tells_no_account=True,
        ),
        Call("backup", "backup.amazonaws.com", PUBLISH, _TOPIC),
    ),
)
