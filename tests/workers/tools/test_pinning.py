"""What agents are offered is what was accepted, and a tool that is not as it was accepted is not called."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from mcp_types import Tool
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.types import Message, Receive, Scope, Send
from structlog.testing import capture_logs

from bot.catalog.servers import Server
from playground import serving
from playground.services.odd import raw as careless
from tests.workers.tools.conftest import ADA, THREAD, an_agent
from workers.tools import lock
from workers.tools.calls import Tools
from workers.tools.credentials import SHARED, Asker, Credential, Credentials
from workers.tools.definitions import Change, difference
from workers.tools.functions import Functions
from workers.tools.listing import Listing
from workers.tools.lock import Lock
from workers.tools.pinning import Differs, unlike
from workers.tools.pins import Pins
from workers.tools.seldom import REMEMBERED, Seldom
from workers.tools.sessions import ToolSessions
from workers.tools.specs import Outcome

ANSWER = {"content": [{"type": "text", "text": "paid"}]}


def a_tool(name: str, description: str = "Pays.") -> dict[str, Any]:
    return {"name": name, "description": description, "inputSchema": {"type": "object"}}


def locked(*tools: dict[str, Any]) -> Lock:
    return Lock().replaced("shop", [Tool.model_validate(tool) for tool in tools])


ENTRIES = {"same": a_tool("same"), "other": a_tool("other"), "gone": a_tool("gone")}
NOW = {"same": a_tool("same"), "other": a_tool("other", "Pays twice."), "new": a_tool("new")}


@pytest.mark.parametrize(
    ("tool", "says"),
    [
        ("same", None),
        ("other", "has changed since an operator accepted it (description), so it was not called"),
        ("gone", "was accepted by an operator and is gone from there, so it was not called"),
        ("new", "is new there and was not accepted by an operator yet, so it was not called"),
        ("none", "does not exist"),
    ],
)
def test_only_a_tool_that_is_as_it_was_accepted_is_called(tool: str, says: str | None) -> None:
    sentence = unlike("shop", tool, ENTRIES, NOW)
    assert (sentence is None) if says is None else (says in str(sentence))
    assert says in (None, "does not exist") or "threadwind tools lock shop" in str(sentence)


class Shop:
    """A server whose list can be changed, and the tools of an agent that may use it."""

    def __init__(
        self,
        folder: Path,
        server: Server,
        listed: list[dict[str, Any]],
        heard: list[str],
        credentials: Credentials | None = None,
    ) -> None:
        self.file = folder / "tools.lock.json"
        self.server, self.listed, self.heard = server, listed, heard
        self.told: list[Differs] = []
        self.reached: list[bool] = []  # whether the next tellings reach everybody; then all do
        self.clock = 0.0
        self.sessions = ToolSessions(timeout=timedelta(seconds=20), credentials=credentials)
        self.tools = self.made()

    def made(self) -> Tools:
        listing = Listing(self.sessions, now=lambda: self.clock)
        servers = {"shop": self.server}
        functions = Functions(timeout=timedelta(seconds=5))
        return Tools(lambda: servers, self.sessions, functions, listing=listing, pins=Pins(self.file), tell=self.tell)

    async def tell(self, differs: Differs) -> bool:
        self.told.append(differs)
        return self.reached.pop(0) if self.reached else True

    def accept(self, *tools: dict[str, Any]) -> None:
        lock.write(self.file, locked(*tools))

    def says(self, *tools: dict[str, Any]) -> None:
        """From now on, and what was heard of it before is old."""
        self.listed[:] = tools
        self.clock += 3600

    async def offered(self) -> list[str]:
        return [spec.tool for spec in await self.tools.offered(an_agent("shop"))]

    async def call(self, tool: str, *, by: str = "U1", channel: str = "C1") -> Outcome:
        thread = replace(THREAD, channel=channel)
        return await self.tools.call(f"shop__{tool}", "{}", agent=an_agent("shop"), principal=by, thread=thread)

    @property
    def calls(self) -> int:
        return self.heard.count("tools/call")


@asynccontextmanager
async def a_shop(folder: Path) -> AsyncIterator[Shop]:
    """It refuses to list its tools while it has none."""
    listed: list[dict[str, Any]] = [a_tool("pay")]
    heard: list[str] = []
    made = careless.build(listed, ANSWER, heard)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or listed:
            await made(scope, receive, send)
            return
        message = await receive()

        async def heard_again() -> Message:
            return message

        asked = json.loads(message["body"])
        if asked["method"] == "tools/list":
            error = {"code": -32603, "message": "no list today"}
            await JSONResponse({"jsonrpc": "2.0", "id": asked["id"], "error": error})(scope, receive, send)
        else:
            await made(scope, heard_again, send)

    async with serving.serve(app) as url:
        shop = Shop(folder, Server(name="shop", transport="http", url=f"{url}/mcp"), listed, heard)
        try:
            yield shop
        finally:
            await shop.sessions.aclose()


class EachTheirOwn:
    """Everybody has signed in, and each request says who."""

    async def of(self, server: Server, asker: Asker | None) -> Credential:
        if asker is None:
            return Credential(key=SHARED)
        user = asker.principal.user
        return Credential(key=user, headers={"x-account": user}, personal=True)


class SignsInMeanwhile(EachTheirOwn):
    """Everybody signs in right after it was looked up for the first time as whom they call."""

    def __init__(self) -> None:
        self.looked = 0

    async def of(self, server: Server, asker: Asker | None) -> Credential:
        self.looked += 1
        return await super().of(server, asker if self.looked > 1 else None)


class EachChannelItsOwn:
    """As mcp.json says it with `channels`: C1 and C2 have an account each, all others share one."""

    async def of(self, server: Server, asker: Asker | None) -> Credential:
        if asker is None or asker.channel not in ("C1", "C2"):
            return Credential(key=SHARED, headers={"x-account": "all"})
        return Credential(key=f"channel:{asker.channel}", headers={"x-account": asker.channel})


@asynccontextmanager
async def a_shop_that_knows_accounts(
    folder: Path, credentials: Credentials, **lists: list[dict[str, Any]]
) -> AsyncIterator[Shop]:
    """It gives each account its own list, and nobody else any."""
    heard: list[str] = []
    doors = {account: careless.build(listed, ANSWER, heard) for account, listed in lists.items()}

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        door = doors.get(dict(scope.get("headers", [])).get(b"x-account", b"").decode())
        await (door or Starlette())(scope, receive, send)

    async with serving.serve(app) as url:
        server = Server(name="shop", transport="http", url=f"{url}/mcp")
        shop = Shop(folder, server, [], heard, credentials)
        try:
            yield shop
        finally:
            await shop.sessions.aclose()


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Shop]:
    async with a_shop(tmp_path) as shop:
        yield shop


async def test_what_was_accepted_is_offered_and_called(shop: Shop) -> None:
    shop.accept(a_tool("pay"))
    assert await shop.offered() == ["pay"]
    outcome = await shop.call("pay")
    assert (outcome.failed, outcome.text, shop.calls, shop.told) == (False, "paid", 1, [])


async def test_a_changed_tool_is_refused_until_it_is_accepted_and_the_rest_works_on(shop: Shop) -> None:
    shop.accept(a_tool("pay"), a_tool("look"))
    shop.says(a_tool("pay", "Pays, and tells everybody."), a_tool("look"))
    assert await shop.offered() == ["look", "pay"]
    refused = await shop.call("pay")
    assert (refused.failed, refused.ran, shop.calls) == (True, "no", 0)
    assert "has changed since an operator accepted it (description)" in refused.text
    assert not (await shop.call("look")).failed

    shop.accept(a_tool("pay", "Pays, and tells everybody."), a_tool("look"))
    assert not (await shop.call("pay")).failed
    assert shop.calls == 2


async def test_a_new_tool_is_not_offered_nor_called(shop: Shop) -> None:
    shop.accept(a_tool("pay"))
    shop.says(a_tool("pay"), a_tool("wipe"))
    assert await shop.offered() == ["pay"]
    refused = await shop.call("wipe")
    assert "is new there and was not accepted" in refused.text
    assert shop.calls == 0


async def test_a_tool_that_is_gone_is_refused_without_asking_the_server(shop: Shop) -> None:
    shop.accept(a_tool("pay"), a_tool("look"))
    assert await shop.offered() == ["look", "pay"]
    assert "is gone from there" in (await shop.call("look")).text
    assert shop.calls == 0


async def test_a_difference_is_told_once_and_another_one_again(shop: Shop) -> None:
    shop.accept(a_tool("pay"))
    for description in ("Newer.", "Newer.", "Newest."):
        shop.says(a_tool("pay", description))
        await shop.offered()
        await shop.call("pay")
    assert [one.change for one in shop.told] == [Change(changed={"pay": ("description",)})] * 2
    assert len({one.fingerprint for one in shop.told}) == 2
    await shop.made().offered(an_agent("shop"))  # another worker
    assert shop.told[2] == shop.told[1]


async def test_a_server_that_says_something_else_each_time_is_told_of_once_an_hour(shop: Shop) -> None:
    """Its descriptions may hold a clock. It is refused all the same; the log says no more than operators hear."""
    shop.accept(a_tool("pay"))
    with capture_logs() as logs:
        for minute in range(0, 125, 5):
            shop.listed[:] = [a_tool("pay", f"Pays. It is 12:00 and {minute} minutes.")]
            shop.clock = 60.0 * minute
            assert "has changed" in (await shop.call("pay")).text
    assert len(shop.told) == len({one.fingerprint for one in shop.told}) == 3
    assert len([entry for entry in logs if entry["event"] == "tools.differ"]) == 3


async def test_a_second_change_within_the_hour_is_told_after_it(shop: Shop) -> None:
    shop.accept(a_tool("pay"))
    for minute, description in ((0, "Newer."), (10, "Newest."), (59, "Newest."), (65, "Newest.")):
        shop.listed[:] = [a_tool("pay", description)]
        shop.clock = 60.0 * minute
        await shop.offered()
        assert len(shop.told) == (2 if minute == 65 else 1)


async def test_a_difference_that_did_not_reach_the_operators_is_told_when_the_server_is_listed_next(shop: Shop) -> None:
    reached = shop.reached = [False, True, True]
    shop.accept(a_tool("pay"))
    shop.listed[:] = [a_tool("pay", "Newer.")]
    for minute in (0, 5, 10):
        shop.clock = 60.0 * minute
        await shop.offered()
    assert (len(shop.told), reached) == (2, [True])


def test_what_is_remembered_of_a_server_is_bounded() -> None:
    clock = [0.0]
    seldom = Seldom(lambda: clock[0])
    for hour in range(3 * REMEMBERED):
        clock[0] = 3600.0 * hour
        assert seldom.is_due("shop", str(hour))
        assert not seldom.is_due("shop", str(hour))
    clock[0] += 3600
    assert not seldom.is_due("shop", str(2 * REMEMBERED))
    assert seldom.is_due("shop", "0")


async def test_the_list_of_a_person_with_fewer_rights_refuses_nobody_elses_call(tmp_path: Path) -> None:
    """And operators are told of nothing: nothing has changed."""
    people = EachTheirOwn()
    async with a_shop_that_knows_accounts(
        tmp_path, people, U1=[a_tool("look")], U2=[a_tool("look"), a_tool("pay")]
    ) as shop:
        shop.accept(a_tool("look"), a_tool("pay"))
        assert not (await shop.call("look", by="U1")).failed
        assert not (await shop.call("pay", by="U2")).failed
        refused = await shop.call("pay", by="U1")
        assert (refused.failed, refused.ran, shop.calls) == (True, "no", 2)
        assert "not among those that the server gives to this person's sign-in" in refused.text
        assert shop.told == []


async def test_a_difference_in_one_persons_list_is_told_once_but_not_what_they_lack(tmp_path: Path) -> None:
    newer = a_tool("look", "Looks, and pays.")
    lists = {user: [newer, a_tool("wipe")] for user in ("U1", "U2")}
    async with a_shop_that_knows_accounts(tmp_path, EachTheirOwn(), **lists) as shop:
        shop.accept(a_tool("look"), a_tool("pay"))
        for user in ("U1", "U2", "U1"):
            assert "has changed since an operator accepted it" in (await shop.call("look", by=user)).text
        assert "is new there and was not accepted" in (await shop.call("wipe", by="U1")).text
        assert [one.change for one in shop.told] == [Change(added=("wipe",), changed={"look": ("description",)})]


async def test_who_signs_in_while_the_server_is_asked_gets_a_list_of_their_own(tmp_path: Path) -> None:
    """What it says with their sign-in does not become what everybody is compared with."""
    async with a_shop_that_knows_accounts(tmp_path, SignsInMeanwhile(), U1=[a_tool("look")]) as shop:
        listing = Listing(shop.sessions)
        said = await listing.entries(shop.server, ADA)
        assert (list(said.entries), said.to) == (["look"], "person")
        assert listing.said(shop.server) is None
        assert (await listing.entries(shop.server, ADA)).entries is said.entries  # kept, under their sign-in


async def test_the_list_of_a_channel_with_fewer_rights_refuses_no_other_channels_call(tmp_path: Path) -> None:
    """And operators are told of nothing: nothing has changed."""
    both = [a_tool("look"), a_tool("pay")]
    channels = EachChannelItsOwn()
    async with a_shop_that_knows_accounts(tmp_path, channels, C1=[a_tool("look")], C2=both, all=both) as shop:
        shop.accept(*both)
        shop.clock += 3600
        assert not (await shop.call("look", channel="C1")).failed
        refused = await shop.call("pay", channel="C1")
        assert (refused.failed, refused.ran, shop.calls) == (True, "no", 1)
        assert "not among those that the server gives to this channel's account" in refused.text
        for channel in ("C2", "C3"):
            assert not (await shop.call("pay", channel=channel)).failed
        assert await shop.offered() == ["look", "pay"]
        assert shop.told == []


async def test_a_server_that_answers_only_with_a_channels_headers_is_called_from_there(tmp_path: Path) -> None:
    channels = EachChannelItsOwn()
    async with a_shop_that_knows_accounts(tmp_path, channels, C1=[a_tool("look")]) as shop:
        shop.accept(a_tool("look"))
        assert not (await shop.call("look", channel="C1")).failed
        assert (await shop.call("look", channel="C3")).failed
        assert shop.calls == 1


async def test_a_server_that_cannot_be_listed_keeps_its_accepted_tools(tmp_path: Path) -> None:
    lock.write(tmp_path / "tools.lock.json", locked(a_tool("pay")))
    server = Server(name="shop", transport="http", url="http://127.0.0.1:9/mcp")
    shop = Shop(tmp_path, server, [], [])
    assert await shop.offered() == ["pay"]
    assert shop.tools.missing(an_agent("shop")) == {}
    outcome = await shop.call("pay")
    assert (outcome.failed, outcome.ran) == (True, "no")
    assert "shop" in outcome.text
    await shop.sessions.aclose()


async def test_what_a_server_said_last_counts_for_an_hour_then_nothing_is_called(shop: Shop) -> None:
    """It answers calls and no longer lists its tools: by now they may be others."""
    shop.accept(a_tool("pay"))
    assert not (await shop.call("pay")).failed
    shop.listed.clear()
    shop.clock = 59 * 60.0
    assert not (await shop.call("pay")).failed
    shop.clock = 60 * 60.0
    refused = await shop.call("pay")
    assert (refused.failed, refused.ran, shop.calls) == (True, "no", 2)
    assert "has not listed its tools for an hour" in refused.text
    assert await shop.offered() == ["pay"]
    shop.says(a_tool("pay"))
    assert not (await shop.call("pay")).failed


async def test_a_server_without_an_entry_works_from_its_own_list(shop: Shop) -> None:
    shop.says(a_tool("pay"), a_tool("look"))
    assert await shop.offered() == ["pay", "look"]
    assert not (await shop.call("look")).failed
    assert shop.told == []


async def test_a_lock_that_was_never_readable_locks_everything_and_one_that_became_wrong_changes_nothing(
    shop: Shop,
) -> None:
    shop.file.write_text("{")
    assert await shop.offered() == []
    assert "cannot be read" in (await shop.call("pay")).text
    assert list(shop.tools.missing(an_agent("shop"))) == ["shop"]
    shop.accept(a_tool("pay"))
    assert await shop.offered() == ["pay"]
    shop.file.write_text("{{")
    assert await shop.offered() == ["pay"]


async def test_a_lock_that_is_deleted_unlocks_nothing_and_is_logged_as_an_error(shop: Shop) -> None:
    shop.accept(a_tool("pay"))
    shop.says(a_tool("pay"), a_tool("wipe"))
    assert await shop.offered() == ["pay"]
    shop.file.unlink()
    with capture_logs() as logs:
        assert await shop.offered() == ["pay"]
        assert (await shop.call("wipe")).failed
    assert [entry["log_level"] for entry in logs if entry["event"] == "tools.lock_gone"] == ["error"]
    assert shop.calls == 0
    shop.accept(a_tool("pay"), a_tool("wipe"))
    assert await shop.offered() == ["pay", "wipe"]


async def test_a_definition_changes_with_the_accepted_one(shop: Shop) -> None:
    shop.accept(a_tool("pay"))
    [accepted] = await shop.tools.offered(an_agent("shop"))
    shop.accept(a_tool("pay", "Newer."))
    [newer] = await shop.tools.offered(an_agent("shop"))
    assert newer.definition != accepted.definition


def test_a_function_that_changed_is_another_one() -> None:
    def pay(amount: int) -> str:
        """Pays."""
        return ""

    def pay_more(amount: float) -> str:
        """Pays."""
        return ""

    pay_more.__name__ = "pay"
    specs = [Functions([one], timeout=timedelta(seconds=1)).specs["pay"] for one in (pay, pay, pay_more)]
    first, same, other = (spec.definition for spec in specs)
    assert (first == same, first == other) == (True, False)


def test_nothing_differs_from_itself() -> None:
    entries = locked(a_tool("pay")).servers["shop"]
    assert not difference(entries, entries)
