"""The policy of a key as it was found, in the form that the evaluator and the prover read."""

from typing import Any

from baseline.found.policy import NotAPolicy, found_policy
from baseline.iam.policy_error import PolicyError


def readable(policy: str) -> dict[str, Any]:
    """The policy's statements, each with a name. Raises PolicyError where it cannot be decided."""
    try:
        found = found_policy(policy)
    except NotAPolicy as error:
        raise PolicyError(str(error)) from None
    if found.undecidable:
        raise PolicyError(found.undecidable)
    return found.plain
