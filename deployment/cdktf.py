"""Runs the real `cdktf deploy` over all stacks of a project: for the demo.

It has only the protection that the synthesized JSON carries: cdktf applies without a plan file
that could be looked at before.
"""

import uuid
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path

from baseline.errors import KmsBaselineError, WorldError
from deployment import parallelism
from deployment.binaries import find_terraform, node_major
from deployment.cdktf_output import CdktfOutput
from deployment.crew import Crew, Job
from deployment.environment import for_cdktf, refuse_redirections
from deployment.events import OnEvent
from deployment.failures import failed, read_failure
from deployment.interrupts import Interrupted, Interrupts
from deployment.leftovers import RUN_VARIABLE, end_marked
from deployment.output import last_lines, plain
from deployment.run import Command, Ended, run, start_log

_ALWAYS = ("deploy", "*", "--auto-approve", "--skip-provider-lock")
"""Without a terminal cdktf cannot ask, and its provider lock asks the network even beside a mirror."""
_GRACE = 15.0
"""Seconds in which a Terraform that outlives cdktf may write its state."""
_LINES = 12
"""Of the log, when no stack says why cdktf failed."""


def run_cdktf_deploy(
    cdktf: Path,
    project_folder: Path,
    arguments: Sequence[str],
    environment: Mapping[str, str],
    log: Path,
    on_event: OnEvent,
) -> None:
    """Runs `cdktf deploy '*'` with further arguments (`--outputs-file`, `--output`) and tells what its stacks do.

    `--parallelism` is added when it is not among them: cdktf's own default has no limit.
    The first Ctrl-C is held back once a stack is being applied. Only in the main thread.
    Raises WorldError or Refusal when a stack fails, and Interrupted after Ctrl-C.
    """
    refuse_redirections(environment)
    terraform = find_terraform(environment).path
    mark = uuid.uuid4().hex
    command = Command(
        arguments=(str(cdktf), *_ALWAYS, *_limited(arguments)),
        folder=project_folder,
        environment=for_cdktf(environment, node_major(environment)) | {RUN_VARIABLE: mark},
        log=log.absolute(),
    )
    start_log(command.log)
    output = CdktfOutput()
    with Interrupts() as interrupts:
        crew = Crew[Ended]("apply", interrupts, on_event, holds_back=lambda: output.applying)
        try:
            ended = crew.work({"cdktf": _job(command, output)}, 1).get("cdktf")
        finally:
            end_marked(mark, _GRACE)
            _clean(command.log)
    if crew.interrupted or ended is None:
        raise Interrupted("interrupted")
    if ended.code:
        raise _failure(ended.code, output, terraform, _stacks_folder(project_folder, arguments), command.log)


def _job(command: Command, output: CdktfOutput) -> Job[Ended]:
    return lambda shift: run(command, shift.children, lambda line: output.hear(line, shift.emit))


def _failure(code: int, output: CdktfOutput, terraform: Path, stacks: Path, log: Path) -> KmsBaselineError:
    failures = [
        read_failure(stack.name, stack.phase, stack.lines, 1, log=log, terraform=terraform, folder=stacks / stack.name)
        for stack in output.failed
    ]
    if failures:
        return failed(f"{len(failures)} of {len(output.stacks)} stacks failed", failures)
    said = last_lines(log.read_text(errors="replace").splitlines(), _LINES)
    return WorldError("\n    ".join([f"`cdktf deploy` failed with exit code {code} (log: {log})", *said]))


def _limited(arguments: Sequence[str]) -> tuple[str, ...]:
    if any(argument.partition("=")[0] == "--parallelism" for argument in arguments):
        return tuple(arguments)
    at_once = parallelism.for_applies(parallelism.MOST_APPLIES, parallelism.free_memory())
    return (*arguments, "--parallelism", str(at_once))


def _stacks_folder(project_folder: Path, arguments: Sequence[str]) -> Path:
    given = [value for name, value in pairwise(arguments) if name == "--output"]
    return project_folder.absolute() / (given[-1] if given else "cdktf.out") / "stacks"


def _clean(log: Path) -> None:
    lines = log.read_text(errors="replace").split("\n")
    log.write_text("\n".join(plain(line).rstrip() for line in lines))
