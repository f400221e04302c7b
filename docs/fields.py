"""The fields of the configuration in words: a table for each mapping of the file."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from types import UnionType
from typing import Annotated, Any, Literal, TypeAlias, Union, get_args, get_origin

from annotated_types import MinLen
from pydantic import AfterValidator, BaseModel, BeforeValidator
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from baseline.configuration.key_fields import KeySection
from baseline.configuration.key_sections import PURPOSE_SECTIONS
from baseline.configuration.named_principals import check_principal
from baseline.configuration.precedence import DEFAULTS
from baseline.fields import limits
from baseline.fields.written import WhenRead
from baseline.purposes import PURPOSES


@dataclass(frozen=True, slots=True)
class Row:
    """One field of the file."""

    path: str
    type: str
    default: str
    limits: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Section:
    """One mapping of the file."""

    path: str
    kind: str
    """Its `type`, where a mapping has several forms; else empty."""
    rows: tuple[Row, ...]
    inherits: str = ""
    """The section whose fields may be written here as well; empty if none."""
    without: tuple[str, ...] = ()
    """Those of its fields that may not."""


@dataclass(frozen=True, slots=True)
class Value:
    """What a field may hold, in words."""

    type: str
    limits: str = ""


Seen: TypeAlias = dict[type[BaseModel], tuple[str, type[BaseModel]]]
"""For each model whose fields have a table, or a part of one: the path and the model of that table."""


def sections(model: type[BaseModel], path: str = "", seen: Seen | None = None) -> Iterator[Section]:
    """The tables of a model and of all models inside it. A field stands in one table only."""
    seen = {} if seen is None else seen
    inherits, shown = next((seen[m] for m in model.__mro__ if m in seen), ("", None))
    known = set(shown.model_fields) if shown else set()
    own = {name: field for name, field in model.model_fields.items() if name not in known}
    for base in model.__mro__:
        if issubclass(base, BaseModel) and base.model_fields:
            seen.setdefault(base, (path, model))
    rows = {name: _row(model, name, field, path) for name, field in own.items()}
    without = tuple(name for name in (shown.model_fields if shown else ()) if name not in model.model_fields)
    yield Section(path, _kind(model), tuple(rows.values()), inherits, without)
    for name, field in own.items():
        for member in _members(field.annotation):
            if member.model_fields:
                yield from sections(member, rows[name].path, seen)


def _row(model: type[BaseModel], name: str, field: FieldInfo, path: str) -> Row:
    value = described(Annotated[field.annotation, *field.metadata] if field.metadata else field.annotation)
    at = f"{path}.{name}" if path else name
    at += {"list of mappings": "[]", "mapping of text to mapping": ".NAME"}.get(value.type, "")
    return Row(at, value.type, _default(model, name, field), value.limits, field.description or "")


def _kind(model: type[BaseModel]) -> str:
    field = model.model_fields.get("type")
    return str(get_args(field.annotation)[0]) if field else ""


def _members(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    elif get_origin(annotation) in (dict, list, Union, UnionType, Annotated):
        for argument in get_args(annotation):
            yield from _members(argument)


def described(annotation: Any) -> Value:
    """An annotation in words. Raises TypeError for one that nobody has found words for yet."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _limited(arguments[0], arguments[1:])
    if origin in (Union, UnionType):
        values = [described(a) for a in arguments if a is not type(None)]
        return values[0] if len(values) == 1 else Value(", or ".join(dict.fromkeys(v.type for v in values)))
    if origin is list:
        item = described(arguments[0])
        return Value(f"list of {_PLURALS.get(item.type, item.type)}", item.limits)
    if origin is dict:
        key, value = (described(a) for a in arguments)
        bounds = {"names": key.limits, "values": value.limits} if key.limits else {}
        words = "; ".join(f"{what}: {limit}" for what, limit in bounds.items() if limit)
        return Value(f"mapping of {key.type} to {value.type}", words)
    if origin is Literal:
        names = [str(a) for a in arguments]
        return Value("whole number" if isinstance(arguments[0], int) else "text", limits.listing(names))
    if annotation in _WORDS:
        return Value(_WORDS[annotation])
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return Value("mapping")
    raise TypeError(f"no words for {annotation}")


_WORDS = {str: "text", int: "whole number", bool: "true or false", Any: "anything"}
_PLURALS = {"text": "texts", "mapping": "mappings", "mapping of text to anything": "statements"}
_MANY = 10
"""A field with more choices than this refers to the list at the end of the page."""


def _limited(annotation: Any, metadata: tuple[Any, ...]) -> Value:
    """A type with the limits that are attached to it."""
    value = described(annotation)
    for limit in metadata:
        match limit:
            case BeforeValidator(json_schema_input_type=written) if written is not PydanticUndefined:
                value = described(written)
            case limits.Between():
                value = replace(value, limits=f"{limit.low} to {limit.high}")
            case limits.OneOfNumbers():
                value = replace(value, limits=f"{', '.join(map(str, limit.numbers))} {limit.unit}")
            case limits.Text():
                value = replace(value, limits=limit.meaning)
            case limits.OneOfOrOwn():
                value = replace(value, limits=f"{limit.meaning}, or `custom-` and the name of one of your own")
            case limits.OneOf():
                words = limits.listing(limit.names) if len(limit.names) <= _MANY else limit.meaning
                value = replace(value, limits=words)
            case AfterValidator(func=check) if check is check_principal:
                value = replace(value, limits="`role/NAME`, `user/NAME`, or a full ARN with its exact account")
            case MinLen():
                value = replace(value, limits="; ".join(filter(None, ("not empty", value.limits))))
            case WhenRead():
                pass
            case FieldInfo() if limit.json_schema_extra or limit.discriminator:
                pass
            case _:
                raise TypeError(f"no words for {limit!r}")
    return value


def _default(model: type[BaseModel], name: str, field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    purpose = next((p for p, section in PURPOSE_SECTIONS.items() if section is model), None)
    if purpose is not None and name == PURPOSES[purpose].services_field:
        return f"`{spelled(list(PURPOSES[purpose].default_services('aws')))}`"
    if issubclass(model, KeySection) and name in DEFAULTS:
        return f"`{spelled(DEFAULTS[name])}`"
    value = field.get_default(call_default_factory=True)
    return "" if value is None else f"`{spelled(value)}`"


def spelled(value: Any) -> str:
    """A value as YAML writes it in one line."""
    if isinstance(value, BaseModel):
        value = value.model_dump(exclude_unset=True)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str) and (value.startswith("*") or value in ("true", "false")):
        return f'"{value}"'
    if isinstance(value, dict):
        return "{" + ", ".join(f"{k}: {spelled(v)}" for k, v in value.items()) + "}"
    return f"[{', '.join(map(spelled, value))}]" if isinstance(value, list) else str(value)
