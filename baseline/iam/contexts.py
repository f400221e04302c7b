"""The names of the encryption context that services use, as far as AWS's pages and public policies tell them.

Absence is "not known". Sources, under https://docs.aws.amazon.com/ : AmazonS3/latest/userguide/UsingKMSEncryption.html,
AmazonRDS/latest/UserGuide/Overview.Encryption.Keys.html, secretsmanager/latest/userguide/security-encryption.html,
amazondynamodb/latest/developerguide/encryption.usagenotes.html, lambda/latest/dg/configuration-envvars-encryption.html,
AmazonECR/latest/userguide/encryption-at-rest.html, efs/latest/ug/logging-using-cloudtrail.html,
systems-manager/latest/userguide/secure-string-parameter-kms-encryption.html, sns/latest/dg/sns-enable-encryption-for-topic.html,
AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html, ebs/latest/userguide/ebs-encryption.html; of SQS and Kinesis
https://github.com/aws/aws-cdk/issues/33169 and other public policies.
"""

from collections.abc import Mapping

CONTEXTS: Mapping[str, frozenset[str]] = {
    "dynamodb": frozenset({"aws:dynamodb:tableName", "aws:dynamodb:subscriberId"}),
    "ec2": frozenset({"aws:ebs:id"}),
    "ecr": frozenset({"aws:ecr:arn", "aws:s3:arn"}),
    "elasticfilesystem": frozenset({"aws:elasticfilesystem:filesystem:id"}),
    "kinesis": frozenset({"aws:kinesis:arn"}),
    "lambda": frozenset({"aws:lambda:FunctionArn", "aws:lambda:EventSourceArn"}),
    "logs": frozenset({"aws:logs:arn"}),
    "rds": frozenset({"aws:rds:db-id", "aws:ebs:id", "aws:pi:service", "service"}),
    "s3": frozenset({"aws:s3:arn"}),
    "secretsmanager": frozenset({"SecretARN", "SecretVersionId"}),
    "sns": frozenset({"aws:sns:topicArn"}),
    "sqs": frozenset({"aws:sqs:arn"}),
    "ssm": frozenset({"PARAMETER_ARN"}),
}
"""By the label of `kms:ViaService`."""
