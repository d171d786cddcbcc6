"""`threadwind tools lock`: asks servers, writes the file, and says what became of each.

They run in the test's own process; one that is a process, in one test, costs as much as all others together.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

import pytest
from mcp.server import MCPServer

from playground import serving
from playground.services.odd.server import build
from tests.workers.commands.conftest import Threadwind
from tests.world import REPOSITORY
from workers.tools import lock

ODD_APART = {"command": "python", "args": ["-m", "playground.services.odd"], "cwd": str(REPOSITORY)}
DEAD = {"command": "python", "args": ["-c", "raise SystemExit"]}
Reached = Callable[[MCPServer], Awaitable[dict[str, Any]]]


@pytest.fixture
def serve(threadwind: Threadwind) -> Any:
    def write(**servers: Any) -> None:
        (threadwind.folder / "mcp.json").write_text(json.dumps({"mcpServers": servers}))

    return write


@pytest.fixture
async def reached() -> AsyncIterator[Reached]:
    """Starts a server, and gives what mcp.json says of it."""
    async with AsyncExitStack() as stack:

        async def start(server: MCPServer) -> dict[str, Any]:
            url = await stack.enter_async_context(serving.serve(server.streamable_http_app()))
            return {"url": f"{url}/mcp", "headers": {"Authorization": "Bearer service"}}

        yield start


@pytest.fixture
async def odd(reached: Reached) -> dict[str, Any]:
    return await reached(build())


async def test_all_servers_are_locked_and_told(threadwind: Threadwind, serve: Any, odd: dict[str, Any]) -> None:
    serve(odd=odd)
    first = await threadwind.here("tools", "lock", "--yes")
    assert first.status == 0, first.err
    found = lock.read(threadwind.folder / "tools.lock.json").servers["odd"]
    assert first.out.splitlines() == [f"odd: {len(found)} tools.", *(f"  + {name}" for name in sorted(found))]
    again = await threadwind.here("tools", "lock", "--yes")
    assert again.out == f"odd: {len(found)} tools, as locked before.\n"


async def test_a_server_that_cannot_be_asked_keeps_its_entry(threadwind: Threadwind, serve: Any) -> None:
    serve(odd=ODD_APART)
    assert (await threadwind.here("tools", "lock", "--yes")).status == 0
    before = (threadwind.folder / "tools.lock.json").read_bytes()
    serve(odd=DEAD, new=DEAD)
    ran = await threadwind.here("tools", "lock", "--yes")
    assert ran.status == 1
    assert "odd: its entry stays as it was. " in ran.err
    assert "new: it has no entry yet. " in ran.err
    assert (threadwind.folder / "tools.lock.json").read_bytes() == before


async def test_one_server_alone_leaves_the_others_and_a_gone_one_is_taken_out(
    threadwind: Threadwind, serve: Any, odd: dict[str, Any]
) -> None:
    serve(odd=odd, even=odd)
    await threadwind.here("tools", "lock", "--yes")
    serve(even=odd)
    assert "even: " in (await threadwind.here("tools", "lock", "even", "--yes")).out
    assert sorted(lock.read(threadwind.folder / "tools.lock.json").servers) == ["even", "odd"]
    assert (await threadwind.here("tools", "lock", "--yes")).out.endswith(
        "odd: taken out; mcp.json names it no more.\n"
    )
    assert sorted(lock.read(threadwind.folder / "tools.lock.json").servers) == ["even"]


async def test_a_server_left_out_for_a_missing_variable_keeps_its_entry(
    threadwind: Threadwind, serve: Any, odd: dict[str, Any]
) -> None:
    serve(odd=odd)
    await threadwind.here("tools", "lock", "--yes")
    serve(odd={**ODD_APART, "env": {"TOKEN": "${NOT_SET_ANYWHERE}"}})
    ran = await threadwind.here("tools", "lock", "--yes")
    assert (ran.status, "NOT_SET_ANYWHERE is not set" in ran.err) == (1, True)
    assert "odd" in lock.read(threadwind.folder / "tools.lock.json").servers
    one = await threadwind.here("tools", "lock", "odd")
    assert (one.status, "NOT_SET_ANYWHERE is not set" in one.err) == (1, True)


async def test_an_unknown_server_and_a_broken_lock_are_told(
    threadwind: Threadwind, serve: Any, odd: dict[str, Any]
) -> None:
    serve(odd=odd)
    ran = await threadwind.here("tools", "lock", "od")
    assert (ran.status, ran.err) == (
        1,
        'threadwind: There is no server "od" in mcp.json; did you mean "odd"?\n',
    )
    (threadwind.folder / "tools.lock.json").write_text("{")
    ran = await threadwind.here("tools", "lock", "--yes")
    assert (ran.status, "is not what `threadwind tools lock` writes" in ran.err) == (1, True)


def a_shop(description: str, *more: str) -> MCPServer:
    """One that says `description` of its tool, and has `more` tools."""
    shop = MCPServer("shop", log_level="CRITICAL")

    @shop.tool(description=description)
    def pay(amount: int) -> str:
        return "paid"

    for name in more:
        shop.add_tool(lambda: "", name=name)
    return shop


async def test_what_is_different_is_shown_and_written_only_when_it_is_accepted(
    threadwind: Threadwind, serve: Any, reached: Reached
) -> None:
    file = threadwind.folder / "tools.lock.json"
    slow = await reached(a_shop("Pays.\nSlowly."))
    twice = await reached(a_shop("Pays.\nTwice.\u200b", "refund"))
    serve(shop=slow)
    assert (await threadwind.here("tools", "lock", "--yes")).status == 0
    before = file.read_bytes()
    serve(shop=twice)

    for answer in ("n\n", ""):
        refused = await threadwind.here("tools", "lock", "shop", stdin=answer)
        assert refused.status == 1
        assert "Nothing was written" in refused.err
        assert file.read_bytes() == before
    assert refused.out.splitlines()[:5] == [
        "shop: 2 tools.",
        "  + refund",
        "  ~ pay: description",
        "      -description: Slowly.",
        "      +description: Twice.\\u200b",
    ]

    assert (await threadwind.here("tools", "lock", "shop", stdin="y\n")).status == 0
    assert sorted(lock.read(file).servers["shop"]) == ["pay", "refund"]
