"""What `init` writes, as templates."""

from pathlib import Path
from typing import Any


def rendered(template: str, **values: Any) -> str:
    """The text of a template of this folder."""
    import jinja2  # only here: loading it takes longer than most commands

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        undefined=jinja2.StrictUndefined,
    )
    return environment.get_template(template).render(**values)
