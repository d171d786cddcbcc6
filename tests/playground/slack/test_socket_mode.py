"""Socket Mode, judged by the official client and by a bare socket."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse

from tests.playground.slack.conftest import ADA, DM, GENERAL, MakeWorld, World, until


@pytest.fixture
async def world(make_world: MakeWorld) -> World:
    return await make_world(kind="socket", retry_after_seconds=(0.01, 0.01, 0.01), ack_seconds=0.3)


async def address(world: World) -> str:
    headers = {"Authorization": "Bearer xapp-playground"}
    async with world.http.post(f"{world.url}/api/apps.connections.open", headers=headers) as response:
        answer = await response.json()
    assert answer["ok"], answer
    return str(answer["url"])


@asynccontextmanager
async def a_socket(world: World) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
    """A bare connection that has said nothing yet; `hello` was read."""
    async with world.http.ws_connect(await address(world)) as socket:
        hello = await socket.receive_json(timeout=5)
        assert (hello["type"], hello["connection_info"]["app_id"]) == ("hello", "A0APP")
        yield socket


async def acknowledge(socket: aiohttp.ClientWebSocketResponse) -> dict[str, Any]:
    envelope = await socket.receive_json(timeout=5)
    await socket.send_json({"envelope_id": envelope["envelope_id"]})
    return dict(envelope)


async def test_the_official_client_hears_a_mention_and_a_click(world: World) -> None:
    requests: asyncio.Queue[SocketModeRequest] = asyncio.Queue()

    async def listen(client: AsyncBaseSocketModeClient, request: SocketModeRequest) -> None:
        await client.send_socket_mode_response(SocketModeResponse(envelope_id=request.envelope_id))
        await requests.put(request)

    button = {"type": "button", "action_id": "yes", "text": {"type": "plain_text", "text": "Yes"}, "value": "1"}
    client = SocketModeClient(app_token="xapp-playground", web_client=world.slack, ping_interval=0.1)
    client.socket_mode_request_listeners.append(listen)
    try:
        await client.connect()  # type: ignore[no-untyped-call]  # the SDK's
        await until(lambda: world.standin.connected)
        await world.say("@threadwind hello")
        heard = [await asyncio.wait_for(requests.get(), 5) for _ in range(2)]
        posted = await world.slack.chat_postMessage(
            channel=DM, text="sure?", blocks=[{"type": "actions", "elements": [button]}]
        )
        await asyncio.wait_for(requests.get(), 5)  # the app's own message
        clicked = await world.post("click", user=ADA, channel=DM, message_ts=posted["ts"], action_id="yes")
        click = await asyncio.wait_for(requests.get(), 5)
        pinged = client.last_ping_pong_time
        await until(lambda: client.last_ping_pong_time != pinged)
    finally:
        await client.close()  # type: ignore[no-untyped-call]  # the SDK's

    assert sorted(each.payload["event"]["type"] for each in heard) == ["app_mention", "message"]
    assert (click.type, click.payload["actions"][0]["value"]) == ("interactive", "1")
    assert clicked["delivered"]


async def test_an_envelope_without_acknowledgement_comes_again_elsewhere(world: World) -> None:
    async with a_socket(world) as first, a_socket(world) as second:
        await world.say("hello", channel=DM)
        reading = {asyncio.create_task(each.receive_json(timeout=5)): each for each in (first, second)}
        done, _ = await asyncio.wait(reading, return_when=asyncio.ALL_COMPLETED)
        envelopes = sorted((task.result() for task in done), key=lambda each: each["retry_attempt"])

    assert [each["retry_attempt"] for each in envelopes] == [0, 1]
    assert envelopes[1]["retry_reason"] == "timeout"
    assert envelopes[0]["payload"]["event_id"] == envelopes[1]["payload"]["event_id"]
    assert envelopes[0]["envelope_id"] != envelopes[1]["envelope_id"]


async def test_an_acknowledged_envelope_does_not_come_again(world: World) -> None:
    async with a_socket(world) as socket:
        await world.say("hello", channel=DM)
        envelope = await acknowledge(socket)
        await until(lambda: world.standin.delivery.underway == 0)

    assert envelope["payload"]["event"]["text"] == "hello"
    assert world.standin.faults.seen["events"] == 1


async def test_what_happens_while_nobody_listens_is_gone(world: World) -> None:
    await world.say("too early", channel=DM)
    async with a_socket(world) as socket:
        await world.say("in time", channel=DM)
        envelope = await acknowledge(socket)

    assert envelope["payload"]["event"]["text"] == "in time"


async def test_a_dropped_socket_does_not_lose_the_event(world: World) -> None:
    await world.fault(request="events", kind="cut")
    async with a_socket(world) as first, a_socket(world) as second:
        await world.say("hello", channel=DM)
        envelope = await acknowledge(second)
        gone = await first.receive(timeout=5)

    assert envelope["payload"]["event"]["text"] == "hello"
    assert gone.type in (aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED)


async def test_an_event_on_a_socket_that_dies_comes_again_on_the_next(world: World) -> None:
    async with a_socket(world) as first:
        await world.say("hello", channel=DM)
        await first.receive_json(timeout=5)
        async with a_socket(world) as second:
            await first.close()
            envelope = await acknowledge(second)

    assert (envelope["retry_attempt"], envelope["payload"]["event"]["text"]) == (1, "hello")


async def test_a_ticket_is_good_for_one_connection(world: World) -> None:
    url = await address(world)
    async with world.http.ws_connect(url):
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await world.http.ws_connect(url)


async def test_ten_sockets_and_no_more(world: World) -> None:
    sockets = [await world.http.ws_connect(await address(world)) for _ in range(11)]
    last = await sockets[-1].receive_json(timeout=5)
    for socket in sockets:
        await socket.close()

    assert (last["type"], last["reason"]) == ("disconnect", "too_many_websockets")


async def test_old_sockets_are_warned_and_renewed(make_world: MakeWorld) -> None:
    world = await make_world(kind="socket", socket_life_seconds=0.05)
    async with a_socket(world) as socket:
        reasons = [json.loads((await socket.receive(timeout=5)).data)["reason"] for _ in range(2)]

    assert reasons == ["warning", "refresh_requested"]


async def test_an_app_reached_over_http_has_no_sockets(make_world: MakeWorld) -> None:
    world = await make_world(kind="http")
    headers = {"Authorization": "Bearer xapp-playground"}
    async with world.http.post(f"{world.url}/api/apps.connections.open", headers=headers) as response:
        assert (await response.json())["error"] == "forbidden_team"
    await world.say("hello", channel=GENERAL)
