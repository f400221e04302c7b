"""What `init` and `report` write, as templates."""

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

_NONE: Mapping[str, Callable[[Any], str]] = MappingProxyType({})
FOLDER = Path(__file__).parent


def rendered(
    template: str, *, autoescape: bool = False, filters: Mapping[str, Callable[[Any], str]] = _NONE, **values: Any
) -> str:
    """The text of a template of this folder. `autoescape`: it is HTML, where no value is markup."""
    import jinja2  # only here: loading it takes longer than most commands

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(FOLDER),
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        undefined=jinja2.StrictUndefined,
        autoescape=autoescape,
    )
    environment.filters |= filters
    return environment.get_template(template).render(**values)
