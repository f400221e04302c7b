"""Writes the pages and the schema that follow from the code, and renews what other pages show of it.

python docs/generate.py            writes them (`make generated`)
python docs/generate.py --check    exits 1 when one of them is not current
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jinja2
import typer

from baseline.configuration import schema
from baseline.configuration.file import ConfigurationFile
from baseline.deployer.needed import MOST_NAMES
from baseline.drift.finding import KINDS as DRIFT
from baseline.features import FEATURES
from baseline.fields import limits
from baseline.found.kinds import KIND_GROUPS, KINDS
from baseline.iam.actions import AS_OF
from baseline.key_actions import MANAGE
from baseline.prover.any_policy import OF_ANY_POLICY
from baseline.prover.assumptions import ASSUMPTIONS
from baseline.prover.judgements import ALL
from baseline.purposes import PURPOSES
from baseline.regions import PARTITIONS
from cli.commands import program
from operations.new_repository import PIPELINES, pipeline

DOCS = Path(__file__).parent
ROOT = DOCS.parent
sys.path.insert(0, str(ROOT))  # as a script, this sees its own folder and what is installed

from docs.fields import sections  # noqa: E402
from docs.roles import of_features, policy_for_keys, rows  # noqa: E402
from docs.shown import shown_by, with_bill, with_outputs  # noqa: E402
from docs.statements import actions, of_every_purpose, of_purpose  # noqa: E402

TEMPLATES = DOCS / "templates"
README = "README.md"
DEPLOYING = "docs/deploying.md"
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


def generated() -> dict[str, str]:
    """Every file that is generated, as a whole or in part, by its path in the project."""
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
            "explained": explained.rstrip("\n"),
        },
        "key-policies.md": {
            "blocks": of_every_purpose(),
            "purposes": [(purpose, of_purpose(purpose)) for purpose in PURPOSES.values()],
            "management": sorted(MANAGE),
            "features": FEATURES,
        },
        "policy-findings.md": {"groups": KIND_GROUPS, "kinds": list(KINDS.values())},
        "verify.md": {"kinds": DRIFT},
        "properties.md": {
            "properties": ALL,
            "of_others": OF_ANY_POLICY,
            "assumptions": ASSUMPTIONS,
            "as_of": AS_OF,
        },
        "bootstrap.md": {
            "of_keys": rows("aws_kms_key", "aws_kms_alias", "aws_ssm_parameter"),
            "of_features": list(of_features()),
            "keys_only": policy_for_keys(),
            "most": MOST_NAMES,
        },
        "commands.md": {"commands": list(commands(typer.main.get_command(program()), "kms-baseline"))},
    }
    pages = {name: environment.get_template(f"{name}.j2").render(of_page) for name, of_page in values.items()}
    whole = {f"docs/{name}": text for name, text in {**pages, "organization.schema.json": schema.render()}.items()}
    sample, readme, deploying = ((ROOT / name).read_text("utf-8") for name in ("organization.yaml", README, DEPLOYING))
    page = shown_by(sample, "report", "--format", "html")
    whole["docs/report.html"] = page
    whole |= {f"docs/pipelines/{host}.yml": pipeline(host, "eu-west-2") for host in PIPELINES}
    return {**whole, README: with_outputs(readme, sample), DEPLOYING: with_bill(deploying, sample)}


def run(arguments: list[str]) -> int:
    """Write the files, or only compare them."""
    files = generated()
    if arguments == ["--check"]:
        old = [n for n, text in files.items() if not (ROOT / n).exists() or (ROOT / n).read_text("utf-8") != text]
        for name in old:
            print(f"{name} is not current; renew it by: {RENEW}", file=sys.stderr)  # noqa: T201
        return 1 if old else 0
    for name, text in files.items():
        (ROOT / name).write_text(text, encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
