"""Writes the pages and the schema that follow from the code, so that they cannot say anything else.

python docs/generate.py            writes them (`make generated`)
python docs/generate.py --check    exits 1 when one of them is not current
"""

import io
import sys
from collections.abc import Iterator
from contextlib import chdir, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import jinja2
import typer

from baseline.configuration import schema
from baseline.configuration.file import ConfigurationFile
from baseline.features import FEATURES
from baseline.fields import limits
from baseline.found.kinds import KIND_GROUPS, KINDS
from baseline.iam.actions import AS_OF
from baseline.key_actions import MANAGE
from baseline.prover.any_policy import OF_ANY_POLICY
from baseline.prover.assumptions import ASSUMPTIONS
from baseline.prover.keys import ALL
from baseline.purposes import PURPOSES
from baseline.regions import PARTITIONS
from cli.commands import program
from cli.main import main

DOCS = Path(__file__).parent
sys.path.insert(0, str(DOCS.parent))  # as a script, this sees its own folder and what is installed

from docs.fields import sections  # noqa: E402
from docs.statements import actions, of_every_purpose, of_purpose  # noqa: E402

TEMPLATES = DOCS / "templates"
RENEW = "make generated"
HELP_WIDTH = 100
"""Columns of the help texts: those of the page do not depend on anyone's terminal."""


@dataclass(frozen=True, slots=True)
class Command:
    """One command, with the words that call it."""

    name: str
    help: str


def commands(command: Any, name: str, parent: typer.Context | None = None) -> Iterator[Command]:
    """A command and all below it."""
    context = typer.Context(
        command, info_name=name, parent=parent, terminal_width=HELP_WIDTH, **command.context_settings
    )
    yield Command(context.command_path, command.get_help(context))
    for word, inner in getattr(command, "commands", {}).items():
        yield from commands(inner, word, context)


def shown_by(configuration: str, *arguments: str) -> str:
    """What the command prints for a configuration."""
    with TemporaryDirectory() as folder, chdir(folder), redirect_stdout(io.StringIO()) as printed:
        Path("organization.yaml").write_text(configuration, encoding="utf-8")
        if main(arguments):
            raise RuntimeError(f"kms-baseline {' '.join(arguments)} failed")
    return printed.getvalue().rstrip("\n")


def generated() -> dict[str, str]:
    """Every generated file by its name in this folder."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters |= {
        "actions": actions,
        "codes": lambda names: limits.listing(names).replace(" or ", " and "),
        "cell": lambda text: text.replace("|", "\\|"),
    }
    example = (TEMPLATES / "precedence.yaml").read_text(encoding="utf-8")
    explained = shown_by(
        example, "keys", "--explain", "--account", "data", "--region", "us-east-1", "--purpose", "logs"
    )
    values: dict[str, dict[str, Any]] = {
        "configuration.md": {
            "sections": list(sections(ConfigurationFile)),
            "partitions": PARTITIONS.values(),
            "example": example,
            "explained": explained,
        },
        "key-policies.md": {
            "blocks": of_every_purpose(),
            "purposes": [(purpose, of_purpose(purpose)) for purpose in PURPOSES.values()],
            "management": sorted(MANAGE),
            "features": FEATURES,
        },
        "policy-findings.md": {"groups": KIND_GROUPS, "kinds": list(KINDS.values())},
        "properties.md": {
            "properties": ALL,
            "of_others": OF_ANY_POLICY,
            "assumptions": ASSUMPTIONS,
            "as_of": AS_OF,
        },
        "commands.md": {"commands": list(commands(typer.main.get_command(program()), "kms-baseline"))},
    }
    pages = {name: environment.get_template(f"{name}.j2").render(of_page) for name, of_page in values.items()}
    return {**pages, "organization.schema.json": schema.render()}


def run(arguments: list[str]) -> int:
    """Write the files, or only compare them."""
    files = generated()
    if arguments == ["--check"]:
        old = [n for n, text in files.items() if not (DOCS / n).exists() or (DOCS / n).read_text("utf-8") != text]
        for name in old:
            print(f"docs/{name} is not current; renew it by: {RENEW}", file=sys.stderr)  # noqa: T201
        return 1 if old else 0
    for name, text in files.items():
        (DOCS / name).write_text(text, encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
