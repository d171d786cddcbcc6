"""Work through the MCP face of GitHub: with the REST face beside it, with a question before deleting, with faults."""

from __future__ import annotations

from typing import Any

import mcp_types as types
import pytest

from playground.services.github.app import GitHubService, token_of
from tests.playground.services.conftest import Json, asked, bearing, over_http, refused

STORE = {"owner": "playground", "repo": "storefront"}
ERAS = pytest.mark.parametrize("mode", ["2026-07-28", "legacy"])


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
