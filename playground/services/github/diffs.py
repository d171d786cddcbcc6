"""Rules of changes: what differs between two sets of files, how that reads as a patch, how two changes merge."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass

from playground.services.github.objects import Files, Objects


@dataclass(frozen=True, slots=True)
class FileChange:
    """`patch` is None for what is not text."""

    path: str
    status: str
    sha: str
    additions: int
    deletions: int
    patch: str | None


@dataclass(frozen=True, slots=True)
class Merge:
    """`files` is the result, unless both sides changed a file differently: then it is in `conflicts`."""

    files: Files
    conflicts: tuple[str, ...] = ()


def changes(objects: Objects, before: Files, after: Files) -> list[FileChange]:
    changed = sorted(path for path in {*before, *after} if before.get(path) != after.get(path))
    return [_change(objects, path, before, after) for path in changed]


def _change(objects: Objects, path: str, before: Files, after: Files) -> FileChange:
    status = "added" if path not in before else "removed" if path not in after else "modified"
    sha = (after if path in after else before)[path][1]
    old, new = _lines(objects, before, path), _lines(objects, after, path)
    if old is None or new is None:
        return FileChange(path, status, sha, 0, 0, None)
    patch = list(_hunks(old, new))
    added = sum(line.startswith("+") for line in patch)
    removed = sum(line.startswith("-") for line in patch)
    return FileChange(path, status, sha, added, removed, "\n".join(patch))


def _lines(objects: Objects, files: Files, path: str) -> list[str] | None:
    content = objects.blobs[files[path][1]] if path in files else b""
    try:
        return content.decode().splitlines()
    except UnicodeDecodeError:
        return None


def _hunks(old: list[str], new: list[str]) -> Iterator[str]:
    lines = difflib.unified_diff(old, new, lineterm="")
    next(lines, None), next(lines, None)  # the two lines that name the files
    yield from lines


def hunk_before(patch: str | None, position: int) -> str:
    """The part of a patch up to a line that is commented: GitHub's `diff_hunk`."""
    return "\n".join((patch or "").splitlines()[: position + 1])


def position_of(patch: str | None, line: int, *, old: bool = False) -> int | None:
    """Where line `line` of the new file (or of the old one) stands in the patch, counted from its first `@@`."""
    at = {"-": 0, "+": 0}
    for position, text in enumerate((patch or "").splitlines()):
        if text.startswith("@@"):
            removed, added = text.split(" ")[1:3]
            at = {"-": _start(removed), "+": _start(added)}
            continue
        mine = "-" if old else "+"
        if text[:1] in (mine, " ") and at[mine] == line:
            return position
        at["-"] += text[:1] in ("-", " ")
        at["+"] += text[:1] in ("+", " ")
    return None


def line_at(patch: str | None, position: int) -> int | None:
    """The line of the new file at a position of the patch, where that is a line of the new file."""
    number: int | None = None
    for index, text in enumerate((patch or "").splitlines()):
        if text.startswith("@@"):
            number = _start(text.split(" ")[2]) - 1
            continue
        if number is not None and text[:1] in ("+", " "):
            number += 1
        if index == position:
            return number if text[:1] in ("+", " ") else None
    return None


def _start(hunk: str) -> int:
    return int(hunk[1:].split(",")[0])


def merged(base: Files, ours: Files, theirs: Files) -> Merge:
    """Three-way, by whole files."""
    result: Files = {}
    conflicts = []
    for path in sorted({*base, *ours, *theirs}):
        before, mine, other = base.get(path), ours.get(path), theirs.get(path)
        if mine != other and before not in (mine, other):
            conflicts.append(path)
        elif chosen := other if mine == before else mine:
            result[path] = chosen
    return Merge(result, tuple(conflicts))


def as_text(found: list[FileChange]) -> str:
    """A diff as git prints it."""
    parts = []
    for change in found:
        old = "/dev/null" if change.status == "added" else f"a/{change.path}"
        new = "/dev/null" if change.status == "removed" else f"b/{change.path}"
        body = f"--- {old}\n+++ {new}\n{change.patch}" if change.patch is not None else "Binary files differ"
        parts.append(f"diff --git a/{change.path} b/{change.path}\n{body}\n")
    return "".join(parts)
