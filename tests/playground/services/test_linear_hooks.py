"""Linear's webhooks: made over GraphQL, sent for what both faces do, signed, and tried again when they fail."""

from __future__ import annotations

import asyncio
import hmac
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from playground.services.linear.app import LinearService, create, key_of, token_of
from playground.serving import serve
from tests.playground.services.conftest import Json, asked, over_http
from tests.playground.services.listening import COMES_WITHIN_SECONDS, Came, Listener, listening
from tests.playground.services.test_linear_graphql import Api

SECRET = "lin_wh_a_secret"
CREATE = """
mutation ($input: WebhookCreateInput!) {
  webhookCreate(input: $input) {
    success
    webhook { id label url enabled secret resourceTypes allPublicTeams team { key } creator { displayName } }
  }
}
"""
ISSUE = "mutation ($input: IssueCreateInput!) { issueCreate(input: $input) { issue { id identifier } } }"
UPDATE = "mutation ($id: String!, $input: IssueUpdateInput!) { issueUpdate(id: $id, input: $input) { success } }"
COMMENT = "mutation ($input: CommentCreateInput!) { commentCreate(input: $input) { comment { id } } }"


@pytest.fixture
async def http(linear_url: str) -> AsyncIterator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient(base_url=linear_url, timeout=10) as client:
        yield client


@pytest.fixture
def grace(http: httpx2.AsyncClient) -> Api:
    """An admin."""
    return Api(http, key_of("grace"))


@pytest.fixture
async def listener() -> AsyncIterator[Listener]:
    async with listening() as heard:
        yield heard


async def team(api: Api, key: str = "ENG") -> str:
    found: str = (await api.ask("query ($id: String!) { team(id: $id) { id } }", id=key))["team"]["id"]
    return found


async def register(api: Api, url: str, **more: Any) -> Json:
    given = {"url": url, "secret": SECRET, "resourceTypes": ["Issue", "Comment", "Project"], **more}
    if "teamId" not in given:
        given["allPublicTeams"] = True
    made: Json = (await api.ask(CREATE, input=given))["webhookCreate"]["webhook"]
    return made


async def issue(api: Api, title: str = "Slow search", key: str = "ENG", **more: Any) -> str:
    """A new one's id."""
    given = {"teamId": await team(api, key), "title": title, **more}
    made: str = (await api.ask(ISSUE, input=given))["issueCreate"]["issue"]["id"]
    return made


def is_signed(came: Came) -> bool:
    return came.headers["linear-signature"] == hmac.digest(SECRET.encode(), came.body, "sha256").hex()


# ---- making


async def test_an_admin_makes_sees_and_removes_a_webhook(grace: Api, listener: Listener) -> None:
    eng = await team(grace)
    made = await register(grace, listener.url, label="Threadwind", teamId=eng, resourceTypes=["Issue"])
    assert (made["label"], made["enabled"], made["resourceTypes"]) == ("Threadwind", True, ["Issue"])
    assert (made["team"], made["allPublicTeams"], made["secret"]) == ({"key": "ENG"}, False, SECRET)
    assert made["creator"] == {"displayName": "grace"}
    listed = await grace.ask("{ webhooks { nodes { id url } } }")
    assert listed["webhooks"]["nodes"] == [{"id": made["id"], "url": listener.url}]
    removed = await grace.ask("mutation ($id: String!) { webhookDelete(id: $id) { success entityId } }", id=made["id"])
    assert removed["webhookDelete"] == {"success": True, "entityId": made["id"]}
    assert (await grace.ask("{ webhooks { nodes { id } } }"))["webhooks"]["nodes"] == []


async def test_where_no_secret_is_given_one_is_made(grace: Api, listener: Listener) -> None:
    made = await register(grace, listener.url, secret=None)
    assert made["secret"].startswith("lin_wh_")
    assert len(made["secret"]) > 30


async def test_nobody_else_makes_or_sees_any(grace: Api, listener: Listener, http: httpx2.AsyncClient) -> None:
    made = await register(grace, listener.url)
    ada = Api(http, key_of("ada"))
    given = {"url": listener.url, "allPublicTeams": True, "resourceTypes": ["Issue"]}
    for query, variables in (
        (CREATE, {"input": given}),
        ("{ webhooks { nodes { secret } } }", {}),
        ("query ($id: String!) { webhook(id: $id) { secret } }", {"id": made["id"]}),
        ("mutation ($id: String!) { webhookDelete(id: $id) { success } }", {"id": made["id"]}),
    ):
        assert (await ada.refusal(query, **variables))[1] == "FORBIDDEN"
    reader = Api(http, f"Bearer {token_of('grace', 'read')}")
    assert (await reader.refusal(CREATE, input=given))[1] == "FORBIDDEN"


@pytest.mark.parametrize(
    "wrong",
    [
        {"url": "https://bot.example.com/hooks/abc"},
        {"url": "http://10.0.0.1/"},
        {"url": "not an address"},
        {"resourceTypes": []},
        {"resourceTypes": ["Issue", "Moonrise"]},
        {"allPublicTeams": False},
        {"allPublicTeams": None},
        {"teamId": "nobody's"},
    ],
)
async def test_what_makes_no_webhook_is_refused(grace: Api, wrong: Json) -> None:
    given = {"url": "http://127.0.0.1:1/", "allPublicTeams": True, "resourceTypes": ["Issue"], **wrong}
    assert (await grace.refusal(CREATE, input=given))[0] == 200
    assert (await grace.ask("{ webhooks { nodes { id } } }"))["webhooks"]["nodes"] == []


# ---- what is sent


async def test_a_delivery_is_signed_and_says_what_happened(grace: Api, listener: Listener) -> None:
    made = await register(grace, listener.url)
    issue_id = await issue(grace, priority=1)
    [came] = await listener.until(1)
    said = came.said
    assert is_signed(came)
    assert came.headers["linear-event"] == said["type"] == "Issue"
    assert len(came.headers["linear-delivery"]) == 36
    assert came.headers["linear-timestamp"] == str(said["webhookTimestamp"])
    assert came.headers["content-type"] == "application/json; charset=utf-8"
    assert abs(said["webhookTimestamp"] / 1000 - time.time()) < 30
    assert (said["action"], said["webhookId"]) == ("create", made["id"])
    assert said["organizationId"] == (await grace.ask("{ organization { id } }"))["organization"]["id"]
    assert (said["actor"]["name"], said["actor"]["type"]) == ("Grace Hopper", "user")
    data = said["data"]
    assert (data["id"], data["title"]) == (issue_id, "Slow search")
    assert (data["priorityLabel"], data["team"]["key"]) == ("Urgent", "ENG")
    assert data["url"] == said["url"]
    assert "assigneeId" not in data
    assert "updatedFrom" not in said


async def test_an_update_says_what_was_different_before(grace: Api, listener: Listener) -> None:
    issue_id = await issue(grace)
    await register(grace, listener.url)
    await grace.ask(UPDATE, id=issue_id, input={"title": "Slow search", "priority": 0})  # nothing is different
    await grace.ask(UPDATE, id=issue_id, input={"title": "Fast search", "priority": 2})
    [came] = await listener.until(1)
    said = came.said
    assert (said["action"], said["data"]["title"], said["data"]["priority"]) == ("update", "Fast search", 2)
    assert said["updatedFrom"].keys() == {"title", "priority", "updatedAt"}
    assert (said["updatedFrom"]["title"], said["updatedFrom"]["priority"]) == ("Slow search", 0)


async def test_what_is_done_to_issues_comments_and_projects_is_told(grace: Api, listener: Listener) -> None:
    await register(grace, listener.url)
    issue_id = await issue(grace)
    await listener.until(1)
    comment = (await grace.ask(COMMENT, input={"issueId": issue_id, "body": "b"}))["commentCreate"]["comment"]["id"]
    said = (await listener.until(2))[1].said
    assert (said["type"], said["action"], said["data"]["body"]) == ("Comment", "create", "b")
    assert (said["data"]["issue"]["title"], said["data"]["user"]["name"]) == ("Slow search", "Grace Hopper")
    listener.came.clear()
    for number, (query, variables) in enumerate(
        [
            ('mutation ($id: String!) { commentUpdate(id: $id, input: {body: "c"}) { success } }', {"id": comment}),
            ("mutation ($id: String!) { commentDelete(id: $id) { success } }", {"id": comment}),
            ("mutation ($id: String!) { issueArchive(id: $id) { success } }", {"id": issue_id}),
            ("mutation ($id: String!) { issueDelete(id: $id) { success } }", {"id": issue_id}),
        ],
        start=1,
    ):
        await grace.ask(query, **variables)
        await listener.until(number)
    given = {"name": "Search", "teamIds": [await team(grace)]}
    created = await grace.ask(
        "mutation ($input: ProjectCreateInput!) { projectCreate(input: $input) { project { id } } }", input=given
    )
    await listener.until(5)
    update = (
        "mutation ($id: String!, $input: ProjectUpdateInput!) { projectUpdate(id: $id, input: $input) { success } }"
    )
    await grace.ask(update, id=created["projectCreate"]["project"]["id"], input={"targetDate": "2026-12-24"})
    came = [one.said for one in await listener.until(6)]
    assert [(one["type"], one["action"]) for one in came] == [
        ("Comment", "update"),
        ("Comment", "remove"),
        ("Issue", "update"),
        ("Issue", "remove"),
        ("Project", "create"),
        ("Project", "update"),
    ]
    assert came[2]["updatedFrom"] == {"archivedAt": None}
    assert (came[5]["data"]["targetDate"], came[5]["updatedFrom"]["targetDate"]) == ("2026-12-24", None)


async def test_what_an_agent_does_over_mcp_is_sent_too(grace: Api, listener: Listener, linear_url: str) -> None:
    await register(grace, listener.url)
    async with over_http(f"{linear_url}/mcp", token_of("ada")) as ada:
        await asked(ada, "save_issue", title="By an agent", team="ENG")
    [came] = await listener.until(1)
    assert (came.said["data"]["title"], came.said["actor"]["name"]) == ("By an agent", "Ada Lovelace")


async def test_a_webhook_hears_of_its_team_its_kinds_and_while_it_is_enabled(grace: Api) -> None:
    async with listening() as of_eng, listening() as comments, listening() as disabled, listening() as everything:
        await register(grace, of_eng.url, teamId=await team(grace, "ENG"))
        await register(grace, comments.url, resourceTypes=["Comment"])
        await register(grace, disabled.url, enabled=False)
        await register(grace, everything.url)
        await issue(grace, "Of a private team", key="FIN")
        await issue(grace, "Of another team", key="SUP")
        await everything.until(1)
        issue_id = await issue(grace, "Of this team")
        await grace.ask(COMMENT, input={"issueId": issue_id, "body": "b"})
        told = {one.said["data"].get("title") for one in await everything.until(3)}
        assert told == {"Of another team", "Of this team", None}
        assert {one.said["type"] for one in await of_eng.until(2)} == {"Issue", "Comment"}
        assert [one.said["type"] for one in await comments.until(1)] == ["Comment"]
        assert (len(of_eng.came), disabled.came) == (2, [])


# ---- trying again


async def test_a_delivery_that_failed_is_tried_again_under_the_same_id_and_signed_anew(
    grace: Api, listener: Listener
) -> None:
    await grace.http.post("/_control/hooks", json={"retry_seconds": [0, 0, 0]})
    await register(grace, listener.url)
    listener.statuses = [500, 201, 429]  # nothing but 200 counts
    await issue(grace)
    came = await listener.until(4)
    assert len({one.headers["linear-delivery"] for one in came}) == 1
    assert all(is_signed(one) for one in came)
    times = [one.said["webhookTimestamp"] for one in came]
    assert times == sorted(times)
    [sent] = (await grace.http.get("/_control/deliveries")).json()
    assert [one["status"] for one in sent["attempts"]][:3] == [500, 201, 429]


async def test_after_the_last_one_it_is_given_up(linear: LinearService, grace: Api, listener: Listener) -> None:
    await grace.http.post("/_control/hooks", json={"retry_seconds": [0]})
    await register(grace, listener.url)
    listener.statuses = [500, 500]
    await issue(grace)
    await listener.until(2)
    await issue(grace, "Another")
    assert (await listener.until(3))[2].said["data"]["title"] == "Another"
    assert [len(one.attempts) for one in linear.outbox.deliveries()] == [2, 1]


async def test_what_failed_waits_as_long_as_linear_does_and_not_for_a_webhook_that_is_gone(
    linear: LinearService, grace: Api, listener: Listener
) -> None:
    assert (await grace.http.get("/_control/hooks")).json() == {
        "timeout_seconds": 5,
        "retry_seconds": [60, 3600, 21600],
        "anywhere": False,
    }
    await grace.http.post("/_control/hooks", json={"retry_seconds": [0.2]})
    made = await register(grace, listener.url)
    listener.statuses = [500]
    await issue(grace)
    await listener.until(1)
    await grace.ask("mutation ($id: String!) { webhookDelete(id: $id) { success } }", id=made["id"])
    async with httpx2.AsyncClient(base_url=grace.http.base_url, timeout=20) as http:
        async with asyncio.timeout(COMES_WITHIN_SECONDS):
            while not (await http.get("/_control/deliveries")).json()[0]["over"]:
                pass
    assert len(listener.came) == 1


async def test_a_tampered_delivery_has_a_signature_that_does_not_fit(
    linear: LinearService, grace: Api, listener: Listener
) -> None:
    linear.fault("hook.Issue", "tamper")
    await register(grace, listener.url)
    await issue(grace)
    [came] = await listener.until(1)
    assert not is_signed(came)
    assert len(came.headers["linear-signature"]) == 64


async def test_webhooks_are_kept_over_restarts(tmp_path: Path) -> None:
    state = tmp_path / "linear.json"
    async with listening() as listener:
        for number in range(2):
            async with serve(create(state=state)) as url, httpx2.AsyncClient(base_url=url, timeout=10) as http:
                api = Api(http, key_of("grace"))
                if number == 0:
                    await register(api, listener.url)
                    continue
                await issue(api)
                assert is_signed((await listener.until(1))[0])
