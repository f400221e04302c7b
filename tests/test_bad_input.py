"""What people and machines do wrong, on the way through the command: one message, its exit code, nothing half-written.

`synth` is asked because it writes most. What is said about single fields: tests/configuration/test_mistakes.py.
"""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.conftest import COMMAND, KEYS_OF_THE_SAMPLE, SAMPLE, Run
from tests.forked import Running

SAMPLE_TEXT = SAMPLE.read_text(encoding="utf-8")


def files(folder: Path) -> dict[str, bytes]:
    """Every file below a folder with its content, and every folder that is empty."""
    found = sorted(path for path in folder.rglob("*") if path.is_file() or not any(path.iterdir()))
    return {str(path.relative_to(folder)): path.read_bytes() if path.is_file() else b"" for path in found}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder with the sample organization."""
    (tmp_path / "organization.yaml").write_bytes(SAMPLE.read_bytes())
    return tmp_path


def edited(old: str, new: str) -> bytes:
    assert old in SAMPLE_TEXT
    return SAMPLE_TEXT.replace(old, new, 1).encode()


WRONG_FILES: dict[str, tuple[bytes, str]] = {
    "an unknown field": (
        edited("  administrators:", "  rotatoin: true\n  administrators:"),
        "organization.yaml:12: keys.rotatoin: unknown field `rotatoin`\n  help: did you mean `rotation`?\n",
    ),
    "a wrong type": (
        edited("  administrators: [role/SecurityAdministrators]", "  administrators: role/SecurityAdministrators"),
        "organization.yaml:12: keys.administrators: must be a list, got `role/SecurityAdministrators`\n",
    ),
    "an ID of 11 digits": (
        edited('"222222222222"', '"22222222222"'),
        "organization.yaml:18: accounts[1].id: must be an account ID of 12 digits in quotes, got `22222222222`\n",
    ),
    "an ID without quotes": (
        edited('"222222222222"', "222222222222"),
        "organization.yaml:18: accounts[1].id: must be text, got `222222222222` without quotes\n"
        '  help: write "222222222222"\n',
    ),
    "an ID with a leading zero without quotes": (
        edited('"033333333333"', "012345670123"),
        "organization.yaml:19: accounts[2].id: must be text, got `012345670123` without quotes\n"
        '  help: write "012345670123"\n',
    ),
    "an account name twice": (
        edited("name: data", "name: workloads"),
        "organization.yaml:19: accounts[2].name: `workloads` is also in line 18\n"
        "  help: every account has its own name\n",
    ),
    "an account ID twice": (
        edited('"033333333333"', '"222222222222"'),
        "organization.yaml:19: accounts[2].id: `222222222222` is also in line 18\n"
        "  help: every account has its own id\n",
    ),
    "a field twice": (
        edited("features:\n  cloudtrail: false\n", "features:\n  backup: true\n  cloudtrail: false\n"),
        "organization.yaml:16: features.backup: `backup` is written twice, first in line 14\n"
        "  help: keep one of the two\n",
    ),
    "a region of another partition": (
        edited("us-east-1]", "cn-north-1]"),
        "organization.yaml:8: organization.regions[1]: `cn-north-1` is a region of the partition aws-cn, not of aws\n"
        "  help: one configuration is for one partition\n",
    ),
    "an unknown region": (
        edited("us-east-1]", "us-eas-1]"),
        "organization.yaml:8: organization.regions[1]: `us-eas-1` is not a known region\n"
        "  help: did you mean `us-east-1`?\n",
    ),
    "a home region that is not enabled": (
        edited("home_region: eu-west-2", "home_region: eu-west-1"),
        "organization.yaml:7: organization.home_region: home region `eu-west-1` is not among the enabled regions "
        "`eu-west-2`, `us-east-1`\n  help: enable `eu-west-1`, or choose another home_region\n",
    ),
    "a rotation period of 30 days": (
        edited("  administrators:", "  rotation_period_days: 30\n  administrators:"),
        "organization.yaml:12: keys.rotation_period_days: must be 90 to 2560 days, got `30`\n",
    ),
    "a window of 45 days": (
        edited("  administrators:", "  deletion_window_days: 45\n  administrators:"),
        "organization.yaml:12: keys.deletion_window_days: must be 7 to 30 days, got `45`\n",
    ),
    "an administrator and a region of another partition": (
        edited("us-east-1]", "us-gov-west-1]").replace(
            b"role/SecurityAdministrators", b"'arn:aws-us-gov:iam::222222222222:role/KeyAdmins'"
        ),
        "organization.yaml:8: organization.regions[1]: `us-gov-west-1` is a region of the partition aws-us-gov, not of "
        "aws\n  help: one configuration is for one partition\n"
        "organization.yaml:12: keys.administrators[0]: `arn:aws-us-gov:iam::222222222222:role/KeyAdmins` is of the "
        "partition aws-us-gov, the organization of aws\n  help: write arn:aws:...\n"
        "2 mistakes\n",
    ),
    "a tab": (
        edited("  home_region", "\thome_region"),
        "organization.yaml:7: column 1: tab used for indentation, use spaces\n",
    ),
    "UTF-16": (
        SAMPLE_TEXT.encode("utf-16"),
        "organization.yaml: is UTF-16 or binary, not UTF-8 text\n  help: save it with the encoding UTF-8\n",
    ),
    "nothing": (b"", "organization.yaml:1: is empty\n  help: `kms-baseline init` writes one\n"),
    "comments only": (b"# soon\n", "organization.yaml:1: is empty\n  help: `kms-baseline init` writes one\n"),
    "bytes that are no text": (
        SAMPLE.read_bytes() + b"# caf\xe9\n",
        "organization.yaml:22: byte 0xe9 is not UTF-8 text\n  help: save the file with the encoding UTF-8\n",
    ),
    "a program": (
        Path("/bin/sh").read_bytes(),
        "organization.yaml: is UTF-16 or binary, not UTF-8 text\n  help: save it with the encoding UTF-8\n",
    ),
}


@pytest.mark.parametrize(("content", "message"), WRONG_FILES.values(), ids=WRONG_FILES)
def test_a_wrong_configuration_is_one_message_and_nothing_is_written(
    run: Run, project: Path, content: bytes, message: str
) -> None:
    (project / "organization.yaml").write_bytes(content)
    before = files(project)
    done = run("synth")
    assert (done.returncode, done.stdout, done.stderr) == (2, "", message)
    assert files(project) == before


def test_200_mistakes_are_said_at_once_and_counted(run: Run, project: Path) -> None:
    accounts = "".join(f'  - {{name: account-{i}, id: "{i}"}}\n' for i in range(200))
    (project / "organization.yaml").write_text(SAMPLE_TEXT.partition("accounts:")[0] + "accounts:\n" + accounts)
    done = run("synth")
    assert done.returncode == 2
    *said, last = done.stderr.splitlines()
    assert [line.split(": ")[:2] for line in said] == [
        [f"organization.yaml:{17 + i}", f"accounts[{i}].id"] for i in range(200)
    ]
    assert last == "200 mistakes"
    assert list(files(project)) == ["organization.yaml"]


@pytest.mark.parametrize(
    ("config", "problem"),
    [("organization.yaml/x", "there is no such file"), ("x" * 300, "cannot be read: File name too long")],
    ids=["a file in place of a folder", "too long a name"],
)
def test_a_path_that_leads_nowhere_is_a_mistake_in_the_arguments(
    run: Run, project: Path, config: str, problem: str
) -> None:
    done = run("check", "--config", config)
    assert (done.returncode, done.stdout) == (2, "")
    assert (
        done.stderr == f"error: {config}: {problem}\n  help: `kms-baseline init` writes one, --config names another\n"
    )


def make_a_folder(lock: Path) -> None:
    lock.mkdir()


def write_utf_16(lock: Path) -> None:
    lock.write_text("{}", encoding="utf-16")


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (make_a_folder, "error: organization.lock.json: is a folder, not a file\n  help: restore it from version control\n"),
        (write_utf_16, "organization.lock.json: is UTF-16 or binary, not UTF-8 text\n"
         "  help: save it with the encoding UTF-8\n"),
    ],
)  # fmt: skip
def test_a_lock_that_cannot_be_read_stops_everything(
    run: Run, project: Path, make: Callable[[Path], None], message: str
) -> None:
    make(project / "organization.lock.json")
    before = files(project)
    for command in ("check", "synth", "lock"):
        done = run(command)
        assert (done.returncode, done.stdout, done.stderr) == (2, "", message)
    assert files(project) == before


def shell(script: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """A script as a person writes it, in which `kms-baseline` is the command."""
    path = f"{COMMAND.parent}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        ["bash", "-c", script], cwd=folder, env={**os.environ, "PATH": path, **environment},
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


class TestStreams:
    """Standard output full, closed, or without a reader; a locale that knows no letter."""

    @pytest.mark.parametrize(
        "command", ["keys", "check", "policy show data eu-west-2 sns", "keys --format json", "schema", "--help"]
    )
    def test_output_that_cannot_be_written_is_a_failure(self, project: Path, command: str) -> None:
        if not Path("/dev/full").exists():
            pytest.skip("there is no /dev/full here")
        done = shell(f"kms-baseline {command} > /dev/full", project)
        assert done.returncode == 3
        assert done.stderr.splitlines()[-2:] == [
            "error: the system: No space left on device",
            "  help: the disk is full: free some space and run the command again; nothing was left half-written",
        ]

    @pytest.mark.parametrize("command", ["keys --format json --explain", "schema", "keys", "--help"])
    def test_a_reader_that_has_seen_enough_is_no_failure(self, project: Path, command: str) -> None:
        done = shell(f"set -o pipefail; kms-baseline {command} | head -n 1", project)
        assert (done.returncode, len(done.stdout.splitlines())) == (0, 1)
        assert "error" not in done.stderr

    def test_closed_streams_are_no_failure(self, run: Run, project: Path) -> None:
        assert shell("kms-baseline keys <&- >&- 2>&-", project).returncode == 0
        assert shell("kms-baseline synth >&- 2>&-", project).returncode == 0
        silent = {name: content for name, content in files(project).items() if name != "organization.yaml"}
        assert run("synth").returncode == 0
        assert {name: content for name, content in files(project).items() if name != "organization.yaml"} == silent

    def test_words_never_take_the_place_of_data(self, run: Run, project: Path) -> None:
        """Where standard error is closed, nothing is said; Python would print it on standard output."""
        assert shell("kms-baseline keys 2>&-", project).stdout.splitlines()[-1] != f"{KEYS_OF_THE_SAMPLE} keys"
        assert run("keys").stderr == f"{KEYS_OF_THE_SAMPLE} keys\n"

    def test_an_error_that_cannot_be_said_still_has_its_exit_code(self, project: Path) -> None:
        assert shell("kms-baseline check --config nowhere 2>&-", project).returncode == 2
        assert shell("kms-baseline check --config nowhere 2> /dev/full", project).returncode == 2

    @pytest.mark.parametrize("variables", [{"PYTHONIOENCODING": "ascii"}, {"LC_ALL": "C"}, {"LC_ALL": "POSIX"}])
    def test_data_is_utf_8_whatever_the_locale_says(self, project: Path, variables: Mapping[str, str]) -> None:
        shutil.copyfile(project / "organization.yaml", project / "größe.yaml")
        done = shell("kms-baseline check --config größe.yaml", project, **variables)
        assert (done.returncode, done.stdout.splitlines()[0]) == (0, "größe.yaml: fine")


class TestDisks:
    """A disk of its own, which only this test's processes see, full or read-only."""

    @pytest.fixture(autouse=True)
    def _may_mount(self) -> None:
        try:
            tried = subprocess.run(["unshare", "-rm", "mount", "-t", "tmpfs", "none", "/mnt"], capture_output=True)
        except FileNotFoundError:
            pytest.skip("there is no unshare here")
        if tried.returncode:
            pytest.skip("this machine lets us mount nothing")

    def on_disk(self, project: Path, command: str, options: str, prepare: str) -> subprocess.CompletedProcess[str]:
        """Run a command on a disk that holds the sample; `after` is what the disk holds when it is done."""
        (project / "disk").mkdir()
        (project / "after").mkdir()
        (project / "script").write_text(
            f"mount -t tmpfs -o {options} none disk && cp organization.yaml disk && cd disk || exit 99\n"
            f"{prepare}\nkms-baseline {command}\ncode=$?\ncp -a . ../after && exit $code\n"
        )
        return shell("exec unshare -rm bash script", project)

    @pytest.mark.parametrize("command", ["synth", "export audit", "lock", "init --force"])
    def test_a_full_disk_leaves_everything_as_it_was(self, project: Path, command: str) -> None:
        fill = "dd if=/dev/zero of=ballast bs=1k 2> /dev/null"
        done = self.on_disk(project, command, "size=64k", fill)
        assert done.returncode == 3, done.stderr
        assert "no space left on device" in done.stderr.lower()
        assert "Traceback" not in done.stderr
        assert sorted(files(project / "after")) == ["ballast", "organization.yaml"]
        assert (project / "after" / "organization.yaml").read_bytes() == SAMPLE.read_bytes()

    @pytest.mark.parametrize("free", [96, 160, 224])
    @pytest.mark.parametrize(("command", "folder"), [("synth", "cdktf.out"), ("export audit", "audit")])
    def test_a_disk_that_fills_up_on_the_way_leaves_all_or_nothing(
        self, project: Path, command: str, folder: str, free: int
    ) -> None:
        done = self.on_disk(project, command, f"size={free}k", "")
        assert done.returncode in (0, 3)
        assert "Traceback" not in done.stderr
        made = {folder, "organization.lock.json"} if done.returncode == 0 else set()
        assert {path.name for path in (project / "after").iterdir()} == {"organization.yaml", *made}

    @pytest.mark.parametrize("command", ["synth", "export audit", "lock", "init --force", "sandbox start"])
    def test_a_read_only_disk_is_named(self, project: Path, command: str) -> None:
        done = self.on_disk(project, command, "size=1m", "mount -o remount,ro .")
        assert done.returncode == 3, done.stderr
        error, help = done.stderr.splitlines()[-2:]
        assert error.startswith("error: ")
        assert error.endswith(": Read-only file system")
        assert help == "  help: the file system is read-only: choose another folder"
        assert files(project / "after") == {"organization.yaml": SAMPLE.read_bytes()}

    @pytest.mark.parametrize("command", ["check", "keys", "policy show data eu-west-2 sns"])
    def test_what_writes_nothing_works_on_a_read_only_disk(self, project: Path, command: str) -> None:
        done = self.on_disk(project, command, "size=1m", "mount -o remount,ro .")
        assert done.returncode == 0, done.stderr

    def test_the_output_folder_may_be_a_disk_of_its_own(self, project: Path) -> None:
        """As a volume of a container is."""
        done = self.on_disk(project, "synth", "size=1m", "mkdir cdktf.out && mount -t tmpfs none cdktf.out")
        assert (done.returncode, "Traceback" in done.stderr) == (0, False), done.stderr
        assert (project / "after" / "cdktf.out" / "stacks" / "data" / "cdk.tf.json").is_file()


class TestInterrupts:
    """Ctrl-C: 130, one word, no file, no process."""

    def test_while_the_program_itself_is_loaded(self, project: Path) -> None:
        """A library that is interrupted while it is imported."""
        interrupted = project / "typer.py"
        interrupted.write_text("import os, signal\nos.kill(os.getpid(), signal.SIGINT)\n")
        done = shell("kms-baseline keys", project, PYTHONPATH=str(project), PYTHONDONTWRITEBYTECODE="1")
        assert (done.returncode, done.stdout, done.stderr) == (130, "", "interrupted\n")

    @pytest.mark.parametrize("command", [["synth"], ["export", "audit"]], ids=["synth", "export"])
    def test_while_node_works(
        self, project: Path, tmp_path_factory: pytest.TempPathFactory, command: list[str]
    ) -> None:
        """Node is interrupted too, as by the terminal, and leaves the files behind that it has unpacked."""
        temporary, cache = tmp_path_factory.mktemp("temporary"), tmp_path_factory.mktemp("cache")
        variables = {**os.environ, "TMPDIR": str(temporary), "XDG_CACHE_HOME": str(cache)}
        process = Running([str(COMMAND), *command], project, variables)
        wait_until(lambda: any(temporary.rglob("jsii-kernel-*")))
        os.killpg(process.pid, signal.SIGINT)
        done = process.end(60)
        assert (done.returncode, done.stdout) == (130, "")
        assert done.stderr.removeprefix(f"synthesizing {KEYS_OF_THE_SAMPLE} keys in 5 stacks\n") == "interrupted\n"
        assert list(files(project)) == ["organization.yaml"]
        assert list(temporary.iterdir()) == []
        wait_until(lambda: not group_lives(process.pid))


def wait_until(true: Callable[[], bool]) -> None:
    """Raises TimeoutError when it does not become true within half a minute."""
    end = time.monotonic() + 30
    while not true():
        if time.monotonic() > end:
            raise TimeoutError
        time.sleep(0.02)


def group_lives(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True
