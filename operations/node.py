"""Node.js, which CDKTF's constructs run in."""

import os

from deployment.binaries import node_major
from deployment.environment import NODE_NOTICE


def prepare_node() -> None:
    """Make sure that Node is there, and keep its end-of-life notice away. Raises WorldError."""
    os.environ.setdefault(NODE_NOTICE, str(node_major(os.environ)))
