"""As whom a call goes out: what is hidden, shown and logged follows the credential that was used, once it is known."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from playground import serving
from playground.agents_api.brains.steps import CallFunction
from playground.services.odd.server import build
from tests.stories.conftest import MakeWorld
from tests.stories.test_audit import logged
from tests.stories.test_tools import asked
from tests.stories.tools import ODD_JOBS, agent, said
from tests.world import GENERAL, until
from workers.tools import asks

CLIENT = {"client_id": "of-the-operator"}
OF_THE_CHANNEL = {GENERAL: {"headers": {"Authorization": "Bearer of-the-channel"}}}


@pytest.fixture
async def odd() -> AsyncIterator[str]:
    async with serving.serve(build().streamable_http_app()) as url:
        yield f"{url}/mcp"


async def test_a_call_with_a_channels_own_headers_is_the_services_and_hides_nothing(
    make_world: MakeWorld, odd: str
) -> None:
    """Nobody signs in for it, though elsewhere people do."""
    entry = {"url": odd, "oauth": CLIENT, "channels": OF_THE_CHANNEL}
    world = await make_world(agents=agent("{odd__*: ask}"), servers={"odd": entry})
    world.mistral.script.will_call("odd__big", {"characters": 4711})
    thread = await world.mention("much, please")
    await asked(world, thread)
    assert "4711" in str(thread.ours[-1].blocks)
    await world.click(thread.ours[-1], "approve")
    await thread.answered(2)
    assert [(action.result, action.account) for action in await logged(world)] == [("ok", "service")]


async def test_a_remote_server_that_is_slow_to_list_loses_neither_files_nor_cards(
    make_world: MakeWorld, odd: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether people sign in there is not known when the call goes out; as whom it went out is, when it is back."""
    monkeypatch.setattr(asks, "PATIENCE", timedelta(0))
    world = await make_world(agents=agent(), servers={"odd": {"url": odd}})
    world.mistral.script.will_call("odd__picture")
    world.mistral.script.will_call("odd__big", {"characters": 4711})
    world.mistral.script.will_say("Here it is.")
    thread = await world.mention("draw")
    await until(lambda: "Here it is." in thread.said, seen=lambda: thread.said)
    await thread.rests()
    assert [file.name for file in world.files_in(thread)] == ["picture.png"]
    assert "4711" in str([message.blocks for message in thread.ours])
    assert {action.account for action in await logged(world)} == {"service"}


async def test_a_rounds_calls_are_looked_into_side_by_side(
    make_world: MakeWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a server that hangs would cost its patience once for each call, before any of them runs."""
    both = asyncio.Barrier(2)

    async def waits_for_the_other(*_: object) -> bool:
        async with asyncio.timeout(60):
            await both.wait()
        return False

    monkeypatch.setattr(asks.Asks, "may_be_personal", waits_for_the_other)
    world = await make_world(agents=agent(), servers=ODD_JOBS)
    world.mistral.script.will(CallFunction(name="odd__who"), CallFunction(name="odd__who", tool_call_id="call-2"))
    world.mistral.script.will_say("Both.")
    thread = await world.mention("who and who?")
    await until(lambda: "Both." in thread.said, seen=lambda: thread.said)
    assert said(world) == ["odd_jobs", "odd_jobs"]
