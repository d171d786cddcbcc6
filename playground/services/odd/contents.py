"""Tools that give every kind of content, small and large."""

from __future__ import annotations

import base64
import struct
import zlib
from typing import Any

from mcp.server.mcpserver import Audio, Image
from mcp.server.mcpserver.resources import FunctionResource
from mcp_types import (
    BlobResourceContents,
    CallToolResult,
    EmbeddedResource,
    ResourceLink,
    TextContent,
    TextResourceContents,
)
from pydantic import BaseModel

from playground.services.odd.bench import Bench

PIXEL = bytes.fromhex("89504e470d0a1a0a") + bytes(3000)
SAMPLES_PER_SECOND = 8000


class Rows(BaseModel):
    rows: list[dict[str, Any]]


def add(bench: Bench) -> None:
    @bench.tool()
    def big(characters: int) -> str:
        return "x" * characters

    @bench.tool()
    def big_structured(rows: int) -> Rows:
        """So many rows of about a hundred characters; they come as text as well."""
        return Rows(rows=[{"number": number, "words": "w" * 80} for number in range(rows)])

    @bench.tool(structured_output=False)
    def big_image(size: int) -> Image:
        """A picture of so many bytes, which nothing can compress."""
        return Image(data=png(size), format="png")

    @bench.tool(structured_output=False)
    def picture() -> Image:
        return Image(data=PIXEL, format="png")

    @bench.tool(structured_output=False)
    def sound(seconds: float = 0.1) -> Audio:
        return Audio(data=wav(seconds), format="wav")

    @bench.tool(structured_output=False)
    def attachment() -> CallToolResult:
        """A text and some bytes, as resources that come along."""
        text = TextResourceContents(uri="odd://report.md", mime_type="text/markdown", text="# Report\n\nAll is well.")
        blob = BlobResourceContents(uri="odd://data.bin", mime_type="application/octet-stream", blob=b64(bytes(64)))
        return CallToolResult(content=[EmbeddedResource(type="resource", resource=each) for each in (text, blob)])

    @bench.tool(structured_output=False)
    def link() -> CallToolResult:
        """Resources that are only named; one can be read from this server."""
        near = ResourceLink(type="resource_link", uri="odd://shelf", name="The shelf", mime_type="text/plain", size=5)
        far = ResourceLink(type="resource_link", uri="https://odd.example/far.pdf", name="far.pdf")
        return CallToolResult(content=[near, far])

    @bench.tool(structured_output=False)
    def everything() -> CallToolResult:
        """One of each."""
        blocks = [
            TextContent(type="text", text="First a text."),
            Image(data=PIXEL, format="png").to_image_content(),
            Audio(data=wav(0.1), format="wav").to_audio_content(),
            *attachment().content,
            *link().content,
            TextContent(type="text", text="Last a text."),
        ]
        return CallToolResult(content=blocks)

    @bench.tool(structured_output=False)
    def nothing() -> CallToolResult:
        return CallToolResult(content=[])

    def shelf() -> str:
        return "empty"

    bench.resources.append(FunctionResource.from_function(shelf, "odd://shelf", mime_type="text/plain"))


def b64(content: bytes) -> str:
    return base64.b64encode(content).decode()


def png(size: int) -> bytes:
    """A picture of one pixel that is about `size` bytes long: the rest is a chunk that readers pass over."""
    filler = bytes((position * 31 + position // 251) % 256 for position in range(max(0, size - 100)))
    header = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"raNd", filler), (b"IDAT", zlib.compress(b"\0\xff\xff\xff")), (b"IEND", b"")]
    return bytes.fromhex("89504e470d0a1a0a") + b"".join(_chunk(kind, content) for kind, content in chunks)


def wav(seconds: float) -> bytes:
    """Silence."""
    samples = bytes([128]) * int(SAMPLES_PER_SECOND * seconds)
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, SAMPLES_PER_SECOND, SAMPLES_PER_SECOND, 1, 8)
    body = b"WAVE" + form + struct.pack("<4sI", b"data", len(samples)) + samples
    return struct.pack("<4sI", b"RIFF", len(body)) + body


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
