"""A repository's content as git keeps it: blobs, trees and commits, each under the hash that git would give it.

Objects are only ever added. Hashes: https://git-scm.com/book/en/v2/Git-Internals-Git-Objects
"""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Iterator
from datetime import datetime

from pydantic import BaseModel, ConfigDict

FILE, FOLDER = "100644", "040000"

Files = dict[str, tuple[str, str]]  # path → (mode, hash of the blob)


class Entry(BaseModel):
    mode: str
    sha: str

    @property
    def kind(self) -> str:
        return "tree" if self.mode == FOLDER else "blob"


class Signature(BaseModel):
    name: str
    email: str
    date: datetime
    login: str = ""  # the account it belongs to, if any


class Commit(BaseModel):
    sha: str
    tree: str
    parents: list[str]
    author: Signature
    committer: Signature
    message: str


class Objects(BaseModel):
    model_config = ConfigDict(ser_json_bytes="base64", val_json_bytes="base64")

    blobs: dict[str, bytes] = {}
    trees: dict[str, dict[str, Entry]] = {}
    commits: dict[str, Commit] = {}

    def add_blob(self, content: bytes) -> str:
        sha = hash_of("blob", content)
        self.blobs[sha] = content
        return sha

    def add_tree(self, files: Files) -> str:
        """The tree that holds these files, with all the trees below it."""
        entries: dict[str, Entry] = {}
        below: dict[str, Files] = {}
        for path, (mode, sha) in files.items():
            name, _, rest = path.partition("/")
            if rest:
                below.setdefault(name, {})[rest] = (mode, sha)
            else:
                entries[name] = Entry(mode=mode, sha=sha)
        for name, inside in below.items():
            entries[name] = Entry(mode=FOLDER, sha=self.add_tree(inside))
        sha = hash_of("tree", _tree_content(entries))
        self.trees[sha] = dict(sorted(entries.items()))
        return sha

    def add_commit(
        self, tree: str, parents: list[str], message: str, author: Signature, committer: Signature | None = None
    ) -> Commit:
        committer = committer or author
        lines = [f"tree {tree}", *(f"parent {parent}" for parent in parents)]
        lines += [f"author {_line(author)}", f"committer {_line(committer)}", "", message]
        sha = hash_of("commit", "\n".join(lines).encode())
        commit = Commit(sha=sha, tree=tree, parents=parents, author=author, committer=committer, message=message)
        self.commits[sha] = commit
        return commit

    def files(self, sha: str) -> Files:
        """All files of a commit or a tree, by path."""
        tree = self.commits[sha].tree if sha in self.commits else sha
        return dict(self._walk(tree, ""))

    def _walk(self, tree: str, before: str) -> Iterator[tuple[str, tuple[str, str]]]:
        for name, entry in self.trees[tree].items():
            if entry.kind == "tree":
                yield from self._walk(entry.sha, f"{before}{name}/")
            else:
                yield f"{before}{name}", (entry.mode, entry.sha)

    def entry(self, sha: str, path: str) -> Entry | None:
        """What is at `path` in a commit: a file, a folder, or nothing. The root is a folder."""
        found = Entry(mode=FOLDER, sha=self.commits[sha].tree)
        for name in [part for part in path.split("/") if part]:
            inside = self.trees.get(found.sha, {}) if found.kind == "tree" else {}
            if name not in inside:
                return None
            found = inside[name]
        return found

    def history(self, sha: str) -> list[Commit]:
        """This commit and all before it, newest first; a commit always comes before its parents."""
        children: dict[str, int] = {}
        for commit in self._reachable(sha):
            for parent in commit.parents:
                children[parent] = children.get(parent, 0) + 1
        ready, ordered = [self.commits[sha]], []
        while ready:
            ready.sort(key=lambda commit: (commit.committer.date, commit.sha))
            ordered.append(newest := ready.pop())
            for parent in newest.parents:
                children[parent] -= 1
                if children[parent] == 0:
                    ready.append(self.commits[parent])
        return ordered

    def _reachable(self, sha: str) -> Iterator[Commit]:
        seen, waiting = {sha}, deque([sha])
        while waiting:
            commit = self.commits[waiting.popleft()]
            yield commit
            waiting.extend(parent for parent in commit.parents if parent not in seen)
            seen.update(commit.parents)

    def is_ancestor(self, older: str, newer: str) -> bool:
        return any(commit.sha == older for commit in self._reachable(newer))

    def merge_base(self, one: str, other: str) -> str | None:
        """The newest commit that both have, or None when they have nothing in common."""
        known = {commit.sha for commit in self._reachable(other)}
        return next((commit.sha for commit in self.history(one) if commit.sha in known), None)

    def between(self, base: str, head: str) -> list[Commit]:
        """What `head` has and `base` has not, oldest first."""
        known = {commit.sha for commit in self._reachable(base)}
        return [commit for commit in reversed(self.history(head)) if commit.sha not in known]


def hash_of(kind: str, content: bytes) -> str:
    return hashlib.sha1(f"{kind} {len(content)}\0".encode() + content, usedforsecurity=False).hexdigest()


def _tree_content(entries: dict[str, Entry]) -> bytes:
    # git sorts a folder as if its name ended in a slash, and writes its mode without the leading zero.
    ordered = sorted(entries.items(), key=lambda item: item[0] + ("/" if item[1].kind == "tree" else ""))
    return b"".join(f"{entry.mode.lstrip('0')} {name}\0".encode() + bytes.fromhex(entry.sha) for name, entry in ordered)


def _line(signature: Signature) -> str:
    return f"{signature.name} <{signature.email}> {int(signature.date.timestamp())} +0000"
