"""A key as people name it: by its ID, by an alias, or by the ARN of one of them."""

import re

from baseline.errors import Refusal, UsageError
from baseline.iam.arns import Arn
from baseline.iam.policy_error import PolicyError
from baseline.inventory import Key

_ID = re.compile(r"(mrk-)?[0-9a-f-]{32,36}")
_ALIAS = re.compile(r"alias/[A-Za-z0-9/_-]+")


def reference(written: str, key: Key, partition: str) -> str:
    """The ID of the key, or the name of the alias, that is meant in the place of `key`.

    Raises UsageError for what names no key, Refusal for an ARN of another account or region.
    """
    name = written
    if written.startswith("arn:"):
        arn = _parsed(written)
        if (arn.partition, arn.region, arn.account_id) != (partition, key.region, key.account_id):
            raise Refusal(
                f"{written} is in {arn.region} of account {arn.account_id}, and {key.where} is in {key.region} of "
                f"account {key.account_id}",
                "a key is adopted where it is; name that account and region",
            )
        name = arn.resource.removeprefix("key/")
    if not (_ID.fullmatch(name) or _ALIAS.fullmatch(name)):
        raise UsageError(f"`{written}` names no key", "write its ID, its ARN, or an alias as in alias/NAME")
    return name


def _parsed(written: str) -> Arn:
    try:
        arn = Arn.parse(written)
    except PolicyError as error:
        raise UsageError(str(error), "write the ARN as AWS shows it, or the ID of the key") from None
    if arn.service != "kms":
        raise UsageError(f"`{written}` is the ARN of something else than a key", "write the key's ARN or ID")
    return arn
