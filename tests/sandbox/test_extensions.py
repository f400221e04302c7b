"""The extensions against the moto they extend: what moto learns itself leaves them."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tests.sandbox.conftest import REGION, Client

PLAIN_MOTO = """
import json
from moto.moto_server.werkzeug_app import create_backend_app
http = create_backend_app("kms").test_client()

def call(operation, **body):
    headers = {"X-Amz-Target": "TrentService." + operation, "Host": "kms.REGION.amazonaws.com"}
    return json.loads(http.post("/", data=json.dumps(body), headers=headers).data)

key = call("CreateKey", Policy="no policy")["KeyMetadata"]["KeyId"]
call("EnableKeyRotation", KeyId=key, RotationPeriodInDays=30)
status = call("GetKeyRotationStatus", KeyId=key)
call("DisableKey", KeyId=key)
print(json.dumps({
    "takes a policy that is none": bool(key),
    "drops the rotation period": "RotationPeriodInDays" not in status,
    "encrypts with a disabled key": "CiphertextBlob" in call("Encrypt", KeyId=key, Plaintext="eA=="),
    "lends the names of AWS": call("CreateAlias", TargetKeyId=key, AliasName="alias/aws/mine") is None,
}))
"""


def test_plain_moto_still_lacks_what_the_extension_of_kms_adds() -> None:
    program = PLAIN_MOTO.replace("REGION", REGION)
    answer = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stdout
    assert answer == (
        '{"takes a policy that is none": true, "drops the rotation period": true, '
        '"encrypts with a disabled key": true, "lends the names of AWS": true}\n'
    )


def test_many_calls_at_once_do_not_trip_over_each_other(client: Client) -> None:
    kms = client("kms", region="eu-central-1")

    def make(number: int) -> str:
        key = str(kms.create_key()["KeyMetadata"]["KeyId"])
        kms.create_alias(AliasName=f"alias/at-once/{number}", TargetKeyId=key)
        return key

    with ThreadPoolExecutor(8) as pool:
        keys = list(pool.map(make, range(40)))
    aliases: list[dict[str, Any]] = kms.list_aliases()["Aliases"]
    targets = {alias["AliasName"]: alias["TargetKeyId"] for alias in aliases}
    assert [targets[f"alias/at-once/{number}"] for number in range(40)] == keys
