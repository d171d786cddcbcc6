"""The same bot over Socket Mode: what it stored it acknowledges, what it could not store it does not."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Literal

import pytest

from playground.slack.app import running
from playground.slack.control.acts import Say
from playground.slack.settings import Settings as SlackSettings
from playground.slack.standin import Standin
from playground.store import EmbeddedStore
from tests.bot.listeners.conftest import Hearing, OpenBot, all_recorded, recorded

World = tuple[Standin, str]
EVENT: Literal["events_api"] = "events_api"
INTERACTIVE: Literal["interactive"] = "interactive"


@pytest.fixture
async def slack() -> AsyncIterator[World]:
    quick = SlackSettings(kind="socket", ack_seconds=2.5, retry_after_seconds=(0.1, 0.5, 1.0))
    async with running(quick) as (standin, url):
        yield standin, f"{url}/api/"


async def eventually(condition: Callable[[], Awaitable[bool]], *, within: float = 60) -> None:
    deadline = time.monotonic() + within
    while not await condition():
        assert time.monotonic() < deadline, "what was waited for did not happen"
        await asyncio.sleep(0.01)


async def connected(open_bot: OpenBot, url: str, **changed: str) -> Hearing:
    bot = await open_bot(slack_mode="socket", slack_app_token="xapp-playground", slack_api_url=url, **changed)

    async def well() -> bool:
        return (await bot.http.get("/healthz")).status_code == 200

    await eventually(well)
    return bot


async def test_every_recorded_payload_is_acknowledged_and_leaves_what_it_leaves_over_http(
    open_bot: OpenBot, slack: World
) -> None:
    standin, url = slack
    bot = await connected(open_bot, url)
    names = [name for name in all_recorded() if name != "url_verification"]
    for name in names:
        kind = INTERACTIVE if name.startswith("block_actions") else EVENT
        answer = await standin.sockets.deliver(kind, recorded(name), attempt=0, reason="")
        assert answer.ok, name
    over_socket = [(mail.kind, mail.thread, mail.text) for mail in await bot.mail()]

    await bot.redis.flushdb()
    over_http = await open_bot()
    for name in names:
        await over_http.say(recorded(name))
    assert over_socket == [(mail.kind, mail.thread, mail.text) for mail in await over_http.mail()]
    assert over_socket


async def test_a_mention_said_in_slack_becomes_mail(open_bot: OpenBot, slack: World) -> None:
    standin, url = slack
    bot = await connected(open_bot, url)
    await Say(user="U0ADA", channel="C0GENERAL", text="<@U0BOT> what broke?").apply(standin)

    async def stored() -> bool:
        return [mail.text for mail in await bot.mail()] == ["what broke?"]

    await eventually(stored)


async def test_slack_has_no_address_here(open_bot: OpenBot, slack: World) -> None:
    bot = await connected(open_bot, slack[1])
    assert (await bot.say(recorded("app_mention"))).status_code == 404


async def test_what_could_not_be_stored_is_not_acknowledged_and_comes_again(open_bot: OpenBot, slack: World) -> None:
    standin, url = slack
    async with EmbeddedStore() as store:
        bot = await connected(open_bot, url, redis_url=store.url)
        await store.kill()
        unheard = await standin.sockets.deliver("events_api", recorded("app_mention"), attempt=0, reason="")
        assert not unheard.ok
        await store.start()
        again = await standin.sockets.deliver("events_api", recorded("app_mention"), attempt=1, reason="timeout")
        assert again.ok
        health = await bot.http.get("/healthz")
        assert health.status_code == 200


async def test_a_dropped_socket_is_opened_again(open_bot: OpenBot, slack: World) -> None:
    standin, url = slack
    bot = await connected(open_bot, url)
    await standin.sockets.drop_one()
    await eventually(lambda: _is(standin.sockets.connections == 1), within=60)
    answer = await standin.sockets.deliver("events_api", recorded("app_mention"), attempt=0, reason="")
    assert answer.ok
    assert len(await bot.mail()) == 1


async def test_without_slack_the_bot_runs_and_says_that_it_has_no_socket(open_bot: OpenBot) -> None:
    bot = await open_bot(slack_mode="socket", slack_app_token="xapp-playground")
    answer = await bot.http.get("/healthz")
    assert answer.status_code == 503
    assert "no socket to Slack" in answer.json()["problem"]


async def _is(value: bool) -> bool:
    return value
