"""Slash commands and response_urls, judged by Bolt."""

from __future__ import annotations

from typing import Any

import pytest
from slack_bolt.async_app import AsyncAck, AsyncRespond
from slack_sdk.webhook.async_client import AsyncWebhookClient
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from playground import serving
from playground.slack.models import Message
from tests.playground.slack.an_app import OFFERS, app, hearing
from tests.playground.slack.conftest import ADA, BOT, CAMILLE, DM, GENERAL, RANDOM, TEAM, MakeWorld, World, until

FIELDS = {
    *("token", "team_id", "team_domain", "channel_id", "channel_name", "user_id", "user_name", "command", "text"),
    *("api_app_id", "is_enterprise_install", "response_url", "trigger_id"),
}


def whispers(world: World) -> list[Message]:
    return list(world.standin.workspace.whispers)


async def command(world: World, text: str, *, user: str = ADA, channel: str = GENERAL, **more: Any) -> dict[str, Any]:
    return await world.post("command", user=user, channel=channel, text=text, **more)


@pytest.mark.parametrize("kind", ["http", "socket"])
async def test_a_command_reaches_the_app_and_its_answer_the_person(make_world: MakeWorld, kind: str) -> None:
    world = await make_world(kind=kind, **OFFERS)
    bolt, heard = app(world), dict[str, Any]()

    @bolt.command("/agent")
    async def agent(ack: AsyncAck, body: dict[str, Any]) -> None:
        heard.update(body)
        await ack("Only you see *this*.")

    async with hearing(world, bolt):
        done = await command(world, "/agent list  for @camille in #random", channel=RANDOM)

    assert heard.keys() == FIELDS
    assert (heard["command"], heard["text"]) == ("/agent", "list  for <@U0CAMILLE|camille> in <#C0RANDOM|random>")
    assert (heard["user_id"], heard["user_name"], heard["team_id"], heard["team_domain"]) == (
        *(ADA, "ada"),
        *(TEAM, "playground"),
    )
    assert (heard["channel_id"], heard["channel_name"], heard["is_enterprise_install"]) == (RANDOM, "random", "false")
    [whisper] = whispers(world)
    assert (whisper.text, whisper.ephemeral_for, whisper.user, whisper.channel) == (
        *("Only you see *this*.", ADA),
        *(BOT, RANDOM),
    )
    assert (done["delivered"], done["shown"]) == (True, whisper.ts)


async def test_an_answer_in_the_channel_shows_who_asked_for_it(make_world: MakeWorld) -> None:
    world = await make_world(**OFFERS)
    bolt = app(world)

    @bolt.command("/agent")
    async def agent(ack: AsyncAck) -> None:
        section = {"type": "section", "text": {"type": "mrkdwn", "text": "*Here*"}}
        await ack(text="Here", blocks=[section], response_type="in_channel")

    async with hearing(world, bolt):
        await command(world, "/agent show", user=CAMILLE)

    [shown] = (await world.get("messages", **{"as": ADA, "channel": GENERAL}))["messages"]
    assert (shown["user"], shown["invoked"]) == (BOT, {"user": CAMILLE, "text": "/agent show"})
    assert shown["blocks"][0]["text"]["text"] == "*Here*"


async def test_words_stay_as_they_are_typed_unless_the_command_asks_to_escape(make_world: MakeWorld) -> None:
    world = await make_world(**OFFERS)
    bolt, texts = app(world), list[str]()

    @bolt.command("/raw")
    async def raw(ack: AsyncAck, command: dict[str, Any]) -> None:
        texts.append(command["text"])
        await ack()

    async with hearing(world, bolt):
        done = await command(world, "/raw @camille & <co>")

    assert texts == ["@camille & <co>"]
    assert (done["shown"], whispers(world)) == (None, [])


SENTENCES = [
    ({"text": "/nothing at all"}, "/nothing is not a valid command. "),
    ({"text": "/agent list", "thread_ts": "a root"}, "/agent is not supported in threads. Sorry!"),
    ({"text": "/agent list"}, "/agent failed with the error “dispatch_failed”"),
]


@pytest.mark.parametrize(("act", "sentence"), SENTENCES)
async def test_slack_itself_says_what_cannot_be(make_world: MakeWorld, act: dict[str, str], sentence: str) -> None:
    world = await make_world(**OFFERS)
    if "thread_ts" in act:
        act = act | {"thread_ts": await world.say("root")}

    done = await world.post("command", user=ADA, channel=GENERAL, **act)

    [whisper] = whispers(world)
    assert (whisper.user, whisper.username, done["delivered"]) == ("USLACKBOT", "Slackbot", False)
    assert whisper.text.startswith(sentence)


@pytest.mark.parametrize(
    ("status", "error"), [(500, "http_service_error"), (404, "http_client_error"), (None, "operation_timeout")]
)
async def test_an_app_that_fails_is_said_to_have_failed_and_not_asked_again(
    make_world: MakeWorld, status: int | None, error: str
) -> None:
    world = await make_world(ack_seconds=0.2, **OFFERS)
    asked: list[bool] = []

    async def answer(request: Any) -> PlainTextResponse:
        asked.append(True)
        if status is None:
            await until(lambda: whispers(world))
        return PlainTextResponse("no", status or 200)

    async with serving.serve(Starlette(routes=[Route("/", answer, methods=["POST"])])) as url:
        world.standin.delivery.events_url = f"{url}/"
        await command(world, "/agent list")

    assert [each.text for each in whispers(world)] == [f"/agent failed with the error “{error}”"]
    assert asked == [True]


@pytest.mark.parametrize(
    ("text", "channel", "sentence"),
    [
        ("/invite", RANDOM, "Say whom to add: /invite @name"),
        ("/invite @nobody-of-this-name", RANDOM, "Say whom to add: /invite @name"),
        (f"/invite <@{BOT}>", DM, "/invite works in channels only."),
    ],
)
async def test_an_invite_that_cannot_be_says_why(world: World, text: str, channel: str, sentence: str) -> None:
    assert (await command(world, text, channel=channel))["sentence"] == sentence


async def test_who_names_the_app_where_it_is_not_learns_how_to_add_it(world: World) -> None:
    await world.say("@threadwind are you there?")
    assert whispers(world) == []

    await world.say("@threadwind are you there?", channel=RANDOM)

    [hint] = whispers(world)
    assert (hint.ephemeral_for, hint.username) == (ADA, "Slackbot")
    assert hint.text.endswith("“/invite @Threadwind” adds them.")


async def test_without_its_scope_the_app_has_no_commands(make_world: MakeWorld) -> None:
    world = await make_world(scopes=frozenset({"chat:write"}), **OFFERS)

    done = await command(world, "/agent list")

    assert done["sentence"].startswith("/agent is not a valid command.")


async def test_a_response_url_works_five_times_also_where_the_app_is_not(make_world: MakeWorld) -> None:
    world = await make_world(**OFFERS)
    bolt, urls = app(world), list[str]()

    @bolt.command("/agent")
    async def agent(ack: AsyncAck, respond: AsyncRespond, body: dict[str, Any]) -> None:
        await ack()
        urls.append(body["response_url"])
        await respond("for you")
        await respond("for all", response_type="in_channel")

    async with hearing(world, bolt):
        await command(world, "/agent go", channel=RANDOM)
    there = AsyncWebhookClient(urls[0])
    root = await world.say("root", channel=RANDOM)
    answers = [
        await there.send(text="in the thread", response_type="in_channel", replace_original=False),
        await there.send_dict({"text": "threaded", "response_type": "in_channel", "thread_ts": root}),
        await there.send(delete_original=True),
        await there.send(text="once too often"),
    ]

    assert [(each.status_code, each.body) for each in answers[:2]] == [(200, "ok"), (200, "ok")]
    assert [(each.status_code, "message_not_found" in each.body) for each in answers[2:3]] == [(400, True)]
    assert (answers[3].status_code, "used_url" in answers[3].body) == (404, True)
    assert [each.text for each in whispers(world)] == ["for you"]
    messages = world.standin.workspace.conversations[RANDOM].messages.values()
    assert [(m.text, m.thread_ts) for m in messages if m.user == BOT] == [
        ("for all", None),
        ("in the thread", None),
        ("threaded", root),
    ]


async def test_a_response_url_ends_with_its_time(make_world: MakeWorld) -> None:
    world = await make_world(response_url_life_seconds=0, **OFFERS)
    key = world.standin.response_urls.give(user=ADA, channel=DM)

    answer = await AsyncWebhookClient(world.standin.address_of(key, "commands")).send(text="late")

    assert (answer.status_code, "expired_url" in answer.body) == (404, True)


async def test_the_offers_come_from_a_manifest_or_over_the_control_api(world: World) -> None:
    offers: dict[str, Any] = {
        "commands": [{"command": "/scout", "description": "Ask", "usage_hint": "", "should_escape": False}],
        "shortcuts": [{"name": "Ask", "type": "global", "callback_id": "ask", "description": "Opens a form"}],
    }
    await world.post("app", **offers)
    assert (await world.get("state", **{"as": ADA}))["offers"] == offers

    longer = [{**each, "url": "https://bot.example/slack/events"} for each in offers["commands"]]
    features = {"slash_commands": longer, "shortcuts": []}
    await world.post("app", manifest={"display_information": {"name": "Scout"}, "features": features})
    assert (await world.get("state", **{"as": ADA}))["offers"] == offers | {"shortcuts": []}

    offers["commands"][0]["command"] = "/" + "x" * 32
    refused = await world.post("app", manifest={"features": {"slash_commands": offers["commands"]}})
    assert refused["error"] == "invalid_request"
