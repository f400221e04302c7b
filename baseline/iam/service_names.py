"""The names that AWS services go by, to tell a misspelt one.

A name outside these lists is unusual, not wrong: AWS makes new services, and publishes no complete list.
The lists and their sources are in `service_names.json`.
"""

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

_LISTS: Mapping[str, Any] = json.loads(Path(__file__).with_suffix(".json").read_bytes())
PRINCIPALS: frozenset[str] = frozenset(_LISTS["principals"]["names"])
"""What stands before `.amazonaws.com` in a service principal, without a region."""
VIA: frozenset[str] = frozenset(_LISTS["via"]["names"])
"""What stands before the region in a value of `kms:ViaService`."""
BY_ROLE: frozenset[str] = frozenset(_LISTS["by_role"]["names"])
"""Services that publish to encrypted topics as a role, and not by their own service principal."""
_KNOWN = PRINCIPALS | VIA | frozenset(_LISTS["elsewhere"]["names"])

_SHORTEST = 4
_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789-."
_REGION = r"[a-z]{2}(?:-[a-z]+)+-[0-9]+"
_PRINCIPAL = re.compile(
    rf"(?P<label>[a-z0-9-]+(?:\.[a-z0-9-]+)*?)(?:\.(?P<region>{_REGION}))?\.amazonaws\.com(?:\.cn)?"
)
_VIA = re.compile(rf"(?P<label>[a-z0-9-]+(?:\.[a-z0-9-]+)*)\.(?P<region>{_REGION})\.amazonaws\.com")


def principal_parts(name: str) -> tuple[str, str]:
    """What a service principal is called without region and suffix, and its region; empty where there is none."""
    match = _PRINCIPAL.fullmatch(name)
    return (match["label"], match["region"] or "") if match else ("", "")


def via_parts(value: str) -> tuple[str, str]:
    """The service and the region of a value of `kms:ViaService`; empty if it does not have that form.

    https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html
    """
    match = _VIA.fullmatch(value)
    return (match["label"], match["region"]) if match else ("", "")


def is_known(label: str) -> bool:
    """Whether any list has the name; one that none has may still be that of a new service."""
    return label in _KNOWN


@cache
def probably_meant(label: str, among: frozenset[str]) -> str:
    """The name among these that an unknown one is a letter off; empty if it is known, or near none.

    Names of three letters or fewer are all near one another, so nothing is said of them.
    """
    if label in _KNOWN or len(label) < _SHORTEST:
        return ""
    return next((name for name in sorted(_a_letter_off(label)) if name in among), "")


def _a_letter_off(word: str) -> Iterator[str]:
    for i in range(len(word) + 1):
        head, tail = word[:i], word[i:]
        yield head + tail[1:]
        yield head + tail[1:2] + tail[:1] + tail[2:]
        for letter in _LETTERS:
            yield head + letter + tail
            yield head + letter + tail[1:]
