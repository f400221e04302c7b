"""What the children are told by their environment, on top of the mapping that the caller gives."""

from collections.abc import Mapping
from pathlib import Path

NODE_NOTICE = "JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION"
"""Silences the notice about an old Node. It takes the major version of the Node in use; `1` has no effect."""


def for_terraform(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment of a Terraform that a program runs: no hints for people, no call for a newer version."""
    return without_dead_configuration(environment) | {"TF_IN_AUTOMATION": "1", "CHECKPOINT_DISABLE": "1"}


def for_cdktf(environment: Mapping[str, str], node_major: int) -> dict[str, str]:
    """The environment of `cdktf`: links to the mirror, no telemetry, no spinner, no notice about an old Node."""
    return without_dead_configuration(environment) | {
        "CDKTF_DISABLE_PLUGIN_CACHE_ENV": "1",
        "CHECKPOINT_DISABLE": "1",
        "CI": "true",
        NODE_NOTICE: str(node_major),
    }


def without_dead_configuration(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment without a `TF_CLI_CONFIG_FILE` that names no file.

    Terraform would warn in every run and read no other configuration in its place.
    """
    kept = dict(environment)
    if not Path(kept.get("TF_CLI_CONFIG_FILE", "")).is_file():
        kept.pop("TF_CLI_CONFIG_FILE", None)
    return kept
