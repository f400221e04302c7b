"""Everything that can go wrong in a deployment, one thing at a time, through the real Terraform and its provider.

    python -m tests.forever.faults              all of it; writes docs/faults.md (`make faults`)
    python -m tests.forever.faults CreateAlias  the cells whose name holds this word; prints and writes nothing

After each fault the same command is run until it ends well. Then AWS must have the keys of the Inventory and no others,
each enabled and behind its alias, and a further plan must change nothing.
"""

import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deployment.binaries import find_terraform
from deployment.mirror import SYSTEM_FOLDERS, find_mirror
from sandbox.pages import ask
from stacks.versions import REQUIRED_PROVIDER
from tests.conftest import COMMAND, EVERYWHERE
from tests.embedded import embedded
from tests.forever.world import CONFIGURATION, SECONDS, World, terraforms

PAGE = Path(__file__).parents[2] / "docs" / "faults.md"
AT_ONCE = 4
MOST_RUNS = 4
"""How often the command is run before a cell counts as stuck."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One fault, and what a person does after it besides running the command again."""

    name: str
    happen: Callable[[World], None]
    """Deploys, and lets it happen meanwhile or afterwards."""
    remedy: Callable[[World], None] | None = None
    """What the refusal asks for."""
    word: str = ""
    """The option by which the owner answers."""
    orphans: int = 0
    """Keys that are left over. KMS has no way to ask for a key once: a repeated CreateKey makes another one."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a cell."""

    name: str
    after: int
    """Keys in AWS when the fault was over."""
    runs: int
    """How often the command had to be run after that."""
    keys: int
    """Keys in AWS in the end."""
    problem: str = ""
    """Why it is not settled."""

    @property
    def line(self) -> str:
        """Its row in the table."""
        return f"| {self.name} | {self.after} | {self.runs} | {self.keys} | {self.problem or 'settled'} |"


OPERATIONS = {
    "kms": (
        "CreateKey",
        "DescribeKey",
        "EnableKeyRotation",
        "GetKeyPolicy",
        "GetKeyRotationStatus",
        "ListResourceTags",
        "CreateAlias",
        "ListAliases",
        "ListKeys",
    ),
    "ssm": ("PutParameter",),
    "sts": ("AssumeRole",),
}
KINDS: Mapping[str, Mapping[str, Any]] = {
    "is refused once": {"kind": "error", "code": "InternalFailure", "status": 400},
    "is throttled ten times": {"kind": "error", "code": "ThrottlingException", "times": 10},
    "is answered into the void": {"kind": "lost-answer"},
    "takes 20 s": {"kind": "slow", "seconds": 20},
}
MOMENTS = (
    ("kms", "CreateKey", 1, "the first key is made"),
    ("kms", "CreateKey", 3, "the third key is made"),
    ("kms", "EnableKeyRotation", 3, "the third key rotates"),
    ("kms", "CreateAlias", 1, "the first alias is made"),
    ("ssm", "PutParameter", 3, "the last parameter is made"),
)


def cells() -> Iterator[Cell]:
    """The whole matrix."""
    for service, operations in OPERATIONS.items():
        for operation in operations:
            for kind, fault in KINDS.items():
                orphans = int((operation, fault["kind"]) == ("CreateKey", "lost-answer"))
                yield Cell(f"{operation} {kind}", _faulty(service, operation, fault), orphans=orphans)
    for service, operation, times, moment in MOMENTS:
        for how, stop in STOPS.items():
            yield Cell(f"{how} when {moment}", _stopped(service, operation, times, stop))
    yield Cell("the state is deleted", _after(lambda world: world.state.unlink()), word="--take-over")
    yield Cell("the state is cut off", _after(_cut), remedy=_put_aside, word="--take-over")
    yield Cell("the state was written to errored.tfstate", _after(_errored), remedy=_push)
    yield Cell("the lock is deleted", _after(lambda world: _lock(world).unlink()))
    yield Cell("the lock has merge conflicts", _after(_conflict), remedy=_resolve)
    yield Cell("state and lock are deleted", _after(_both_gone), word="--take-over")
    yield Cell("the disk is full for files of more than 16 KiB", _little_disk)
    yield Cell("two deployments at once", _two)
    yield Cell("two deployments at once, one killed", _two_one_killed)


def _faulty(service: str, operation: str, fault: Mapping[str, Any]) -> Callable[[World], None]:
    def happen(world: World) -> None:
        world.fault(operation, service=service, **fault)
        _run(world)
        assert world.calls(service, operation), "nobody made this call"
        ask(world.aws.url, "DELETE", "/sandbox/faults")

    return happen


def _run(world: World, *more: str) -> int:
    done = world.run("deploy", "--yes", *more)
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode


def _kill_terraform(world: World, _: "subprocess.Popen[bytes]") -> None:
    world.kill_terraform()


def _kill_both(world: World, process: "subprocess.Popen[bytes]") -> None:
    process.kill()
    world.kill_terraform()


def _interrupt_twice(_: World, process: "subprocess.Popen[bytes]") -> None:
    for _again in range(2):
        process.send_signal(signal.SIGINT)
        time.sleep(0.5)


def _terminate(_: World, process: "subprocess.Popen[bytes]") -> None:
    process.terminate()


STOPS = {
    "Terraform is killed": _kill_terraform,
    "both processes are killed": _kill_both,
    "Ctrl-C comes twice": _interrupt_twice,
    "the command is ended by SIGTERM": _terminate,
}


def _stopped(
    service: str, operation: str, times: int, stop: "Callable[[World, subprocess.Popen[bytes]], None]"
) -> Callable[[World], None]:
    def happen(world: World) -> None:
        process, end = world.begun(), time.monotonic() + SECONDS
        while world.calls(service, operation) < times and process.poll() is None:
            assert time.monotonic() < end
            time.sleep(0.05)
        stop(world, process)
        process.wait(SECONDS)
        while terraforms(world.folder):  # one that outlives the command still writes its state
            assert time.monotonic() < end + SECONDS
            time.sleep(0.2)

    return happen


def _after(damage: Callable[[World], None]) -> Callable[[World], None]:
    def happen(world: World) -> None:
        assert _run(world) == 0
        damage(world)

    return happen


def _cut(world: World) -> None:
    text = world.state.read_bytes()
    world.state.write_bytes(text[: len(text) // 2])


def _put_aside(world: World) -> None:
    world.state.rename(f"{world.state}.damaged")


def _stack_folder(world: World) -> Path:
    return world.folder / "cdktf.out" / "stacks" / "trial"


def _errored(world: World) -> None:
    (_stack_folder(world) / "errored.tfstate").write_bytes(world.state.read_bytes())
    _cut(world)


def _push(world: World) -> None:
    """The commands that the refusal prints."""
    said = world.run("deploy", "--yes").stderr.splitlines()
    for line in said:
        if line.strip().startswith(("mv ", "rm ")) or " state push " in line:
            subprocess.run(line, shell=True, check=True, env=world.aws.variables, capture_output=True)


def _lock(world: World) -> Path:
    return world.folder / "organization.lock.json"


def _conflict(world: World) -> None:
    text = _lock(world).read_text(encoding="utf-8")
    _lock(world).write_text(f"<<<<<<< ours\n{text}=======\n{text}>>>>>>> theirs\n", encoding="utf-8")


def _resolve(world: World) -> None:
    ours, _, _ = _lock(world).read_text(encoding="utf-8").removeprefix("<<<<<<< ours\n").partition("=======")
    _lock(world).write_text(ours, encoding="utf-8")


def _both_gone(world: World) -> None:
    _lock(world).unlink()
    world.state.unlink()


def _little_disk(world: World) -> None:
    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (16 * 1024, 16 * 1024))

    subprocess.run(
        [str(COMMAND), "deploy", "--yes"], cwd=world.folder, env=world.aws.variables, stdin=subprocess.DEVNULL,
        capture_output=True, preexec_fn=limit, check=False, timeout=600,
    )  # fmt: skip


def _two(world: World) -> None:
    for process in [world.begun(), world.begun()]:
        process.wait(600)


def _two_one_killed(world: World) -> None:
    first, second = world.begun(), world.begun()
    while world.calls("kms", "CreateKey") < 1 and first.poll() is None:
        time.sleep(0.05)
    _kill_both(world, first)
    second.wait(600)
    while terraforms(world.folder):
        time.sleep(0.2)


def outcome(name: str) -> Outcome:
    """Try one cell in an AWS of its own."""
    cell = next(cell for cell in cells() if cell.name == name)
    terraform = find_terraform(os.environ)
    mirror = find_mirror(terraform, REQUIRED_PROVIDER["version"], os.environ, SYSTEM_FOLDERS)
    assert mirror is not None
    with tempfile.TemporaryDirectory(prefix="kms-baseline-") as text:
        folder = Path(text)
        for sub in ("mirror", "world"):
            (folder / sub).mkdir()
        with embedded(CONFIGURATION, mirror, folder / "mirror") as aws:
            world = World(folder / "world", aws)
            world.configure()
            return _tried(cell, world)


def _tried(cell: Cell, world: World) -> Outcome:
    after = runs = 0
    try:
        cell.happen(world)
        after = len(world.keys())
        if cell.remedy:
            assert _run(world) in (1, 2), "it was not refused"
            cell.remedy(world)
        codes: list[int] = []
        while not codes or codes[-1]:
            assert len(codes) < MOST_RUNS, f"stuck: exit codes {codes}"
            codes.append(_run(world, *([cell.word] if cell.word else [])))
        runs = len(codes)
        world.assert_settled(others=cell.orphans)
        if cell.orphans:
            found = json.loads(world.run("verify", "--format", "json").stdout)["findings"]
            assert [finding["kind"] for finding in found] == ["duplicate"] * cell.orphans
        return Outcome(cell.name, after, runs, len(world.keys()))
    except (AssertionError, subprocess.SubprocessError, OSError) as error:
        return Outcome(cell.name, after, runs, len(world.keys()), str(error).splitlines()[0][:200] or "not settled")


HEAD = f"""\
# Faults

Written by `make faults`, through the real Terraform and its AWS provider, in the embedded AWS: one account whose
Inventory has {len(EVERYWHERE)} keys. Each row is a first deployment in which one thing goes wrong, or something that is lost
after it. Then `kms-baseline deploy` is run until it ends well. Settled: AWS has {len(EVERYWHERE)} keys, each enabled and
behind its alias, and a further plan changes nothing. Where the answer to CreateKey is lost, the provider asks once more
and KMS makes another key: nothing can prevent that, and `kms-baseline verify` names the one that is left over.

| what happens | keys after it | runs until it ended well | keys in the end | |
| --- | --- | --- | --- | --- |
"""


def main(word: str | None) -> int:
    """Try the cells, a few at once. Returns the exit code: 1 unless all are settled."""
    names = [cell.name for cell in cells() if word is None or word in cell.name]
    outcomes = []
    with ProcessPoolExecutor(AT_ONCE) as pool:
        for number, found in enumerate(pool.map(outcome, names), 1):
            outcomes.append(found)
            print(f"{number} of {len(names)}: {found.line}", flush=True)  # noqa: T201
    settled = not any(found.problem for found in outcomes)
    if word is None and settled:
        PAGE.write_text(HEAD + "".join(f"{found.line}\n" for found in outcomes), encoding="utf-8")
    return 0 if settled else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else None))
