"""The demo's own key for what the product seals: made at its first start, kept beside the data that it opens."""

from __future__ import annotations

import base64
import os
from pathlib import Path

KEY_BYTES = 32


def key(folder: Path) -> str:
    """Readable by its owner alone; the same for as long as `folder` is there."""
    path = folder / "vault-key"
    if not path.exists():
        beside = path.with_name("vault-key.new")
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(base64.urlsafe_b64encode(os.urandom(KEY_BYTES)))
        os.replace(beside, path)
    return path.read_text(encoding="ascii")
