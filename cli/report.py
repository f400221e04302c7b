"""`kms-baseline report`: a page about all keys that explains itself."""

import os
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from baseline.errors import Exit, UsageError
from baseline.report.value import Report
from baseline.words import count
from cli import options, output
from cli.version import VERSION
from operations.project import Project, configuration_path
from operations.report_forms import text_of
from operations.reporting import report_of, write_report


class Form(StrEnum):
    """What a report can be."""

    html = "html"
    md = "md"
    csv = "csv"
    json = "json"


Chosen = Annotated[
    Form | None,
    typer.Option(
        "--format",
        help="html: a page for people; md: the same as text; csv: a line a key; json: all of it, for programs. "
        "Else what the name of --output ends in, else md.",
        show_default=False,
    ),
]
Target = Annotated[
    Path | None,
    typer.Option("--output", "-o", help="The file to write; else standard output.", show_default=False),
]
Verify = Annotated[bool, typer.Option("--verify", help="Ask AWS too, and show what differs.")]
Since = Annotated[
    Path | None,
    typer.Option("--since", help="The folder of an earlier export: show what changed since.", show_default=False),
]
Force = Annotated[bool, typer.Option("--force", help="Write over a file that is no earlier report.")]


def report(
    config: options.Config = None,
    form: Chosen = None,
    target: Target = None,
    verify: Verify = False,
    since: Since = None,
    force: Force = False,
) -> None:
    """Write a report of every key: who can do what with it, what is proven, which controls it answers, what is not covered.

    It is written whatever is found. Exit code 1: something does not hold, or AWS differs; 3: only that AWS could not be read.

    Example: kms-baseline report --output report.html
    """
    form = form or _of_name(target)
    project = Project(configuration_path(config))
    sessions = None
    if verify:
        from live.sessions import sessions_of  # here, for it loads boto3

        sessions = sessions_of(os.environ)
    made = report_of(project, VERSION, sessions, since, output.say)
    text = text_of(made, form.value)
    if target:
        write_report(target, text, force)
        output.say(f"{count(len(made.keys), 'key')} written to {target}")
    else:
        output.show(text, end="")
    end(made)


def _of_name(target: Path | None) -> Form:
    if target is None:
        return Form.md
    ending = target.suffix.removeprefix(".")
    if ending not in list(Form):
        raise UsageError(f"{target}: its name says no format", f"name one by --format: {', '.join(Form)}")
    return Form(ending)


def end(made: Report) -> None:
    """Say what was found, worst first, and leave with its exit code."""
    found = made.aws.findings if made.aws else ()
    if made.failures:
        output.say(f"{count(len(made.failures), 'failure')}: the report begins with them")
    if found:
        output.say(f"{count(len(found), 'difference')} in AWS: the report begins with them")
    if made.aws and made.aws.unreachable:
        output.say(f"{count(len(made.aws.unreachable), 'region')} of accounts could not be read")
    undecided = [failure for failure in made.failures if not failure.is_certain]
    if found or len(undecided) < len(made.failures):
        raise typer.Exit(Exit.REFUSED)
    if undecided:
        raise typer.Exit(Exit.UNDECIDED)
    if made.aws and made.aws.unreachable:
        raise typer.Exit(Exit.WORLD)
