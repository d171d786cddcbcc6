"""What agents are offered is what was accepted, and a tool that is not as it was accepted is not called."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot.catalog.servers import Server
from tests.workers.tools.conftest import an_agent
from tests.workers.tools.shops import Shop, a_shop, a_tool, locked
from workers.tools import lock
from workers.tools.definitions import Change, difference
from workers.tools.functions import Functions
from workers.tools.pinning import unlike

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
