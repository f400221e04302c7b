"""The arguments that several commands on policies share."""

from pathlib import Path
from typing import Annotated

import typer

File = Annotated[
    Path, typer.Argument(help="The policy's JSON, or what `aws kms get-key-policy` prints; -: standard input.")
]
FileOrFolder = Annotated[
    Path,
    typer.Argument(
        help="The policy's JSON, or what `aws kms get-key-policy` prints; -: standard input; a folder: all of its *.json."
    ),
]
AccountId = Annotated[
    str,
    typer.Option(
        "--account", help="The ID of the key's account; else the one that the policy shows.", show_default=False
    ),
]
Region = Annotated[str, typer.Option("--region", help="The key's region.", show_default=False)]
