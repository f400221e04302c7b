"""The written file held against its models: every mistake with its line, in one go.

Each section is validated by itself, so that one with a mistake does not hide those of the others.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import UnionType
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from baseline.configuration.file import (
    AccountSection,
    ConfigurationFile,
    DeploymentSection,
    FeaturesSection,
    OrganizationSection,
    RetiredSection,
    SelectSection,
)
from baseline.configuration.key_sections import KeysSection
from baseline.configuration.own_purposes import own_purposes
from baseline.configuration.source import Source, resolve
from baseline.errors import FieldPath, Mistake
from baseline.fields.limits import listing, nearest
from baseline.purposes import PURPOSES
from baseline.purposes.purpose import Purpose

M = TypeVar("M", bound=BaseModel)


@dataclass(slots=True)
class Sections:
    """What could be read; None or missing where there are mistakes."""

    organization: OrganizationSection | None = None
    deployment: DeploymentSection | None = None
    keys: KeysSection | None = None
    purposes: Mapping[str, Purpose] = field(default_factory=lambda: PURPOSES)
    """What keys can be for."""
    features: Any = None
    accounts: dict[int, AccountSection] = field(default_factory=dict)
    """By their position in the file; behind them those that `select` found."""
    select: dict[int, SelectSection] = field(default_factory=dict)
    resting: dict[str, str] = field(default_factory=dict)
    """By ID: the state of the accounts of AWS Organizations that are not active."""
    retired: dict[int, RetiredSection] = field(default_factory=dict)
    mistakes: list[Mistake] = field(default_factory=list)


def validate(source: Source) -> Sections:
    """Read every section that can be read and collect what is wrong with the others."""
    return _Validation(source).run()


class _Validation:
    def __init__(self, source: Source) -> None:
        self.source = source
        self.empty = {path for path in source.nothings() if path and not _null_is_a_value(path)}
        self.sections = Sections(mistakes=list(source.mistakes))

    def run(self) -> Sections:
        data = self.source.data
        if not isinstance(data, dict):
            self.say((), "is empty" if data is None else "is not a mapping of fields", "`kms-baseline init` writes one")
            return self.sections
        for path in self.empty:
            self.say(path, "has no value", "write one, or remove the field")
        data = self.without_empty(data, ())
        self.top(data)
        self.sections.organization = self.section(OrganizationSection, data, "organization")
        self.sections.deployment = self.section(DeploymentSection, data, "deployment")
        self.sections.keys = self.section(KeysSection, data, "keys")
        if self.sections.keys and self.sections.keys.custom:
            self.sections.purposes = {**PURPOSES, **own_purposes(self.source, self.sections.keys.custom)}
        self.sections.features = self.section(FeaturesSection, data, "features")
        self.sections.accounts = self.items(AccountSection, data, "accounts")
        self.sections.select = self.items(SelectSection, data, "select")
        if "accounts" not in data and "select" not in data and ("accounts",) not in self.empty:
            self.say(("accounts",), "is missing", "list accounts, or `select` them from AWS Organizations")
        self.sections.retired = self.items(RetiredSection, data, "retired")
        return self.sections

    def say(self, path: FieldPath, problem: str, help: str = "") -> None:
        self.sections.mistakes.append(self.source.mistake(path, problem, help))

    def without_empty(self, value: Any, path: FieldPath) -> Any:
        if isinstance(value, dict):
            kept = {k: v for k, v in value.items() if (*path, k) not in self.empty}
            return {k: self.without_empty(v, (*path, k)) for k, v in kept.items()}
        if isinstance(value, list):
            return [self.without_empty(item, (*path, i)) for i, item in enumerate(value)]
        return value

    def top(self, data: Mapping[str, Any]) -> None:
        """The file's own fields: unknown and missing ones, and the version."""
        shallow = {name: data[name] for name in data if name not in ConfigurationFile.model_fields or name == "version"}
        try:
            ConfigurationFile.model_validate(shallow)
        except ValidationError as error:
            for details in error.errors(include_url=False):
                if details["type"] != "missing" or details["loc"][0] not in data:
                    self.add(ConfigurationFile, (), details, data)

    def section(self, model: type[M], data: Mapping[str, Any], name: str) -> M | None:
        if name not in data:
            return None if ConfigurationFile.model_fields[name].is_required() else model()
        return self.read(model, data[name], (name,))

    def items(self, model: type[M], data: Mapping[str, Any], name: str) -> dict[int, M]:
        written = data.get(name, [])
        if not isinstance(written, list):
            self.say((name,), f"must be a list, got {_kind(written)}")
            return {}
        if name in ("accounts", "select") and name in data and not written:
            self.say((name,), f"must list at least one {'account' if name == 'accounts' else 'entry'}")
        read = {i: self.read(model, item, (name, i)) for i, item in enumerate(written)}
        return {i: item for i, item in read.items() if item is not None}

    def read(self, model: type[M], data: Any, path: FieldPath) -> M | None:
        try:
            return model.model_validate(data)
        except ValidationError as error:
            for details in error.errors(include_url=False):
                self.add(model, path, details, data)
            return None

    def add(self, model: type[BaseModel], path: FieldPath, details: ErrorDetails, data: Any) -> None:
        where = _location(details["loc"], data)
        if details["type"] == "missing" and (*path, *where) in self.empty:
            return
        written = self.source.texts.get((*path, *where))
        problem, help = explain(details, written, model, where)
        if details["type"] == "missing":  # the line of what lacks it
            mistake = self.source.mistake((*path, *where[:-1]), problem, help)
            field = self.source.mistake((*path, *where), "").field
            self.sections.mistakes.append(Mistake(mistake.file, mistake.line, field, problem, help))
        else:
            self.say((*path, *where), problem, help)


def _null_is_a_value(path: FieldPath) -> bool:
    """Whether null means the caller's own credentials. Everywhere else it is a forgotten value."""
    return path == ("deployment", "role") or (path[:1] == ("accounts",) and path[2:] == ("role",))


def _location(location: tuple[int | str, ...], data: Any) -> FieldPath:
    """Pydantic's path without what is not in the file: the tags of unions, the marks of map keys."""
    where: list[int | str] = []
    for position, step in enumerate(location):
        inside = step in data if isinstance(data, dict) else isinstance(data, list) and isinstance(step, int)
        if inside:
            data = data[step]
        elif position < len(location) - 1 or step == "[key]":
            continue
        where.append(step)
    return tuple(where)


def explain(details: ErrorDetails, written: str | None, model: type[BaseModel], where: FieldPath) -> tuple[str, str]:
    """What is wrong and what to do, in our words; `written` is a value without quotes as it stands in the file."""
    got = f"`{written}`" if written is not None else _kind(details["input"])
    context = details.get("ctx", {})
    match details["type"]:
        case "extra_forbidden":
            known = _fields(model, where[:-1])
            return f"unknown field `{where[-1]}`", nearest(str(where[-1]), known) or _known(known)
        case "missing":
            return "is missing", ""
        case "value_error":
            problem, *help = context["error"].args
            return problem, help[0] if help else ""
        case "string_type" if written is not None:
            return f"must be text, got {got} without quotes", f'write "{written}"'
        case ("bool_type" | "int_type" | "switch_type") as wanted if _is_quoted(details["input"], wanted):
            return f"must be {_WANTED[wanted]}, got {got} in quotes", "remove the quotes"
        case "literal_error":
            choices = [str(a) for a in _choices(model, where)]
            if isinstance(details["input"], str) and details["input"] in choices:
                return f"must be {listing(choices)}, got {got} in quotes", "remove the quotes"
            return f"must be {listing(choices)}, got {got}", nearest(str(details["input"]), choices)
        case "union_tag_invalid":
            choices = str(context["expected_tags"]).replace("'", "").split(", ")
            return f"`type` must be {listing(choices)}, got `{context['tag']}`", nearest(str(context["tag"]), choices)
        case "union_tag_not_found":
            return "says no `type`", "write type: local, s3 or cloud"
        case "too_short":
            return "must not be empty", ""
    return f"must be {_WANTED.get(details['type'], 'something else')}, got {got}", ""


def _is_quoted(value: Any, wanted: str) -> bool:
    """Whether a text would be of the type that is wanted, without its quotes."""
    return isinstance(value, str) and type(resolve(value)) is (int if wanted == "int_type" else bool)


def _known(fields: list[str]) -> str:
    return f"known here: {', '.join(fields)}" if fields else "nothing can be set here"


_WANTED = {
    "string_type": "text",
    "bool_type": "true or false",
    "int_type": "a whole number",
    "list_type": "a list",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
    "switch_type": "`true`, `false` or settings",
}


def _kind(value: Any) -> str:
    if isinstance(value, dict):
        return "a mapping"
    return "a list" if isinstance(value, list) else f"`{value}`"


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    """Every model inside an annotation: of a list's items, of a union's members."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    elif get_origin(annotation) in (dict, list, Union, UnionType, Annotated):
        for argument in get_args(annotation):
            yield from _models(argument)


def _inside(model: type[BaseModel], where: FieldPath) -> list[type[BaseModel]]:
    """The models that the mapping at a path may be."""
    models = [model]
    for step in where:
        if isinstance(step, str) and any(step in m.model_fields for m in models):  # else a name that the owner gave
            annotations = [m.model_fields[step].annotation for m in models if step in m.model_fields]
            models = [found for annotation in annotations for found in _models(annotation)]
    return models


def _fields(model: type[BaseModel], where: FieldPath) -> list[str]:
    return list(dict.fromkeys(name for m in _inside(model, where) for name in m.model_fields))


def _choices(model: type[BaseModel], where: FieldPath) -> list[Any]:
    """The values of the Literal at a path."""
    for m in _inside(model, where[:-1]):
        annotation: Any = m.model_fields[str(where[-1])].annotation
        literals = (annotation, *get_args(annotation))
        return [value for literal in literals if get_origin(literal) is Literal for value in get_args(literal)]
    return []
