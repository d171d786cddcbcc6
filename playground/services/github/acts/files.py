"""Files: reading one or a folder, and commits that write, delete or push several at once."""

from __future__ import annotations

from dataclasses import dataclass

from playground.services.github import errors
from playground.services.github.acts import refs, telling
from playground.services.github.models import Repository
from playground.services.github.objects import FILE, Commit, Entry
from playground.services.github.store import Caller, GitHub


@dataclass(frozen=True, slots=True)
class Found:
    """What is at a path of a commit. `inside`: of a folder, by name."""

    path: str
    commit: Commit
    entry: Entry
    inside: dict[str, Entry]
    content: bytes | None


def read(repository: Repository, path: str, ref: str | None = None) -> Found:
    commit = refs.resolve(repository, ref)
    path = path.strip("/")
    entry = repository.objects.entry(commit.sha, path)
    if entry is None:
        raise errors.not_found()
    if entry.kind == "tree":
        return Found(path, commit, entry, repository.objects.trees[entry.sha], None)
    return Found(path, commit, entry, {}, repository.objects.blobs[entry.sha])


def write(
    hub: GitHub,
    caller: Caller,
    repository: Repository,
    path: str,
    content: bytes,
    message: str,
    *,
    branch: str | None = None,
    sha: str | None = None,
) -> Commit:
    """Create a file, or replace the one whose blob is `sha`."""
    hub.must_push(caller, repository)
    path = _clean(path)
    before = _blob(repository, path, branch)
    if before is not None and sha is None:
        raise errors.unprocessable('Invalid request.\n\n"sha" wasn\'t supplied.')
    if sha is not None and sha != before:
        raise errors.conflict(f"{path} does not match {sha}")
    return push(hub, caller, repository, {path: content}, message, branch=branch)


def delete(
    hub: GitHub,
    caller: Caller,
    repository: Repository,
    path: str,
    message: str,
    *,
    branch: str | None = None,
    sha: str | None = None,
) -> Commit:
    """`sha` may be left out by a caller that has just looked (the MCP server of GitHub does so)."""
    hub.must_push(caller, repository)
    path = _clean(path)
    before = _blob(repository, path, branch)
    if before is None:
        raise errors.not_found()
    if sha is not None and sha != before:
        raise errors.conflict(f"{path} does not match {sha}")
    return push(hub, caller, repository, {path: None}, message, branch=branch)


def push(
    hub: GitHub,
    caller: Caller,
    repository: Repository,
    files: dict[str, bytes | None],
    message: str,
    *,
    branch: str | None = None,
) -> Commit:
    """One commit at the end of a branch; a file that becomes None is deleted. The first commit makes the branch."""
    hub.must_push(caller, repository)
    name = branch or repository.default_branch
    if repository.branches and name not in repository.branches:
        raise errors.ApiError(404, f"Branch {name} not found")
    parent = repository.branches.get(name)
    objects = repository.objects
    after = objects.files(parent) if parent else {}
    for path, content in files.items():
        if content is None:
            after.pop(path, None)
        else:
            after[_clean(path)] = (FILE, objects.add_blob(content))
    signature = hub.signature(caller.login)
    commit = objects.add_commit(objects.add_tree(after), [parent] if parent else [], message, signature)
    repository.branches[name] = commit.sha
    repository.pushed_at = repository.updated_at = hub.now()
    telling.moved(hub, caller, repository, f"{refs.HEADS}{name}", parent, commit.sha)
    return commit


def _blob(repository: Repository, path: str, branch: str | None) -> str | None:
    sha = repository.branches.get(branch or repository.default_branch)
    entry = repository.objects.entry(sha, path) if sha else None
    if entry is not None and entry.kind == "tree":
        raise errors.unprocessable(f"{path} is a folder")
    return entry.sha if entry else None


def _clean(path: str) -> str:
    parts = path.strip("/").split("/")
    if any(part in ("", ".", "..") for part in parts):
        raise errors.unprocessable("path contains a malformed path component")
    return "/".join(parts)
