"""Commands that pages and files show, held against the commands that there are."""

import re
import shlex
from functools import cache
from typing import Any

import typer

from cli.commands import program
from tests.conftest import ROOT

CALL = re.compile(r"(?<![\w/-])(?:\.venv/bin/)?kms-baseline(?= |$)[^`\n|;&>)#]*", re.MULTILINE)


def must_exist(call: str) -> None:
    """Fail unless the words of a command are commands, and its options theirs."""
    words = shlex.split(call)[1:]
    command = _program()
    while words and not words[0].startswith("-") and getattr(command, "commands", None):
        assert words[0] in command.commands, call
        command = command.commands[words.pop(0)]
    known = {name for parameter in command.params for name in (*parameter.opts, *parameter.secondary_opts)}
    for word in words[: words.index("--")] if "--" in words else words:
        assert not word.startswith("-") or word.partition("=")[0] in known | {"-h", "--help"}, call
    if not any(word.startswith("-") for word in words):
        arguments = [p for p in command.params if p.param_type_name == "argument"]
        assert len(words) <= len(arguments) or "--" in call, call


@cache
def _program() -> Any:
    return typer.main.get_command(program())


def sh_blocks(page: str) -> list[str]:
    """The commands that a page shows."""
    return re.findall(
        r"^```sh\n(.*?)^```$", (ROOT / "docs" / page).read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    )
