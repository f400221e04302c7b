"""The runbook that encrypts a log group, as the product may ship it."""

from collections.abc import Sequence
from typing import Any

ROLE, GROUP, KEY, REPLACE = "AutomationAssumeRole", "LogGroup", "KmsKeyArn", "ReplaceOtherKeys"


def encrypting_runbook(excluded: Sequence[str] = ()) -> dict[str, Any]:
    """The document's content. `excluded` are names with a `*` at either end, both, or none.

    A group is told by its name or its ARN. For a name, DescribeLogGroups lists what begins with it in ASCII order, so
    the group itself comes first. An ARN is taken by `logGroupIdentifiers`.
    """
    named = _chain("", excluded, f"{{{{ {GROUP} }}}}", {"logGroupNamePrefix": f"{{{{ {GROUP} }}}}"}, find_first=False)
    by_arn = _chain("ByArn", excluded, "{{ FindByArn.Name }}", {"logGroupIdentifiers": [f"{{{{ {GROUP} }}}}"]}, True)
    return {
        "schemaVersion": "0.3",
        "description": "Encrypts a log group with a KMS key, unless it has one or is excluded.",
        "assumeRole": f"{{{{ {ROLE} }}}}",
        "parameters": {
            ROLE: {"type": "String", "description": "The ARN of the role that does it."},
            GROUP: {"type": "String", "description": "The name or the ARN of the log group."},
            KEY: {"type": "String", "description": "The ARN of the key."},
            REPLACE: {
                "type": "String",
                "description": "Whether a group with another key gets this one.",
                "allowedValues": ["true", "false"],
                "default": "false",
            },
        },
        "mainSteps": [
            {
                "name": "NameOrArn",
                "action": "aws:branch",
                "inputs": {
                    "Choices": [{"Variable": f"{{{{ {GROUP} }}}}", "StartsWith": "arn:", "NextStep": "FindByArn"}],
                    "Default": named[0]["name"],
                },
            },
            *named,
            *by_arn,
            {"name": "LeaveAlone", "action": "aws:sleep", "inputs": {"Duration": "PT1S"}, "isEnd": True},
        ],
    }


def _chain(
    suffix: str, excluded: Sequence[str], name: str, lookup: dict[str, Any], find_first: bool
) -> list[dict[str, Any]]:
    """Find the group, leave it alone if it is excluded or has a key that stays, else associate the key."""
    find, skip, keep, associate = f"Find{suffix}", f"Excluded{suffix}", f"HasKey{suffix}", f"Associate{suffix}"
    finding = {
        "name": find,
        "action": "aws:executeAwsApi",
        "inputs": {"Service": "logs", "Api": "DescribeLogGroups", **lookup},
        "outputs": [
            {"Name": "Name", "Selector": "$.logGroups[0].logGroupName", "Type": "String"},
            {"Name": "KmsKeyId", "Selector": "$.logGroups[0].kmsKeyId", "Type": "String"},
        ],
    }
    choices = [_choice(name, pattern) for pattern in excluded]
    skipping = _branch(skip, [{**choice, "NextStep": "LeaveAlone"} for choice in choices], keep if find_first else find)
    has_key = {"Variable": f"{{{{ {find}.KmsKeyId }}}}", "StartsWith": "arn:"}
    stays = {"Variable": f"{{{{ {REPLACE} }}}}", "StringEquals": "false"}
    keeping = _branch(keep, [{"And": [stays, has_key], "NextStep": "LeaveAlone"}], associate)
    associating = {
        "name": associate,
        "action": "aws:executeAwsApi",
        "inputs": {
            "Service": "logs",
            "Api": "AssociateKmsKey",
            "logGroupName": name,
            "kmsKeyId": f"{{{{ {KEY} }}}}",
        },
        "isEnd": True,
    }
    searching = [finding, skipping] if find_first else [skipping, finding]
    return [*(searching if choices else [finding]), keeping, associating]


def _branch(name: str, choices: list[dict[str, Any]], default: str) -> dict[str, Any]:
    return {"name": name, "action": "aws:branch", "inputs": {"Choices": choices, "Default": default}}


def _choice(variable: str, pattern: str) -> dict[str, Any]:
    operations = {(False, False): "StringEquals", (False, True): "StartsWith", (True, False): "EndsWith"}
    operation = operations.get((pattern.startswith("*"), pattern.endswith("*")), "Contains")
    return {"Variable": variable, operation: pattern.strip("*")}
