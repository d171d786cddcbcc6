"""Repositories, branches and tags, and the people."""

from __future__ import annotations

from playground.services.github.acts import labels, refs, repositories
from playground.services.github.rest.call import Answer, Call


async def me(call: Call) -> Answer:
    return Answer(call.shapes.profile(call.hub.account(call.caller.login)))


async def user(call: Call) -> Answer:
    return Answer(call.shapes.profile(call.hub.account(call.path["login"])))


async def mine(call: Call) -> Answer:
    """Where the caller has a role of their own."""
    own = [one for one in call.hub.visible(call.caller) if call.caller.login in one.roles]
    return call.paged(own, call.shapes.repository)


async def get(call: Call) -> Answer:
    return Answer(call.shapes.fork(call.repository))


async def create(call: Call) -> Answer:
    made = repositories.create(
        call.hub,
        call.caller,
        call.text("Repository", "name"),
        organization=call.path.get("org"),
        description=call.body.get("description"),
        private=bool(call.body.get("private", False)),
        with_readme=bool(call.body.get("auto_init", False)),
    )
    return Answer(call.shapes.repository(made), status=201)


async def fork(call: Call) -> Answer:
    organization = call.query.get("organization") or call.body.get("organization")
    made = repositories.fork(call.hub, call.caller, call.repository, organization)
    return Answer(call.shapes.fork(made), status=202)


async def delete(call: Call) -> Answer:
    repositories.delete(call.hub, call.caller, call.repository)
    return Answer(status=204)


async def branches(call: Call) -> Answer:
    repository = call.repository
    return call.paged(sorted(repository.branches), lambda name: call.shapes.branch(repository, name))


async def branch(call: Call) -> Answer:
    repository = call.repository
    refs.branch(repository, call.path["branch"])
    return Answer(call.shapes.branch(repository, call.path["branch"]))


async def tags(call: Call) -> Answer:
    repository = call.repository
    return call.paged(sorted(repository.tags), lambda name: call.shapes.tag(repository, name))


async def all_labels(call: Call) -> Answer:
    repository = call.repository
    return call.paged(repository.labels, lambda label: call.shapes.label(repository, label))


async def label(call: Call) -> Answer:
    repository = call.repository
    return Answer(call.shapes.label(repository, labels.get(repository, call.path["name"])))
