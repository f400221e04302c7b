"""The sandbox's process: starting, ending, and the environment that leads to it."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from baseline.errors import WorldError
from sandbox.detached import find_detached, start_detached, stop_detached
from sandbox.pages import ask
from sandbox.process import environment, start
from sandbox.seed import AccountSeed, Credentials, seed
from tests.sandbox.conftest import connect

REPOSITORY = Path(__file__).parents[2]


def seeded(url: str) -> Credentials:
    """One account, the caller's."""
    return seed(url, "111111111111", [AccountSeed("111111111111", "aws")], [])


def wait_until_silent(url: str) -> None:
    """Returns when nothing listens there any more."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", int(url.rpartition(":")[2]))) != 0:
                return
        time.sleep(0.05)
    pytest.fail(f"{url} still answers")


def first_piece(url: str) -> bytes:
    """What arrives first of an answer."""
    with socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2]))) as connection:
        connection.sendall(b"GET /sandbox/ready HTTP/1.1\r\nHost: sandbox\r\n\r\n")
        return connection.recv(65_536)


def test_an_answer_arrives_as_one() -> None:
    """An SDK on a busy machine may give up between head and body, and call again: what it creates exists already."""
    with start() as server:
        for _ in range(20):
            head, _, body = first_piece(server.url).partition(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 200 OK")
            assert json.loads(body)["pid"] > 0


def test_a_sandbox_is_on_the_loopback_address_and_gone_when_stopped() -> None:
    with start() as sandbox:
        assert sandbox.url.startswith("http://127.0.0.1:")
        assert set(ask(sandbox.url, "GET", "/sandbox/ready")) == {"pid"}
    wait_until_silent(sandbox.url)
    sandbox.stop()
    with pytest.raises(WorldError, match=f"no sandbox answers at {sandbox.url}"):
        ask(sandbox.url, "GET", "/sandbox/ready")


def test_two_sandboxes_know_nothing_of_each_other() -> None:
    with start() as one, start() as other:
        assert one.url != other.url
        assert seeded(one.url) != seeded(other.url)


def test_a_sandbox_does_not_outlive_a_command_that_was_killed() -> None:
    program = "from sandbox.process import start; import time; print(start().url, flush=True); time.sleep(60)"
    with subprocess.Popen(
        [sys.executable, "-c", program], cwd=REPOSITORY, stdout=subprocess.PIPE, text=True
    ) as command:
        assert command.stdout
        url = command.stdout.readline().strip()
        assert ask(url, "GET", "/sandbox/ready")
        command.kill()
    wait_until_silent(url)


def test_the_terminals_interrupt_leaves_the_sandbox_running() -> None:
    with start() as sandbox:
        pid = ask(sandbox.url, "GET", "/sandbox/ready")["pid"]
        assert os.getpgid(pid) != os.getpgid(0)
        assert os.getsid(pid) == pid


def test_a_port_in_use_is_named() -> None:
    with start() as sandbox:
        port = int(sandbox.url.rpartition(":")[2])
        with pytest.raises(WorldError) as raised:
            start(port)
    problem = f"port {port} on 127.0.0.1 cannot be used: Address already in use"
    assert (str(raised.value), raised.value.exit_code) == (f"the sandbox did not start: {problem}", 3)


def test_the_server_says_one_line_about_a_port_in_use_and_exits_with_3() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        server = subprocess.run(
            [sys.executable, "-m", "sandbox.server", "--port", str(port)],
            cwd=REPOSITORY,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
        )
    assert (server.returncode, server.stdout) == (3, "")
    assert server.stderr == f"port {port} on 127.0.0.1 cannot be used: Address already in use\n"


def test_a_port_can_be_chosen() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with start(port) as sandbox:
        assert sandbox.url == f"http://127.0.0.1:{port}"


def test_nothing_is_written_to_the_commands_terminal(capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    with start(log=tmp_path / "server.log") as sandbox:
        seeded(sandbox.url)
        with pytest.raises(WorldError):
            ask(sandbox.url, "GET", "/sandbox/none")
    assert capfd.readouterr() == ("", "")
    assert (tmp_path / "server.log").read_text() == ""


@pytest.mark.parametrize(
    ("name", "value"), [("AWS_PROFILE", "a-profile-that-is-nowhere"), ("MOTO_ACCOUNT_ID", "999999999999")]
)
def test_the_users_own_settings_do_not_reach_the_server(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    with monkeypatch.context() as user:
        user.setenv(name, value)
        sandbox = start()
    with sandbox:
        key = seeded(sandbox.url)
        kms = connect(sandbox.url, "kms", "eu-west-2", (key.access_key_id, key.secret_access_key, None))
        assert kms.create_key()["KeyMetadata"]["AWSAccountId"] == "111111111111"


def test_the_environment_leads_to_the_sandbox_and_nowhere_else() -> None:
    base = {
        "PATH": "/bin",
        "AWS_PROFILE": "production",
        "AWS_SESSION_TOKEN": "real",
        "AWS_ENDPOINT_URL_KMS": "https://kms.example.com",
        "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true",
        "NO_PROXY": "intern.example.com",
    }
    assert environment("http://127.0.0.1:4000", "AKIAQAAAAAAAAAAAAAAA", "secret", base) == {
        "PATH": "/bin",
        "AWS_ENDPOINT_URL": "http://127.0.0.1:4000",
        "AWS_ACCESS_KEY_ID": "AKIAQAAAAAAAAAAAAAAA",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "CHECKPOINT_DISABLE": "1",
        "NO_PROXY": "intern.example.com,127.0.0.1",
        "no_proxy": "intern.example.com,127.0.0.1",
    }


@pytest.mark.parametrize(
    "url", ["https://kms.eu-west-2.amazonaws.com", "http://127.0.0.1.example.com", "http://localhost:4000"]
)
def test_no_environment_leads_off_this_machine(url: str) -> None:
    with pytest.raises(WorldError, match="only ever at"):
        environment(url, "AKIAQAAAAAAAAAAAAAAA", "secret", {})


def test_a_detached_sandbox_stays_until_it_is_stopped(tmp_path: Path) -> None:
    folder = tmp_path / "sandbox"
    detached = start_detached(folder, 0, seeded)
    try:
        assert find_detached(folder) == detached
        assert json.loads((folder / "sandbox.json").read_text())["url"] == detached.url
        assert start_detached(folder, 0, seeded) == detached
        with pytest.raises(WorldError, match=f"already running at {detached.url}"):
            start_detached(folder, 1, seeded)
    finally:
        assert stop_detached(folder)
    wait_until_silent(detached.url)
    assert find_detached(folder) is None
    assert not stop_detached(folder)


def test_a_detached_sandbox_outlives_the_command_that_started_it(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from sandbox.detached import start_detached;"
        "from sandbox.seed import seed; start_detached(Path(sys.argv[1]), 0, lambda url: seed(url, '1' * 12, [], []))"
    )
    subprocess.run([sys.executable, "-c", program, str(tmp_path)], cwd=REPOSITORY, check=True)
    assert find_detached(tmp_path)
    assert stop_detached(tmp_path)


def test_a_detached_sandbox_whose_seed_is_refused_does_not_stay(tmp_path: Path) -> None:
    seen: list[str] = []

    def refused(url: str) -> Credentials:
        seen.append(url)
        raise WorldError("no")

    with pytest.raises(WorldError, match="no"):
        start_detached(tmp_path, 0, refused)
    wait_until_silent(seen[0])
    assert find_detached(tmp_path) is None


def test_a_process_that_took_over_the_number_or_the_port_is_not_stopped(tmp_path: Path) -> None:
    with start() as other, subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as innocent:
        credentials = {"access_key_id": "AKIAQAAAAAAAAAAAAAAA", "secret_access_key": "x"}
        record = {"url": other.url, "pid": innocent.pid, "credentials": credentials}
        (tmp_path / "sandbox.json").write_text(json.dumps(record))
        assert not stop_detached(tmp_path)
        assert innocent.poll() is None
        assert ask(other.url, "GET", "/sandbox/ready")
        innocent.send_signal(signal.SIGTERM)
