"""The search API. What a caller may not see is not found."""

from __future__ import annotations

from playground.services.github import search
from playground.services.github.models import Account, Issue, Repository
from playground.services.github.rest.call import Answer, Call, Json


async def repositories(call: Call) -> Answer:
    return call.found(search.repositories(call.hub, call.caller, _asked(call)), call.shapes.repository)


async def issues(call: Call) -> Answer:
    def shown(found: tuple[Repository, Issue]) -> Json:
        return {**call.shapes.issue(*found), "score": 1.0}

    found = search.issues(call.hub, call.caller, _asked(call))
    newest_first = sorted(found, key=lambda one: (one[1].created_at, one[1].id))
    if call.query.get("order", "desc") != "asc":
        newest_first.reverse()
    return call.found(newest_first, shown)


async def users(call: Call) -> Answer:
    def shown(account: Account) -> Json:
        return {**call.shapes.user(account.login), "score": 1.0}

    return call.found(search.users(call.hub, _asked(call)), shown)


async def code(call: Call) -> Answer:
    def shown(found: tuple[Repository, str, str]) -> Json:
        repository, path, sha = found
        return {
            "name": path.rpartition("/")[2],
            "path": path,
            "sha": sha,
            "url": call.shapes.api(repository, f"/contents/{path}"),
            "git_url": call.shapes.api(repository, f"/git/blobs/{sha}"),
            "html_url": call.shapes.page(repository, f"/blob/{repository.default_branch}/{path}"),
            "repository": call.shapes.repository(repository),
            "score": 1.0,
        }

    return call.found(search.code(call.hub, call.caller, _asked(call)), shown)


def _asked(call: Call) -> str:
    return call.query.get("q", "")
