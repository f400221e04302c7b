"""What became of the stacks of a deployment, as a file that CI keeps: Markdown, or JSON where its name ends so."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from baseline.errors import WorldError
from baseline.words import count
from deployment.apply import StackResult
from deployment.deploy import Planned
from files.whole import write_whole

NOT_STARTED = "not started"


@dataclass
class Outcomes:
    """What became of each stack so far, in the order in which they were chosen."""

    stacks: dict[str, str]
    error: str = ""
    """What ended the deployment; empty where all is well."""
    reasons: dict[str, str] = field(default_factory=dict)
    """Of stacks that failed."""

    @classmethod
    def of(cls, stacks: Iterable[str]) -> "Outcomes":
        """Before anything began."""
        return cls(dict.fromkeys(stacks, NOT_STARTED))

    def only_planned(self, planned: Planned) -> None:
        """Take what the plans of a dry run would do, or that there is nothing to do."""
        self.stacks |= {plan.stack.name: "to be changed" if plan.changed else "unchanged" for plan in planned.plans}
        self._failed({failure.stack: str(failure) for failure in planned.failures}, "not planned")

    def applied(self, results: Iterable[StackResult]) -> None:
        """Take what became of stacks that were applied."""
        for result in results:
            self.stacks[result.stack] = result.outcome
            if result.failure:
                self._failed({result.stack: str(result.failure)}, result.outcome)

    def _failed(self, reasons: Mapping[str, str], outcome: str) -> None:
        self.stacks |= dict.fromkeys(reasons, outcome)
        self.reasons |= {stack: reason.strip() for stack, reason in reasons.items()}

    def write(self, path: Path) -> None:
        """Write the file as a whole. Raises WorldError."""
        text = self.as_json() if path.suffix == ".json" else self.as_markdown()
        try:
            write_whole(path, text.encode())
        except OSError as error:
            raise WorldError(f"the summary `{path}` cannot be written: {error.strerror}") from error

    def as_json(self) -> str:
        """For programs."""
        said = {"version": 1, "stacks": self.stacks, "reasons": self.reasons, "error": self.error or None}
        return json.dumps(said, indent=2) + "\n"

    def as_markdown(self) -> str:
        """For people."""
        numbers = Counter(self.stacks.values())
        told = ", ".join(f"{number} {outcome}" for outcome, number in numbers.most_common())
        lines = [f"### {count(len(self.stacks), 'stack')}: {told or 'nothing to deploy'}", "", "| stack | outcome |"]
        lines += ["| --- | --- |", *(f"| {stack} | {outcome} |" for stack, outcome in self.stacks.items())]
        if self.error:
            # Four back quotes: nothing that Terraform says ends the block.
            lines += ["", "````text", self.error, "````"]
        return "\n".join(lines) + "\n"
