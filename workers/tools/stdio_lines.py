"""The lines of a stdio server, of bounded length: as an encoding, because that is where the SDK lets us in.

Always holds: a line is given on when it is whole; one that grows beyond `LONGEST_LINE` is dropped as it comes, and in
its place stands `TOO_LONG`, a message that only we know. The SDK joins a line piece by piece and knows no limit: a
hundred megabytes without an end held up the whole worker for twenty seconds.
https://docs.python.org/3/library/codecs.html#incrementaldecoder-objects
"""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING

from mcp_types import JSONRPCNotification

from workers.tools.soft_http import LARGEST_BODY

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

ENCODING = "threadwind_lines"
LONGEST_LINE = LARGEST_BODY  # bytes; as of an answer over HTTP
TOO_LONG = "threadwind/line_too_long"  # a server that says so itself ends its own connection
_SAID = JSONRPCNotification(jsonrpc="2.0", method=TOO_LONG).model_dump_json(exclude_unset=True)


class Lines(codecs.IncrementalDecoder):
    """UTF-8 by whole lines; what is none becomes U+FFFD, so that it costs its own line alone."""

    def __init__(self, errors: str = "strict") -> None:
        super().__init__(errors)
        self.reset()

    def reset(self) -> None:
        self._held: list[bytes] = []
        self._size = 0

    def decode(self, data: ReadableBuffer, final: bool = False) -> str:
        *ends, rest = bytes(data).split(b"\n")
        lines = [line for end in ends for line in (self._more(end), self._ended()) if line]
        return "".join(line + "\n" for line in (*lines, self._more(rest)) if line)

    def _more(self, piece: bytes) -> str:
        """Hold a piece of a line; what is said where the line becomes too long by it."""
        before, self._size = self._size, self._size + len(piece)
        if self._size <= LONGEST_LINE:
            self._held.append(piece)
            return ""
        self._held = []
        return _SAID if before <= LONGEST_LINE else ""

    def _ended(self) -> str:
        line = b"".join(self._held).decode(errors="replace")
        self.reset()
        return line


def _found(name: str) -> codecs.CodecInfo | None:
    if name != ENCODING:
        return None
    return codecs.CodecInfo(codecs.utf_8_encode, codecs.utf_8_decode, incrementaldecoder=Lines, name=ENCODING)


codecs.register(_found)
