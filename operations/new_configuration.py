"""The text of a configuration to start from."""

from pathlib import Path

from baseline.configuration.precedence import DEFAULTS
from baseline.errors import UsageError
from baseline.features import FEATURES
from baseline.purposes import PURPOSES
from operations.new_repository import SCHEMA_FILE


def configuration_text(regions: list[str], accounts: list[str]) -> str:
    """The text of a new configuration. Raises UsageError for an account that is not NAME=ID."""
    import jinja2  # only here: loading it takes longer than most commands

    pairs = []
    for account in accounts:
        name, separator, account_id = account.partition("=")
        if not separator:
            raise UsageError(f"--account {account}: must be NAME=ID, as in workloads=222222222222")
        pairs.append((name, account_id))
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        undefined=jinja2.StrictUndefined,
    )
    return environment.get_template("organization.yaml.j2").render(
        schema=SCHEMA_FILE, regions=regions, accounts=pairs, defaults=DEFAULTS, purposes=PURPOSES, features=FEATURES
    )
