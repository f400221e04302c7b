"""`kms-baseline schema`: the JSON Schema of the configuration."""

from baseline.configuration.schema import render
from cli import output


def schema() -> None:
    """Print the JSON Schema of organization.yaml, for editors and other tools.

    Example: kms-baseline schema > docs/organization.schema.json
    """
    output.show(render().rstrip("\n"))
