"""Whether a Resource means the key: `*`, or the key's own ARN, as AWS's page on exporting GuardDuty findings writes it.

https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-overview.html
https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_exportfindings.html
"""

from fnmatch import fnmatchcase
from typing import Any

from baseline.iam.arns import Arn
from baseline.iam.policy_error import PolicyError
from baseline.key_policy.place import KeyPlace

ANY_KEY = KeyPlace("", "", "")
"""A key of which nothing is known."""


def may_be_the_key(resource: Any, key: KeyPlace) -> bool:
    """Whether it is `*`, or the ARN or a pattern of the ARN of a key in this place. A key's ID is never known."""
    if resource == "*":
        return True
    try:
        arn = Arn.parse(resource) if isinstance(resource, str) else None
    except PolicyError:
        return False
    if arn is None or arn.service != "kms" or not arn.resource.startswith("key/"):
        return False
    place = ((arn.partition, key.partition), (arn.region, key.region), (arn.account_id, key.account_id))
    return all(not known or fnmatchcase(known, written.replace("[", "[[]")) for written, known in place)
