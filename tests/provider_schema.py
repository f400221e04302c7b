"""The names that two AWS providers know, of what we write: `python -m tests.provider_schema` renews the files.

Provider 5.100.0 says it itself. Of 6.25.0 the bindings say it, which are generated from its schema: nothing here can run
it. Computed arguments are in neither.
"""

import gzip
import importlib.util
import json
import os
import re
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from deployment.binaries import find_terraform
from deployment.mirror import SYSTEM_FOLDERS, find_mirror, provider_environment

VERSION = "5.100.0"
FILE = Path(__file__).with_name(f"provider_schema_{VERSION}.json")
LATER = "6.25.0"
"""What the bindings were made of."""
LATER_FILE = Path(__file__).with_name(f"provider_schema_{LATER}.json")
RESOURCES = (
    "aws_backup_plan",
    "aws_backup_selection",
    "aws_backup_vault",
    "aws_backup_vault_policy",
    "aws_budgets_budget",
    "aws_cloudtrail",
    "aws_cloudwatch_event_rule",
    "aws_cloudwatch_event_target",
    "aws_config_config_rule",
    "aws_config_configuration_recorder",
    "aws_config_configuration_recorder_status",
    "aws_config_delivery_channel",
    "aws_config_remediation_configuration",
    "aws_iam_role",
    "aws_iam_role_policy",
    "aws_iam_role_policy_attachment",
    "aws_kms_alias",
    "aws_kms_key",
    "aws_s3_bucket",
    "aws_s3_bucket_lifecycle_configuration",
    "aws_s3_bucket_ownership_controls",
    "aws_s3_bucket_policy",
    "aws_s3_bucket_public_access_block",
    "aws_s3_bucket_server_side_encryption_configuration",
    "aws_s3_bucket_versioning",
    "aws_sns_topic",
    "aws_sns_topic_policy",
    "aws_sns_topic_subscription",
    "aws_ssm_document",
    "aws_ssm_parameter",
)
PROVIDER_BLOCKS = ("assume_role", "default_tags")
_SOURCE = "registry.terraform.io/hashicorp/aws"


def renewed() -> str:
    """The extract of the real provider's schema, as the file has it."""
    schema = _schema()["provider_schemas"][_SOURCE]
    provider = _names(schema["provider"]["block"])
    # Of its blocks only those that we write: `endpoints` alone names hundreds of services.
    blocks = {name for name, below in provider.items() if below is not None} - set(PROVIDER_BLOCKS)
    extract = {
        "provider": {name: below for name, below in provider.items() if name not in blocks},
        "resource": {kind: _names(schema["resource_schemas"][kind]["block"]) for kind in RESOURCES},
    }
    return json.dumps(extract, indent=2, sort_keys=True) + "\n"


def _names(block: dict[str, Any]) -> dict[str, Any]:
    """What can be set: arguments have nothing below them, blocks their own names."""
    settable = (name for name, of in block.get("attributes", {}).items() if of.get("optional") or of.get("required"))
    blocks = {name: _names(nested["block"]) for name, nested in block.get("block_types", {}).items()}
    return {**dict.fromkeys(settable), **blocks}


def _schema() -> dict[str, Any]:
    terraform = find_terraform(os.environ)
    mirror = find_mirror(terraform, VERSION, os.environ, SYSTEM_FOLDERS)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        required = {"required_providers": {"aws": {"source": "hashicorp/aws", "version": VERSION}}}
        (folder / "main.tf.json").write_text(json.dumps({"terraform": required}), encoding="utf-8")
        environment = {**provider_environment(mirror, folder, os.environ), "CHECKPOINT_DISABLE": "1"}

        def in_folder(*arguments: str) -> str:
            command = [str(terraform.path), *arguments]
            done = subprocess.run(
                command, cwd=folder, env=environment, check=True, capture_output=True, text=True, timeout=120
            )
            return done.stdout

        in_folder("init", "-input=false", "-no-color")
        schema: dict[str, Any] = json.loads(in_folder("providers", "schema", "-json"))
        return schema


def renewed_later() -> str:
    """The extract of what the bindings know. Raises LookupError where they were made of another version."""
    found = importlib.util.find_spec("cdktf_cdktf_provider_aws")
    assert found is not None  # found and not loaded
    assert found.submodule_search_locations
    [archive] = (Path(found.submodule_search_locations[0]) / "_jsii").glob("provider-aws@*.jsii.tgz")
    with tarfile.open(archive) as files:
        parts = {}
        for member in files:  # in their order: to find one by its name, all would be read
            if member.name in ("package/.jsii", "package/package.json"):
                parts[member.name] = json.load(files.extractfile(member))  # type: ignore[arg-type]
            if len(parts) == 2:
                break
        assembly, package = parts["package/.jsii"], parts["package/package.json"]
        if "filename" in assembly:  # compressed once more
            inner = files.extractfile(f"package/{assembly['filename']}")
            assembly = json.loads(gzip.decompress(inner.read()))  # type: ignore[union-attr]
    if (made_of := package["cdktf"]["provider"]["version"]) != LATER:
        raise LookupError(f"the bindings were made of {made_of}")
    known = _Bindings(assembly["types"])
    provider = known.names("provider.AwsProviderConfig")
    blocks = {name for name, below in provider.items() if below is not None} - set(PROVIDER_BLOCKS)
    extract = {
        "provider": {name: below for name, below in provider.items() if name not in blocks},
        "resource": {kind: known.resource(kind) for kind in RESOURCES},
    }
    return json.dumps(extract, indent=2, sort_keys=True) + "\n"


class _Bindings:
    """What the interfaces of the bindings let be set."""

    def __init__(self, types: dict[str, Any]) -> None:
        self._types = types

    def resource(self, kind: str) -> dict[str, Any]:
        """Of `aws_kms_key`: the one interface of `kmsKey` that takes Terraform's own words too."""
        first, *words = kind.removeprefix("aws_").split("_")
        head = f"@cdktf/provider-aws.{first}{''.join(word.capitalize() for word in words)}."
        [name] = (
            name
            for name, of in self._types.items()
            if name.startswith(head) and "cdktf.TerraformMetaArguments" in of.get("interfaces", ())
        )
        return self.names(name.partition(".")[2])

    def names(self, name: str) -> dict[str, Any]:
        """Of an interface without its package. A name with a number as a word of its own is not had again; we write none."""
        found = {}
        for property in self._types[f"@cdktf/provider-aws.{name}"].get("properties", ()):
            below = next((fqn for fqn in _fqns(property["type"]) if fqn.startswith("@cdktf/provider-aws.")), None)
            key = re.sub(r"(?<!^)(?=[A-Z])", "_", property["name"]).lower()
            found[key] = self.names(below.partition(".")[2]) if below else None
        return found


def _fqns(type: Any) -> Iterator[str]:
    """The interfaces that stand in a type: alone, in a list, or as one of several."""
    if isinstance(type, dict):
        if "fqn" in type:
            yield type["fqn"]
        for inner in type.values():
            yield from _fqns(inner)
    elif isinstance(type, list):
        for inner in type:
            yield from _fqns(inner)


if __name__ == "__main__":
    FILE.write_text(renewed(), encoding="utf-8", newline="\n")
    LATER_FILE.write_text(renewed_later(), encoding="utf-8", newline="\n")
