"""Real and ready MCP servers in a turn: from what a person says in Slack to what is then true there, and back."""

from __future__ import annotations

import subprocess
from collections.abc import AsyncIterator, Awaitable
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.responses import HTMLResponse
from starlette.routing import Route

from playground.services.github import app as github_app
from playground.services.github.app import GitHubService
from playground.services.github.models import Issue
from playground.services.linear import app as linear_app
from playground.services.linear.app import LinearService
from playground.serving import serve
from tests.servers import npm
from tests.stories import shipped
from tests.stories.conftest import MakeWorld
from tests.stories.shipped import SERVERS
from tests.stories.tools import WITHOUT_NODE, agent, results
from tests.world import CAMILLE, GENERAL, REPOSITORY, Thread, World, until, until_true

pytestmark = pytest.mark.usefixtures("servers_may_start_slowly")
STORE = {"owner": "playground", "repo": "storefront"}


@pytest.fixture(scope="module")
def one_github() -> GitHubService:
    """Its tools are made once: that takes longer than most tests."""
    return github_app.create()


@pytest.fixture
async def github(one_github: GitHubService) -> AsyncIterator[tuple[GitHubService, str]]:
    one_github.reset()
    async with serve(one_github) as url:
        yield one_github, url


@pytest.fixture
async def linear() -> AsyncIterator[tuple[LinearService, str]]:
    service = linear_app.create()
    async with serve(service) as url:
        yield service, url


async def allowed(world: World, thread: Thread, action: str = "approve") -> str:
    """All that was said, after the person allowed what was asked for."""
    await until(lambda: any("approve" in str(one.blocks) for one in thread.ours), seen=lambda: thread.said)
    await thread.rests()
    await world.click(next(one for one in thread.ours if "approve" in str(one.blocks)), action)

    async def is_over() -> bool:
        return (await thread.record())["state"] == "idle"

    await until_true(is_over, seen=lambda: thread.said)
    return "\n".join(thread.said)


def issues_of(github: GitHubService) -> dict[str, str]:
    """Title to author, in the storefront."""
    return {issue.title: issue.author for issue in all_issues(github)}


def all_issues(github: GitHubService) -> list[Issue]:
    repository = next(one for one in github.hub.contents.repositories.values() if one.name == STORE["repo"])
    return list(repository.issues.values())


async def with_github(make_world: MakeWorld, url: str) -> World:
    """The shipped agent and entry, at the stand-in instead."""
    here = {"https://api.githubcopilot.com": url, "${GITHUB_TOKEN}": github_app.token_of("ada")}
    return await make_world(
        agents=shipped.agent(SERVERS / "agents" / "coder.md"),
        servers={"github": shipped.entry(SERVERS / "mcp.json", "github", here)},
    )


async def test_an_issue_is_opened_at_github_with_the_ready_entry_after_a_yes(
    make_world: MakeWorld, github: tuple[GitHubService, str]
) -> None:
    service, url = github
    world = await with_github(make_world, url)
    world.mistral.script.will_call("github__search_issues", {"query": "repo:playground/storefront tea"})
    world.mistral.script.will_call("github__issue_write", {"method": "create", **STORE, "title": "No tea", "body": "-"})
    thread = await world.mention("open an issue in the storefront: no tea")
    assert "No tea" not in issues_of(service)
    assert "http" in await allowed(world, thread)
    assert issues_of(service)["No tea"] == "ada"


async def test_calls_from_a_channel_with_credentials_of_its_own_carry_these_whoever_asks(
    make_world: MakeWorld, github: tuple[GitHubService, str]
) -> None:
    service, url = github
    ada, grace = ({"Authorization": f"Bearer {github_app.token_of(name)}"} for name in ("ada", "grace"))
    entry = {"url": f"{url}/mcp/", "headers": ada, "channels": {GENERAL: {"headers": grace}}}
    world = await make_world(agents=agent("{github__*: auto}", tools="[github]"), servers={"github": entry})

    async def opens(title: str, ask: Awaitable[Thread]) -> None:
        world.mistral.script.will_call(
            "github__issue_write", {"method": "create", **STORE, "title": title, "body": "-"}
        )
        await (await ask).answered()

    await opens("In the channel", world.mention("open an issue", user=CAMILLE))
    await opens("Beside it", world.dm("open an issue"))
    await opens("In the channel again", world.mention("open an issue"))

    authors = issues_of(service)
    assert authors["In the channel"] == authors["In the channel again"] == "grace"
    assert authors["Beside it"] == "ada"
    seen = str([request.body for request in world.mistral.log.requests()])
    assert not [name for name in ("ada", "grace") if github_app.token_of(name) in seen]


async def test_always_for_opening_issues_is_none_for_changing_them(
    make_world: MakeWorld, github: tuple[GitHubService, str]
) -> None:
    service, url = github
    world = await with_github(make_world, url)

    async def written(method: str, **fields: Any) -> Thread:
        world.mistral.script.will_call("github__issue_write", {"method": method, **STORE, **fields})
        world.mistral.script.will_say("Done.")
        return await world.mention("write an issue")

    first = await written("create", title="No tea", body="-")
    await allowed(world, first, "approve_always")
    await (await written("create", title="No milk", body="-")).answered()
    assert {"No tea", "No milk"} <= set(issues_of(service))

    number = next(issue.number for issue in all_issues(service) if issue.title == "No tea")
    changed = await written("update", issue_number=number, title="No tea at all")
    await until(lambda: "approve" in str([one.blocks for one in changed.ours]), seen=lambda: changed.said)
    assert "No tea at all" not in issues_of(service)


async def test_an_issue_is_written_at_linear_with_the_ready_entry_after_a_yes(
    make_world: MakeWorld, linear: tuple[LinearService, str]
) -> None:
    """Without a sign-in: that stands in the announcement's third scenario."""
    service, url = linear
    entry = shipped.entry(SERVERS / "mcp.json", "linear", {"https://mcp.linear.app": url})
    key = {"headers": {"Authorization": f"Bearer {linear_app.key_of('ada')}"}}
    world = await make_world(agents=shipped.agent(SERVERS / "agents" / "tracker.md"), servers={"linear": entry | key})
    world.mistral.script.will_call("linear__list_teams")
    world.mistral.script.will_call("linear__delete_comment", {"id": "any"})
    world.mistral.script.will_call("linear__save_issue", {"title": "No tea", "team": "ENG"})
    thread = await world.mention("write an issue: no tea")
    assert "ENG-5" in await allowed(world, thread)
    assert "No tea" in {one.title for one in service.linear.contents.issues.values()}
    assert "There is no tool" in results(world)[1]
    assert "linear__delete_comment" not in given(world)


async def test_npms_github_server_opens_an_issue_after_a_yes(
    make_world: MakeWorld, github: tuple[GitHubService, str]
) -> None:
    service, url = github
    token = {"GITHUB_PERSONAL_ACCESS_TOKEN": github_app.token_of("camille")}
    described = npm.described(npm.GITHUB, environment=token, redirects={"https://api.github.com": url})
    world = await make_world(agents=agent("{}", tools="[github]"), servers={"github": described})
    world.mistral.script.will_call("github__create_issue", {**STORE, "title": "No tea", "body": "None left."})
    thread = await world.mention("open an issue in the storefront: no tea")
    assert "No tea" in await allowed(world, thread)
    assert issues_of(service)["No tea"] == "camille"


async def test_an_npm_linear_server_makes_an_issue_after_a_yes(
    make_world: MakeWorld, linear: tuple[LinearService, str]
) -> None:
    service, url = linear
    key = {"LINEAR_ACCESS_TOKEN": linear_app.key_of("ada")}
    described = npm.described(npm.LINEAR, environment=key, redirects={"https://api.linear.app": url})
    world = await make_world(
        agents=agent("{linear__linear_get_teams: auto}", tools="[linear]"), servers={"linear": described}
    )
    [team] = [one for one in service.linear.contents.teams.values() if one.key == "ENG"]
    world.mistral.script.will_call("linear__linear_get_teams")
    world.mistral.script.will_call(
        "linear__linear_create_issue", {"title": "No tea", "description": "None.", "teamId": team.id}
    )
    thread = await world.mention("write an issue: no tea")
    assert "ENG-5" in await allowed(world, thread)
    [made] = [one for one in service.linear.contents.issues.values() if one.title == "No tea"]
    assert service.linear.contents.users[made.creator_id].display_name == "ada"


async def test_an_npm_linear_server_with_198_tools_is_used_by_a_toolset(
    make_world: MakeWorld, linear: tuple[LinearService, str]
) -> None:
    _, url = linear
    described = npm.described(
        npm.TACTIC_LINEAR,
        environment={"LINEAR_API_KEY": linear_app.key_of("ada")},
        redirects={"https://api.linear.app": url},
    )
    narrowed = {**described, "trusted": True, "include": ["linear_getProjects", "linear_getTeams"]}
    world = await make_world(agents=agent("{}", tools="[linear]"), servers={"linear": narrowed})
    world.mistral.script.will_call("linear__linear_getProjects")
    thread = await world.mention("which projects do I have?")
    [said] = await thread.answered()
    assert "Checkout" in said
    assert given(world) == {"linear__linear_getProjects", "linear__linear_getTeams"}


async def test_a_time_is_converted_at_once_by_the_agent_that_comes_along(make_world: MakeWorld) -> None:
    world = await make_world(
        agents=shipped.agent(REPOSITORY / "agents" / "timekeeper.md"),
        servers={"time": shipped.entry(SERVERS / "mcp.json", "time")},
    )
    moment = {"source_timezone": "Asia/Tokyo", "time": "09:00", "target_timezone": "UTC"}
    world.mistral.script.will_call("time__convert_time", moment)
    thread = await world.mention("when it is nine in Tokyo, what time is it in UTC?")
    [said] = await thread.answered()
    assert "T00:00:00+00:00" in said
    assert "-9.0h" in said


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "repository"
    who = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org"]
    subprocess.run(["git", "init", "-q", "-b", "main", str(folder)], check=True)
    (folder / "tea.txt").write_text("none\n")
    subprocess.run(["git", *who, "-C", str(folder), "add", "."], check=True)
    subprocess.run(["git", *who, "-C", str(folder), "commit", "-qm", "Run out of tea"], check=True)
    return folder


async def test_the_history_of_a_repository_is_told_by_an_agent_that_cannot_change_it(
    make_world: MakeWorld, repository: Path
) -> None:
    entry = shipped.entry(SERVERS / "mcp.json", "git", {"${GIT_REPOSITORY}": str(repository)})
    world = await make_world(agents=shipped.agent(SERVERS / "agents" / "historian.md"), servers={"git": entry})
    world.mistral.script.will_call("git__git_log", {"repo_path": str(repository)})
    world.mistral.script.will_call("git__git_commit", {"repo_path": str(repository), "message": "Change it"})
    thread = await world.mention("what happened?")
    await thread.answered()
    said = results(world)
    assert "Run out of tea" in said[0]
    assert "There is no tool" in said[1]


async def test_a_branch_is_made_in_a_repository_after_a_yes(make_world: MakeWorld, repository: Path) -> None:
    entry = shipped.entry(SERVERS / "mcp.json", "git", {"${GIT_REPOSITORY}": str(repository)})
    world = await make_world(agents=agent("{}", tools="[git]"), servers={"git": entry})
    world.mistral.script.will_call("git__git_create_branch", {"repo_path": str(repository), "branch_name": "tea"})
    await allowed(world, await world.mention("make a branch"))
    assert (repository / ".git" / "refs" / "heads" / "tea").exists()


async def test_a_file_is_written_after_a_yes(make_world: MakeWorld, tmp_path: Path) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    server = npm.described(npm.FILESYSTEM, environment={}, redirects={})
    entry = shipped.entry(SERVERS / "mcp.json", "files", {"${FILES_FOLDER}": str(folder)})
    entry |= {"command": server["command"], "args": [*server["args"], *entry["args"]]}
    world = await make_world(agents=shipped.agent(SERVERS / "agents" / "archivist.md"), servers={"files": entry})
    world.mistral.script.will_call("files__list_directory", {"path": str(folder)})
    world.mistral.script.will_call("files__write_file", {"path": str(folder / "tea.txt"), "content": "none"})
    thread = await world.mention("write down that there is no tea")
    assert "tea.txt" in await allowed(world, thread)
    assert (folder / "tea.txt").read_text() == "none"


async def test_a_page_is_fetched_after_a_yes(make_world: MakeWorld) -> None:
    page = Route("/", lambda request: HTMLResponse("<html><body><p>There is no tea left today.</p></body></html>"))
    async with serve(Starlette(routes=[page])) as url:
        its = {"args": ["--allow-private-ips"], **WITHOUT_NODE}  # it is on this machine
        entry = shipped.entry(SERVERS / "mcp.json", "fetch") | its
        world = await make_world(agents=shipped.agent(SERVERS / "agents" / "reader.md"), servers={"fetch": entry})
        world.mistral.script.will_call("fetch__fetch", {"url": f"{url}/"})
        assert "no tea left" in await allowed(world, await world.mention(f"read {url}/"))


def given(world: World) -> set[str]:
    """The names of the tools that the model was told of."""
    [start] = world.mistral.log.requests("conversations.start")
    tools: list[dict[str, Any]] = (start.body or {})["tools"]
    return {tool["function"]["name"] for tool in tools}
