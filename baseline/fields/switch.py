"""What is switched on or off, with settings or without."""

from typing import Annotated, Any

from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError

from baseline.fields.written import WHEN_READ


def as_switch(value: Any) -> Any:
    """`true` is short for an empty mapping, `false` for "off", which the models know as None."""
    if not isinstance(value, bool | dict | None):
        raise PydanticCustomError("switch_type", "no switch")
    return {} if value is True else None if value is False else value


def switch(settings: Any) -> Any:
    """The type of a field that holds `true`, `false` or settings."""
    section: Any = Annotated[settings, WHEN_READ]
    return Annotated[section | None, BeforeValidator(as_switch, json_schema_input_type=bool | section)]
