"""The text of an uploaded document. Kinds that cannot be read are said to be so; nothing is guessed."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import PurePosixPath

PLAIN = {"txt", "md", "markdown", "csv", "tsv", "json", "yaml", "yml", "html", "xml", "log", "py", "toml"}
PDF_MAGIC = b"%PDF-"
PAGES_MAX = 500


@dataclass(frozen=True, slots=True)
class Extracted:
    """`text` is None where there is none to read; `pages` only for what has pages."""

    text: str | None
    pages: int | None = None


def extension(name: str) -> str:
    return PurePosixPath(name.lower()).suffix.removeprefix(".")


def is_text(name: str, mimetype: str | None) -> bool:
    return extension(name) in PLAIN or (mimetype or "").startswith("text/") or mimetype == "application/json"


def extract(name: str, mimetype: str | None, content: bytes) -> Extracted:
    if content.startswith(PDF_MAGIC):
        return _pdf(content)
    if not is_text(name, mimetype):
        return Extracted(None)
    try:
        return Extracted(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return Extracted(content.decode("latin-1"))


def _pdf(content: bytes) -> Extracted:
    from pypdf import PdfReader  # a tenth of a start's work, for files that few people upload
    from pypdf.errors import PyPdfError

    try:
        pages = PdfReader(io.BytesIO(content)).pages
        texts = [page.extract_text() for page in pages[:PAGES_MAX]]
    except (PyPdfError, ValueError, KeyError, TypeError, RecursionError, OSError):  # all of them for broken files
        return Extracted(None)
    text = "\n\n".join(texts).strip()
    return Extracted(text or None, len(pages))
