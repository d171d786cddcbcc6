"""Which files a model is given, by what their bytes are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.threads.models import File
from workers import files_in
from workers.conversations.port import Attachment
from workers.files_in import InWords, understood

PNG, JPEG, GIF = b"\x89PNG\r\n\x1a\n....", b"\xff\xd8\xff\xe0....", b"GIF89a...."
WEBP, PDF, ZIP = b"RIFF\x00\x00\x00\x00WEBPVP8 ", b"%PDF-1.7 ....", b"PK\x03\x04\x00\x00\x00"


def file(name: str, mimetype: str = "") -> File:
    return File(id="F1", name=name, mimetype=mimetype, size=1)


@pytest.mark.parametrize(
    ("name", "mimetype", "content", "given_as"),
    [
        ("plot.png", "image/png", PNG, "image/png"),
        ("photo.jpg", "image/jpeg", JPEG, "image/jpeg"),
        ("photo.png", "image/png", JPEG, "image/jpeg"),
        ("party.gif", "image/gif", GIF, "image/gif"),
        ("logo.webp", "image/webp", WEBP, "image/webp"),
        ("terms.pdf", "application/pdf", PDF, "application/pdf"),
        ("terms.txt", "text/plain", PDF, "application/pdf"),
        ("notes.txt", "text/plain", b"a\xc3\xa9", "aé"),
        ("old.csv", "text/csv", b"caf\xe9;1", "café;1"),
        ("marked.txt", "text/plain", b"\xef\xbb\xbfhello", "hello"),
        ("drawing.svg", "image/svg+xml", b"<svg/>", "<svg/>"),
        ("not-a.png", "image/png", b"hello", None),
        ("archive.txt", "text/plain", ZIP, None),
    ],
)
def test_the_first_bytes_decide_what_a_file_is(name: str, mimetype: str, content: bytes, given_as: str | None) -> None:
    found = understood(file(name, mimetype), content)
    match found:
        case Attachment():
            assert found.mimetype == given_as
            assert found.content == content
        case InWords(text, whole):
            assert (text, whole) == (given_as, True)
        case None:
            assert given_as is None


@pytest.mark.parametrize(
    ("name", "mimetype", "worth"),
    [
        ("plot.png", "image/png", True),
        ("plot.PNG", "", True),
        ("main.py", "application/octet-stream", True),
        ("data.json", "application/json", True),
        ("song.mp3", "audio/mpeg", False),
        ("all.zip", "application/zip", False),
        ("Makefile", "text/plain", True),
        ("table.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", False),
    ],
)
def test_only_what_may_be_understood_is_downloaded(name: str, mimetype: str, worth: bool) -> None:
    assert files_in.is_worth_reading(file(name, mimetype)) is worth


def test_a_long_text_is_cut_and_said_to_be() -> None:
    found = understood(file("log.txt", "text/plain"), b"x" * (files_in.TEXT_LIMIT + 1))
    assert isinstance(found, InWords)
    assert len(found.text) == files_in.TEXT_LIMIT
    assert not found.whole


@given(st.binary(max_size=200), st.sampled_from(["a.txt", "a.png", "a.pdf", "a"]))
def test_no_bytes_break_it(content: bytes, name: str) -> None:
    understood(file(name), content)
