"""`kms-baseline demo`: the whole way, on this machine: deploy by `cdktf`, read back, plan again."""

import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp
from typing import TYPE_CHECKING, Annotated

import typer

from baseline.errors import Refusal, UsageError, WorldError
from baseline.inventory import Inventory
from baseline.words import count
from cli import options, output
from cli.progress import Progress
from operations.demo import Demo, cdktf_for
from operations.embedded_aws import FOLDER, background_aws, embedded_aws, with_provider
from operations.embedded_cloud import CloudCopy, any_cloud, embedded_cloud, runs_of
from operations.project import Project, configuration_path

if TYPE_CHECKING:
    from live.probes import ProbeOutcome

Keep = Annotated[bool, typer.Option("--keep", help="Leave the embedded AWS and the files running for a look around.")]
Parallelism = Annotated[
    int | None,
    typer.Option("--parallelism", min=1, help="Stacks at once; else what the memory allows.", show_default=False),
]


OnCloud = Annotated[
    bool,
    typer.Option("--cloud", help="By `kms-baseline deploy` through an HCP Terraform that runs on this machine too."),
]


def demo(
    config: options.Config = None, parallelism: Parallelism = None, keep: Keep = False, cloud: OnCloud = False
) -> None:
    """Deploy the organization into an embedded AWS with the real cdktf and Terraform, and read its keys back.

    Nothing leaves this machine, and nothing of the project changes: the demo works on a copy. With --cloud, HCP Terraform's
    part is played by a server on this machine, whose workers run Terraform.

    Example: kms-baseline demo
    """
    project = Project(configuration_path(config))
    if cloud:
        if keep:
            raise UsageError("--keep leaves nothing of --cloud running", "leave one of the two out")
        _through_cloud(project, parallelism)
        return
    inventory = project.inventory
    cdktf = cdktf_for(project)
    started = time.monotonic()
    with ExitStack() as ending:
        folder = Path(mkdtemp(prefix="kms-baseline-demo-"))
        if not keep:
            ending.callback(shutil.rmtree, folder, ignore_errors=True)
        variables = _environment(inventory, folder, ending, keep)
        shown = Demo(project=project, folder=folder, environment=variables, on_event=Progress())
        output.say("running cdktf deploy, which synthesizes first")
        shown.deploy(cdktf, parallelism)
        output.say("reading the keys back")
        _read_back(inventory, variables)
        output.say("probing: every key is used once, as AWS's services use it")
        _probe(inventory, variables)
        output.say("planning every stack again")
        _plan_again(shown)
        output.say(f"done in {time.monotonic() - started:.0f} seconds")
        if keep:
            output.say(f"left running, with its files; to end it: cd {folder} && kms-baseline sandbox stop")


def _through_cloud(project: Project, parallelism: int | None) -> None:
    """Deploy a copy in remote execution: this machine uploads and asks, and workers deploy into the embedded AWS."""
    project.check_policies()
    started = time.monotonic()
    with TemporaryDirectory(prefix="kms-baseline-demo-") as made, ExitStack() as ending:
        folder = Path(made) / "project"
        folder.mkdir()
        variables = _environment(project.inventory, folder, ending, keep=False)
        server = ending.enter_context(
            embedded_cloud(any_cloud(project.inventory.organization.namespace), variables, Path(made))
        )
        output.say(f"starting an HCP Terraform on https://{server.hostname}, whose runs come to AWS by OIDC")
        copy = CloudCopy(project, server, folder, variables)
        copy.write()
        at_once = [] if parallelism is None else ["--parallelism", str(parallelism)]
        _run(copy, "deploy", "--yes", *at_once)
        _run(copy, "deploy", "--dry-run", "--detailed-exitcode", *at_once)
        output.say("reading the keys back")
        _read_back(project.inventory, variables)
        output.show(output.table(("WORKSPACE", "RUNS"), runs_of(server)))
        output.say(f"done in {time.monotonic() - started:.0f} seconds")


def _run(copy: CloudCopy, *arguments: str) -> None:
    """Run a command of ours, which shows what it does. Raises Exit with its code when it fails."""
    output.say(f"running kms-baseline {' '.join(arguments)}")
    output.flush()  # what comes first shall stand first, whoever prints it
    if code := copy.run(*arguments):
        output.say(f"kms-baseline {arguments[0]} ended with {code}")
        raise typer.Exit(code)


def _environment(inventory: Inventory, folder: Path, ending: ExitStack, keep: bool) -> dict[str, str]:
    """Start the embedded AWS with the organization's accounts; the environment that leads to it."""
    organization = inventory.organization
    output.say("starting an embedded AWS with " + count(len(organization.accounts), "account"))
    if keep:
        return with_provider(background_aws(organization, folder / FOLDER), folder, output.say)
    return with_provider(ending.enter_context(embedded_aws(organization)), folder, output.say)


def _read_back(inventory: Inventory, variables: Mapping[str, str]) -> None:
    """Show the keys that AWS has. Raises WorldError when something is not as the Inventory says."""
    from baseline.drift.key import rotation_in_words
    from live.sessions import sessions_of  # loads boto3
    from operations.verification import verify

    done = verify(inventory, sessions_of(variables), output.say)
    rows = []
    for key in inventory.keys:
        found = done.keys.get(key.locked.key)
        of_aws = (found.key_id, rotation_in_words(found.rotation)) if found else ("missing", "-")
        rows.append((key.account, key.account_id, key.region, key.purpose, key.alias, *of_aws))
    output.show(output.table(("ACCOUNT", "ACCOUNT ID", "REGION", "PURPOSE", "ALIAS", "KEY ID", "ROTATION"), rows))
    output.show(f"{count(len(rows), 'key')} read back")
    wrong = [f"{' '.join(filter(None, (f.account, f.region, f.purpose)))}: {f.problem}" for f in done.findings]
    wrong += [f"{place.account}: {place.problem}" for place in done.unreachable]
    if wrong:
        raise WorldError("AWS does not have what the configuration says:\n  " + "\n  ".join(wrong))


def _probe(inventory: Inventory, variables: Mapping[str, str]) -> None:
    """Use every key as the services do. Raises Refusal when AWS refused something."""
    from operations import probing

    places = dict.fromkeys((key.account_id, key.region) for key in inventory.keys)
    outcomes = [outcome for place in places for outcome in probing.run(inventory, *place, variables)]
    output.show("\n".join(_summary(outcomes)))
    if failed := sum(1 for outcome in outcomes if outcome.problem):
        raise Refusal(f"{count(failed, 'probe')} of {len(outcomes)} failed")


def _summary(outcomes: "Sequence[ProbeOutcome]") -> Iterator[str]:
    """A line for each kind of probe, with how often it worked, and a line for each one that did not."""
    kinds: dict[str, list[ProbeOutcome]] = {}
    for outcome in outcomes:
        kinds.setdefault(outcome.probe, []).append(outcome)
    rows = [(kind, f"{sum(not o.problem for o in of)} of {len(of)}") for kind, of in kinds.items()]
    yield output.table(("PROBE", "WORKS"), rows)
    for of in kinds.values():
        yield from (f"{o.account} {o.region}: {o.probe}: {o.problem}" for o in of if o.problem)


def _plan_again(shown: Demo) -> None:
    """A second plan of every stack must be empty. Raises WorldError when it is not."""
    changed = shown.plan_again()
    for stack, has_changes in changed.items():
        output.show(f"{stack}: {'changes' if has_changes else 'No changes'}")
    if any(changed.values()):
        raise WorldError("the second plan is not empty", "see the logs with --keep")
