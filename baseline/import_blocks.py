"""Terraform's import blocks, in a file of their own beside a stack's JSON.

The IDs in them are one account's own, and a stack's JSON holds nothing that is. A block whose address the state has
already does nothing: https://developer.hashicorp.com/terraform/language/import
"""

import json
from collections.abc import Mapping

IMPORTS_FILE = "imports.tf.json"


def render(imports: Mapping[str, str]) -> str:
    """The file's text: what is imported, by address."""
    blocks = [{"to": address, "id": id} for address, id in sorted(imports.items())]
    return json.dumps({"import": blocks}, indent=2) + "\n"
