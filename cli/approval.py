"""Plans are shown, a person says yes, and those very plans are applied."""

import sys
from collections.abc import Callable

import typer

from baseline.errors import Refusal, UsageError
from cli import options, output, plans
from deployment.deploy import Planned, apply_stacks
from operations.outcomes import Outcomes
from operations.plan_summary import summary
from operations.takeover import Looking


def refuse_without_terminal(yes: bool, dry_run: bool) -> None:
    """Raise UsageError where nobody can be asked, and should be."""
    if not yes and not dry_run and not sys.stdin.isatty():
        raise UsageError("there is no terminal to ask on", "--yes applies without asking, --dry-run only plans")


def show(planned: Planned, looking: Looking, format: options.ChangeFormat) -> None:
    """What the plans would do."""
    groups = summary(planned, looking.inventory)
    if format is options.ChangeFormat.json:
        output.show_json(plans.as_json(planned, groups))
    elif format is options.ChangeFormat.markdown:
        output.show("\n".join(plans.markdown(planned, groups)))
    else:
        output.show(plans.counts(planned))
        for line in (*looking.told(planned), *plans.lines(groups), plans.last_line(planned)):
            output.show(line)


def confirmed(take_over: bool) -> Callable[[str], bool]:
    """Asks at the terminal, where the option did not say it already. Without a terminal the answer is no."""

    def confirm(question: str) -> bool:
        if take_over or not sys.stdin.isatty():
            return take_over
        output.say(question)
        return typer.confirm("Take them over?", err=True)

    return confirm


def apply(planned: Planned, outcomes: Outcomes, yes: bool, dry_run: bool, format: options.ChangeFormat) -> None:
    """Ask, and apply exactly these plans. Raises Refusal where the answer is no, and whatever went wrong."""
    outcomes.only_planned(planned)
    if not planned.anything_to_do or dry_run:
        nothing = "no changes: everything is as the configuration says"
        output.say("dry run: nothing was applied" if planned.anything_to_do else nothing)
        planned.refuse_failures()
        return
    if not yes and not typer.confirm("Apply these plans?", err=True):
        raise Refusal("not applied: the question was declined")
    applied = apply_stacks(planned)
    outcomes.applied(applied.results)
    told = output.table(("STACK", "OUTCOME"), [(r.stack, r.outcome) for r in applied.results])
    (output.show if format is options.ChangeFormat.table else output.say)(told)
    error = applied.error()
    if error is not None:
        raise error
