"""The extensions against the moto they extend: what moto learns itself leaves them."""

import importlib
import subprocess
import sys
from pathlib import Path

import pytest
from moto.core.utils import camelcase_to_underscores

from sandbox.application import EXTENSIONS
from tests.sandbox.conftest import REGION

REPOSITORY = Path(__file__).parents[2]

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


LACKING = {
    "backup": [
        "CreateBackupSelection",
        "DeleteBackupSelection",
        "GetBackupSelection",
        "PutBackupVaultAccessPolicy",
        "StartBackupJob",
        "StartCopyJob",
        "StartRestoreJob",
        "UpdateBackupPlan",
    ],
    "budgets": ["CreateSubscriber", "DescribeSubscribersForNotification", "TagResource", "UpdateBudget"],
    "config": [
        "DeleteRemediationConfiguration",
        "DeleteRemediationExceptions",
        "DescribeRemediationConfigurations",
        "DescribeRemediationExceptions",
        "DescribeRemediationExecutionStatus",
        "GetComplianceDetailsByConfigRule",
        "PutRemediationConfigurations",
        "PutRemediationExceptions",
        "StartConfigRulesEvaluation",
    ],
    "ec2": ["GetEbsDefaultKmsKeyId", "ResetEbsDefaultKmsKeyId"],
    "logs": ["AssociateKmsKey", "DisassociateKmsKey"],
    "ssm": ["GetAutomationExecution", "StartAutomationExecution"],
}
"""Operations that moto does not know. One that it learns can leave the extension."""


@pytest.mark.parametrize("service", LACKING)
def test_plain_moto_still_lacks_the_operations_that_an_extension_adds(service: str) -> None:
    module, name = EXTENSIONS[service]
    extension = getattr(importlib.import_module(module), name)
    for operation in map(camelcase_to_underscores, LACKING[service]):
        assert hasattr(extension, operation)
        assert not any(operation in vars(base) for base in extension.__mro__ if base.__module__.startswith("moto."))


AT_ONCE = """
import json, sys
from concurrent.futures import ThreadPoolExecutor
from werkzeug.test import Client
from sandbox.application import application, plant

key = plant({"caller_account_id": "111111111111", "accounts": [], "deploy_roles": []})["access_key_id"]
signature = f"AWS4-HMAC-SHA256 Credential={key}/20260101/REGION/kms/aws4_request, Signature=0"

def call(operation, **body):
    headers = {"Authorization": signature, "X-Amz-Target": "TrentService." + operation}
    return Client(application).post("/", data=json.dumps(body), headers=headers)

def make(number):
    made = json.loads(call("CreateKey", KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY").data)
    return call("CreateAlias", TargetKeyId=made["KeyMetadata"]["KeyId"], AliasName=f"alias/{number}").status_code

call("ListKeys")
sys.setswitchinterval(1e-6)  # threads take turns so often that what can collide does
with ThreadPoolExecutor(8) as pool:
    print(set(pool.map(make, range(150))))
"""


def test_many_calls_at_once_do_not_trip_over_each_other() -> None:
    program = AT_ONCE.replace("REGION", REGION)
    answer = subprocess.run([sys.executable, "-c", program], cwd=REPOSITORY, capture_output=True, text=True)
    assert (answer.stdout, answer.returncode) == ("{200}\n", 0)
