"""Files get a plain name and the extension of their bytes."""

from __future__ import annotations

import pytest

from bot.slack.filenames import named

PNG = b"\x89PNG\r\n\x1a\n..."


@pytest.mark.parametrize(
    ("content", "name", "kind", "expected"),
    [
        (PNG, "image_generated_0", "png", "image_generated_0.png"),
        (PNG, "plot_0.jpg", "", "plot_0.png"),
        (b"\xff\xd8\xff\xe0", "", "", "file.jpg"),
        (b"GIF89a", "x", "", "x.gif"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8", "x", "", "x.webp"),
        (b"RIFF\x00\x00\x00\x00WAVEfmt ", "sound", "x-wav", "sound.wav"),
        (b"ID3\x04\x00", "sound.mpeg", "mpeg", "sound.mp3"),
        (b"\xff\xfb\x90\x00", "sound.mpeg", "mpeg", "sound.mp3"),
        (b"OggS\x00\x02", "sound.ogg", "ogg", "sound.ogg"),
        (b"fLaC\x00\x00", "sound", "flac", "sound.flac"),
        (b"\x00\x00\x00\x1cftypM4A \x00", "sound.mp4", "mp4", "sound.m4a"),
        (b"%PDF-1.7", "report", "", "report.pdf"),
        (b"a,b\n1,2\n", "data.csv", "", "data.csv"),
        (b"a,b\n1,2\n", "data", "csv", "data.csv"),
        (b"hello", "notes", "", "notes.txt"),
        (b"<html>", "page.html", "html", "page.txt"),
        (b"PK\x03\x04..", "sheet.xlsx", "", "sheet.xlsx"),
        (b"PK\x03\x04..", "sheet.png", "", "sheet.zip"),
        (b"\x00\x01\x02", "tool.exe", "", "tool.bin"),
        (PNG, "../../etc/passwd", "", "passwd.png"),
        (PNG, "C:\\temp\\a<!channel>.png", "", "a-channel.png"),
        (PNG, "...", "", "file.png"),
        (PNG, "v1.2 of the plot", "", "v1.2 of the plot.png"),
        (PNG, "n" * 300, "", "n" * 80 + ".png"),
    ],
)
def test_a_file_is_named_by_its_bytes(content: bytes, name: str, kind: str, expected: str) -> None:
    assert named(content, name=name, kind=kind) == expected
