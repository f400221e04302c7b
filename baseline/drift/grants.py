"""The grants of a key that a person should know of. Those that AWS's services make, one a volume, are their daily work."""

from collections.abc import Collection, Iterator

from baseline.drift.finding import Difference
from baseline.iam.arns import Arn, is_account_id, is_unique_id
from baseline.iam.policy_error import PolicyError
from baseline.iam.principals import is_service
from baseline.inventory import Key
from baseline.organization import NamedPrincipal
from baseline.seen import Grant

READING = frozenset({"Decrypt", "ReEncryptFrom"})
"""By these one reads what others encrypted: https://docs.aws.amazon.com/kms/latest/developerguide/grants.html"""
_OF_SERVICES = ("role/aws-service-role/", "role/aws:", "assumed-role/aws:")
"""Service-linked roles, and what EC2 is while it attaches an instance's volumes:
https://docs.aws.amazon.com/ebs/latest/userguide/how-ebs-encryption-works.html"""


def grant_differences(key: Key, grants: Collection[Grant], roles: Collection[str]) -> Iterator[Difference]:
    """The grants that let another account in, or let somebody read who is neither a user of the key nor of these roles."""
    for grant in grants:
        if problem := _problem(key, grant, roles):
            yield Difference("grant", f"the grant {grant.grant_id} {problem}")


def _problem(key: Key, grant: Grant, roles: Collection[str]) -> str:
    """What is wrong with a grant; empty: nothing."""
    if is_service(grant.grantee) or is_service(grant.retiring) or is_unique_id(grant.grantee):
        return ""  # an ID is of somebody who was deleted
    account_id, resource = _of(grant.grantee)
    if resource.startswith(_OF_SERVICES):
        return ""
    operations = ", ".join(grant.operations)
    if account_id != key.account_id:
        if account_id in key.settings.share_with or "organization" in key.settings.share_with:
            return ""
        return f"lets {grant.grantee} of another account in: {operations}"
    person = NamedPrincipal(_as_role(grant.grantee))
    if not READING.intersection(grant.operations) or person.arn in roles:
        return ""
    if any(user.covers(person) for user in key.settings.users):
        return ""
    return f"lets {grant.grantee} read, who is not among the key's users: {operations}"


def _of(principal: str) -> tuple[str, str]:
    """The account and the resource of a principal; nothing of one that cannot be read."""
    if is_account_id(principal):
        return principal, "root"
    try:
        arn = Arn.parse(principal)
    except PolicyError:
        return "", ""
    return arn.account_id, arn.resource


def _as_role(principal: str) -> str:
    """The role of a session, whose path the session does not tell."""
    parts = principal.split(":", 5)
    if len(parts) != 6 or parts[2] != "sts":
        return principal
    return ":".join([*parts[:2], "iam", *parts[3:5], f"role/{parts[5].split('/')[1]}"])
