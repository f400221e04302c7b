"""The elements of a statement in IAM's JSON, where one text and a list of one text mean the same.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
"""

from collections.abc import Mapping
from typing import Literal

from baseline.iam.policy_error import PolicyError

_ELEMENTS = ("Sid", "Effect", "Principal", "Action", "Resource", "Condition")
ELEMENTS = (*_ELEMENTS, "NotPrincipal", "NotAction", "NotResource")
"""All elements that AWS knows in a statement of a key policy."""
_INVERTED = {
    "NotPrincipal": "say in `Principal` who is meant, not who is not",
    "NotAction": "name the actions that are meant in `Action`, not the others",
    "NotResource": 'write "Resource": "*", the key itself',
}


def check_elements(statement: Mapping[str, object]) -> None:
    """Refuse elements that AWS does not know, and those that say whom or what they do not mean. Raises PolicyError."""
    for element in statement:
        if element in _INVERTED:
            raise PolicyError(f"`{element}` is not taken: {_INVERTED[element]}", element)
        if element not in _ELEMENTS:
            raise PolicyError(f"unknown element `{element}`", str(element))


def effect(written: object) -> Literal["Allow", "Deny"]:
    """The effect. Raises PolicyError."""
    if written == "Allow":
        return "Allow"
    if written == "Deny":
        return "Deny"
    raise PolicyError(f"`Effect` is `Allow` or `Deny`, got `{written}`", "Effect")


def items(written: object) -> list[object]:
    """A list as it is, anything else as a list of one."""
    return list(written) if isinstance(written, list | tuple) else [written]


def texts(written: object, element: str) -> tuple[str, ...]:
    """One text, or the texts of a list. Raises PolicyError for anything else."""
    return tuple(_text(item, element) for item in items(written))


def _text(item: object, element: str) -> str:
    if not isinstance(item, str):
        raise PolicyError(f"`{element}` takes text, got `{item}`", element)
    return item
