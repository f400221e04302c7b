"""`kms-baseline policy`: key policies, ours and those that somebody else wrote."""

import typer

from cli.policy.diff import diff
from cli.policy.explain import explain
from cli.policy.prove import prove
from cli.policy.show import show
from cli.policy.validate import validate

app = typer.Typer(no_args_is_help=True)
app.command()(show)
app.command()(validate)
app.command()(prove)
app.command()(explain)
app.command()(diff)
