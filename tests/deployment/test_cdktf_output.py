from deployment.cdktf_output import CdktfOutput
from deployment.events import Event, StackEvent

PRINTED = """\
Synthesizing
data  \x1b[0m\x1b[1mInitializing the backend...\x1b[0m
logs-eu-west-2  \x1b[1mInitializing the backend...
data  aws_kms_key.a: Refreshing state... [id=1] \x1b[0m

      \x1b[1mPlan:\x1b[0m 1 to add, 0 to change, 1 to destroy.
      \x1b[0m\x1b[1maws_kms_key.b: Creating...\x1b[0m
logs-eu-west-2  ╷
                │ Error: creating KMS Key
                │
                │ no room
                │ Error: another
                ╵
data  aws_kms_key.b: Creation complete after 9s [id=2]
      aws_kms_key.c: Destruction complete after 0s
logs-eu-west-2  more
data  \x1b[0m
      Apply complete! Resources: 1 added, 0 changed, 1 destroyed.

  data
  one = 1
"""


def _heard() -> tuple[CdktfOutput, list[Event]]:
    output, events = CdktfOutput(), list[Event]()
    for line in PRINTED.splitlines():
        output.hear(line, events.append)
    return output, events


def test_lines_go_to_the_stack_that_they_belong_to() -> None:
    output, _ = _heard()
    assert list(output.stacks) == ["data", "logs-eu-west-2"]
    assert output.stacks["logs-eu-west-2"].lines[1:-1] == [
        "╷",
        "│ Error: creating KMS Key",
        "│",
        "│ no room",
        "│ Error: another",
        "╵",
    ]
    assert "aws_kms_key.a: Refreshing state... [id=1]" in output.stacks["data"].lines
    assert output.stacks["data"].lines[-2:] == ["Apply complete! Resources: 1 added, 0 changed, 1 destroyed.", ""]


def test_progress_counts_against_the_plan_of_the_stack() -> None:
    _, events = _heard()
    counts = [(e.stack, e.done, e.total) for e in events if isinstance(e, StackEvent) and e.status == "progress"]
    assert counts == [("data", 1, 2), ("data", 2, 2)]


def test_a_stack_starts_once_and_ends_finished_or_failed() -> None:
    _, events = _heard()
    turns = [
        (e.stack, e.phase, e.status, e.line)
        for e in events
        if isinstance(e, StackEvent) and e.status in ("started", "finished", "failed")
    ]
    assert turns == [
        ("data", "init", "started", ""),
        ("logs-eu-west-2", "init", "started", ""),
        ("logs-eu-west-2", "init", "failed", "Error: creating KMS Key"),
        ("data", "apply", "finished", "Apply complete! Resources: 1 added, 0 changed, 1 destroyed."),
    ]


def test_what_cdktf_says_itself_belongs_to_no_stack() -> None:
    _, events = _heard()
    own = [e.line for e in events if isinstance(e, StackEvent) and not e.stack]
    assert own == ["Synthesizing", "  data", "  one = 1"]


def test_an_interrupt_can_do_harm_from_the_first_resource_on() -> None:
    output = CdktfOutput()
    before = []
    for line in PRINTED.splitlines():
        output.hear(line, lambda event: None)
        if output.applying:
            break
        before.append(line)
    assert "Plan:" in before[-1]


def test_the_phase_of_a_stack_follows_its_terraform() -> None:
    _, events = _heard()
    phases = [e.phase for e in events if isinstance(e, StackEvent) and e.stack == "data"]
    assert list(dict.fromkeys(phases)) == ["init", "plan", "apply"]
    assert phases == sorted(phases, key=["init", "plan", "apply"].index)
