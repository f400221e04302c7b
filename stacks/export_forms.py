"""The files that an export makes of one stack's JSON.

Terraform takes them together. Checkov refuses a whole `.tf.json` file for the sake of a block that it cannot read
there: `required_version`, `removed` and `import`, of which it expects a block with labels (3.3.30,
`checkov/terraform_json/parser.py`). So these three are HCL in files of their own.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

MAIN_FILE = "main.tf.json"
IMPORTS_FILE = "imports.tf"
KEYS_FILE = "keys.json"
_OF_TERRAFORM = ("lifecycle", "policy", "provider")
"""Arguments that say nothing of a key itself, and the policy, which comes last."""


def main_text(synthesized: str) -> str:
    """A stack's configuration in the normal form, but for what stands in the files beside it.

    It has none of CDKTF's metadata, and not the path of a local state, which is of one machine.
    """
    stack = _stack(synthesized)
    stack["terraform"].pop("required_version", None)
    stack.pop("removed", None)
    backend = stack["terraform"].get("backend", {})
    if "local" in backend:
        backend["local"] = {}
    return json.dumps(stack, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def versions_text(synthesized: str) -> str:
    """Which Terraform it is for."""
    version = _stack(synthesized)["terraform"]["required_version"]
    return f"terraform {{\n  required_version = {_quoted(version)}\n}}\n"


def removed_text(synthesized: str) -> str:
    """What Terraform shall forget and leave as it is; empty where there is nothing."""
    blocks = [(block["from"], block["lifecycle"]["destroy"]) for block in _stack(synthesized).get("removed", [])]
    return "\n".join(
        f"removed {{\n  from = {address}\n\n  lifecycle {{\n    destroy = {_quoted(destroy)}\n  }}\n}}\n"
        for address, destroy in blocks
    )


def imports_text(imports: Mapping[str, str]) -> str:
    """What is imported, by address."""
    return "\n".join(
        f"import {{\n  to = {address}\n  id = {_quoted(id)}\n}}\n" for address, id in sorted(imports.items())
    )


def keys_text(synthesized: str) -> str:
    """The keys of a stack by their addresses, with region, alias, settings and policy, out of the stack's own text."""
    stack = _stack(synthesized)
    resources = stack.get("resource", {})
    aliases = {alias["target_key_id"]: alias["name"] for alias in resources.get("aws_kms_alias", {}).values()}
    regions = {f"aws.{provider['alias']}": provider["region"] for provider in stack["provider"]["aws"]}
    keys = {
        f"aws_kms_key.{name}": {
            "region": regions[key["provider"]],
            "alias": aliases.get(f"${{aws_kms_key.{name}.key_id}}"),
            **{argument: value for argument, value in sorted(key.items()) if argument not in _OF_TERRAFORM},
            "policy": json.loads(key["policy"]),
        }
        for name, key in resources.get("aws_kms_key", {}).items()
    }
    return json.dumps(keys, indent=2, ensure_ascii=False) + "\n"


FORMS: Mapping[str, Callable[[str], str]] = {
    MAIN_FILE: main_text,
    "versions.tf": versions_text,
    "removed.tf": removed_text,
    KEYS_FILE: keys_text,
}
"""By the file's name: what makes its text of a stack's JSON. Where that is empty there is no such file."""


def _stack(synthesized: str) -> dict[str, Any]:
    stack: dict[str, Any] = _without_metadata(json.loads(synthesized))
    return stack


def _without_metadata(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_metadata(item) for key, item in value.items() if key != "//"}
    return [_without_metadata(item) for item in value] if isinstance(value, list) else value


def _quoted(value: str | bool) -> str:
    """A value as HCL has it. In a string JSON and HCL escape alike, and have the same templates.

    https://developer.hashicorp.com/terraform/language/expressions/strings
    """
    return json.dumps(value, ensure_ascii=False)
