"""The text of a configuration to start from."""

from baseline.configuration.precedence import DEFAULTS
from baseline.errors import UsageError
from baseline.features import FEATURES
from baseline.purposes import PURPOSES
from operations.new_repository import SCHEMA_FILE
from operations.templates import rendered


def configuration_text(regions: list[str], accounts: list[str]) -> str:
    """The text of a new configuration. Raises UsageError for an account that is not NAME=ID."""
    pairs = []
    for account in accounts:
        name, separator, account_id = account.partition("=")
        if not separator:
            raise UsageError(f"--account {account}: must be NAME=ID, as in workloads=222222222222")
        pairs.append((name, account_id))
    return rendered(
        "organization.yaml.j2",
        schema=SCHEMA_FILE,
        regions=regions,
        accounts=pairs,
        defaults=DEFAULTS,
        purposes=PURPOSES,
        features=FEATURES,
    )
