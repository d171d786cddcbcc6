"""Files that an agent made, saved in a folder of the person's. Nothing that is there is written over."""

from __future__ import annotations

from pathlib import Path

LONGEST = 100  # characters of a name
NAMELESS = "file"


def save(folder: Path, name: str, content: bytes) -> Path:
    """Where it was saved; the folder is made when the first file comes."""
    folder.mkdir(parents=True, exist_ok=True)
    path = free_path(folder, name)
    path.write_bytes(content)
    return path


def free_path(folder: Path, name: str) -> Path:
    """A path in `folder` at which nothing is, called as `name` says: it may come from a model."""
    kept = "".join(sign if sign.isalnum() or sign in "._- " else "_" for sign in Path(name).name)
    plain = Path(kept.strip(" .")[:LONGEST] or NAMELESS)
    path, taken = folder / plain, 1
    while path.exists():
        taken += 1
        path = folder / f"{plain.stem}-{taken}{plain.suffix}"
    return path
