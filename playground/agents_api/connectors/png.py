"""A canvas of pixels that becomes a PNG: rectangles, discs, triangles, lines. Pure Python, the same bytes each time."""

from __future__ import annotations

import struct
import zlib

Colour = tuple[int, int, int]
MAGIC = b"\x89PNG\r\n\x1a\n"
LEVEL = 6


class Canvas:
    def __init__(self, width: int, height: int, colour: Colour) -> None:
        self.width, self.height = width, height
        self._rows = [bytearray(bytes(colour) * width) for _ in range(height)]

    def span(self, y: int, left: int, right: int, colour: Colour) -> None:
        """The pixels from `left` up to but without `right`, as far as they are on the canvas."""
        left, right = max(0, left), min(self.width, right)
        if 0 <= y < self.height and left < right:
            self._rows[y][left * 3 : right * 3] = bytes(colour) * (right - left)

    def rectangle(self, left: int, top: int, right: int, bottom: int, colour: Colour) -> None:
        for y in range(top, bottom):
            self.span(y, left, right, colour)

    def gradient(self, top: int, bottom: int, first: Colour, last: Colour) -> None:
        """A sky, from one colour to another."""
        for y in range(top, bottom):
            self.span(y, 0, self.width, mixed(first, last, (y - top) / max(1, bottom - top - 1)))

    def disc(self, x: int, y: int, radius: int, colour: Colour) -> None:
        for row in range(-radius, radius + 1):
            half = int((radius * radius - row * row) ** 0.5)
            self.span(y + row, x - half, x + half + 1, colour)

    def triangle(self, x: int, top: int, bottom: int, half: int, colour: Colour) -> None:
        """Upright, with its tip at `x` and `top`."""
        for y in range(top, bottom):
            reach = half * (y - top) // max(1, bottom - top)
            self.span(y, x - reach, x + reach + 1, colour)

    def line(self, x0: int, y0: int, x1: int, y1: int, colour: Colour, *, width: int = 2) -> None:
        steps = max(abs(x1 - x0), abs(y1 - y0), 1)
        for step in range(steps + 1):
            x, y = x0 + (x1 - x0) * step // steps, y0 + (y1 - y0) * step // steps
            self.rectangle(x, y, x + width, y + width, colour)

    def png(self) -> bytes:
        header = struct.pack(">IIBBBBB", self.width, self.height, 8, 2, 0, 0, 0)  # 8 bits, RGB
        pixels = b"".join(b"\0" + row for row in self._rows)
        return MAGIC + _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(pixels, LEVEL)) + _chunk(b"IEND", b"")


def mixed(first: Colour, last: Colour, share: float) -> Colour:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(first, last, strict=True))
    return red, green, blue


def size(content: bytes) -> tuple[int, int] | None:
    """Width and height of a PNG; None for anything else."""
    if len(content) < 24 or not content.startswith(MAGIC):
        return None
    width, height = struct.unpack(">II", content[16:24])
    return width, height


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
