"""The MCP face of GitHub, judged by the `mcp` client in both eras: tools, who sees which, sign-in, confirmation."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import httpx2
import mcp_types as types
import pytest

from playground.services.github.app import GitHubService, create, token_of
from playground.services.grants import Grant, Tokens
from playground.serving import serve
from tests.playground.services.conftest import Json, asked, bearing, over_http, refused

STORE = {"owner": "playground", "repo": "storefront"}
ERAS = pytest.mark.parametrize("mode", ["2026-07-28", "legacy"])

# The default toolsets of the remote server, as its documentation lists them.
DEFAULT = {
    "get_me",
    "get_teams",
    "get_team_members",
    "create_branch",
    "create_or_update_file",
    "create_repository",
    "delete_file",
    "delete_repository",
    "fork_repository",
    "get_commit",
    "get_file_contents",
    "get_latest_release",
    "get_release_by_tag",
    "get_tag",
    "list_branches",
    "list_commits",
    "list_releases",
    "list_repository_collaborators",
    "list_tags",
    "push_files",
    "search_code",
    "search_commits",
    "search_repositories",
    "add_issue_comment",
    "get_label",
    "issue_read",
    "issue_write",
    "list_issue_fields",
    "list_issue_types",
    "list_issues",
    "search_issues",
    "sub_issue_write",
    "add_comment_to_pending_review",
    "add_reply_to_pull_request_comment",
    "create_pull_request",
    "list_pull_requests",
    "merge_pull_request",
    "pull_request_read",
    "pull_request_review_write",
    "search_pull_requests",
    "update_pull_request",
    "update_pull_request_branch",
    "search_users",
}


async def tools_at(url: str, token: str, headers: Mapping[str, str] | None = None) -> dict[str, types.Tool]:
    async with over_http(url, token, headers=headers) as client:
        return {one.name: one for one in (await client.list_tools()).tools}


# ---- which tools


@ERAS
async def test_the_default_toolsets_have_the_official_names(github_url: str, mode: str) -> None:
    async with over_http(f"{github_url}/mcp/", token_of("ada"), mode=mode) as client:
        listed = [one.name for one in (await client.list_tools()).tools]
    assert len(listed) == len(DEFAULT) == 43
    assert set(listed) == DEFAULT


@pytest.mark.parametrize(
    ("path", "headers", "some", "others"),
    [
        ("/mcp/x/issues", {}, {"issue_read", "issue_write"}, {"get_me", "pull_request_read"}),
        ("/mcp/x/issues/readonly", {}, {"issue_read"}, {"issue_write"}),
        ("/mcp/readonly", {}, {"get_me", "list_branches"}, {"create_branch", "delete_repository"}),
        ("/mcp/x/all", {}, {"get_me", "label_write", "get_repository_tree", "search_orgs"}, set()),
        ("/mcp/x/nothing", {}, set(), {"get_me"}),
        ("/mcp/", {"X-MCP-Toolsets": "labels, git"}, {"get_label", "get_repository_tree"}, {"get_me", "issue_read"}),
        ("/mcp/", {"X-MCP-Toolsets": "default,labels"}, {"get_me", "label_write"}, {"get_repository_tree"}),
        ("/mcp/", {"X-MCP-Toolsets": "nothing"}, set(), {"get_me"}),
        ("/mcp/", {"X-MCP-Tools": "get_me,issue_write"}, {"get_me", "issue_write"}, {"issue_read"}),
        ("/mcp/", {"X-MCP-Toolsets": "users", "X-MCP-Tools": "get_me"}, {"get_me", "search_users"}, {"issue_read"}),
        ("/mcp/", {"X-MCP-Tools": "issue_write", "X-MCP-Readonly": "true"}, set(), {"issue_write"}),
        ("/mcp/", {"X-MCP-Readonly": "off"}, {"issue_write"}, set()),
    ],
)
async def test_path_and_headers_choose_the_tools(
    github_url: str, path: str, headers: dict[str, str], some: set[str], others: set[str]
) -> None:
    names = set(await tools_at(f"{github_url}{path}", token_of("ada"), headers))
    assert some <= names
    assert not others & names


async def test_a_tool_that_is_not_chosen_cannot_be_called(github_url: str) -> None:
    async with over_http(f"{github_url}/mcp/readonly", token_of("ada")) as client:
        assert "unknown tool" in await refused(client, "issue_write", method="create", **STORE, title="x")


async def test_a_tool_that_does_not_exist_cannot_be_chosen(github_url: str) -> None:
    async with bearing(token_of("ada")) as http:
        response = await http.post(f"{github_url}/mcp/", headers={"X-MCP-Tools": "get_me,get_you"}, json={})
    assert (response.status_code, "get_you" in response.text) == (400, True)


async def test_annotations_and_schemas_are_written_as_github_writes_them(github_url: str) -> None:
    tools = await tools_at(f"{github_url}/mcp/", token_of("ada"))
    reading, writing, deleting = (tools[name] for name in ("issue_read", "issue_write", "delete_repository"))
    assert reading.annotations is not None
    assert reading.annotations.read_only_hint is True
    assert writing.annotations is not None
    assert writing.annotations.read_only_hint is False
    assert deleting.annotations is not None
    assert deleting.annotations.destructive_hint is True
    assert reading.input_schema["required"] == ["method", "owner", "repo", "issue_number"]
    assert reading.input_schema["properties"]["issue_number"]["type"] == "number"
    assert sorted(deleting.input_schema["properties"]) == ["owner", "repo"]  # the question is no parameter
    everything = json.dumps([one.input_schema for one in tools.values()])
    assert '"null"' not in everything
    assert "$ref" not in everything


# ---- who may


async def test_without_a_token_the_way_to_one_is_told(github: GitHubService) -> None:
    issuer = "http://127.0.0.1:9/issuer"
    async with serve(create(authorization_servers=[issuer])) as url, httpx2.AsyncClient() as http:
        response = await http.post(f"{url}/mcp/x/issues", json={})
        assert response.status_code == 401
        where = f"{url}/.well-known/oauth-protected-resource/mcp/x/issues"
        assert f'resource_metadata="{where}"' in response.headers["www-authenticate"]
        metadata = (await http.get(where)).json()
        assert metadata["resource"] == f"{url}/mcp/x/issues"
        assert metadata["authorization_servers"] == [issuer]
        assert {"repo", "read:org", "delete_repo"} <= set(metadata["scopes_supported"])
        assert (await http.get(f"{url}/.well-known/oauth-protected-resource")).json()["resource"] == f"{url}/mcp/"
        assert (await http.get(f"{url}/.well-known/oauth-protected-resource/elsewhere")).status_code == 404

        wrong = await http.post(f"{url}/mcp/", json={}, headers={"authorization": "Bearer ghp_wrong"})
        assert (wrong.status_code, 'error="invalid_token"' in wrong.headers["www-authenticate"]) == (401, True)


async def test_tokens_of_an_authorization_server_count_beside_the_static_ones() -> None:
    issued = Tokens({"issued": Grant("camille", frozenset({"repo"}))})
    async with serve(create(verifier=issued)) as url:
        async with over_http(f"{url}/mcp/", "issued") as client:
            assert (await asked(client, "get_me"))["login"] == "camille"
        async with over_http(f"{url}/mcp/", token_of("grace")) as client:
            assert (await asked(client, "get_me"))["login"] == "grace"


async def test_a_call_beyond_the_scopes_is_answered_with_the_scopes_it_needs(github_url: str) -> None:
    """All tools are seen: whoever signed in by OAuth may widen the grant."""
    call = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "get_teams", "arguments": {}}}
    async with bearing(token_of("ada", "oauth")) as http:
        response = await http.post(f"{github_url}/mcp/", json=call)
    assert response.status_code == 403
    assert 'error="insufficient_scope"' in response.headers["www-authenticate"]
    assert 'scope="read:org"' in response.headers["www-authenticate"]
    assert {"get_teams", "delete_repository"} <= set(await tools_at(f"{github_url}/mcp/", token_of("ada", "oauth")))


async def test_a_classic_token_does_not_see_what_its_scopes_cannot_do(github_url: str) -> None:
    names = set(await tools_at(f"{github_url}/mcp/", token_of("ada", "bare")))
    assert {"get_me", "issue_read", "get_file_contents", "search_users"} <= names  # reading of public repositories
    assert not {"issue_write", "get_teams", "delete_repository"} & names


async def test_two_people_see_different_things(github_url: str) -> None:
    payroll = {"method": "get", "owner": "playground", "repo": "payroll", "issue_number": 1}
    async with over_http(f"{github_url}/mcp/", token_of("grace")) as grace:
        assert (await asked(grace, "issue_read", **payroll))["title"] == "Bonus of the fourth quarter"
        assert await asked(grace, "get_teams") == [
            {"org": "playground", "teams": [{"name": slug, "slug": slug} for slug in ("engineering", "support")]}
        ]
    async with over_http(f"{github_url}/mcp/", token_of("ada")) as ada:
        assert "404 Not Found" in await refused(ada, "issue_read", **payroll)
        found = await asked(ada, "search_issues", query="bonus")
        assert found["total_count"] == 0


async def test_a_session_belongs_to_the_person_who_began_it(github_url: str) -> None:
    hello = {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "initialize",
        "params": {
            "protocolVersion": "2025-11-25",
            "capabilities": {},
            "clientInfo": {"name": "test", "version": "1"},
        },
    }
    shown = {"accept": "application/json, text/event-stream"}
    async with bearing(token_of("ada")) as ada, bearing(token_of("camille")) as camille:
        begun = await ada.post(f"{github_url}/mcp/", json=hello, headers=shown)
        session = {**shown, "mcp-session-id": begun.headers["mcp-session-id"]}
        listing = {"jsonrpc": "2.0", "id": 2, "method": "tools/list"}
        assert (await ada.post(f"{github_url}/mcp/", json=listing, headers=session)).status_code == 200
        assert (await camille.post(f"{github_url}/mcp/", json=listing, headers=session)).status_code == 404
        assert (await ada.delete(f"{github_url}/mcp/", headers=session)).status_code == 200


# ---- one store behind two faces


@ERAS
async def test_what_one_face_makes_the_other_shows(github_url: str, mode: str) -> None:
    async with (
        over_http(f"{github_url}/mcp/", token_of("ada"), mode=mode) as client,
        bearing(token_of("ada"), github_url) as rest,
    ):
        made = await asked(client, "issue_write", method="create", **STORE, title="From MCP", labels=["bug"])
        listed = (await rest.get("/repos/playground/storefront/issues")).json()
        [issue] = [one for one in listed if one["id"] == int(made["id"])]
        assert (issue["title"], issue["html_url"], issue["user"]["login"]) == ("From MCP", made["url"], "ada")

        comment = {"body": "From REST"}
        await rest.post(f"/repos/playground/storefront/issues/{issue['number']}/comments", json=comment)
        read = {"method": "get_comments", **STORE, "issue_number": issue["number"]}
        assert [one["body"] for one in await asked(client, "issue_read", **read)] == ["From REST"]


async def test_files_come_as_resources_and_folders_as_lists(github_url: str) -> None:
    async with over_http(f"{github_url}/mcp/", token_of("ada")) as client:
        result = await client.call_tool("get_file_contents", {**STORE, "path": "README.md"})
        said, embedded = result.content
        assert isinstance(said, types.TextContent)
        assert said.text.startswith("successfully downloaded text file")
        assert isinstance(embedded, types.EmbeddedResource)
        assert isinstance(embedded.resource, types.TextResourceContents)
        assert embedded.resource.text.startswith("# Storefront")
        assert [one["name"] for one in await asked(client, "get_file_contents", **STORE, path="/")] == [
            "README.md",
            "shop",
            "tests",
        ]


async def test_a_branch_with_files_becomes_a_reviewed_and_merged_pull_request(github_url: str) -> None:
    async with (
        over_http(f"{github_url}/mcp/", token_of("ada")) as ada,
        over_http(f"{github_url}/mcp/", token_of("camille")) as camille,
    ):
        await asked(ada, "create_branch", **STORE, branch="limit")
        files = [{"path": "shop/cart.py", "content": "LIMIT = 1000\n"}, {"path": "NEWS.md", "content": "# News\n"}]
        await asked(ada, "push_files", **STORE, branch="limit", files=files, message="Raise the limit")
        await ada.call_tool("delete_file", {**STORE, "path": "NEWS.md", "message": "No news", "branch": "limit"})
        made = await asked(ada, "create_pull_request", **STORE, title="Raise it", head="limit", base="main")
        number = {**STORE, "pullNumber": int(made["url"].rpartition("/")[2])}
        await asked(ada, "update_pull_request", **number, reviewers=["camille"], body="To 1000.")

        await camille.call_tool("pull_request_review_write", {"method": "create", **number})
        line = {"path": "shop/cart.py", "line": 1, "side": "RIGHT", "subjectType": "LINE", "body": "So many?"}
        await camille.call_tool("add_comment_to_pending_review", {**number, **line})
        assert await asked(ada, "pull_request_read", method="get_reviews", **number) == []  # it is pending
        submit = {"method": "submit_pending", **number, "event": "APPROVE", "body": "Fine"}
        await camille.call_tool("pull_request_review_write", submit)

        threads = await asked(ada, "pull_request_read", method="get_review_comments", **number)
        [comment] = threads["review_threads"][0]["comments"]
        await asked(ada, "add_reply_to_pull_request_comment", **number, commentId=comment["id"], body="Yes.")
        threads = await asked(ada, "pull_request_read", method="get_review_comments", **number)
        assert [one["body"] for one in threads["review_threads"][0]["comments"]] == ["So many?", "Yes."]
        diff = await ada.call_tool("pull_request_read", {"method": "get_diff", **number})
        assert "+LIMIT = 1000" in str(diff.content)

        assert (await asked(ada, "merge_pull_request", **number, merge_method="squash"))["merged"]
        after = await asked(ada, "pull_request_read", method="get", **number)
        assert (after["state"], after["merged"], after["requested_reviewers"]) == ("closed", True, [])


async def test_issues_come_page_by_page_under_a_cursor(github_url: str) -> None:
    seen, after = [], None
    async with over_http(f"{github_url}/mcp/", token_of("ada")) as client:
        for _ in range(3):
            more: Json = {"after": after} if after else {}
            page = await asked(client, "list_issues", **STORE, perPage=1, orderBy="CREATED_AT", direction="ASC", **more)
            seen += [issue["number"] for issue in page["issues"]]
            after = page["pageInfo"]["endCursor"]
        assert (seen, page["totalCount"], page["pageInfo"]["hasNextPage"]) == ([1, 2, 3], 3, False)
        assert "cursor" in await refused(client, "list_issues", **STORE, after="nonsense")


async def test_sub_issues_hang_below_one_parent(github_url: str) -> None:
    async with over_http(f"{github_url}/mcp/", token_of("ada")) as client:
        child = await asked(client, "issue_read", method="get", **STORE, issue_number=2)
        parent = {**STORE, "issue_number": 1, "sub_issue_id": child["id"]}
        await asked(client, "sub_issue_write", method="add", **parent)
        assert "422" in await refused(client, "sub_issue_write", method="add", **{**parent, "issue_number": 3})
        above = await asked(client, "issue_read", method="get_parent", **STORE, issue_number=2)
        assert above["parent"]["number"] == 1
        await asked(client, "sub_issue_write", method="remove", **parent)
        assert await asked(client, "issue_read", method="get_sub_issues", **STORE, issue_number=1) == []


# ---- deleting asks


def answering(action: str, name: str, questions: list[str]) -> Any:
    async def answer(_: Any, question: types.ElicitRequestParams) -> types.ElicitResult:
        questions.append(question.message)
        content = {"confirmation": name} if action == "accept" else None
        return types.ElicitResult(action=action, content=content)

    return answer


@ERAS
@pytest.mark.parametrize(
    ("action", "name", "is_deleted"),
    [("accept", "ada/notes", True), ("accept", "notes", False), ("decline", "", False), ("cancel", "", False)],
)
async def test_a_repository_is_deleted_only_under_its_full_name(
    github: GitHubService, github_url: str, mode: str, action: str, name: str, is_deleted: bool
) -> None:
    questions: list[str] = []
    elicitation = answering(action, name, questions)
    async with over_http(f"{github_url}/mcp/", token_of("ada"), mode=mode, elicitation_callback=elicitation) as client:
        result = await client.call_tool("delete_repository", {"owner": "ada", "repo": "notes"})
    assert len(questions) == 1
    assert "ada/notes" in questions[0]
    assert result.is_error is not is_deleted
    assert (github.hub.named("ada/notes") is None) is is_deleted


async def test_the_question_waits_for_its_answer_without_a_connection(github: GitHubService, github_url: str) -> None:
    """The modern era: one call is answered with what is asked, another one, later, brings the answer."""
    arguments = {"owner": "ada", "repo": "notes"}
    never = answering("cancel", "", [])
    async with over_http(f"{github_url}/mcp/", token_of("ada"), elicitation_callback=never) as client:
        asked_for = await client.session.call_tool("delete_repository", arguments, allow_input_required=True)
    assert isinstance(asked_for, types.InputRequiredResult)
    [key] = asked_for.input_requests or {}
    answer = types.ElicitResult(action="accept", content={"confirmation": "ada/notes"})
    async with over_http(f"{github_url}/mcp/", token_of("ada"), elicitation_callback=never) as client:
        await client.call_tool(
            "delete_repository", arguments, input_responses={key: answer}, request_state=asked_for.request_state
        )
    assert github.hub.named("ada/notes") is None


async def test_nobody_is_asked_who_may_not_delete(github_url: str) -> None:
    questions: list[str] = []
    elicitation = answering("accept", "playground/storefront", questions)
    async with over_http(f"{github_url}/mcp/", token_of("camille"), elicitation_callback=elicitation) as client:
        assert "403" in await refused(client, "delete_repository", **STORE)
    assert questions == []


# ---- faults


async def test_faults_hit_a_tool_by_its_name(github: GitHubService, github_url: str) -> None:
    github.fault("mcp.tools/call.get_me", "status", status=503)
    async with over_http(f"{github_url}/mcp/", token_of("ada")) as client:
        assert "error response" in await refused(client, "get_me")
        assert (await asked(client, "get_me"))["login"] == "ada"
    assert [seen.status for seen in github.requests("mcp.tools/call.get_me")] == [503, 200]
    assert {seen.person for seen in github.requests("mcp.tools/list")} <= {"ada"}


async def test_an_answer_that_is_lost_was_a_call_that_ran(github: GitHubService, github_url: str) -> None:
    github.fault("mcp.tools/call.issue_write", "lost")
    before = len(github.hub.contents.repositories["playground/storefront"].issues)
    with pytest.raises(ExceptionGroup):
        async with over_http(f"{github_url}/mcp/", token_of("ada")) as client:
            await client.call_tool("issue_write", {"method": "create", **STORE, "title": "Heard by nobody"})
    assert len(github.hub.contents.repositories["playground/storefront"].issues) == before + 1
