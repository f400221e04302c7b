"""The options that several commands share."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

Config = Annotated[
    Path | None,
    typer.Option(
        "--config",
        "-c",
        help="The configuration; else $KMS_BASELINE_CONFIG, else organization.yaml in the current folder.",
        show_default=False,
    ),
]
Locked = Annotated[
    bool, typer.Option("--locked", help="Refuse to change the lock (also by $KMS_BASELINE_LOCKED=1, for CI).")
]
Accounts = Annotated[
    list[str] | None,
    typer.Option("--account", help="Only this account, by name or ID; repeatable.", show_default=False),
]
Regions = Annotated[
    list[str] | None, typer.Option("--region", help="Only this region; repeatable.", show_default=False)
]
Purposes = Annotated[
    list[str] | None, typer.Option("--purpose", help="Only this purpose; repeatable.", show_default=False)
]
OwnPrices = Annotated[
    Path | None,
    typer.Option("--prices", help="A JSON file with other prices than the public ones.", show_default=False),
]


class Format(StrEnum):
    """How data is printed."""

    table = "table"
    json = "json"


OutputFormat = Annotated[Format, typer.Option("--format", help="table for people, json for programs.")]


class ChangeFormat(StrEnum):
    """How a change is printed: of what a deployment does, and of the configuration."""

    table = "table"
    json = "json"
    markdown = "markdown"


OutputOfChange = Annotated[
    ChangeFormat,
    typer.Option("--format", help="table for people, markdown for pull requests, json for programs."),
]


class ReportFormat(StrEnum):
    """How findings and verdicts are printed."""

    table = "table"
    json = "json"
    junit = "junit"
    sarif = "sarif"


ReportOutputFormat = Annotated[
    ReportFormat,
    typer.Option("--format", help="table for people, json for programs, junit for CI, sarif for code hosts."),
]
Explain = Annotated[bool, typer.Option("--explain", help="Show for every value which level won, with its line.")]
