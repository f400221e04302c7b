"""What is wrong with the values of one condition."""

import re
from collections.abc import Callable, Iterator, Mapping

from baseline.found.condition_test import Test
from baseline.iam.arns import has_wildcard, is_account_id
from baseline.iam.condition_keys import is_open
from baseline.iam.service_names import PRINCIPALS, VIA, probably_meant, via_parts

_Problem = tuple[str, str]
"""The kind and the sentence."""

_BEFORE_ACCOUNT = re.compile("[*?].*:[0-9]{12}:")
_ORGANIZATION = re.compile("o-[a-z0-9]{10,32}")


def value_problems(test: Test) -> Iterator[_Problem]:
    """Values that the operator takes otherwise than they read, and values that no call carries."""
    yield from _wildcards(test)
    if test.operator.base.startswith("String"):
        for value in test.values:
            if "${" not in value and not has_wildcard(value) and (why := _FORMS.get(test.key, _nothing)(value)):
                yield "impossible-value", f"`{test.key}` is never `{value}`: {why}"
    yield from _other_regions(test)


def _nothing(value: str) -> str:
    return ""


def _no_account(value: str) -> str:
    return "" if is_account_id(value) else "an account's ID has twelve digits"


def _no_organization(value: str) -> str:
    return "" if _ORGANIZATION.fullmatch(value) else "an organization's ID is such as `o-a1b2c3d4e5`"


def _no_service(value: str) -> str:
    label, region = via_parts(value)
    if not region:
        return "it is such as `ec2.eu-west-2.amazonaws.com`, with the region in it, in every partition"
    meant = probably_meant(label, VIA | PRINCIPALS)
    return f"no service is known by that name; did you mean `{meant}.{region}.amazonaws.com`?" if meant else ""


# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
# https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html
_FORMS: Mapping[str, Callable[[str], str]] = {
    "kms:CallerAccount": _no_account,
    "aws:PrincipalAccount": _no_account,
    "aws:ResourceAccount": _no_account,
    "aws:SourceAccount": _no_account,
    "aws:PrincipalOrgID": _no_organization,
    "aws:ResourceOrgID": _no_organization,
    "aws:SourceOrgID": _no_organization,
    "kms:ViaService": _no_service,
}


def _wildcards(test: Test) -> Iterator[_Problem]:
    base, is_of_family = test.operator.base, is_open(test.key)  # tags and contexts may hold `*` themselves
    for value in filter(has_wildcard, test.values):
        if base.startswith(("StringEquals", "StringNotEquals")) and not is_of_family:
            yield "literal-wildcard", f"`{test.written}` on `{test.key}` takes the wildcard of `{value}` literally"
        if base in ("StringLike", "StringNotLike") and test.key == "aws:PrincipalArn" and _runs_into_accounts(value):
            yield "wildcard-across-parts", f"`{test.written}` on `{test.key}` with `{value}`"


def _runs_into_accounts(pattern: str) -> bool:
    """Whether a wildcard before the account could run over another one: a path of IAM may hold colons."""
    return _BEFORE_ACCOUNT.search(pattern) is not None


def _other_regions(test: Test) -> Iterator[_Problem]:
    """Services call the keys of their own region; a list for several regions names the key's among them."""
    regions = {via_parts(value)[1] for value in test.values}
    if test.key == "kms:ViaService" and test.place.region and "" not in regions and test.place.region not in regions:
        named = ", ".join(f"`{value}`" for value in test.values)
        yield "via-service-of-another-region", f"{named} is of another region than the key, {test.place.region}"
