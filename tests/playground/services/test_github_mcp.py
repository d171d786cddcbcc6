"""The MCP face of GitHub, judged by the `mcp` client in both eras: which tools there are, and who may."""

from __future__ import annotations

import json
from collections.abc import Mapping

import httpx2
import mcp_types as types
import pytest

from playground.authorization.grants import Grant
from playground.services.github.app import GitHubService, create, token_of
from playground.services.grants import Tokens
from playground.serving import serve
from tests.playground.services.conftest import asked, bearing, over_http, refused

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
