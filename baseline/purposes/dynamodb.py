"""The keys of DynamoDB tables. A global table's replicas call from their own regions.

AWS's sample has `dynamodb.*` for that: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html
Security Hub calls a key public whose condition has a wildcard (KMS.5), so every enabled region stands by its name.
"""

from baseline.key_actions import DESCRIBE, USE
from baseline.purposes.purpose import DOCS, GRANT_FOR_AWS, AccountThrough, Permission, Purpose

_NOTES = f"{DOCS}/amazondynamodb/latest/developerguide/encryption.usagenotes.html"
_THROUGH = AccountThrough("dynamodb", calls_from="every region")

DYNAMODB = Purpose(
    name="dynamodb",
    title="DynamoDB tables",
    optional=True,
    limits=(
        "Backups need the key with which they were made, also after the table has another.",
        "Disabled for more than seven days, the key takes its tables away: DynamoDB archives them to a backup.",
    ),
    controls=("KMS.4",),
    probe="table",
    permissions=(
        Permission(
            sid="AccountUsesTheKeyThroughDynamoDb",
            to=_THROUGH,
            actions=(*USE, DESCRIBE),
            service="dynamodb",
            evidence="documented",
            if_wrong="who makes, writes or reads a table is denied; where a region is missing, replicas of global tables",
            fallback="name the roles under `users`",
            source=_NOTES,
        ),
        Permission(
            sid="DynamoDbGrantsForTheAccount",
            to=_THROUGH,
            actions=("kms:CreateGrant",),
            conditions=(GRANT_FOR_AWS,),
            service="dynamodb",
            evidence="reported",
            if_wrong="making a table is refused",
            fallback="drop the condition (the AWS managed key has none)",
            source=_NOTES,
        ),
    ),
)
