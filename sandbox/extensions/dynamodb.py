"""DynamoDB: a table is made, written and read under a key only if the key lets DynamoDB in for whoever does it.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html
"""

from moto.core.responses import ActionResult
from moto.dynamodb.responses import DynamoHandler

from sandbox.extensions.key_uses import KeyRefused, refused_to_the_caller


class SandboxDynamoDb(DynamoHandler):
    """Moto's DynamoDB, which asks no key. (AWS asks once in five minutes for a table; this asks each time.)"""

    def create_table(self) -> ActionResult:
        specification = self.body.get("SSESpecification") or {}
        if specification.get("Enabled") and (key := specification.get("KMSMasterKeyId")):
            self._require_key(key, self.body["TableName"], "kms:DescribeKey", "kms:CreateGrant", "kms:GenerateDataKey")
        return super().create_table()

    def put_item(self) -> ActionResult:
        self._require_table_key()
        return super().put_item()

    def get_item(self) -> ActionResult:
        self._require_table_key()
        return super().get_item()

    def _require_table_key(self) -> None:
        table = self.dynamodb_backend.tables.get(self.body["TableName"])
        specification = (table and table.sse_specification) or {}
        if key := specification.get("KMSMasterKeyId"):
            self._require_key(key, self.body["TableName"], "kms:Decrypt")

    def _require_key(self, key: str, table: str, *actions: str) -> None:
        """Raises DynamoDB's own error, as https://github.com/aws/aws-cdk/issues/18616 shows it for a denial.

        What it says of a key that is disabled is not documented; the sandbox says the same.
        """
        context = {"aws:dynamodb:tableName": table, "aws:dynamodb:subscriberId": self.current_account}
        if refused := refused_to_the_caller(self, key, "dynamodb", actions, context):
            raise KeyRefused("AccessDeniedException", f"KMS key access denied error: {refused.message}")
