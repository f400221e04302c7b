"""Reading and writing the files that a project consists of, whole or not at all."""

import fcntl
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from baseline.configuration.source import decode
from baseline.errors import UsageError


def read_text(path: Path, missing: str) -> str:
    """A file's text. `missing` says what to do when there is none. Raises UsageError, or Mistakes for other encodings."""
    try:
        return decode(path.read_bytes(), str(path))
    except (FileNotFoundError, NotADirectoryError):
        raise UsageError(f"{path}: there is no such file", missing) from None
    except IsADirectoryError:
        raise UsageError(f"{path}: is a folder, not a file", missing) from None
    except PermissionError:
        raise UsageError(f"{path}: may not be read", "change its permissions") from None
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}", missing) from None


def write_text(path: Path, text: str) -> None:
    """Put a whole file in place of what is there: a reader sees the old one or the new one, never half of it."""
    descriptor, temporary = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(0o666 & ~_umask())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


@contextmanager
def alone(*folders: Path, say: Callable[[str], None]) -> Iterator[None]:
    """While nobody else who asks for one of these folders has it: two runs write one after the other.

    File systems without such locks let everybody in.
    """
    with ExitStack() as opened:
        for folder in sorted({folder.resolve() for folder in folders}):
            descriptor = os.open(folder, os.O_RDONLY)
            opened.callback(os.close, descriptor)
            with suppress(OSError):
                try:
                    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    say(f"waiting for another run, which writes to {folder}")
                    fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
