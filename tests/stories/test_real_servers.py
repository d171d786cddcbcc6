"""Other people's MCP servers, each used from a message in Slack to its effect and back."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import anyio
import pytest
from starlette.types import Receive, Scope, Send

from playground.agents_api.brains.steps import CallFunction
from playground.serving import serve
from playground.slack.models import Message
from playground.store import free_port
from tests.servers.npm import MODULES, needs
from tests.stories.conftest import MakeWorld
from tests.stories.tools import WITHOUT_NODE, agent, said
from tests.world import ADA, Thread, World, until

pytestmark = pytest.mark.usefixtures("servers_may_start_slowly")

EVERYTHING = "@modelcontextprotocol/server-everything/dist/index.js"
FILESYSTEM = "@modelcontextprotocol/server-filesystem/dist/index.js"


def script(name: str) -> tuple[str, str]:
    """Node, and the server's script as npm has installed it."""
    node = shutil.which("node")
    if node is None or not (MODULES / name).is_file():
        needs("the MCP servers from npm are not installed: npm ci --prefix tests/servers --ignore-scripts")
    return node, str(MODULES / name)


@contextlib.asynccontextmanager
async def everything(transport: str) -> AsyncIterator[dict[str, Any]]:
    """What mcp.json says of the server with everything, over `transport`; those over HTTP run beside the worker."""
    node, path = script(EVERYTHING)
    if transport == "stdio":
        yield {"all": {"command": node, "args": [path, "stdio"]}}
        return
    port = free_port()
    kind, end = ("sse", "sse") if transport == "sse" else ("http", "mcp")
    async with await anyio.open_process([node, path, transport], env={"PORT": str(port)}, stderr=None) as process:
        try:
            await until_open(port)
            yield {"all": {"type": kind, "url": f"http://127.0.0.1:{port}/{end}"}}
        finally:
            process.kill()


async def until_open(port: int) -> None:
    with anyio.fail_after(60):
        while True:
            with contextlib.suppress(OSError):
                async with await anyio.connect_tcp("127.0.0.1", port):
                    return
            await anyio.sleep(0.02)  # what is waited for is another process's door


async def a_page(scope: Scope, receive: Receive, send: Send) -> None:
    """A small website, for whoever comes along the loopback."""
    if scope["type"] != "http":
        return
    page = (
        b"" if scope["path"] == "/robots.txt" else b"<html><body><h1>Tide table</h1><p>High at noon.</p></body></html>"
    )
    start = {"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/html")]}
    await send(start)
    await send({"type": "http.response.body", "body": page})


def calls(world: World, *wanted: tuple[str, dict[str, Any]]) -> None:
    """The model will make these calls at once, then say that it is done."""
    world.mistral.script.will(*(CallFunction(name=name, arguments=arguments) for name, arguments in wanted))
    world.mistral.script.will_say("Done.")


def all_that_is_drawn(world: World) -> list[str]:
    """The blocks of each message, whenever it comes or changes from now on."""
    drawn: list[str] = []

    def see(change: object) -> None:
        if message := getattr(change, "message", None):
            drawn.append(str(message.blocks))

    world.slack.workspace.observers.append(see)
    return drawn


async def question_in(thread: Thread) -> Message:
    found: Message = await until(
        lambda: next((each for each in thread.ours if "answer_it" in str(each.blocks)), None), within=30
    )
    return found


@pytest.mark.parametrize("transport", ["stdio", "sse", "streamableHttp"])
async def test_the_server_with_everything_over_each_transport(make_world: MakeWorld, transport: str) -> None:
    async with everything(transport) as servers:
        world = await make_world(agents=agent("{all__*: auto}", tools="[all]"), servers=servers)
        calls(
            world,
            ("all__echo", {"message": "hello"}),
            ("all__get-sum", {"a": 2, "b": 3}),
            ("all__get-tiny-image", {}),
            ("all__get-resource-reference", {"resourceType": "Text", "resourceId": 1}),
            ("all__get-structured-content", {"location": "New York"}),
            ("all__get-resource-links", {"count": 2}),
            ("all__trigger-long-running-operation", {"duration": 3, "steps": 3}),
        )
        drawn = all_that_is_drawn(world)
        thread = await world.mention("do everything")
        await until(lambda: "Done." in thread.said, seen=lambda: thread.said)
        echo, total, image, resource, structured, links, long = said(world)
        assert echo == "Echo: hello"
        assert "5" in total
        assert "image/png" in image
        assert [file.mimetype for file in world.files_in(thread)] == ["image/png"]
        assert "Resource 1" in resource
        assert "temperature" in structured
        assert "[link: Blob Resource 1, demo://resource/dynamic/blob/1, text/plain]" in links
        assert "[link: Text Resource 2, demo://resource/dynamic/text/2, text/plain]" in links
        assert "Long running operation completed" in long
        assert any("(1 of 3)" in blocks for blocks in drawn), "how far it is stands on its card"
        assert not any(" of 3)" in str(message.blocks) for message in thread.ours)

        world.mistral.script.will_call("all__trigger-elicitation-request")
        world.mistral.script.will_call("all__trigger-url-elicitation", {"url": "https://example.com/there"})
        world.mistral.script.will_say("Thank you.")
        again = await world.mention("ask me")
        await world.click(await question_in(again), "answer_it")
        view = await world.view()
        assert await world.submit(view, {"field-0": "Ada", "field-6": "101"}) == {"field-6": "Enter 100 or less."}
        assert await world.submit(view, {"field-0": "Ada", "field-6": "7"}) == {}
        link = await until(lambda: next((each for each in world.whispered if each.ephemeral_for == ADA), None))
        assert "https://example.com/there" in str(link.blocks)
        assert "example.com" not in str([message.blocks for message in again.ours])
        await world.click(link, "done_it")
        await until(lambda: "Thank you." in again.said, seen=lambda: again.said)
        form, page = said(world)[-2:]
        assert "- Name: Ada" in form
        assert "- Favorite Integer: 7" in form
        assert "User completed the URL elicitation flow" in page


async def test_the_filesystem_server_writes_where_it_may_and_nowhere_else(
    make_world: MakeWorld, tmp_path: Path
) -> None:
    node, path = script(FILESYSTEM)
    shelf = tmp_path / "shelf"
    shelf.mkdir()
    servers = {"files": {"command": node, "args": [path, str(shelf)]}}
    world = await make_world(agents=agent("{files__*: auto}", tools="[files]"), servers=servers)
    calls(
        world,
        ("files__write_file", {"path": str(shelf / "tides.txt"), "content": "High at noon."}),
        ("files__write_file", {"path": str(tmp_path / "outside.txt"), "content": "High at noon."}),
    )
    thread = await world.mention("keep the tides")
    await until(lambda: "Done." in thread.said, seen=lambda: thread.said)
    assert (shelf / "tides.txt").read_text() == "High at noon."
    assert not (tmp_path / "outside.txt").exists()
    assert "outside allowed directories" in said(world)[1]


async def test_the_git_server_commits_what_was_staged(make_world: MakeWorld, tmp_path: Path) -> None:
    repository = tmp_path / "repository"
    subprocess.run(["git", "init", "-q", str(repository)], check=True)  # noqa: ASYNC221
    for name, value in (("user.name", "Ada"), ("user.email", "ada@example.com")):
        subprocess.run(["git", "-C", str(repository), "config", name, value], check=True)  # noqa: ASYNC221
    (repository / "notes.txt").write_text("tides")
    servers = {"git": {"command": "mcp-server-git", "args": ["--repository", str(repository)]}}
    world = await make_world(agents=agent("{git__*: auto}", tools="[git]"), servers=servers)
    world.mistral.script.will_call("git__git_add", {"repo_path": str(repository), "files": ["notes.txt"]})
    world.mistral.script.will_call("git__git_commit", {"repo_path": str(repository), "message": "Keep the tides"})
    world.mistral.script.will_say("It is committed.")
    thread = await world.mention("commit the notes")
    assert await thread.answered() == ["It is committed."]
    log = subprocess.run(  # noqa: ASYNC221
        ["git", "-C", str(repository), "log", "--format=%s"], check=True, capture_output=True, text=True
    )
    assert log.stdout.split("\n")[0] == "Keep the tides"


async def test_the_fetch_server_reads_a_page(make_world: MakeWorld) -> None:
    async with serve(a_page) as url:
        # The page lies on this machine, which the server reads for nobody unless it is told to.
        servers = {"fetch": {"command": "mcp-server-fetch", "args": ["--allow-private-ips"], **WITHOUT_NODE}}
        world = await make_world(agents=agent("{fetch__*: auto}", tools="[fetch]"), servers=servers)
        world.mistral.script.will_call("fetch__fetch", {"url": f"{url}/tides"})
        world.mistral.script.will_say("High at noon.")
        thread = await world.mention("when is high tide?")
        assert await thread.answered() == ["High at noon."]
        [result] = said(world)
        assert "High at noon." in result
