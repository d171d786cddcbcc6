"""What a file that came from elsewhere is called in Slack: a plain name, and the extension that its bytes ask for.

Tools name their files without an extension, or with a wrong one; the bytes decide. Rules, no I/O.
"""

from __future__ import annotations

import re

STEM_LIMIT = 80  # characters of a name before its extension
TEXTS = frozenset({"csv", "tsv", "json", "txt", "md", "xml", "yaml", "yml", "py", "log", "ics", "svg", "geojson"})
ZIPS = frozenset({"xlsx", "docx", "pptx", "odt", "ods", "odp", "zip", "epub"})
IMAGES = frozenset({"png", "jpg", "gif", "webp"})

_BEGINNINGS = (
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"\xff\xd8\xff", "jpg"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
    (b"%PDF-", "pdf"),
    (b"\x1f\x8b", "gz"),
    (b"ID3", "mp3"),
    (b"\xff\xfb", "mp3"),  # without a tag: the first frame of MPEG 1 or 2, layer 3
    (b"\xff\xf3", "mp3"),
    (b"OggS", "ogg"),
    (b"fLaC", "flac"),
)
_IN_RIFF = {b"WEBP": "webp", b"WAVE": "wav"}
_NOT_IN_NAMES = re.compile(r"[^\w .()+-]+")


def extension(content: bytes, *, said: str = "") -> str:
    """By the bytes; `said`, what its maker says, chooses among kinds that begin alike. Unknown: "bin"."""
    said = said.lower().lstrip(".")
    for beginning, kind in _BEGINNINGS:
        if content.startswith(beginning):
            return kind
    if content.startswith(b"RIFF") and content[8:12] in _IN_RIFF:
        return _IN_RIFF[content[8:12]]
    if content[4:11] == b"ftypM4A":
        return "m4a"
    if content.startswith(b"PK\x03\x04"):
        return said if said in ZIPS else "zip"
    if _is_text(content):
        return said if said in TEXTS else "txt"
    return "bin"


def _is_text(content: bytes) -> bool:
    try:
        return "\x00" not in content.decode()
    except UnicodeDecodeError:
        return False


def named(content: bytes, *, name: str = "", kind: str = "", otherwise: str = "file") -> str:
    """A name for `content`: of what its maker called it only the plain signs, and no path."""
    name = name.replace("\\", "/").rpartition("/")[2].strip()
    stem, dot, ending = name.rpartition(".")
    if not dot or not ending.isalnum() or len(ending) > 8:
        stem, ending = name, ""
    known = extension(content, said=kind if kind.lower() in TEXTS | ZIPS else ending)
    stem = _NOT_IN_NAMES.sub("-", stem).strip(" .-")[:STEM_LIMIT].rstrip(" .-")
    return f"{stem or otherwise}.{known}"
