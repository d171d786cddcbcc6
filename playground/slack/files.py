"""What kind a file is, in Slack's words and in the web's."""

from __future__ import annotations

import mimetypes

UNKNOWN = "application/octet-stream"
FILETYPES = {  # Slack's name for what follows the last dot, where it is another one, and how it is shown
    "c": ("c", "C"),
    "csv": ("csv", "CSV"),
    "docx": ("docx", "Word Document"),
    "gif": ("gif", "GIF"),
    "htm": ("html", "HTML"),
    "html": ("html", "HTML"),
    "jpeg": ("jpg", "JPEG"),
    "jpg": ("jpg", "JPEG"),
    "js": ("javascript", "JavaScript"),
    "json": ("json", "JSON"),
    "md": ("markdown", "Markdown"),
    "pdf": ("pdf", "PDF"),
    "png": ("png", "PNG"),
    "py": ("python", "Python"),
    "sh": ("shell", "Shell"),
    "sql": ("sql", "SQL"),
    "ts": ("typescript", "TypeScript"),
    "txt": ("text", "Plain Text"),
    "xlsx": ("xlsx", "Excel Spreadsheet"),
    "yaml": ("yaml", "YAML"),
    "yml": ("yaml", "YAML"),
    "zip": ("zip", "Zip"),
}


def mimetype(name: str, said: str = UNKNOWN) -> str:
    """What the uploader said, or what the name tells."""
    said = said.partition(";")[0].strip()
    return said if said not in ("", UNKNOWN) else mimetypes.guess_type(name)[0] or UNKNOWN


def filetype(name: str) -> tuple[str, str]:
    """Slack's `filetype` and `pretty_type`."""
    ending = name.rpartition(".")[2].lower() if "." in name else ""
    return FILETYPES.get(ending, (ending, ending.upper()) if ending else ("binary", "Binary"))
