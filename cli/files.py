"""Reading and writing the files that a project consists of, whole or not at all."""

import os
import tempfile
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


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
