"""What people see while stacks are planned and applied, where there is no terminal: a line a step."""

from dataclasses import dataclass, field

from cli import output
from deployment.events import Event, Notice, StackEvent, Work

DOING = {
    "init": "preparing",
    "untaint": "untainting",
    "plan": "planning",
    "show": "reading the plan",
    "apply": "applying",
}
_STEPS = 4
"""How often a stack reports while it is applied."""


@dataclass
class Progress:
    """Prints events on standard error, a line a step, so that a log of CI reads well."""

    shown: dict[str, int] = field(default_factory=dict)
    waiting: dict[str, str] = field(default_factory=dict)
    """What was last said of a stack that waits: Terraform says it again every half minute."""

    def __call__(self, event: Event) -> None:
        if isinstance(event, Notice):
            output.say(event.text)
        elif isinstance(event, Work):
            pass  # each stack tells of itself
        elif event.status == "started" and event.phase in ("plan", "apply"):
            output.say(f"{event.stack}: {DOING[event.phase]}")
        elif event.status == "progress":
            self._count(event)
        elif event.status == "waits" and event.line != self.waiting.get(event.stack):
            self.waiting[event.stack] = event.line
            output.say(f"{event.stack}: {event.line}")
        elif event.status == "finished" and event.phase == "apply":
            output.say(f"{event.stack}: applied")
        elif event.status == "failed":
            output.say(f"{event.stack}: failed while {DOING[event.phase]}")

    def _count(self, event: StackEvent) -> None:
        step = max(1, event.total // _STEPS)
        if event.done // step > self.shown.get(event.stack, 0) and event.done < event.total:
            self.shown[event.stack] = event.done // step
            output.say(f"{event.stack}: {event.done} of {event.total}")
