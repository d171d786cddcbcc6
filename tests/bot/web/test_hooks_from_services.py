"""The door hears what GitHub and Linear really send: the stand-ins deliver, over HTTP, to the route."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import pytest

from playground.services.github.app import GitHubService, token_of
from playground.services.github.app import create as create_github
from playground.services.linear.app import LinearService, key_of
from playground.services.linear.app import create as create_linear
from playground.services.service import Service
from playground.serving import serve
from tests.bot.web.test_hooks import HOOK_ID, SECRET, FakeHooks, served
from tests.world import until

STORE = "/repos/playground/storefront"
WEBHOOK = "mutation ($input: WebhookCreateInput!) { webhookCreate(input: $input) { success } }"
ISSUE = """
mutation ($title: String!) { issueCreate(input: {title: $title, teamId: "%s"}) { issue { id identifier } } }
"""
Json = dict[str, Any]


@pytest.fixture
def hooks() -> FakeHooks:
    return FakeHooks()


@pytest.fixture(scope="module")
def github() -> GitHubService:
    return create_github()


@pytest.fixture(scope="module")
def linear() -> LinearService:
    return create_linear()


@asynccontextmanager
async def at(service: Service[Any], authorization: str) -> AsyncIterator[httpx2.AsyncClient]:
    service.reset()
    async with (
        serve(service) as url,
        httpx2.AsyncClient(base_url=url, headers={"authorization": authorization}, timeout=20) as client,
    ):
        yield client


async def arrived(service: Service[Any], count: int) -> list[int]:
    """What the door answered to each delivery, when so many are over."""
    await until(lambda: sum(one.over for one in service.outbox.deliveries()) >= count)
    return [one.attempts[-1].status for one in service.outbox.deliveries()]


@pytest.mark.parametrize("content_type", ["json", "form"])
async def test_githubs_deliveries_are_taken_once_each_and_tampered_ones_are_not(
    github: GitHubService, hooks: FakeHooks, content_type: str
) -> None:
    async with served(hooks) as door, at(github, f"Bearer {token_of('grace')}") as grace:
        config = {"url": f"{door}/hooks/{HOOK_ID}", "content_type": content_type, "secret": SECRET}
        made = await grace.post(f"{STORE}/hooks", json={"events": ["issues"], "config": config})
        assert made.status_code == 201
        number = (await grace.post(f"{STORE}/issues", json={"title": "Login fails"})).json()["number"]
        assert await arrived(github, 2) == [200, 200]
        await grace.patch(f"{STORE}/issues/{number}", json={"state": "closed"})
        await arrived(github, 3)
        again = github.outbox.deliveries()[-1]
        github.outbox.send(again.letter, again=True)
        await arrived(github, 4)
        github.fault("hook.issues", "tamper")
        await grace.patch(f"{STORE}/issues/{number}", json={"state": "open"})
        assert await arrived(github, 5) == [200, 200, 200, 200, 404]
    told = [event.in_short() for _, _, event, _ in hooks.stored]
    closed = f'issues.closed: playground/storefront#{number} "Login fails" by grace'
    assert told == [closed.replace("closed", "opened"), closed, closed]
    assert hooks.stored[1][1] == hooks.stored[2][1] == again.letter.guid
    payload = json.loads(hooks.stored[1][3])
    assert (payload["issue"]["state"], payload["sender"]["login"]) == ("closed", "grace")


async def test_linears_deliveries_are_taken_also_when_they_come_late(linear: LinearService, hooks: FakeHooks) -> None:
    async with served(hooks) as door, at(linear, key_of("grace")) as grace:

        async def ask(query: str, **variables: Any) -> Json:
            answer = (await grace.post("/graphql", json={"query": query, "variables": variables})).json()
            assert "errors" not in answer, answer
            data: Json = answer["data"]
            return data

        await grace.post("/_control/hooks", json={"retry_seconds": [0]})
        wanted = {
            "url": f"{door}/hooks/{HOOK_ID}",
            "secret": SECRET,
            "allPublicTeams": True,
            "resourceTypes": ["Issue"],
        }
        await ask(WEBHOOK, input=wanted)
        team = (await ask('{ team(id: "ENG") { id } }'))["team"]["id"]
        linear.fault("hook.Issue", "tamper")  # the first attempt is a stranger's, the second one is not
        made = (await ask(ISSUE % team, title="Slow search"))["issueCreate"]["issue"]
        assert await arrived(linear, 1) == [200]
    [delivery] = linear.outbox.deliveries()
    assert [one.status for one in delivery.attempts] == [404, 200]
    [(_, name, event, payload)] = hooks.stored
    assert name == delivery.letter.guid
    assert event.in_short() == f'Issue.create: {made["identifier"]} "Slow search" by Grace Hopper'
    assert json.loads(payload)["data"]["id"] == made["id"]
