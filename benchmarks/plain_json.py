"""The same keys as JSON that Python writes itself: the floor, without types, constructs or checks."""

import json
import sys
from pathlib import Path
from typing import Any

from baseline.configuration.load import load
from baseline.expansion import expand
from baseline.inventory import Stack
from baseline.lock import Lock


def stack_json(stack: Stack) -> dict[str, Any]:
    """One stack as Terraform reads it."""
    kinds: dict[str, dict[str, Any]] = {"aws_kms_key": {}, "aws_kms_alias": {}, "aws_ssm_parameter": {}}
    for key in stack.keys:
        provider = f"aws.{key.provider}"
        kinds["aws_kms_key"][key.address] = {
            "provider": provider,
            "description": key.description,
            "policy": key.policy.render(),
            "enable_key_rotation": True,
            "rotation_period_in_days": key.settings.rotation_period_days,
            "deletion_window_in_days": key.settings.deletion_window_days,
            "tags": dict(key.tags),
            "lifecycle": {"prevent_destroy": True},
        }
        arn = f"${{aws_kms_key.{key.address}.arn}}"
        target = f"${{aws_kms_key.{key.address}.key_id}}"
        kinds["aws_kms_alias"][key.address] = {"provider": provider, "name": key.alias, "target_key_id": target}
        kinds["aws_ssm_parameter"][key.address] = {
            "provider": provider,
            "name": key.parameter,
            "type": "String",
            "value": arn,
            "tags": dict(key.tags),
        }
    providers = [
        {
            "alias": p.alias,
            "region": p.region,
            "assume_role": [{"role_arn": p.role}],
            "allowed_account_ids": [p.account_id],
            "default_tags": [{"tags": dict(p.tags)}],
        }
        for p in stack.providers
    ]
    outputs = {key.output: {"value": f"${{aws_kms_key.{key.address}.arn}}"} for key in stack.keys}
    return {"provider": {"aws": providers}, "resource": kinds, "output": outputs}


def main(configuration: Path, output: Path) -> None:
    inventory = expand(load(configuration.read_text(encoding="utf-8"), str(configuration)).organization, Lock())
    for stack in inventory.stacks:
        folder = output / "stacks" / stack.name
        folder.mkdir(parents=True)
        with (folder / "cdk.tf.json").open("w", encoding="utf-8") as file:
            json.dump(stack_json(stack), file, indent=2)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
