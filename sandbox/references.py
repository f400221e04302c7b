"""`{{ references }}` of a runbook to its parameters, to outputs of earlier steps and to variables of AWS's.

https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-variables.html
https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-action-outputs-inputs.html
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

SYSTEM_VARIABLES = frozenset({"global:ACCOUNT_ID", "global:AWS_PARTITION", "global:REGION", "automation:EXECUTION_ID"})
"""Those of AWS's variables that do not tell the time."""

_REFERENCE = re.compile(r"\{\{\s*([^{}\s]+)\s*\}\}")
_PART = re.compile(r"\.([A-Za-z0-9_-]+)|\[(\d+)\]")


class Unresolved(Exception):
    """What is referred to has no value."""


def references(written: Any) -> Iterator[str]:
    """The names that are referred to, anywhere in a value of the document."""
    if isinstance(written, str):
        yield from _REFERENCE.findall(written)
    elif isinstance(written, Mapping):
        for value in written.values():
            yield from references(value)
    elif isinstance(written, list):
        for value in written:
            yield from references(value)


def resolve(written: Any, values: Mapping[str, Any]) -> Any:
    """The value with every reference replaced. A list that stands alone in a list joins it. Raises Unresolved."""
    if isinstance(written, Mapping):
        return {key: resolve(value, values) for key, value in written.items()}
    if isinstance(written, list):
        return [each for item in written for each in _items(resolve(item, values), item)]
    if not isinstance(written, str):
        return written
    if whole := _REFERENCE.fullmatch(written.strip()):
        return _value(whole[1], values)
    return _REFERENCE.sub(lambda match: _text(_value(match[1], values)), written)


def select(answer: Any, selector: str) -> Any:
    """What a JSONPath of names and indexes, such as `$.logGroups[0].arn`, finds; None where nothing is.

    Raises Unresolved for a path that this does not read.
    """
    parts = [match.groups() for match in _PART.finditer(selector)]
    if not selector.startswith("$") or "".join(match[0] for match in _PART.finditer(selector)) != selector[1:]:
        raise Unresolved(f"the sandbox does not read the selector {selector}")
    for name, index in parts:
        if name and isinstance(answer, Mapping):
            answer = answer.get(name)
        elif index and isinstance(answer, list) and int(index) < len(answer):
            answer = answer[int(index)]
        else:
            return None
    return answer


def _value(name: str, values: Mapping[str, Any]) -> Any:
    if values.get(name) is None:
        raise Unresolved(f"{{{{ {name} }}}} has no value")
    return values[name]


def _items(value: Any, written: Any) -> list[Any]:
    is_reference = isinstance(written, str) and _REFERENCE.fullmatch(written.strip())
    return value if is_reference and isinstance(value, list) else [value]


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
