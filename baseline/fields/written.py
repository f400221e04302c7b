"""What every mapping of the configuration has in common."""

from pydantic import BaseModel, ConfigDict


class Written(BaseModel):
    """A mapping of the file: unknown fields are mistakes, and no value is turned into another type."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)
