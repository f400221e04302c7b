"""What a key policy says: one of ours, or one that somebody else wrote."""

from pathlib import Path

from baseline.found.explanation import Explanation, explained, explained_key
from baseline.found.place import place_of
from operations.policy_file import decidable_policy
from operations.project import Project


def explain_key(project: Project, account: str, region: str, purpose: str) -> Explanation:
    """The policy of one of our keys. Raises UsageError when there is no such key."""
    return explained_key(project.key(account, region, purpose), project.configuration.organization.partition)


def explain_file(file: Path, account_id: str, region: str) -> Explanation:
    """A policy that somebody else wrote, of a key in this account; empty: in the one that it shows."""
    policy = decidable_policy(file)
    policy.key = place_of(policy, account_id, region)
    return explained(policy.plain, policy.key)
