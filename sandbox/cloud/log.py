"""The log of a plan or an apply, as a client reads it while it grows."""


class Log:
    """What a plan or an apply says, between the two bytes by which a client knows its beginning and its end."""

    def __init__(self) -> None:
        self._bytes, self._closed = bytearray(b"\x02"), False

    def write(self, text: bytes) -> None:
        """Add to it."""
        self._bytes += text

    def close(self) -> None:
        """Nothing more is said. Closing twice is fine."""
        if not self._closed:
            self._closed = True
            self._bytes += b"\x03"

    def read(self, offset: int = 0, limit: int | None = None) -> bytes:
        """What there is so far, from a place on."""
        return bytes(self._bytes[offset : None if limit is None else offset + limit])
