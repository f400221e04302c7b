"""The policy of one key, composed of the same blocks for every purpose: a module a block, in the order of the policy.

Nobody's role stands in a `Principal` element, where KMS demands that it exists and binds to its unique ID: exact
ARNs are `*` with the account and `aws:PrincipalArn` as conditions, so a role may come later or be made anew.
"""

from baseline.iam.document import Document
from baseline.key_policy.administrators import (
    ADMINISTRATORS_MANAGE_THE_KEY,
    ADMINISTRATORS_NEVER_USE_THE_KEY,
    administrators,
)
from baseline.key_policy.place import KeyPlace
from baseline.key_policy.protection import NOBODY_BYPASSES_THE_LOCKOUT_CHECK, RECENTLY_USED_KEYS_STAY, protection
from baseline.key_policy.root import ACCOUNT_KEEPS_THE_KEY_MANAGEABLE, ACCOUNT_LOOKS_AT_THE_KEY, root
from baseline.key_policy.services import services
from baseline.key_policy.sharing import (
    ORGANIZATION_GRANTS_TO_AWS_SERVICES,
    ORGANIZATION_USES_THE_KEY,
    SHARED_ACCOUNTS_GRANT_TO_AWS_SERVICES,
    SHARED_ACCOUNTS_USE_THE_KEY,
    sharing,
)
from baseline.key_policy.users import USERS_GRANT_TO_AWS_SERVICES, USERS_USE_THE_KEY, users
from baseline.organization import KeySettings
from baseline.purposes.purpose import Purpose

COMMON_STATEMENTS = (
    ACCOUNT_KEEPS_THE_KEY_MANAGEABLE,
    ACCOUNT_LOOKS_AT_THE_KEY,
    ADMINISTRATORS_MANAGE_THE_KEY,
    ADMINISTRATORS_NEVER_USE_THE_KEY,
    USERS_USE_THE_KEY,
    USERS_GRANT_TO_AWS_SERVICES,
    SHARED_ACCOUNTS_USE_THE_KEY,
    SHARED_ACCOUNTS_GRANT_TO_AWS_SERVICES,
    ORGANIZATION_USES_THE_KEY,
    ORGANIZATION_GRANTS_TO_AWS_SERVICES,
    NOBODY_BYPASSES_THE_LOCKOUT_CHECK,
    RECENTLY_USED_KEYS_STAY,
)
"""The statements that do not belong to one purpose, in the order of the policy."""


def key_policy(purpose: Purpose, settings: KeySettings, place: KeyPlace) -> Document:
    """The policy of one key. Raises PolicyError when the owner's own statements do not fit ours."""
    return Document(
        (
            *root(settings, place),
            *administrators(settings, place),
            *users(purpose, settings, place),
            *services(purpose, settings, place),
            *sharing(purpose, settings, place),
            *protection(settings),
            *settings.statements,
        )
    )
