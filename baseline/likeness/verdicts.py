"""Where policies have patterns: whether what was decided for one account is decided for every account that is alike."""

import json
import re

from baseline.iam.arns import has_wildcard
from baseline.iam.document import Document
from baseline.iam.elements import items
from baseline.likeness.writing import ACCOUNT_ID, REGION

_MARKS = (ACCOUNT_ID, REGION)
_LITERAL = ("StringEquals", "StringNotEquals", "ArnLike", "ArnNotLike", "ArnEquals", "ArnNotEquals", "Bool", "Null")
_DIGIT_BESIDE_WILDCARD = re.compile(r"[0-9][*?]|[*?][0-9]")


def no_wildcard_ends_within_an_id(policy: Document) -> bool:
    """Whether the decision on one request is the same for another account with its own request."""
    values = (value for statement in policy.statements for c in statement.all_conditions for value in c.values)
    return not any(map(_DIGIT_BESIDE_WILDCARD.search, values))


def names_are_whole(policy: str) -> bool:
    """Whether the verdicts on all requests are the same for another account: of a policy's JSON with marks."""
    return all(map(_is_plain, json.loads(policy)["Statement"]))


def _is_plain(statement: dict[str, object]) -> bool:
    principal = statement["Principal"]
    kinds = principal.values() if isinstance(principal, dict) else [principal]
    conditions = statement.get("Condition", {})
    assert isinstance(conditions, dict)
    return all(is_whole(str(name)) for names in kinds for name in items(names)) and all(
        _is_plain_test(operator, key, str(value))
        for operator, keys in conditions.items()
        for key, values in keys.items()
        for value in items(values)
    )


def _is_plain_test(operator: str, key: str, value: str) -> bool:
    if any(mark in key for mark in _MARKS):
        return False
    if operator.removesuffix("IfExists") in _LITERAL:
        return is_whole(value)
    return operator.startswith("Numeric") and not any(mark in value for mark in _MARKS)


def is_whole(text: str) -> bool:
    """A mark is the whole text, one of the first five parts of an ARN, or a label; wildcards there stand alone."""
    *parts, rest = text.split(":", 5)
    if any(has_wildcard(part) and part != "*" for part in parts):
        return False
    wholes = parts or ([] if has_wildcard(rest) else rest.split("."))
    return all(text.count(mark) == wholes.count(mark) for mark in _MARKS)
