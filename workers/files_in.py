"""Which files of people's a model can be given, and how: rules, no I/O.

Images (PNG, JPEG, GIF, WebP) and PDFs go along as they are, text is put into the message's words. What a file says it
is counts for nothing: its first bytes decide (section 4.3 of the Agents API's reference).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bot.threads.models import File
from workers.conversations.port import Attachment

MOST_FILES = 10  # of one turn
MOST_MEGABYTES = 30  # of one turn's images and PDFs together: they go along in one request, a third longer
TEXT_LIMIT = 100_000  # characters of one text file, about 25,000 tokens
NUL = b"\0"

MAGIC = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"%PDF-", "application/pdf"),
)
TEXT_TYPES = ("text/", "application/json", "application/xml", "application/x-yaml", "application/toml")
TEXT_ENDINGS = frozenset(
    [
        "txt",
        "md",
        "markdown",
        "rst",
        "csv",
        "tsv",
        "json",
        "jsonl",
        "xml",
        "yaml",
        "yml",
        "toml",
        "ini",
        "cfg",
        "conf",
        "env",
        "log",
        "diff",
        "patch",
        "html",
        "htm",
        "css",
        "js",
        "mjs",
        "ts",
        "tsx",
        "jsx",
        "py",
        "rb",
        "go",
        "rs",
        "java",
        "kt",
        "c",
        "h",
        "cc",
        "cpp",
        "hpp",
        "cs",
        "php",
        "swift",
        "scala",
        "sh",
        "bash",
        "zsh",
        "sql",
        "r",
        "lua",
        "pl",
        "tex",
        "svg",
        "ics",
        "eml",
    ]
)


class Problem(StrEnum):
    """Why a file is not given to the model; each is a sentence of `file.…` in bot/texts."""

    UNSUPPORTED = "unsupported"
    TOO_LARGE = "too_large"
    UNREADABLE = "unreadable"  # Slack does not give it, or it is not what its name says
    TOO_MANY = "too_many"
    TOO_MUCH = "too_much"  # together with those before it


@dataclass(frozen=True, slots=True)
class InWords:
    """The text of a file. `whole` is False where it was cut at `TEXT_LIMIT`."""

    text: str
    whole: bool


def is_worth_reading(file: File) -> bool:
    """Whether a file of this name and type may be one a model can be given; its bytes are not known yet."""
    ending = file.name.rsplit(".", 1)[-1].lower() if "." in file.name else ""
    if file.mimetype.startswith(("image/", *TEXT_TYPES)) or file.mimetype == "application/pdf":
        return True
    return ending in TEXT_ENDINGS or ending in ("png", "jpg", "jpeg", "gif", "webp", "pdf")


def understood(file: File, content: bytes) -> Attachment | InWords | None:
    """The file as a model gets it; None for what is none of these, whatever it is called."""
    if mimetype := _kind(content):
        return Attachment(name=file.name, mimetype=mimetype, content=content)
    if NUL in content[:4096] or (file.mimetype.startswith("image/") and not file.mimetype.endswith("svg+xml")):
        return None
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = content.decode("cp1252")  # what older tables and notes are saved as
        except UnicodeDecodeError:
            return None
    return InWords(text[:TEXT_LIMIT], len(text) <= TEXT_LIMIT)


def _kind(content: bytes) -> str | None:
    for begin, mimetype in MAGIC:
        if content.startswith(begin):
            return mimetype
    return "image/webp" if content[:4] == b"RIFF" and content[8:12] == b"WEBP" else None
