"""The JSON Schema and the program agree: what an editor underlines is what `check` refuses."""

import copy
import json
from collections.abc import Iterator, Mapping
from typing import Any

import jsonschema
import pytest

from baseline.configuration.schema import json_schema, render
from baseline.configuration.source import compose
from baseline.configuration.validate import validate
from baseline.features import FEATURES
from tests.conftest import ROOT, SAMPLE, some

Data = dict[str, Any]
Path = tuple[str | int, ...]

SCHEMA = json_schema()
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
LOCAL: Data = {"type": "local"}
S3: Data = {
    "type": "s3",
    "bucket": "states",
    "region": "eu-west-2",
    "prefix": "keys",
    "kms_key": "arn:aws:kms:eu-west-2:111111111111:key/1",
    "role": "arn:aws:iam::111111111111:role/states",
}
CLOUD: Data = {"type": "cloud", "organization": "example", "project": "p", "hostname": "tfe.example.com", "prefix": "p"}
SUBSCRIPTIONS = [
    {"protocol": "email", "endpoint": "a@example.com"},
    {"protocol": "https", "endpoint": "https://example.com/a"},
    {"protocol": "sqs", "endpoint": "arn:aws:sqs:eu-west-2:033333333333:a"},
    {"protocol": "lambda", "endpoint": "arn:aws:lambda:eu-west-2:033333333333:function:a"},
]


def everything(backend: Data) -> Data:
    """A configuration that has every section, so that every field has a place."""
    return {
        "version": 1,
        "organization": {"home_region": "eu-west-2", "regions": ["eu-west-2"], "tags": {"team": "platform"}},
        "deployment": {"backend": backend},
        "keys": {
            "administrators": ["role/A"],
            "exceptions": [{"account": "data"}],
            "purposes": {"sns": {}, "ebs": {}},
            "waivers": [{"property": "no-lockout", "reason": "why"}],
            "custom": {
                "lake": {
                    "title": "Lake",
                    "through": [{"service": "glue", "may": "use", "context": {"a": ["b"]}}],
                    "services": [{"principal": "config", "may": "use", "context": {"a": "b"}}],
                }
            },
        },
        "features": {name: {} for name in FEATURES}
        | {"log_groups": {"groups": [{"name": "a", "retention_days": 30}]}}
        | {"backup": {"selection_tag": {"key": "backup", "value": "true"}}}
        | {"savings_plans_notifications": {"emails": ["a@example.com"]}}
        | {
            "notification_topics": {"topics": [{"name": "a", "publishers": ["events"], "subscriptions": SUBSCRIPTIONS}]}
        },
        "accounts": [{"name": "data", "id": "033333333333", "keys": {"purposes": {}}, "features": {}}],
        "select": [{"tags": {"keys": "yes"}, "exclude": ["222222222222"], "keys": {"purposes": {}}, "features": {}}],
        "retired": [{"account": "data", "then": "keep"}],
    }


# Left out: 365.0, which JSON Schema holds for a whole number, and texts that end in a line break, which `$` matches
# in Python alone.
VALUES: tuple[Any, ...] = (
    None, True, False, 0, 1, -1, 6, 7, 30, 31, 89, 90, 2560, 2561, 3650, 3651, 1.5,
    "", "a", "A", "aa", "data", "a b", "a_b", "a.b", "-a", "ünï", "x" * 21, "x" * 22, "x" * 50, "x" * 51, "x" * 64,
    "x" * 65, "x" * 257, "sns", "aws", "awsx", "ssm-x", "baseline", "keep", "account", "full", "local", "organization",
    "eu-west-2", "eu-west-9", "cn-north-1", "o-a1b2c3d4e5", "role/A", "role/A*", "role/É", "group/A",
    "arn:aws:iam::111111111111:role/A", "arn:aws:iam::11111111111:role/A",
    "arn:aws:iam::\uff11\uff11\uff11\uff11\uff11\uff11\uff11\uff11\uff11\uff11\uff11\uff11:role/A",
    "033333333333", "03333333333", "0333333333333",
    [], [None], [1], ["role/A"], ["A"], ["eu-west-2"], ["data"], ["cloudwatch"], ["bogus"],
    [{}], [{"rotation": True}], [{"rotatoin": True}], [{"name": "b", "id": "222222222222"}], [{"account": "a", "then": "keep"}],
    {}, {"team": "a"}, {"aws:team": "a"}, {"": "a"}, {"team": None}, {"rotation": True}, {"sns": {}}, {"backup": False},
    LOCAL, S3, CLOUD, {"type": "s3"}, {"type": "S3"},
    100, 101, "config", "email", "a@example.com", "a@example", "https://a.example.com", "http://a.example.com",
    "arn:aws:sqs:eu-west-2:033333333333:b.fifo", "arn:aws:lambda:eu-west-2:033333333333:function:b:1", *SUBSCRIPTIONS,
)  # fmt: skip


def resolved(node: Mapping[str, Any]) -> Mapping[str, Any]:
    """A part of the schema itself, in place of a reference to it."""
    while "$ref" in node:
        node = SCHEMA["$defs"][node["$ref"].rpartition("/")[2]]
    return node


def places(node: Mapping[str, Any], data: Any, path: Path = ()) -> Iterator[Path]:
    """Where a value can stand in the data, by the schema; with one field that nobody knows in each mapping."""
    node = resolved(node)
    for form in (node, *map(resolved, [*node.get("oneOf", []), *node.get("anyOf", [])])):
        if isinstance(data, dict):
            yield from ((*path, name) for name in (*form.get("properties", {}), "unheard-of"))
            named_by_owner = [*form.get("patternProperties", {}).values(), form.get("additionalProperties")][0]
            for name in data:
                inner = form.get("properties", {}).get(name, named_by_owner)
                if isinstance(inner, Mapping):
                    yield (*path, name)
                    yield from places(inner, data[name], (*path, name))
        if isinstance(data, list) and "items" in form:
            for i, item in enumerate(data):
                yield (*path, i)
                yield from places(form["items"], item, (*path, i))


def with_value(data: Data, path: Path, value: Any) -> Data:
    changed: Any = copy.deepcopy(data)
    inside = changed
    for step in path[:-1]:
        inside = inside[step]
    inside[path[-1]] = value
    return dict(changed)


def around(data: Data, path: Path) -> Data:
    """What is needed in every file, and of the rest what the value stands in."""
    kept = {name: data[name] for name in data if name in (*SCHEMA["required"], "accounts", path[0])}
    if path[0] == "features" and len(path) > 2:
        kept["features"] = {path[1]: data["features"][path[1]]}
    return kept


def refused(data: Data) -> str:
    """What the program says of fields taken by themselves; what contradicts something else is not asked."""
    return "\n".join(map(str, validate(compose(json.dumps(data), "f")).mistakes))


@pytest.mark.parametrize("backend", [LOCAL, S3, CLOUD], ids=["local", "s3", "cloud"])
def test_schema_and_program_agree_about_every_value_in_every_place(backend: Data) -> None:
    """Each field with half of many values, and its neighbour with the others: both take it, or both refuse it."""
    data = everything(backend)
    section = ("deployment", "backend")
    where = sorted(set(places(SCHEMA, data)), key=str)
    # The rest is the same for every backend.
    for number, path in enumerate(path for path in where if backend is LOCAL or path[:2] == section):
        first = number % 10  # others in the next place
        for value in some((VALUES[first:] + VALUES[:first])[::2]):
            changed = with_value(around(data, path), path, value)
            said = refused(changed)
            assert VALIDATOR.is_valid(changed) == (not said), (path, value, said)


def test_the_places_are_all_there_are() -> None:
    """Every field of every definition is visited, but for purposes and features, which share their form."""
    visited = {
        (path[:-1], path[-1]) for backend in (LOCAL, S3, CLOUD) for path in places(SCHEMA, everything(backend)) if path
    }
    names = {name for _, name in visited}
    fields = {name for of in (SCHEMA, *SCHEMA["$defs"].values()) for name in of.get("properties", {})}
    assert fields - names - {"services"} == set()
    assert len(visited) > 100


def test_every_field_can_be_left_out_or_is_missed_by_both() -> None:
    for backend in some((LOCAL, S3, CLOUD)):
        data = everything(backend)
        for path in {path for path in places(SCHEMA, data) if isinstance(path[-1], str)}:
            without: Any = copy.deepcopy(data)
            inside = without
            for step in path[:-1]:
                inside = inside[step]
            inside.pop(path[-1], None)
            said = refused(without)
            assert VALIDATOR.is_valid(without) == (not said), (path, said)


def test_the_schema_is_a_schema_and_takes_the_sample() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    source = compose(SAMPLE.read_text(encoding="utf-8"), "organization.yaml")
    assert not list(VALIDATOR.iter_errors(source.data))


def test_the_committed_schema_is_what_the_models_say() -> None:
    """If it is not: `make generated`."""
    assert (ROOT / "docs" / "organization.schema.json").read_text(encoding="utf-8") == render()


def test_a_pattern_means_the_same_in_the_language_of_editors() -> None:
    r"""JavaScript knows neither `(?i)`, `(?P<a>...)` nor `\Z`, and its `\d` is ASCII where Python's is not."""

    def patterns(node: Any) -> Iterator[str]:
        if isinstance(node, dict):
            if isinstance(node.get("pattern"), str):
                yield node["pattern"]
            for item in node.values():
                yield from patterns(item)
        elif isinstance(node, list):
            for item in node:
                yield from patterns(item)

    found = set(patterns(SCHEMA))
    assert len(found) > 10
    for pattern in found:
        assert not any(foreign in pattern for foreign in ("(?i", "(?a", "(?P", r"\Z", r"\A", r"\d")), pattern
