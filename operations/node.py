"""Node.js, which CDKTF's constructs run in."""

import os

from deployment.binaries import find_node


def prepare_node() -> None:
    """Make sure that Node is there, and keep its end-of-life notice away. Raises WorldError."""
    node = find_node(os.environ)
    # The notice is silenced by the major version, not by a switch.
    os.environ.setdefault("JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION", str(node.major))
