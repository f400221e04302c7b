"""What the user's own Terraform CLI configuration says, as far as a mirror and credentials are concerned.

Which files Terraform reads: https://developer.hashicorp.com/terraform/cli/config/config-file#locations
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

_INSTALLATION = re.compile(r"^\s*provider_installation\b", re.MULTILINE)
_TOKEN = re.compile(r'"(?:[^"\\\n]|\\.)*"|#[^\n]*|//[^\n]*|/\*.*?\*/|[{}]', re.DOTALL)
"""What a block's braces are counted by: braces, and the texts and comments that may hold some."""
_LABELLED = ("credentials", "credentials_helper", "host")
"""Blocks with a label, which JSON has as one more level."""
_CREDENTIALS = re.compile(r"^[ \t]*\"?credentials\"?\s+\"([^\"]+)\"\s*\{", re.MULTILINE)
_SECRET = re.compile(r"\btoken\"?\s*=\s*(\"(?:[^\"\\\n]|\\.)*\")")
_PLUGIN_CACHE = re.compile(r"^[ \t]*plugin_cache_dir\s*=\s*\"([^\"]+)\".*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class CliConfiguration:
    """The text of the configuration that Terraform would read, as HCL, and where it is."""

    text: str = field(repr=False)
    place: str
    home: Path

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> Self:
        """The configuration that Terraform finds in this environment; a file that is missing says nothing."""
        home = Path(environment.get("HOME") or "/")
        named = Path(environment.get("TF_CLI_CONFIG_FILE") or "")
        files = [named] if named.is_file() else list(_usual_files(home))
        text = "".join(f"{_as_hcl(file.read_text(errors='replace')).rstrip()}\n" for file in files)
        return cls(text, ", ".join(str(file) for file in files), home)

    @property
    def installs_providers(self) -> bool:
        """Whether the user has decided where providers come from."""
        return bool(_INSTALLATION.search(self.text))

    @property
    def plugin_cache(self) -> Path | None:
        """The folder of `plugin_cache_dir`, if there is one."""
        found = _PLUGIN_CACHE.search(self.text)
        if not found:
            return None
        # Terraform expands variables in this one setting; HOME is the one in use.
        return Path(found[1].replace("${HOME}", str(self.home)).replace("$HOME", str(self.home)))

    @property
    def credentials(self) -> dict[str, str]:
        """The tokens of `credentials` blocks, by host as it is written."""
        text = _TOKEN.sub(lambda token: "" if token[0][0] in "#/" else token[0], self.text)
        found = {}
        for block in _CREDENTIALS.finditer(text):
            token = _SECRET.search(text[block.end() - 1 : _end_of_block(text, block.end() - 1)])
            if token:
                found[block[1]] = _unquoted(token[1])
        return found

    @property
    def without_installation(self) -> str:
        """The text without `plugin_cache_dir` and `provider_installation`: credentials, hosts and the like."""
        text = _PLUGIN_CACHE.sub("", self.text)
        while found := _INSTALLATION.search(text):
            text = text[: found.start()] + text[_end_of_block(text, found.end()) :]
        return text


def _usual_files(home: Path) -> Iterator[Path]:
    if (file := home / ".terraformrc").is_file():
        yield file
    own = home / ".terraform.d"
    yield from sorted([*own.glob("*.tfrc"), *own.glob("*.tfrc.json")])


def _as_hcl(text: str) -> str:
    """The text itself, or what a file says that is JSON, as `terraform login` writes it; damaged JSON is left to Terraform."""
    try:
        content = json.loads(text) if text.lstrip().startswith("{") else None
    except ValueError:
        content = None
    return "\n".join(_blocks(content)) if isinstance(content, dict) else text


def _blocks(body: Mapping[str, Any], head: str = "") -> Iterator[str]:
    for name, value in body.items():
        inside = [one for one in (value if isinstance(value, list) else [value]) if isinstance(one, dict)]
        for block in inside:
            if not head and name in _LABELLED:
                for label, fields in block.items():
                    yield from _block(f"{name} {json.dumps(label)}", fields)
            else:
                yield from _block(name, block)
        if not inside:
            yield f"{name if name.isidentifier() else json.dumps(name)} = {json.dumps(value)}"


def _block(head: str, body: Mapping[str, Any]) -> Iterator[str]:
    yield f"{head} {{"
    yield from (f"  {line}" for line in _blocks(body, head))
    yield "}"


def _unquoted(text: str) -> str:
    try:
        return str(json.loads(text))
    except ValueError:
        return text[1:-1]


def _end_of_block(text: str, start: int) -> int:
    """Where the block ends whose name ends at `start`; the end of the text where nothing closes it."""
    depth = 0
    for token in _TOKEN.finditer(text, start):
        depth += {"{": 1, "}": -1}.get(token[0], 0)
        if token[0] == "}" and depth <= 0:
            return token.end()
    return len(text)
