"""The MCP face of Linear, judged by the `mcp` client: over streamable HTTP in both eras, and over the older SSE."""

from __future__ import annotations

import contextlib
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
from mcp import Client
from mcp.client.sse import sse_client

from playground.authorization.grants import Grant
from playground.services.grants import Tokens
from playground.services.linear.app import LinearService, create, key_of, token_of
from playground.serving import serve
from tests.playground.services.conftest import asked, over_http, refused

OFFICIAL = {
    "list_issues", "get_issue", "save_issue", "list_comments", "save_comment", "delete_comment", "list_issue_statuses",
    "get_issue_status", "list_issue_labels", "create_issue_label", "list_projects", "get_project", "save_project",
    "list_project_labels", "list_milestones", "get_milestone", "save_milestone", "list_cycles", "list_teams",
    "get_team", "list_users", "get_user", "list_documents", "get_document", "create_document", "update_document",
    "list_initiatives", "get_initiative", "get_attachment", "create_attachment", "delete_attachment",
    "save_status_update",
}  # fmt: skip


@contextlib.asynccontextmanager
async def over_sse(url: str, token: str, mode: str = "auto") -> AsyncIterator[Client]:
    stream = sse_client(f"{url}/sse", headers={"authorization": f"Bearer {token}"})
    async with Client(stream, mode=mode, read_timeout_seconds=20) as client:
        yield client


@pytest.mark.parametrize("way", ["2026-07-28", "legacy", "sse"])
async def test_the_official_tools_are_there_on_every_way(linear_url: str, way: str) -> None:
    opening = (
        over_sse(linear_url, token_of("ada"), "legacy")
        if way == "sse"
        else over_http(f"{linear_url}/mcp", token_of("ada"), mode=way)
    )
    async with opening as client:
        tools = {one.name: one for one in (await client.list_tools()).tools}
        assert tools.keys() == OFFICIAL
        issue = await asked(client, "get_issue", id="ENG-1")
    assert issue["title"] == "Checkout fails for carts with more than 100 pieces"
    reading, saving = tools["list_issues"], tools["save_issue"]
    assert reading.annotations is not None
    assert reading.annotations.read_only_hint is True
    assert saving.annotations is not None
    assert saving.annotations.read_only_hint is False
    assert saving.input_schema["additionalProperties"] is False
    assert saving.input_schema["properties"]["assignee"]["type"] == ["string", "null"]
    assert "$ref" not in json.dumps(saving.input_schema)


async def test_which_projects_do_i_have(linear_url: str) -> None:
    async with over_http(f"{linear_url}/mcp", token_of("ada")) as client:
        listed = await asked(client, "list_projects")
    assert {one["name"]: one["status"]["name"] for one in listed["projects"]} == {
        "Checkout relaunch": "In Progress",
        "Help center": "Planned",
    }
    assert listed["hasNextPage"] is False


async def test_without_an_id_an_issue_is_made_and_with_one_changed(linear_url: str) -> None:
    async with over_http(f"{linear_url}/mcp", key_of("ada")) as client:
        made = await asked(
            client,
            "save_issue",
            title="No tea",
            team="Engineering",
            assignee="me",
            state="Todo",
            priority=2,
            labels=["bug"],
            project="Checkout relaunch",
            milestone="Large carts",
            dueDate="2026-12-24",
        )
        assert (made["id"], made["status"], made["assignee"]) == ("ENG-5", "Todo", "Ada Lovelace")
        assert (made["labels"], made["project"], made["dueDate"]) == (["Bug"], "Checkout relaunch", "2026-12-24")
        changed = await asked(client, "save_issue", id="eng-5", title="No tea left", assignee=None, blocks=["ENG-1"])
        assert (changed["title"], changed["status"]) == ("No tea left", "Todo")
        assert "assignee" not in changed
        full = await asked(client, "get_issue", id="ENG-1", includeRelations=True)
        assert full["relations"]["blockedBy"] == [{"id": "ENG-5", "title": "No tea left"}]
        await asked(client, "save_issue", id="ENG-5", removeBlocks=["ENG-1"])
        full = await asked(client, "get_issue", id="ENG-1", includeRelations=True)
        assert full["relations"]["blockedBy"] == []
        assert "title and team are required" in await refused(client, "save_issue", title="Without a team")
        assert "Could not find" in await refused(client, "save_issue", id="ENG-5", state="Nirvana")


async def test_a_parameter_that_is_not_known_is_accepted_and_does_nothing(linear_url: str) -> None:
    """As reported of the real server: the call succeeds, and nothing has changed."""
    async with over_http(f"{linear_url}/mcp", key_of("ada")) as client:
        saved = await asked(client, "save_issue", id="ENG-2", status="Done", assigneeId="ada")
        assert (saved["status"], saved["assignee"]) == ("Todo", "Camille Claudel")


@pytest.mark.parametrize(
    ("arguments", "names"),
    [
        ({"assignee": "me"}, {"ENG-1", "ENG-3"}),
        ({"assignee": "null"}, {"SUP-2"}),
        ({"team": "SUP"}, {"SUP-1", "SUP-2"}),
        ({"state": "started"}, {"ENG-1", "ENG-3", "SUP-1"}),
        ({"state": "In Review"}, {"ENG-3"}),
        ({"label": "Feature"}, {"ENG-2"}),
        ({"project": "help center"}, {"SUP-1"}),
        ({"priority": 1}, {"ENG-1"}),
        ({"query": "candles"}, {"ENG-1"}),
        ({"createdAt": "2026-10-06"}, {"ENG-3", "SUP-2"}),
    ],
)
async def test_issues_are_listed_by_what_people_call_things(
    linear_url: str, arguments: dict[str, Any], names: set[str]
) -> None:
    async with over_http(f"{linear_url}/mcp", key_of("ada")) as client:
        listed = await asked(client, "list_issues", **arguments)
    assert {one["id"] for one in listed["issues"]} == names


async def test_lists_go_on_under_a_cursor(linear_url: str) -> None:
    seen: list[str] = []
    more: dict[str, Any] = {}
    async with over_http(f"{linear_url}/mcp", key_of("ada")) as client:
        while True:
            page = await asked(client, "list_issues", limit=4, orderBy="createdAt", **more)
            seen += [one["id"] for one in page["issues"]]
            if not page["hasNextPage"]:
                break
            more = {"cursor": page["cursor"]}
        assert seen == ["ENG-3", "SUP-2", "SUP-1", "ENG-4", "ENG-2", "ENG-1"]
        assert "cursor" not in page
        assert "cursor is unknown" in await refused(client, "list_issues", cursor="nothing")


async def test_comments_projects_documents_and_updates(linear_url: str) -> None:
    async with over_http(f"{linear_url}/mcp", key_of("camille")) as client:
        said = await asked(client, "save_comment", issueId="ENG-2", body="Which prices?")
        await asked(client, "save_comment", parentId=said["id"], body="All.")
        await asked(client, "save_comment", id=said["id"], body="Which prices, please?")
        comments = (await asked(client, "list_comments", issueId="ENG-2"))["comments"]
        assert {one["body"] for one in comments} == {"Which prices, please?", "All."}
        await asked(client, "delete_comment", id=said["id"])
        assert (await asked(client, "list_comments", issueId="ENG-2"))["comments"] == []  # answers go along

        project = await asked(client, "save_project", name="Tea", addTeams=["SUP"], state="planned", lead="me")
        await asked(client, "save_milestone", project="Tea", name="Kettle", targetDate="2027-01-31")
        await asked(client, "save_project", id=project["id"], addTeams=["ENG"], summary="Enough for all")
        shown = await asked(client, "get_project", query="tea", includeMilestones=True)
        assert {team["key"] for team in shown["teams"]} == {"ENG", "SUP"}
        assert [one["name"] for one in shown["milestones"]] == ["Kettle"]
        assert (await asked(client, "get_milestone", project="Tea", query="Kettle"))["targetDate"] == "2027-01-31"
        update = await asked(client, "save_status_update", project="Tea", body="Water boils.", health="atRisk")
        assert update["user"]["name"] == "Camille Claudel"

        document = await asked(client, "create_document", title="Plan", content="# Plan", project="Tea")
        await asked(client, "update_document", id=document["slugId"], content="# The plan")
        assert (await asked(client, "get_document", id=document["id"]))["content"] == "# The plan"


async def test_files_are_attached_to_an_issue(linear_url: str) -> None:
    file = {"filename": "cart.txt", "contentType": "text/plain", "base64Content": "aGVsbG8="}
    async with over_http(f"{linear_url}/mcp", key_of("ada")) as client:
        made = await asked(client, "create_attachment", issue="ENG-2", **file)
        assert (await asked(client, "get_attachment", id=made["id"]))["title"] == "cart.txt"
        assert [one["id"] for one in (await asked(client, "get_issue", id="ENG-2"))["attachments"]] == [made["id"]]
        broken = {**file, "base64Content": "no"}
        assert "not valid Base64" in await refused(client, "create_attachment", issue="ENG-2", **broken)
        await asked(client, "delete_attachment", id=made["id"])
        assert "Could not find" in await refused(client, "get_attachment", id=made["id"])


async def test_teams_people_states_labels_and_cycles(linear_url: str) -> None:
    async with over_http(f"{linear_url}/mcp", key_of("grace")) as client:
        assert {one["key"] for one in (await asked(client, "list_teams"))["teams"]} == {"ENG", "SUP", "FIN"}
        team = await asked(client, "get_team", query="eng")
        assert (await asked(client, "get_user", query="me"))["isAdmin"] is True
        members = await asked(client, "list_users", team="Support")
        assert {one["displayName"] for one in members["users"]} == {"camille", "grace", "hugo"}
        states = await asked(client, "list_issue_statuses", team="ENG")
        assert [one["name"] for one in states][:2] == ["Backlog", "Todo"]
        assert (await asked(client, "get_issue_status", team="ENG", name="done"))["type"] == "completed"
        await asked(client, "create_issue_label", name="Tea", teamId="SUP")
        assert "Tea" not in {one["name"] for one in (await asked(client, "list_issue_labels", team="ENG"))["labels"]}
        assert "exists already" in await refused(client, "create_issue_label", name="bug")
        [current] = await asked(client, "list_cycles", teamId=team["id"], type="current")
        assert current["isActive"] is True
        assert [one["name"] for one in (await asked(client, "list_initiatives"))["initiatives"]] == ["Large customers"]


async def test_two_people_see_different_things(linear_url: str) -> None:
    async with over_http(f"{linear_url}/mcp", key_of("grace")) as grace:
        assert (await asked(grace, "get_issue", id="FIN-1"))["title"] == "Bonus of the fourth quarter"
    async with over_http(f"{linear_url}/mcp", key_of("hugo")) as hugo:
        assert "Could not find" in await refused(hugo, "get_issue", id="FIN-1")
        assert "Could not find" in await refused(hugo, "get_issue", id="ENG-1")
        assert {one["team"] for one in (await asked(hugo, "list_issues"))["issues"]} == {"Support"}


async def test_whoever_may_only_read_is_told_so(linear_url: str) -> None:
    async with over_http(f"{linear_url}/mcp", token_of("ada", "read")) as reader:
        assert (await asked(reader, "get_issue", id="ENG-1"))["id"] == "ENG-1"
        assert "`write` required" in await refused(reader, "save_issue", id="ENG-1", title="x")


async def test_what_one_face_makes_the_other_shows(linear_url: str) -> None:
    async with (
        over_http(f"{linear_url}/mcp", token_of("ada")) as client,
        httpx2.AsyncClient(base_url=linear_url, headers={"authorization": key_of("camille")}) as http,
    ):
        made = await asked(client, "save_issue", title="From MCP", team="ENG")
        query = f'{{ issue(id: "{made["id"]}") {{ title url creator {{ displayName }} }} }}'
        shown = (await http.post("/graphql", json={"query": query})).json()["data"]["issue"]
        assert shown == {"title": "From MCP", "url": made["url"], "creator": {"displayName": "ada"}}
        change = f'mutation {{ issueUpdate(id: "{made["id"]}", input: {{title: "From GraphQL"}}) {{ success }} }}'
        await http.post("/graphql", json={"query": change})
        assert (await asked(client, "get_issue", id=made["id"]))["title"] == "From GraphQL"


@pytest.mark.parametrize("path", ["/mcp", "/sse"])
async def test_without_a_token_the_way_to_one_is_told(path: str) -> None:
    issuer = "http://127.0.0.1:9/issuer"
    async with serve(create(authorization_servers=[issuer])) as url, httpx2.AsyncClient() as http:
        response = await (http.get(f"{url}/sse") if path == "/sse" else http.post(f"{url}/mcp", json={}))
        assert response.status_code == 401
        where = f"{url}/.well-known/oauth-protected-resource{path}"
        assert response.headers["www-authenticate"].startswith("Bearer ")
        assert f'resource_metadata="{where}"' in response.headers["www-authenticate"]
        metadata = (await http.get(where)).json()
        assert (metadata["resource"], metadata["authorization_servers"]) == (f"{url}{path}", [issuer])
        assert (await http.get(f"{url}/.well-known/oauth-protected-resource")).json()["resource"] == f"{url}/mcp"


async def test_messages_to_another_persons_stream_find_nothing(linear_url: str) -> None:
    async with httpx2.AsyncClient(base_url=linear_url) as http:
        shown = {"authorization": f"Bearer {token_of('ada')}"}
        async with http.stream("GET", "/sse", headers=shown) as stream:
            lines = stream.aiter_lines()
            address = ""
            async for line in lines:
                if line.startswith("data: "):
                    address = line.removeprefix("data: ")
                    break
            hello = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
            other = await http.post(address, json=hello, headers={"authorization": f"Bearer {token_of('camille')}"})
            nobody = await http.post(address, json=hello)
    assert (other.status_code, nobody.status_code) == (404, 401)


async def test_tokens_of_an_authorization_server_count_beside_the_static_ones() -> None:
    issued = Tokens({"issued": Grant("camille", frozenset({"read"})), "stranger": Grant("iris", frozenset({"read"}))})
    async with serve(create(verifier=issued)) as url:
        async with over_http(f"{url}/mcp", "issued") as client:
            assert (await asked(client, "get_user", query="me"))["displayName"] == "camille"
        async with over_http(f"{url}/mcp", "stranger") as stranger:  # known to the company, not to this workspace
            assert "authenticate" in await refused(stranger, "get_user", query="me")


async def test_faults_hit_a_tool_by_its_name(linear: LinearService, linear_url: str) -> None:
    linear.fault("mcp.tools/call.list_teams", "status", status=500)
    async with over_http(f"{linear_url}/mcp", token_of("ada")) as client:
        assert "error response" in await refused(client, "list_teams")
        assert len((await asked(client, "list_teams"))["teams"]) == 2
    assert [seen.status for seen in linear.requests("mcp.tools/call.list_teams")] == [500, 200]
