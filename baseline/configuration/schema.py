"""The JSON Schema of `organization.yaml`, made from the models, for editors and other tools."""

import json
from functools import cache
from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from baseline.configuration.file import ConfigurationFile
from baseline.fields.written import model_of


class _Schema(GenerateJsonSchema):
    """Null is a value only where the field's description says so: elsewhere None means that nobody wrote it."""

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        written = super().default_schema(schema)
        if written.get("default", "") is None:
            del written["default"]
        return written

    def function_plain_schema(self, schema: core_schema.PlainValidatorFunctionSchema) -> JsonSchemaValue:
        return self.generate_inner(model_of(schema).__pydantic_core_schema__)

    def field_title_should_be_set(self, schema: Any) -> bool:
        """A section has the title of its model."""
        return schema["type"] != "function-plain" and super().field_title_should_be_set(schema)

    def dict_schema(self, schema: core_schema.DictSchema) -> JsonSchemaValue:
        """With what holds for the names of a mapping, which pydantic leaves out."""
        written = super().dict_schema(schema)
        names = self.generate_inner(schema["keys_schema"]) if "keys_schema" in schema else {}
        return {**written, "propertyNames": names} if "pattern" in names else written


def json_schema() -> dict[str, Any]:
    """The schema as data, with sorted keys below the top."""
    schema = ConfigurationFile.model_json_schema(schema_generator=_Schema)
    for section in ("DeploymentSection", "AccountSection"):
        role = schema["$defs"][section]["properties"]["role"]
        role["type"] = [role["type"], "null"]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "organization.yaml",
        **{key: value for key, value in schema.items() if key != "title"},
    }


@cache
def render() -> str:
    """The committed file's text."""
    return json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"
