"""Keys of tables: how they are tried, and what refers to them."""

from typing import Any

from baseline.retirement import Dependent
from live.asking import pages
from live.probe_kinds import Clients, removing
from live.switched_on.of_purpose import Found, Look, OfPurpose, Probe


def table(clients: Clients, key: str, name: str) -> None:
    """A table is made and written."""
    dynamodb = clients("dynamodb")
    dynamodb.create_table(
        TableName=name,
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
        SSESpecification={"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key},
    )
    with removing("table", name, lambda: dynamodb.delete_table(TableName=name)):
        dynamodb.get_waiter("table_exists").wait(TableName=name, WaiterConfig={"Delay": 2, "MaxAttempts": 60})
        dynamodb.put_item(TableName=name, Item={"id": {"S": "kms-baseline probe"}})


def _tables(dynamodb: Any) -> Found:
    for name in pages(dynamodb, "list_tables", "TableNames"):
        table = dynamodb.describe_table(TableName=name)["Table"]
        yield table.get("SSEDescription", {}).get("KMSMasterKeyArn"), Dependent("table", name)


DYNAMODB = OfPurpose(
    kind="table",
    probe=Probe("make an encrypted table and write to it", "dynamodb", table),
    looks=(Look("tables", "dynamodb", _tables),),
    unseen=("backups of tables, which need the key with which they were made", "tables that are archived"),
)
