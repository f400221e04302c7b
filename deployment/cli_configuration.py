"""What the user's own Terraform CLI configuration says, as far as a mirror is concerned.

Which files Terraform reads: https://developer.hashicorp.com/terraform/cli/config/config-file#locations
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

_INSTALLATION = re.compile(r"^\s*provider_installation\b", re.MULTILINE)
_TOKEN = re.compile(r'"(?:[^"\\\n]|\\.)*"|#[^\n]*|//[^\n]*|/\*.*?\*/|[{}]', re.DOTALL)
"""What a block's braces are counted by: braces, and the texts and comments that may hold some."""
_PLUGIN_CACHE = re.compile(r"^[ \t]*plugin_cache_dir\s*=\s*\"([^\"]+)\".*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class CliConfiguration:
    """The text of the configuration that Terraform would read, and where it is."""

    text: str
    place: str
    home: Path

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> Self:
        """The configuration that Terraform finds in this environment; a file that is missing says nothing."""
        home = Path(environment.get("HOME") or "/")
        named = Path(environment.get("TF_CLI_CONFIG_FILE") or "")
        files = [named] if named.is_file() else list(_usual_files(home))
        text = "".join(f"{file.read_text(errors='replace').rstrip()}\n" for file in files)
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
    def without_installation(self) -> str:
        """The text without `plugin_cache_dir` and `provider_installation`: credentials, hosts and the like."""
        text = _PLUGIN_CACHE.sub("", self.text)
        while found := _INSTALLATION.search(text):
            text = text[: found.start()] + text[_end_of_block(text, found.end()) :]
        return text


def _usual_files(home: Path) -> Iterator[Path]:
    if (file := home / ".terraformrc").is_file():
        yield file
    yield from sorted((home / ".terraform.d").glob("*.tfrc"))


def _end_of_block(text: str, start: int) -> int:
    """Where the block ends whose name ends at `start`; the end of the text where nothing closes it."""
    depth = 0
    for token in _TOKEN.finditer(text, start):
        depth += {"{": 1, "}": -1}.get(token[0], 0)
        if token[0] == "}" and depth <= 0:
            return token.end()
    return len(text)
