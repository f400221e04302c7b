"""What every mapping of the configuration has in common."""

from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema


class Written(BaseModel):
    """A mapping of the file: unknown fields are mistakes, and no value is turned into another type."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, defer_build=True)


M = TypeVar("M", bound=Written)


class WhenRead:
    """What makes an `OnDemand`: pydantic itself builds a model with all models inside it, at each start."""

    def __get_pydantic_core_schema__(self, model: type[Written], _: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(model.model_validate)


OnDemand = Annotated[M, WhenRead()]
"""A mapping inside another, whose model is built when the first such mapping is read: a file has few of the many."""


def model_of(schema: core_schema.PlainValidatorFunctionSchema) -> type[BaseModel]:
    """The model of an `OnDemand`, which a JSON Schema has to name."""
    validate: Any = schema["function"]["function"]
    model: type[BaseModel] = validate.__self__
    model.model_rebuild()
    return model
