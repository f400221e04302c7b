"""What a person should know of the roles and the bucket before making them, and what is not known."""

from collections.abc import Iterator

from baseline.deployer.plan import Bootstrap
from baseline.inventory import Inventory


def notes(found: Bootstrap, inventory: Inventory) -> Iterator[str]:
    """A sentence or two each."""
    organization = inventory.organization
    without = [account.name for account in organization.accounts if account.role is None]
    if without:
        yield (
            f"{', '.join(without)}: no role is rendered, since the caller's own credentials deploy there (`role: null`), and "
            "need the same actions"
        )
    yield (
        "the role can make what this configuration has, and cannot delete what one before it had: deploy first what is "
        "switched off, then run bootstrap again"
    )
    yield ("`probe`, `retire`, `adopt` and `accounts` need actions that are not in the role; their pages list them")
    yield "what service control policies and permissions boundaries take away is not known here"
    if found.state and found.state.backend.kms_key is None:
        yield (
            "the bucket gets a key of its own: write its ARN, which the document puts out as kms_key or KmsKey, into "
            "deployment.backend.kms_key before the first deployment; without it states are encrypted by S3's own key"
        )
