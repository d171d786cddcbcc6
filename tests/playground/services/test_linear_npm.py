"""The GraphQL face, judged by two Linear servers from npm over stdio: their own queries, and those of Linear's SDK."""

from __future__ import annotations

import contextlib
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from mcp import Client

from playground.services.linear.app import LinearService, key_of, token_of
from playground.serving import serve
from tests.playground.services.conftest import asked, held, refused
from tests.servers import npm

pytestmark = pytest.mark.asyncio(loop_scope="module")

REDIRECTED = "https://api.linear.app"


@contextlib.asynccontextmanager
async def plain_of(token: str, url: str) -> AsyncIterator[Client]:
    """`mcp-server-linear`."""
    environment = {"LINEAR_ACCESS_TOKEN": token}
    async with npm.started(npm.LINEAR, environment=environment, redirects={REDIRECTED: url}) as client:
        yield client


@contextlib.asynccontextmanager
async def tactic_of(environment: dict[str, str], url: str) -> AsyncIterator[Client]:
    """`@tacticlaunch/mcp-linear`."""
    async with npm.started(npm.TACTIC_LINEAR, environment=environment, redirects={REDIRECTED: url}) as client:
        yield client


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def linear_url(one_linear: LinearService) -> AsyncIterator[str]:
    async with serve(one_linear) as url:
        yield url


@pytest.fixture(autouse=True)
def linear(one_linear: LinearService) -> LinearService:
    """Begins anew for every test; the servers beside it go on, for they take a second to start."""
    one_linear.reset()
    return one_linear


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def plain(linear_url: str) -> AsyncIterator[Client]:
    """Ada's, with a personal key."""
    async with held(plain_of(key_of("ada"), linear_url)) as client:
        yield client


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def tactic(linear_url: str) -> AsyncIterator[Client]:
    """Ada's, with a personal key."""
    async with held(tactic_of({"LINEAR_API_KEY": key_of("ada")}, linear_url)) as client:
        yield client


async def team_of(client: Client) -> dict[str, Any]:
    found = await asked(client, "linear_get_teams")
    team: dict[str, Any] = next(one for one in found["teams"]["nodes"] if one["key"] == "ENG")
    return team


# ---- mcp-server-linear


async def test_plain_it_has_24_tools(plain: Client) -> None:
    assert len((await plain.list_tools()).tools) == 24


async def test_plain_the_viewer_and_her_teams(plain: Client) -> None:
    viewer = (await asked(plain, "linear_get_user"))["viewer"]
    assert viewer["email"] == "ada@playground.example"
    assert [one["key"] for one in viewer["teams"]["nodes"]] == ["ENG"]
    team = await team_of(plain)
    assert [one["name"] for one in team["states"]["nodes"]][-3:] == ["In Progress", "Todo", "Backlog"]
    assert {one["name"] for one in team["labels"]["nodes"]} == {"Bug", "Feature", "Improvement"}


async def test_plain_issues_are_created_edited_found_and_deleted(plain: Client) -> None:
    team = await team_of(plain)
    states = {one["name"]: one["id"] for one in team["states"]["nodes"]}
    made = await asked(plain, "linear_create_issue", title="No tea", description="None.", teamId=team["id"], priority=2)
    name = made["issueCreate"]["issue"]["identifier"]
    assert name == "ENG-5"

    issue = (await asked(plain, "linear_get_issue", identifier=name))["issue"]
    assert (issue["state"]["name"], issue["priority"]) == ("Backlog", 2)
    await asked(plain, "linear_edit_issue", issueId=issue["id"], stateId=states["Done"], title="No tea left")
    await plain.call_tool("linear_bulk_update_issues", {"issueIds": [issue["id"]], "update": {"priority": 4}})
    found = await asked(plain, "linear_search_issues_by_identifier", identifiers=[name, "ENG-1"])
    shown = {one["identifier"]: one for one in found["issues"]["nodes"]}
    assert (shown[name]["title"], shown[name]["state"]["type"], shown[name]["priority"]) == (
        "No tea left",
        "completed",
        4,
    )
    assert len(shown["ENG-1"]["comments"]["nodes"]) == 2

    await plain.call_tool("linear_delete_issue", {"id": issue["id"]})
    assert "not found" in await refused(plain, "linear_get_issue", identifier=name)


async def test_plain_searches_come_in_pages(plain: Client) -> None:
    team = await team_of(plain)
    seen: list[str] = []
    after: dict[str, str] = {}
    for _ in range(2):
        page = (await asked(plain, "linear_search_issues", teamIds=[team["id"]], first=3, **after))["issues"]
        seen += [one["identifier"] for one in page["nodes"]]
        after = {"after": page["pageInfo"]["endCursor"]}
    assert sorted(seen) == ["ENG-1", "ENG-2", "ENG-3", "ENG-4"]
    assert page["pageInfo"]["hasNextPage"] is False
    urgent = await asked(plain, "linear_search_issues", priority=1, states=["In Progress"])
    assert [one["identifier"] for one in urgent["issues"]["nodes"]] == ["ENG-1"]


async def test_plain_projects_come_with_issues_and_milestones(plain: Client) -> None:
    team = (await team_of(plain))["id"]
    issues = [{"title": "Buy tea", "description": "Green.", "teamId": team}]
    made = await plain.call_tool(
        "linear_create_project_with_issues", {"project": {"name": "Tea", "teamIds": [team]}, "issues": issues}
    )
    assert "ENG-5: Buy tea" in npm.words(made)
    named = await asked(plain, "linear_list_projects", filter={"name": {"eq": "Tea"}})
    [project] = named["projects"]["nodes"]
    first = await asked(plain, "linear_create_project_milestone", projectId=project["id"], name="Kettle")
    milestone = first["projectMilestoneCreate"]["projectMilestone"]["id"]
    await asked(plain, "linear_update_project_milestone", id=milestone, name="Two kettles", targetDate="2027-01-31")
    shown = (await asked(plain, "linear_get_project", id=project["id"]))["project"]
    [kept] = shown["projectMilestones"]["nodes"]
    assert (kept["name"], kept["targetDate"]) == ("Two kettles", "2027-01-31")
    of_project = {"project": {"id": {"eq": project["id"]}}}
    listed = await asked(plain, "linear_get_project_milestones", projectId=project["id"], filter=of_project)
    assert [one["id"] for one in listed["projectMilestones"]["nodes"]] == [milestone]
    await asked(plain, "linear_delete_project_milestone", id=milestone)
    assert (await asked(plain, "linear_get_project", id=project["id"]))["project"]["projectMilestones"]["nodes"] == []
    more = await plain.call_tool("linear_create_issues", {"issues": issues * 2})
    assert "Successfully created 2 issues" in npm.words(more)


async def test_plain_comments_are_written_and_resolved(plain: Client) -> None:
    made = await asked(plain, "linear_create_comment", issueId="ENG-2", body="Which prices?")
    comment = made["comment"]["id"]
    await asked(plain, "linear_update_comment", id=comment, input={"body": "Which prices, all?"})
    await asked(plain, "linear_resolve_comment", id=comment)
    [kept] = (await asked(plain, "linear_get_issue", identifier="ENG-2"))["issue"]["comments"]["nodes"]
    assert kept["body"] == "Which prices, all?"
    assert kept["resolvedAt"]
    await asked(plain, "linear_unresolve_comment", id=comment)


async def test_plain_what_linears_schema_does_not_have_is_refused(plain: Client) -> None:
    """Three of its queries name fields that Linear's schema of today lacks."""
    assert "unknown field 'search'" in await refused(plain, "linear_search_issues", query="tea")
    assert "Cannot query field 'id'" in await refused(plain, "linear_delete_comment", id="x")
    assert "CustomerNeed" in await refused(
        plain, "linear_create_customer_need_from_attachment", attachmentId="x", title="y"
    )


async def test_plain_two_people_see_different_issues(plain: Client, linear_url: str) -> None:
    async with plain_of(token_of("grace"), linear_url) as grace:
        found = await asked(grace, "linear_get_issue", identifier="FIN-1")
        assert found["issue"]["title"] == "Bonus of the fourth quarter"
    teams = await asked(plain, "linear_get_teams")
    assert [one["key"] for one in teams["teams"]["nodes"]] == ["SUP", "ENG"]


async def test_plain_bad_keys_and_missing_scopes_are_told(linear_url: str) -> None:
    async with plain_of("lin_api_wrong", linear_url) as nobody:
        assert "Authentication required" in await refused(nobody, "linear_get_user")
    async with plain_of(token_of("ada", "read"), linear_url) as reader:
        assert "`write` required" in await refused(reader, "linear_create_comment", issueId="ENG-1", body="x")


# ---- @tacticlaunch/mcp-linear


async def test_tactic_who_and_where(tactic: Client) -> None:
    assert (await asked(tactic, "linear_getViewer"))["displayName"] == "ada"
    assert (await asked(tactic, "linear_getOrganization"))["urlKey"] == "playground"
    users = await asked(tactic, "linear_getUsers")
    assert {one["displayName"] for one in users} == {"ada", "camille", "grace", "hugo"}
    teams = await asked(tactic, "linear_getTeams")
    assert {one["key"] for one in teams} == {"ENG", "SUP"}
    team = next(one["id"] for one in teams if one["key"] == "ENG")
    states = await asked(tactic, "linear_getWorkflowStates", teamId=team)
    assert len(states) == 7
    labels = await asked(tactic, "linear_getTeamLabels", teamId=team)
    assert {one["name"] for one in labels} == {"Bug", "Feature", "Improvement"}
    assert len(await asked(tactic, "linear_getCycles", teamId=team)) == 4
    assert (await asked(tactic, "linear_getActiveCycle", teamId=team))["number"] > 0


async def test_tactic_an_answer_that_breaks_its_own_schema_is_no_result(tactic: Client) -> None:
    """Labels of the workspace have no team, and this server's output schema says that all have one."""
    with pytest.raises(RuntimeError, match="None is not of type 'object'"):
        await tactic.call_tool("linear_getLabels", {})


async def test_tactic_issues_from_first_to_last(tactic: Client) -> None:
    teams = await asked(tactic, "linear_getTeams")
    team = next(one["id"] for one in teams if one["key"] == "ENG")
    users = await asked(tactic, "linear_getUsers")
    camille = next(one["id"] for one in users if one["displayName"] == "camille")
    labels = {one["name"]: one["id"] for one in await asked(tactic, "linear_getTeamLabels", teamId=team)}

    made = await asked(
        tactic, "linear_createIssue", title="No tea", teamId=team, description="None.", dueDate="2026-12-24"
    )
    await asked(tactic, "linear_updateIssue", id=made["id"], title="No tea left", priority=1)
    await asked(tactic, "linear_assignIssue", issueId=made["id"], assigneeId=camille)
    await asked(tactic, "linear_addIssueLabel", issueId=made["id"], labelId=labels["Bug"])
    await asked(tactic, "linear_createComment", issueId=made["id"], body="There is coffee.")

    issue = await asked(tactic, "linear_getIssueById", id=made["id"])
    assert (issue["title"], issue["priority"], issue["dueDate"]) == ("No tea left", 1, "2026-12-24")
    assert (issue["assignee"]["name"], issue["state"]["name"]) == ("Camille Claudel", "Backlog")
    assert [one["name"] for one in issue["labels"]] == ["Bug"]
    assert [one["body"] for one in issue["comments"]] == ["There is coffee."]

    found = await asked(tactic, "linear_searchIssues", query="tea left", teamId=team)
    assert [one["id"] for one in found] == [made["id"]]
    await asked(tactic, "linear_removeIssueLabel", issueId=made["id"], labelId=labels["Bug"])
    await asked(tactic, "linear_archiveIssue", issueId=made["id"])
    assert made["id"] not in {one["id"] for one in await asked(tactic, "linear_getIssues", limit=50)}


async def test_tactic_projects_and_documents(tactic: Client) -> None:
    projects = await asked(tactic, "linear_getProjects")
    assert {one["name"] for one in projects} == {"Checkout relaunch", "Help center"}
    project = next(one for one in projects if one["name"] == "Checkout relaunch")
    assert (project["state"], project["lead"]["name"]) == ("started", "Ada Lovelace")
    issues = await asked(tactic, "linear_getProjectIssues", projectId=project["id"])
    assert {one["identifier"] for one in issues} == {"ENG-1", "ENG-2", "ENG-3"}
    milestones = await asked(tactic, "linear_getMilestones", projectId=project["id"])
    assert {one["name"] for one in milestones} == {"Large carts", "Prices with VAT"}
    updated = await asked(tactic, "linear_updateProject", id=project["id"], name="Checkout, relaunched")
    assert updated["name"] == "Checkout, relaunched"

    made = await asked(tactic, "linear_createDocument", title="Plan", content="# Plan", projectId=project["id"])
    await asked(tactic, "linear_updateDocument", id=made["id"], content="# The plan")
    assert (await asked(tactic, "linear_getDocumentById", id=made["id"]))["content"] == "# The plan"
    assert len(await asked(tactic, "linear_getDocuments")) == 2


async def test_tactic_waits_out_a_rate_limit(tactic: Client, linear: LinearService) -> None:
    linear.fault("graphql.viewer", "status", status=429, retry_after=0.05)
    assert (await asked(tactic, "linear_getViewer"))["displayName"] == "ada"
    assert [seen.status for seen in linear.requests("graphql.viewer")] == [429, 200]


async def test_tactic_takes_access_tokens_as_well(linear_url: str) -> None:
    async with tactic_of({"LINEAR_OAUTH_ACCESS_TOKEN": token_of("hugo")}, linear_url) as hugo:
        assert {one["key"] for one in await asked(hugo, "linear_getTeams")} == {"SUP"}
        assert "Entity not found" in json.dumps(await refused(hugo, "linear_getIssueById", id="ENG-1"))
