"""What the children are told by their environment, on top of the mapping that the caller gives.

Nothing in the environment decides where a state is, or what Terraform is told to do with it. Variables that would are
refused by name: to ignore them would do something else than whoever set them wants. `TF_VAR_*` is kept from Terraform,
which has no variables here. `TF_LOG` stays, and its lines go into the stack's log. `TF_TOKEN_*`,
`TF_CLI_CONFIG_FILE` and the like are the user's: https://developer.hashicorp.com/terraform/cli/config/environment-variables
"""

from collections.abc import Mapping
from pathlib import Path

from baseline.errors import UsageError

NODE_NOTICE = "JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION"
"""Silences the notice about an old Node. It takes the major version of the Node in use; `1` has no effect."""


_REDIRECTING = ("TF_WORKSPACE", "TF_DATA_DIR", "TF_CLI_ARGS")
_REDIRECTING_PREFIX = "TF_CLI_ARGS_"


def refuse_redirections(environment: Mapping[str, str]) -> None:
    """Raises UsageError for variables that would lead Terraform to another state, or add words to its commands."""
    set_here = sorted(
        name
        for name, value in environment.items()
        if value and (name in _REDIRECTING or name.startswith(_REDIRECTING_PREFIX))
    )
    if set_here:
        raise UsageError(
            f"{', '.join(set_here)}: would change where Terraform keeps its state, or what it does",
            f"`deployment.backend` alone says where states are; run `unset {' '.join(set_here)}` first",
        )


def for_terraform(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment of a Terraform that a program runs: no hints for people, no call for a newer version."""
    kept = {name: value for name, value in environment.items() if not name.startswith("TF_VAR_")}
    return without_dead_configuration(kept) | {"TF_IN_AUTOMATION": "1", "CHECKPOINT_DISABLE": "1"}


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
