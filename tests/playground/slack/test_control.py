"""What people do and see: the control API that page, tests and benchmarks use."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from playground.slack import typed
from playground.slack.seed import Seed
from tests.playground.slack.conftest import (
    ADA,
    BOT,
    CAMILLE,
    DM,
    GENERAL,
    GRACE,
    HUGO,
    RANDOM,
    SECRET,
    MakeWorld,
    World,
)


class News:
    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self._response = response
        self.cursor = ""

    async def next(self) -> dict[str, Any]:
        """The next piece of news; keep-alive comments are passed over."""
        async with asyncio.timeout(60):
            async for line in self._response.content:
                if line.startswith(b"id: "):
                    self.cursor = line[4:].decode().strip()
                if line.startswith(b"data: "):
                    return dict(json.loads(line[6:]))
        raise AssertionError("the stream of news ended")

    async def kinds(self, count: int) -> list[str]:
        return [str((await self.next())["type"]) for _ in range(count)]


@asynccontextmanager
async def watching(world: World, person: str, **query: str) -> AsyncIterator[News]:
    async with world.http.get(f"{world.url}/_control/events", params={"as": person, **query}) as response:
        assert response.status == 200
        await response.content.readline()
        yield News(response)


async def test_people_see_their_own_corner(world: World) -> None:
    async def sees(person: str) -> set[str]:
        return {each["id"] for each in (await world.get("state", **{"as": person}))["conversations"]}

    assert await sees(ADA) == {GENERAL, "C0SUPPORT", RANDOM, SECRET, "C0PARTNERS", DM}
    assert await sees(CAMILLE) == {GENERAL, "C0SUPPORT", RANDOM, "C0PARTNERS", "D0CAMILLE"}
    assert await sees(HUGO) == {"C0SUPPORT"}
    assert await sees("U0IRIS") == {"C0PARTNERS"}
    assert (await world.get("state", **{"as": "U404"}))["error"] == "user_not_found"


async def test_the_page_hears_of_messages_counts_and_reactions(world: World) -> None:
    async with watching(world, ADA) as news:
        root = await world.say("hello")
        await world.slack.chat_postMessage(channel=GENERAL, thread_ts=root, text="hi")
        await world.slack.reactions_add(channel=GENERAL, timestamp=root, name="eyes")

        first = (await news.next())["message"]
        reply = (await news.next())["message"]
        counted = (await news.next())["message"]
        reacted = (await news.next())["message"]

    assert (first["text"], first["is_bot"], first["thread_ts"]) == ("hello", False, None)
    assert (reply["text"], reply["is_bot"], reply["thread_ts"]) == ("hi", True, root)
    assert (counted["ts"], counted["reply_count"], counted["reply_users"]) == (root, 1, [BOT])
    assert reacted["reactions"] == [{"name": "eyes", "users": [BOT], "count": 1}]


async def test_private_things_are_news_to_those_who_may_see_them_only(world: World) -> None:
    async with watching(world, CAMILLE) as news:
        await world.say("secret", channel=SECRET)
        await world.say("direct", channel=DM)
        await world.slack.chat_postEphemeral(channel=GENERAL, user=ADA, text="only Ada")
        await world.slack.chat_postEphemeral(channel=GENERAL, user=CAMILLE, text="only Camille")

        told = await news.next()

    assert (told["type"], told["message"]["text"]) == ("ephemeral", "only Camille")


async def test_a_stream_is_news_for_its_recipient_and_a_surprise_for_others(world: World) -> None:
    root = await world.say("go")
    async with watching(world, ADA) as ada, watching(world, GRACE) as grace:
        stream = await world.slack.chat_stream(
            channel=GENERAL, thread_ts=root, recipient_user_id=ADA, recipient_team_id="T0PLAY", buffer_size=1
        )
        for text in ("one ", "two ", "three"):
            await stream.append(markdown_text=text)
        await stream.stop()

        assert await ada.kinds(6) == ["message", "message_changed", "session", "stream", "stream", "message_changed"]
        assert await grace.kinds(3) == ["message", "message_changed", "session"]
        finished = await grace.next()
    assert (finished["type"], finished["message"]["text"]) == ("message_changed", "one two three")


async def test_a_reader_that_comes_back_hears_what_it_missed(world: World) -> None:
    async with watching(world, ADA) as news:
        await world.say("one")
        await news.next()
    await world.say("two")
    await world.say("three")

    async with watching(world, ADA, after=news.cursor) as back:
        assert [(await back.next())["message"]["text"] for _ in range(2)] == ["two", "three"]
    async with watching(world, ADA, after="4000") as lost:
        assert await lost.next() == {"type": "reload"}


async def test_statuses_are_news_when_they_come_and_go(world: World) -> None:
    root = await world.say("go", channel=DM)
    async with watching(world, ADA) as news:
        await world.slack.assistant_threads_setStatus(channel_id=DM, thread_ts=root, status="is thinking…")
        await world.slack.assistant_threads_setStatus(channel_id=DM, thread_ts=root, status="")

        told = [await news.next() for _ in range(4)]

    assert [each["type"] for each in told] == ["status", "session", "status", "session"]
    assert (told[0]["status"]["status"], told[2]["status"]) == ("is thinking…", None)
    assert [each["session"]["status"] for each in told[1::2]] == ["processing", "active"]


async def test_reset_goes_back_to_the_seed(make_world: MakeWorld) -> None:
    seed = Seed.model_validate(
        {
            "greeting": {
                "channel": GENERAL,
                "text": "I am a bot.",
                "starters": [{"title": "Time", "message": "what time is it?"}],
            }
        }
    )
    world = await make_world(seed=seed)
    await world.say("hello")
    async with watching(world, ADA) as news:
        await world.post("reset")
        assert await news.next() == {"type": "reload"}

    [greeting] = (await world.get("state", **{"as": ADA}))["messages"][GENERAL]
    assert (greeting["text"], greeting["is_bot"]) == ("I am a bot.", True)
    assert greeting["prompts"] == [{"title": "Time", "message": "what time is it?"}]


async def test_a_seed_is_a_json_file(tmp_path: Path) -> None:
    file = tmp_path / "seed.json"
    file.write_text('{"team_name": "Acme", "bot_name": "scout"}')

    seed = Seed.read(file)

    assert (seed.team_name, seed.bot_name, len(seed.people)) == ("Acme", "scout", 5)


async def test_people_may_not_do_what_slack_forbids(world: World) -> None:
    ts = await world.say("mine")

    assert (await world.post("edit", user=CAMILLE, channel=GENERAL, ts=ts, text="x"))["error"] == "not_yours"
    assert (await world.post("say", user=CAMILLE, channel=SECRET, text="x"))["error"] == "not_in_channel"
    assert (await world.post("open", user=HUGO))["error"] == "app_access_restricted"
    assert (await world.post("say", user=ADA, channel=GENERAL, text=" "))["error"] == "no_text"
    assert (await world.post("say", user=ADA, channel=GENERAL))["error"] == "no_text"
    assert (await world.post("dance", user=ADA))["error"] == "unknown_act"
    assert (await world.post("say", user=ADA, channel=GENERAL, text="x", colour="red"))["error"] == "invalid_request"


async def test_the_inspector_shows_traffic_without_tokens(make_world: MakeWorld) -> None:
    world = await make_world(inspector=True)
    async with world.http.post(
        f"{world.url}/api/chat.postMessage", data={"token": "xoxb-playground", "channel": GENERAL, "text": "hi"}
    ) as response:
        assert response.status == 200
    await world.call("chat.postMessage", channel=RANDOM, text="x")

    entries = (await world.get("traffic"))["entries"]

    assert [(each["name"], each["ok"], each["error"]) for each in entries] == [
        ("chat.postMessage", True, None),
        ("chat.postMessage", False, "not_in_channel"),
    ]
    assert entries[0]["response"]["message"]["text"] == "hi"
    assert "xoxb" not in json.dumps(entries)


PEOPLE = {"ada": ADA, "threadwind": BOT}


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ("@threadwind hello", "<@U0BOT> hello"),
        ("hello @Ada.", "hello <@U0ADA>."),
        ("<@U0BOT> 1 < 2 & 3 > 2", "<@U0BOT> 1 &lt; 2 &amp; 3 &gt; 2"),
        ("@here in #general", "<!here> in <#C0GENERAL|general>"),
        ("see https://example.org/a?b=1&c=2.", "see <https://example.org/a?b=1&amp;c=2>."),
        ("`@ada <x>` and mail@ada", "`@ada &lt;x&gt;` and mail@ada"),
        ("@nobody", "@nobody"),
    ],
)
def test_typed_text_becomes_slacks(said: str, text: str) -> None:
    assert typed.tokens(said, people=PEOPLE, channels={"general": GENERAL}) == text


def test_rich_text_keeps_code_and_links_apart() -> None:
    [block] = typed.rich_text("see <https://a.b|this> `x &lt; y`\n```\ncode\n```")

    section, code = block["elements"]
    assert section["elements"][1] == {"type": "link", "url": "https://a.b", "text": "this"}
    assert section["elements"][3] == {"type": "text", "text": "x < y", "style": {"code": True}}
    assert code == {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": "code"}]}
