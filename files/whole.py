"""Reading and writing a file as a whole or not at all."""

import os
from pathlib import Path
from secrets import token_hex

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


def write_whole(path: Path, content: bytes, mode: int = 0o666) -> None:
    """Put a whole file in place of what is there: a reader sees the old one or the new one, never half of it.

    `mode` is what the new file allows, as far as the user's umask lets it.
    """
    temporary = path.with_name(f".{path.name}-{token_hex(4)}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
