"""Lines of stdio servers: whole, bounded, and whatever the pieces in which they come."""

from __future__ import annotations

import codecs
import tracemalloc

import pytest

from tests.workers.tools.conftest import a_desk, a_script
from workers.tools import stdio_lines
from workers.tools.stdio_lines import ENCODING, LONGEST_LINE, TOO_LONG

CHUNK = 2**16
ENDLESS = """
import json, sys
answers = {
    "initialize": {"protocolVersion": "2025-06-18", "capabilities": {"tools": {}},
                   "serverInfo": {"name": "endless", "version": "1"}},
    "tools/list": {"tools": [{"name": name, "inputSchema": {"type": "object"}} for name in ("endless", "short")]},
    "tools/call": {"content": [{"type": "text", "text": "short"}]},
}
for line in sys.stdin:
    message = json.loads(line)
    if message.get("params", {}).get("name") == "endless":
        for _ in range(100):
            sys.stdout.write("x" * 2**20)
    elif "id" in message:
        answer = answers.get(message["method"])
        said = {"result": answer} if answer else {"error": {"code": -32601, "message": "no such method"}}
        print(json.dumps({"jsonrpc": "2.0", "id": message["id"]} | said), flush=True)
"""


def decoder() -> codecs.IncrementalDecoder:
    return codecs.getincrementaldecoder(ENCODING)()


@pytest.mark.parametrize("size", [1, 2, 3, 100])
def test_a_line_is_given_on_when_it_is_whole(size: int) -> None:
    sent = '{"é": "☂"}\r\n\n{}\nrest'.encode()
    lines = decoder()
    pieces = [lines.decode(sent[start : start + size]) for start in range(0, len(sent), size)]
    assert "".join(pieces) == '{"é": "☂"}\r\n{}\n'
    assert all(piece.endswith("\n") for piece in pieces if piece)


def test_bytes_that_are_no_text_cost_their_own_line() -> None:
    assert decoder().decode(b'{}\n\xff\xfe\n{"a": 1}\n') == '{}\n\ufffd\ufffd\n{"a": 1}\n'


def test_a_line_that_grows_too_long_is_told_at_once_and_not_held(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stdio_lines, "LONGEST_LINE", 8)
    lines = decoder()
    assert lines.decode(b"{}\n" + b"x" * 8) == "{}\n"
    assert TOO_LONG in lines.decode(b"x")
    assert lines.decode(b"x" * 100) == ""
    assert (
        lines.decode(b"x\n{}\n" + b"y" * 9 + b"\n[]\n").replace(stdio_lines._SAID, "too long") == "{}\ntoo long\n[]\n"
    )


def test_a_hundred_megabytes_without_an_end_are_not_held() -> None:
    lines, chunk = decoder(), b"x" * CHUNK
    tracemalloc.start()
    try:
        for _ in range(100 * 2**20 // CHUNK):
            lines.decode(chunk)
        assert tracemalloc.get_traced_memory()[1] < 2 * LONGEST_LINE
    finally:
        tracemalloc.stop()


async def test_a_server_that_never_ends_its_line_fails_its_call_and_is_replaced() -> None:
    async with a_desk(a_script("odd", ENDLESS)) as desk:
        outcome = await desk.call("odd__endless")
        after = await desk.call("odd__short")

    assert outcome.ran == "unknown"
    assert outcome.text.startswith(
        'Error: The tool server "odd" sent a line of more than 32 MB, which was not read, while "endless" was running.'
    )
    assert after.text == "short"
