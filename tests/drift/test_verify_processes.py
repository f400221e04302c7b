"""`verify` of so many regions that several processes read them: it says and does the same."""

import json
import os
import pickle
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest

from live.sessions import Sessions, sessions_of
from sandbox.pages import ask
from tests.drift.made import made
from tests.drift.test_verify import DATA, PAYER, REGION, TEXT
from tests.embedded import Embedded
from tests.forked import Running

ACCOUNTS = (PAYER, DATA)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Embedded]]:
    with made(TEXT) as (_, aws):
        folder = tmp_path_factory.mktemp("processes")
        (folder / "organization.yaml").write_text(TEXT, encoding="utf-8")
        yield folder, aws


@pytest.fixture
def world(running: tuple[Path, Embedded]) -> Iterator[tuple[Path, Embedded]]:
    yield running
    ask(running[1].url, "DELETE", "/sandbox/faults")


def begun(world: tuple[Path, Embedded]) -> Running:
    folder, aws = world
    ask(aws.url, "DELETE", "/sandbox/calls")
    command = ["kms-baseline", "verify", "--format", "json"]
    return Running(command, folder, aws.variables, "tests.drift.two_processes")


def fault(world: tuple[Path, Embedded], **of: object) -> None:
    ask(world[1].url, "POST", "/sandbox/faults", json.dumps({"service": "kms"} | of))


def children(process: Running, aws: Embedded) -> list[int]:
    """The processes that read, once each of them asks AWS for something."""
    while sum(call["service"] == "kms" for call in ask(aws.url, "GET", "/sandbox/calls")) < len(ACCOUNTS):
        time.sleep(0.05)
    return [int(pid) for pid in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()]


def test_what_is_found_and_counted_is_the_same(world: tuple[Path, Embedded]) -> None:
    kms = world[1].client("kms", ACCOUNTS[1], REGION)
    key_id = kms.describe_key(KeyId="alias/baseline/sns")["KeyMetadata"]["KeyId"]
    kms.disable_key(KeyId=key_id)
    try:
        done = begun(world).end(120)
        calls = ask(world[1].url, "GET", "/sandbox/calls")
    finally:
        kms.enable_key(KeyId=key_id)
    told = json.loads(done.stdout)
    assert [(finding["account"], finding["purpose"], finding["kind"]) for finding in told["findings"]] == [
        ("data", "sns", "disabled")
    ]
    assert done.returncode == 1
    assert told["calls"] == len(calls)
    assert "6 keys held against AWS" in done.stderr


def test_credentials_that_expire_meanwhile_are_one_message(world: tuple[Path, Embedded]) -> None:
    fault(world, operation="GetKeyPolicy", kind="error", times=40, code="ExpiredTokenException")
    done = begun(world).end(120)
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr.count("error:") == 1
    assert "the AWS credentials have expired" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="children are looked up in /proc")
def test_an_interrupt_is_one_line_and_ends_every_process(world: tuple[Path, Embedded]) -> None:
    fault(world, operation="ListAliases", kind="slow", times=2, seconds=4.0)
    process = begun(world)
    reading = children(process, world[1])
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does
    done = process.end(20)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "interrupted\n")
    assert len(reading) == 2
    assert not [pid for pid in reading if Path(f"/proc/{pid}").exists()]


@pytest.mark.skipif(sys.platform != "linux", reason="children are looked up in /proc")
def test_a_process_that_dies_is_one_message(world: tuple[Path, Embedded]) -> None:
    fault(world, operation="ListAliases", kind="slow", times=2, seconds=4.0)
    process = begun(world)
    os.kill(children(process, world[1])[0], signal.SIGKILL)
    done = process.end(20)
    assert (done.returncode, done.stdout) == (3, "")
    assert "error: a process that reads from AWS has died" in done.stderr
    assert "Traceback" not in done.stderr


def test_sessions_go_to_a_process_that_is_begun_anew(world: tuple[Path, Embedded]) -> None:
    """As where the system has no fork."""
    sessions: Sessions = pickle.loads(pickle.dumps(sessions_of(world[1].variables)))
    assert isinstance(sessions.base, boto3.Session)
    assert sessions.base.client("sts", endpoint_url=sessions.endpoint).get_caller_identity()["Account"] == ACCOUNTS[0]
