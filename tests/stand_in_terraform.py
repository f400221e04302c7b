"""A stand-in for Terraform, for what a deployment does around it."""

from pathlib import Path

VERSION = "1.11.4"
ANSWERS = {"version": f"""echo '{{"terraform_version": "{VERSION}", "platform": "linux_amd64"}}'"""}


def stand_in_terraform(folder: Path, **answers: str) -> Path:
    """A folder for the PATH. By itself each command goes well, and no plan changes anything; `answers` are shell."""
    program = folder / "bin" / "terraform"
    program.parent.mkdir()
    cases = "\n".join(f"{command})\n{shell}\n;;" for command, shell in (ANSWERS | answers).items())
    program.write_text(f'#!/bin/sh\ncase "$1" in\n{cases}\nesac\n')
    program.chmod(0o755)
    return program.parent
