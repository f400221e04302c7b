"""What every mapping of the configuration has in common."""

from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema


class Written(BaseModel):
    """A mapping of the file: unknown fields are mistakes, and no value is turned into another type."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, defer_build=True)


def no_items() -> list[Any]:
    """The list of a field that nobody wrote. Of `list` itself pydantic parses the signature, at each start."""
    return []


M = TypeVar("M", bound=Written)


class WhenRead:
    """What makes an `OnDemand`: pydantic itself builds a model with all models inside it, at each start."""

    def __get_pydantic_core_schema__(self, model: type[Written], _: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(model.model_validate)


WHEN_READ = WhenRead()
OnDemand = Annotated[M, WHEN_READ]
"""A mapping inside another, whose model is built when the first such mapping is read: a file has few of the many."""


def model_of(schema: core_schema.PlainValidatorFunctionSchema) -> type[BaseModel]:
    """The model of an `OnDemand`, which a JSON Schema has to name."""
    validate: Any = schema["function"]["function"]
    model: type[BaseModel] = validate.__self__
    model.model_rebuild()
    return model
