"""The runbook that encrypts a log group: a document of Systems Manager Automation, as data.

It runs no script, so it works wherever Automation does and there is nothing in it to maintain. What it may use:
https://docs.aws.amazon.com/systems-manager/latest/userguide/documents-schemas-features.html (schema 0.3)
https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-branch-condition.html
https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-action-executeawsapi.html
https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-action-outputs-inputs.html
"""

import json
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

ROLE = "AutomationAssumeRole"
"""The name that AWS Config demands for an automatic remediation:
https://docs.aws.amazon.com/config/latest/APIReference/API_PutRemediationConfigurations.html"""
GROUP = "LogGroup"
KEY = "KmsKeyArn"
REPLACE = "ReplaceOtherKeys"

LONGEST = 65_536
"""Bytes that a document may have: https://docs.aws.amazon.com/general/latest/gr/ssm.html"""
RESERVED_PREFIXES = ("amazon", "amzn", "aws")
"""What the name of a document may not start with:
https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_CreateDocument.html"""

_ALONE = "LeaveAlone"

Step = dict[str, Any]


@lru_cache(maxsize=16)  # it is one text for thousands of regions
def encrypting_runbook(exclude: tuple[str, ...]) -> str:
    """The document's content. `exclude` are names, or names with `*` at the beginning, the end or both.

    It is told a group's name or its ARN; AWS Config tells the name. Run again it changes nothing: a group with a key
    is left alone unless other keys are replaced, and a key that is associated twice is associated.
    """
    document = {
        "schemaVersion": "0.3",
        "description": "Encrypts a log group with a KMS key, unless it is excluded or has a key already.",
        "assumeRole": _told(ROLE),
        "parameters": {
            ROLE: {"type": "String", "description": "The ARN of the role that does it."},
            GROUP: {"type": "String", "description": "The name or the ARN of the log group."},
            KEY: {"type": "String", "description": "The ARN of the key."},
            REPLACE: {
                "type": "String",
                "description": "Whether a group that has another key gets this one.",
                "allowedValues": ["false", "true"],
                "default": "false",
            },
        },
        "mainSteps": list(_steps(exclude)),
    }
    return json.dumps(document, indent=1)


def _steps(exclude: Sequence[str]) -> Iterator[Step]:
    """Two ways to the key. Nothing but a script could cut the name out of an ARN, so that it is looked up.

    By its name a group is found as the first of those whose names begin with it, since they come in ASCII order. By
    ARN AWS says that it finds groups in a monitoring account; where it finds none, the execution fails and says so.
    https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeLogGroups.html
    """
    group = _told(GROUP)
    yield _branch("NameOrArn", [{"Variable": group, "StartsWith": "arn:", "NextStep": "FindByArn"}], "Find")
    yield from _encrypt("", group, {"logGroupNamePrefix": group}, exclude)
    yield from _encrypt("ByArn", "{{ FindByArn.Name }}", {"logGroupIdentifiers": [group]}, exclude)
    yield {"name": _ALONE, "action": "aws:sleep", "inputs": {"Duration": "PT1S"}, "isEnd": True}


def _encrypt(way: str, name: str, lookup: dict[str, Any], exclude: Sequence[str]) -> Iterator[Step]:
    """Find the group, leave it alone if that is wanted, else associate the key."""
    yield {
        **_call(f"Find{way}", "DescribeLogGroups", lookup),
        "outputs": [
            {"Name": "Name", "Selector": "$.logGroups[0].logGroupName", "Type": "String"},
            {"Name": "KmsKeyId", "Selector": "$.logGroups[0].kmsKeyId", "Type": "String"},
        ],
    }
    if exclude:
        excluded = [{"Variable": name, **_comparison(pattern), "NextStep": _ALONE} for pattern in exclude]
        yield _branch(f"IsExcluded{way}", excluded, f"HasKey{way}")
    # A group that is not encrypted has no kmsKeyId. A value that is not there begins with nothing: AWS's own example asks in
    # this way for the platform of an instance, which only Windows has.
    has_key = {"Variable": f"{{{{ Find{way}.KmsKeyId }}}}", "StartsWith": "arn:"}
    keeps_it = {"Variable": _told(REPLACE), "StringEquals": "false"}
    yield _branch(f"HasKey{way}", [{"And": [keeps_it, has_key], "NextStep": _ALONE}], f"Associate{way}")
    associating = {"logGroupName": name, "kmsKeyId": _told(KEY)}
    yield {**_call(f"Associate{way}", "AssociateKmsKey", associating), "isEnd": True}


def _call(name: str, api: str, inputs: dict[str, Any]) -> Step:
    """A call, tried again where CloudWatch Logs is asked too much at once: by itself Automation tries once.

    https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-actions.html (common properties)
    """
    return {
        "name": name,
        "action": "aws:executeAwsApi",
        "maxAttempts": 5,
        "timeoutSeconds": 120,
        "inputs": {"Service": "logs", "Api": api, **inputs},
    }


def _branch(name: str, choices: list[dict[str, Any]], default: str) -> Step:
    return {"name": name, "action": "aws:branch", "inputs": {"Choices": choices, "Default": default}}


def _comparison(pattern: str) -> dict[str, str]:
    """The operation of `aws:branch` that a pattern is; there is none for a `*` in the middle."""
    operation = {
        (False, False): "StringEquals",
        (False, True): "StartsWith",
        (True, False): "EndsWith",
        (True, True): "Contains",
    }[pattern.startswith("*"), pattern.endswith("*")]
    return {operation: pattern.strip("*")}


def _told(parameter: str) -> str:
    return f"{{{{ {parameter} }}}}"
