"""The contents API: files and folders at a ref, and commits of one file."""

from __future__ import annotations

import base64
import binascii

from playground.services.github import errors
from playground.services.github.acts import files
from playground.services.github.models import Repository
from playground.services.github.objects import Commit
from playground.services.github.rest.call import Answer, Call, Json


async def get(call: Call) -> Answer:
    repository, ref = call.repository, call.query.get("ref")
    found = files.read(repository, call.path["path"], ref)
    where = ref or repository.default_branch
    if found.content is None:
        below = f"{found.path}/" if found.path else ""
        listed = found.inside.items()
        return Answer([call.shapes.content(repository, f"{below}{name}", entry, where) for name, entry in listed])
    encoded = {"content": base64.encodebytes(found.content).decode(), "encoding": "base64"}
    return Answer({**call.shapes.content(repository, found.path, found.entry, where), **encoded})


async def put(call: Call) -> Answer:
    repository, path = call.repository, call.path["path"]
    try:
        content = base64.b64decode(call.body.get("content", ""), validate=False)
    except (binascii.Error, TypeError, ValueError):
        raise errors.unprocessable("content is not valid Base64") from None
    message, sha, branch = call.text("Content", "message"), call.body.get("sha"), call.body.get("branch")
    commit = files.write(call.hub, call.caller, repository, path, content, message, branch=branch, sha=sha)
    return Answer(written(call, repository, path, commit), status=200 if sha else 201)


async def delete(call: Call) -> Answer:
    repository, path = call.repository, call.path["path"]
    message, sha, branch = call.text("Content", "message"), call.text("Content", "sha"), call.body.get("branch")
    commit = files.delete(call.hub, call.caller, repository, path, message, branch=branch, sha=sha)
    return Answer({"content": None, "commit": call.shapes.git_commit(repository, commit)})


def written(call: Call, repository: Repository, path: str, commit: Commit) -> Json:
    entry = repository.objects.entry(commit.sha, path)
    assert entry is not None
    ref = call.body.get("branch") or repository.default_branch
    content = call.shapes.content(repository, path, entry, ref)
    return {"content": content, "commit": call.shapes.git_commit(repository, commit)}
