"""Commits, and the git database: refs, trees, commits, blobs."""

from __future__ import annotations

from typing import Any

from playground.services.github import diffs, errors
from playground.services.github.acts import refs
from playground.services.github.models import Repository
from playground.services.github.objects import FILE, Commit, Files
from playground.services.github.rest.call import Answer, Call


async def commits(call: Call) -> Answer:
    """Of a branch, newest first; by path and author where asked."""
    repository, query = call.repository, call.query
    if not repository.branches:
        raise errors.conflict("Git Repository is empty.")
    found = repository.objects.history(refs.resolve(repository, query.get("sha")).sha)
    if author := query.get("author"):
        found = [one for one in found if author in (one.author.login, one.author.email)]
    if path := query.get("path"):
        found = [one for one in found if _touches(repository, one, path)]
    return call.paged(found, lambda commit: call.shapes.commit(repository, commit))


async def commit(call: Call) -> Answer:
    repository = call.repository
    found = refs.resolve(repository, call.path["ref"])
    changed = changes_of(repository, found)
    added, removed = sum(one.additions for one in changed), sum(one.deletions for one in changed)
    stats = {"additions": added, "deletions": removed, "total": added + removed}
    shown = [call.shapes.change(repository, one, found.sha) for one in changed]
    return Answer({**call.shapes.commit(repository, found), "stats": stats, "files": shown})


async def status(call: Call) -> Answer:
    repository = call.repository
    return Answer(call.shapes.combined_status(repository, refs.resolve(repository, call.path["ref"]).sha))


async def ref(call: Call) -> Answer:
    """`heads/main`; the older address with `refs` in it answers the same where the name fits exactly."""
    repository, name = call.repository, call.path["ref"]
    names = repository.branches if name.startswith("heads/") else repository.tags
    sha = names.get(name.partition("/")[2])
    if sha is None:
        raise errors.not_found()
    return Answer(call.shapes.ref(repository, f"refs/{name}", sha))


async def create_ref(call: Call) -> Answer:
    repository, sha = call.repository, call.text("Reference", "sha")
    made = refs.create(call.hub, call.caller, repository, call.text("Reference", "ref"), sha)
    return Answer(call.shapes.ref(repository, made, sha), status=201)


async def move_ref(call: Call) -> Answer:
    repository, sha = call.repository, call.text("Reference", "sha")
    name = call.path["ref"].removeprefix("heads/")
    refs.move(call.hub, call.caller, repository, name, sha, force=bool(call.body.get("force", False)))
    return Answer(call.shapes.ref(repository, f"refs/heads/{name}", sha))


async def tree(call: Call) -> Answer:
    repository, sha = call.repository, call.path["sha"]
    if sha not in repository.objects.trees:
        sha = refs.resolve(repository, sha).tree
    return Answer(call.shapes.tree(repository, sha, recursive=call.query.get("recursive", "0") not in ("0", "false")))


async def create_tree(call: Call) -> Answer:
    repository = call.repository
    call.hub.must_push(call.caller, repository)
    objects, base = repository.objects, call.body.get("base_tree")
    if base is not None and base not in objects.trees and base not in objects.commits:
        raise errors.unprocessable("base_tree is not a valid tree oid")
    files = objects.files(base) if base else {}
    for entry in call.body.get("tree") or []:
        _put(repository, files, entry)
    return Answer(call.shapes.tree(repository, objects.add_tree(files)), status=201)


async def git_commit(call: Call) -> Answer:
    repository = call.repository
    return Answer(call.shapes.git_commit(repository, refs.resolve(repository, call.path["sha"])))


async def create_commit(call: Call) -> Answer:
    repository = call.repository
    call.hub.must_push(call.caller, repository)
    tree_sha, parents = call.text("Commit", "tree"), call.texts("Commit", "parents") or []
    if tree_sha not in repository.objects.trees:
        raise errors.unprocessable("Tree SHA does not exist")
    if any(parent not in repository.objects.commits for parent in parents):
        raise errors.unprocessable("Parent SHA does not exist or is not a commit object")
    signature = call.hub.signature(call.caller.login)
    made = repository.objects.add_commit(tree_sha, parents, call.text("Commit", "message"), signature)
    return Answer(call.shapes.git_commit(repository, made), status=201)


async def blob(call: Call) -> Answer:
    repository = call.repository
    if call.path["sha"] not in repository.objects.blobs:
        raise errors.not_found()
    return Answer(call.shapes.blob(repository, call.path["sha"]))


def changes_of(repository: Repository, commit: Commit) -> list[diffs.FileChange]:
    """Against its first parent."""
    before = repository.objects.files(commit.parents[0]) if commit.parents else {}
    return diffs.changes(repository.objects, before, repository.objects.files(commit.sha))


def _touches(repository: Repository, commit: Commit, path: str) -> bool:
    return any(one.path == path or one.path.startswith(f"{path}/") for one in changes_of(repository, commit))


def _put(repository: Repository, files: Files, entry: dict[str, Any]) -> None:
    """An entry with `content` becomes a blob, one with `sha` names one, one with `sha: null` deletes."""
    path, mode = entry.get("path"), entry.get("mode", FILE)
    if not isinstance(path, str) or not path:
        raise errors.unprocessable("tree.path is missing")
    if "content" in entry:
        files[path] = (mode, repository.objects.add_blob(str(entry["content"]).encode()))
    elif entry.get("sha") is None:
        files.pop(path, None)
    elif entry["sha"] in repository.objects.blobs:
        files[path] = (mode, entry["sha"])
    else:
        raise errors.unprocessable("tree.sha is not a valid blob")
