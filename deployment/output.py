"""What Terraform says for people, read by a program: which operations are done, and its errors."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

_COMPLETE = re.compile(r".+?: (Creation|Modifications|Destruction|Import) complete( after .*| \[id=.*)?")
_PLANNED = re.compile(r"Plan: (.*)\.")
_HEADLINE = re.compile(r"(Error|Warning): (.*)")
_SOURCE = re.compile(r"  on .* line \d+.*:|\s+\d+: .*")
_RUN = re.compile(r"https://\S+/app/[^/\s]+/[^/\s]+/runs/run-\w+")
"""https://github.com/hashicorp/terraform/blob/v1.11.4/internal/cloud/backend_plan.go (`runHeader`)"""
_WAITS = re.compile(
    r"(Waiting for (?:\d+ (?:queued )?run\(s\)|the manually locked workspace|the plan|the apply) to .*?)"
    r"\.\.\.(?: \(.* elapsed\))?"
)
_ESCAPE = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b\].*?(?:\x07|\x1b\\)|\x1b[()][0-9A-B]")


@dataclass(frozen=True, slots=True)
class ErrorBlock:
    """One of Terraform's error messages."""

    summary: str
    detail: tuple[str, ...]
    """The lines below the summary, without those that quote the generated JSON."""

    @property
    def text(self) -> str:
        """Summary and detail as running text, whatever width Terraform broke the lines at."""
        return " ".join([self.summary, *(line.strip() for line in self.detail if line.strip())])


def is_complete(line: str) -> bool:
    """Whether the line reports an operation on a resource as done: "aws_kms_key.sns: Creation complete"."""
    return bool(_COMPLETE.fullmatch(line))


def planned_operations(line: str) -> int | None:
    """The operations that "Plan: 3 to add, 0 to change, 1 to destroy." announces; None for another line."""
    found = _PLANNED.fullmatch(line)
    if not found:
        return None
    return sum(int(count) for count in re.findall(r"(\d+) to (?:add|change|destroy|import)", found[1]))


def run_url(lines: Iterable[str]) -> str:
    """Where the run of HCP Terraform can be seen that Terraform follows; empty where there is none."""
    return next((line.strip() for line in lines if _RUN.fullmatch(line.strip())), "")


def waits(line: str) -> str:
    """What a run of HCP Terraform waits for, if the line tells that; else nothing.

    https://github.com/hashicorp/terraform/blob/v1.11.4/internal/cloud/backend_common.go (`waitForRun`)
    """
    found = _WAITS.fullmatch(line.strip())
    return found[1].replace("Waiting", "waiting", 1) if found else ""


def plain(line: str) -> str:
    """The line as a terminal would leave it: no escapes, and of several spinner frames the last."""
    return _ESCAPE.sub("", line).rstrip("\r").rpartition("\r")[2]


def error_blocks(lines: Sequence[str]) -> tuple[ErrorBlock, ...]:
    """Terraform's errors among its lines, in their order, each once."""
    return tuple(dict.fromkeys(_blocks(lines)))


def last_lines(lines: Sequence[str], count: int) -> tuple[str, ...]:
    """The last lines that say something."""
    return tuple([line for line in lines if line.strip()][-count:])


def _blocks(lines: Sequence[str]) -> Iterator[ErrorBlock]:
    # Without colour a block is a headline at the left margin, up to the next one. cdktf's
    # Terraform has a terminal and draws a frame, whose last line is the end of the block.
    headline: re.Match[str] | None = None
    detail: list[str] = []
    for line in [*(_unframed(line) for line in lines), None]:
        found = _HEADLINE.fullmatch(line) if line is not None else None
        if found or line is None:
            if headline and headline[1] == "Error":
                yield ErrorBlock(headline[2], _trimmed(detail))
            headline, detail = found, []
        else:
            detail.append(line)


def _unframed(line: str) -> str | None:
    if line in ("╷", "╵"):
        return None
    return line.removeprefix("│").removeprefix(" ") if line.startswith("│") else line


def _trimmed(detail: Sequence[str]) -> tuple[str, ...]:
    lines = [line for line in detail if not _SOURCE.fullmatch(line)]
    said = [number for number, line in enumerate(lines) if line.strip()]
    return tuple(lines[said[0] : said[-1] + 1]) if said else ()
