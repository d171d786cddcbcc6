"""`threadwind tools login`: an operator signs in at a server by browser, and its tools can be locked."""

from __future__ import annotations

import asyncio
import json
import socket
import webbrowser
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing

import httpx2
import pytest
from cryptography.fernet import Fernet

from bot.connections.models import OPERATOR
from bot.connections.signed_in import Connections
from bot.vault import Vault
from playground.authorization import app as authorization
from playground.authorization.issuer import Issuer
from playground.services.notes import app as notes
from playground.store import free_port
from tests.stories.conftest import MakeWorld
from tests.workers.commands.conftest import Ran, Threadwind
from workers.tools import lock

KEY = Fernet.generate_key().decode()


@pytest.fixture
async def issuer(threadwind: Threadwind) -> AsyncIterator[Issuer]:
    """Who signs people in for `notes`, which stands in mcp.json."""
    async with authorization.running() as server, notes.running(server.issuer, server.issuer.url) as served:
        servers = {
            "notes": {"url": f"{served.url}/mcp"},
            "plain": {"url": "http://localhost:1/", "headers": {"Authorization": "Bearer service"}},
        }
        (threadwind.folder / "mcp.json").write_text(json.dumps({"mcpServers": servers}))
        server.issuer.switch(answered_by="ada")
        yield server.issuer


async def signs_in(threadwind: Threadwind, *, person: httpx2.AsyncClient, environment: dict[str, str]) -> Ran:
    """The operator runs the command, in a process of its own, and opens its link."""
    port = {"CALLBACK_PORT": str(free_port())}
    async with (
        threadwind.started("tools", "login", "notes", "--no-browser", **port, **environment) as process,
        asyncio.timeout(60),
    ):
        assert process.stdout is not None
        said = [(await process.stdout.readline()).decode() for _ in range(2)]
        assert said[1].startswith("http"), (said, (await process.communicate()))
        await visits(person, said[1].strip())
        out, err = await process.communicate()
    assert process.returncode is not None
    return Ran(process.returncode, out.decode(), err.decode())


async def signs_in_here(
    threadwind: Threadwind, *, person: httpx2.AsyncClient, environment: dict[str, str], press: bool = False
) -> Ran:
    """The same in this process, where the command opens the browser itself."""
    loop, links = asyncio.get_running_loop(), asyncio.Queue[str]()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(webbrowser, "open", lambda url: loop.call_soon_threadsafe(links.put_nowait, url))
        port = {"CALLBACK_PORT": str(free_port())}
        async with asyncio.timeout(60), asyncio.TaskGroup() as tasks:
            command = tasks.create_task(threadwind.here("tools", "login", "notes", **port, **environment))
            opened = tasks.create_task(links.get())
            await asyncio.wait({command, opened}, return_when=asyncio.FIRST_COMPLETED)
            assert opened.done(), command.result()
            await visits(person, opened.result(), press=press)
    ran = command.result()
    assert ran.out.splitlines()[1] == opened.result(), "the link is shown, too"
    return ran


async def visits(person: httpx2.AsyncClient, link: str, *, press: bool = False) -> None:
    """Follow the link to its end; with `press` the page there is ours, and has a button."""
    answer = await (person.post(link) if press else person.get(link))
    while answer.is_redirect:
        answer = await person.get(answer.headers["location"])


@pytest.fixture
async def person() -> AsyncIterator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient(follow_redirects=False, trust_env=False, timeout=15) as client:
        yield client


async def test_the_operator_signs_in_on_this_machine_and_locks_what_the_server_lists_to_them_only(
    threadwind: Threadwind, issuer: Issuer, redis_url: str, person: httpx2.AsyncClient
) -> None:
    environment = {"VAULT_KEYS": KEY, "REDIS_URL": redis_url}
    before = await threadwind.here("tools", "lock", "notes", "--yes", **environment)
    assert before.status == 1
    assert "threadwind tools login notes" in before.err

    ran = await signs_in(threadwind, person=person, environment=environment)
    assert ran.status == 0, ran.err
    assert "Next: threadwind tools lock notes" in ran.out

    after = await threadwind.here("tools", "lock", "notes", "--yes", **environment)
    assert after.status == 0, after.err
    assert "list_notes" in lock.read(threadwind.folder / "tools.lock.json").servers["notes"]


async def test_with_a_public_address_the_bot_hears_the_browser(
    make_world: MakeWorld, threadwind: Threadwind, issuer: Issuer, person: httpx2.AsyncClient
) -> None:
    port = free_port()
    world = await make_world(worker=False, vault_keys=KEY, public_url=f"http://localhost:{port}")
    _, _, own = world.url.rpartition(":")
    async with forwarded(port, int(own)):
        public = {"PUBLIC_URL": f"http://localhost:{port}"}
        environment = {"VAULT_KEYS": KEY, "REDIS_URL": world.settings.redis_url, **public}
        ran = await signs_in_here(threadwind, person=person, press=True, environment=environment)
    assert ran.status == 0, ran.err
    kept = await Connections(world.redis, Vault([KEY])).get(OPERATOR, "notes")
    assert kept is not None
    assert kept.refresh_token


async def test_a_refused_sign_in_and_a_busy_port_are_said(
    threadwind: Threadwind, issuer: Issuer, redis_url: str, person: httpx2.AsyncClient
) -> None:
    environment = {"VAULT_KEYS": KEY, "REDIS_URL": redis_url}
    issuer.switch(denies=True)
    ran = await signs_in_here(threadwind, person=person, environment=environment)
    assert ran.status == 1
    assert "was refused" in ran.err

    with closing(socket.socket()) as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        taken = str(busy.getsockname()[1])
        ran = await threadwind.here("tools", "login", "notes", "--no-browser", "--port", taken, **environment)
    assert ran.status == 1
    assert f"Port {taken} is in use" in ran.err


@pytest.mark.parametrize(
    ("name", "keys", "says"),
    [
        pytest.param("note", KEY, 'There is no server "note"', id="unknown"),
        pytest.param("plain", KEY, "takes no sign-in", id="without sign-in"),
        pytest.param("notes", "", "Set VAULT_KEYS first", id="without keys"),
    ],
)
async def test_what_stands_in_the_way_is_said_in_a_sentence(
    threadwind: Threadwind, issuer: Issuer, redis_url: str, name: str, keys: str, says: str
) -> None:
    ran = await threadwind.here("tools", "login", name, "--no-browser", VAULT_KEYS=keys, REDIS_URL=redis_url)
    assert ran.status == 1
    assert says in ran.err


@asynccontextmanager
async def forwarded(port: int, to: int) -> AsyncIterator[None]:
    """A proxy on `port`, as one stands before a bot with a public address."""

    async def copy(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        while chunk := await source.read(65_536):
            sink.write(chunk)
            await sink.drain()
        sink.close()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        back, there = await asyncio.open_connection("127.0.0.1", to)
        await asyncio.gather(copy(reader, there), copy(back, writer))

    async with await asyncio.start_server(serve, "127.0.0.1", port):
        yield
