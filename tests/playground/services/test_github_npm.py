"""The REST face, judged by npm's `@modelcontextprotocol/server-github`: each of its 26 tools, over stdio."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator

import pytest
from mcp import Client

from playground.services.github.app import GitHubService, token_of
from tests.playground.services.conftest import asked, held, refused
from tests.servers import npm

STORE = {"owner": "playground", "repo": "storefront"}


@contextlib.asynccontextmanager
async def server_of(person: str, url: str, kind: str = "") -> AsyncIterator[Client]:
    environment = {"GITHUB_PERSONAL_ACCESS_TOKEN": token_of(person, kind)}
    redirects = {"https://api.github.com": url}
    async with npm.started(npm.GITHUB, environment=environment, redirects=redirects) as client:
        yield client


@pytest.fixture
async def ada(github_url: str) -> AsyncIterator[Client]:
    async with held(server_of("ada", github_url)) as client:
        yield client


async def test_it_has_the_26_tools_that_are_used_below(ada: Client) -> None:
    assert len((await ada.list_tools()).tools) == 26


async def test_repositories_are_found_made_and_forked(ada: Client) -> None:
    found = await asked(ada, "search_repositories", query="user:playground handbook")
    assert [one["full_name"] for one in found["items"]] == ["playground/handbook"]

    made = await asked(ada, "create_repository", name="engine", description="Ada's own", private=True)
    assert (made["full_name"], made["private"]) == ("ada/engine", True)
    fork = await asked(ada, "fork_repository", owner="hugo", repo="recipes")
    assert (fork["full_name"], fork["parent"]["full_name"]) == ("ada/recipes", "hugo/recipes")


async def test_files_are_read_and_folders_listed(ada: Client) -> None:
    readme = await asked(ada, "get_file_contents", **STORE, path="README.md")
    assert readme["content"].startswith("# Storefront")
    folder = await asked(ada, "get_file_contents", **STORE, path="shop", branch="round-half-even")
    assert [one["name"] for one in folder] == ["__init__.py", "cart.py", "checkout.py", "prices.py"]


async def test_a_file_is_written_on_a_new_branch_and_several_are_pushed(ada: Client) -> None:
    branch = await asked(ada, "create_branch", **STORE, branch="docs", from_branch="main")
    assert branch["ref"] == "refs/heads/docs"

    new = await asked(ada, "create_or_update_file", **STORE, path="a.md", content="one", message="Add a", branch="docs")
    again = await asked(
        ada, "create_or_update_file", **STORE, path="a.md", content="two", message="Change a", branch="docs"
    )
    assert again["commit"]["parents"][0]["sha"] == new["commit"]["sha"]

    files = [{"path": "b.md", "content": "bé"}, {"path": "deep/c.md", "content": "c"}]
    pushed = await asked(ada, "push_files", **STORE, branch="docs", files=files, message="Add b and c")
    commits = await asked(ada, "list_commits", **STORE, sha="docs", perPage=3)
    assert [one["commit"]["message"] for one in commits] == ["Add b and c", "Change a", "Add a"]
    assert commits[0]["sha"] == pushed["object"]["sha"]
    assert (await asked(ada, "get_file_contents", **STORE, path="a.md", branch="docs"))["content"] == "two"
    assert (await asked(ada, "get_file_contents", **STORE, path="b.md", branch="docs"))["content"] == "bé"


async def test_an_issue_is_opened_changed_commented_and_listed(ada: Client) -> None:
    issue = await asked(ada, "create_issue", **STORE, title="No tea", body="None.", labels=["bug"], assignees=["ada"])
    which = {**STORE, "issue_number": issue["number"]}
    await asked(ada, "update_issue", **which, title="No tea left", state="closed", labels=["question"])
    await asked(ada, "add_issue_comment", **which, body="There is coffee.")

    read = await asked(ada, "get_issue", **which)
    assert (read["title"], read["state"], read["comments"]) == ("No tea left", "closed", 1)
    assert [label["name"] for label in read["labels"]] == ["question"]
    closed = await asked(ada, "list_issues", **STORE, state="closed", sort="created", direction="desc")
    assert closed[0]["number"] == issue["number"]
    found = await asked(ada, "search_issues", q="repo:playground/storefront is:issue is:closed tea")
    assert [one["number"] for one in found["items"]] == [issue["number"]]


async def test_a_pull_request_goes_from_branch_to_merge(ada: Client, github: GitHubService, github_url: str) -> None:
    await asked(ada, "create_branch", **STORE, branch="limit")
    path, content = "shop/cart.py", "LIMIT = 1000\n"
    await asked(ada, "create_or_update_file", **STORE, path=path, content=content, message="Raise", branch="limit")
    pull = await asked(ada, "create_pull_request", **STORE, title="Raise the limit", head="limit", base="main")
    which = {**STORE, "pull_number": pull["number"]}

    [changed] = await asked(ada, "get_pull_request_files", **which)
    assert (changed["filename"], changed["status"]) == (path, "modified")
    assert "+LIMIT = 1000" in changed["patch"]
    async with server_of("camille", github_url) as camille:
        comments = [{"path": path, "line": 1, "body": "So many?"}]
        review = await asked(
            camille, "create_pull_request_review", **which, body="Fine", event="APPROVE", comments=comments
        )
    assert review["state"] == "APPROVED"
    assert [one["state"] for one in await asked(ada, "get_pull_request_reviews", **which)] == ["APPROVED"]
    [comment] = await asked(ada, "get_pull_request_comments", **which)
    assert (comment["body"], comment["user"]["login"]) == ("So many?", "camille")

    merged = await asked(ada, "merge_pull_request", **which, merge_method="squash")
    assert merged["merged"] is True
    assert (await asked(ada, "get_pull_request", **which))["merged_at"]
    assert (await asked(ada, "get_file_contents", **STORE, path=path))["content"] == content


async def test_the_pull_request_that_is_there_has_a_status_and_gets_behind(ada: Client) -> None:
    [pull] = await asked(ada, "list_pull_requests", **STORE, state="open")
    which = {**STORE, "pull_number": pull["number"]}
    status = await asked(ada, "get_pull_request_status", **which)
    assert (status["state"], status["total_count"]) == ("success", 2)

    await asked(ada, "create_or_update_file", **STORE, path="new.md", content="new", message="Go on", branch="main")
    assert await asked(ada, "update_pull_request_branch", **which) == {"success": True}
    [newest, *_] = await asked(ada, "list_commits", **STORE, sha=pull["head"]["ref"])
    assert newest["commit"]["message"] == "Merge branch 'main' into round-half-even"


async def test_code_and_people_are_found(ada: Client) -> None:
    code = await asked(ada, "search_code", q="LIMIT language:python repo:playground/storefront")
    assert [one["path"] for one in code["items"]] == ["shop/cart.py"]
    people = await asked(ada, "search_users", q="Grace")
    assert [one["login"] for one in people["items"]] == ["grace"]


async def test_two_people_see_different_repositories(ada: Client, github_url: str) -> None:
    async with server_of("grace", github_url) as grace:
        grace_sees = await asked(grace, "search_repositories", query="is:private")
    ada_sees = await asked(ada, "search_repositories", query="is:private")
    assert {one["full_name"] for one in grace_sees["items"]} == {"playground/storefront", "playground/payroll"}
    assert {one["full_name"] for one in ada_sees["items"]} == {"playground/storefront", "ada/notes"}
    assert "Not Found" in await refused(ada, "get_file_contents", owner="playground", repo="payroll", path="README.md")


async def test_what_github_refuses_reaches_the_model(ada: Client, github: GitHubService, github_url: str) -> None:
    assert "Not Found" in await refused(ada, "get_issue", **STORE, issue_number=99)
    twice = await refused(ada, "create_pull_request", **STORE, title="Again", head="round-half-even", base="main")
    assert "already exists" in twice
    github.fault("issues.list", "status", status=429, retry_after=1)
    assert "Rate Limit Exceeded" in await refused(ada, "list_issues", **STORE)
    async with server_of("nobody", github_url) as nobody:
        assert "Bad credentials" in await refused(nobody, "search_users", q="ada")
    async with server_of("ada", github_url, "bare") as bare:
        assert "not found" in await refused(bare, "create_issue", owner="hugo", repo="recipes", title="More salt")
