"""What the app hears over HTTP, judged by Bolt with its signature check, and by a plain receiver that can misbehave."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import parse_qs

import pytest
from slack_bolt.adapter.starlette.async_handler import AsyncSlackRequestHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.signature import SignatureVerifier
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from playground.serving import serve
from tests.playground.slack.conftest import ADA, BOT, CAMILLE, DM, GENERAL, RANDOM, SECRET, MakeWorld, World, until

QUICK = (0.01, 0.01, 0.01)


class Receiver:
    """An app's Request URL: keeps what came, answers with the statuses it was told, then 200."""

    def __init__(self) -> None:
        self.url = ""
        self.envelopes: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.payloads: list[dict[str, Any]] = []
        self.statuses: list[int] = []
        self.answer_headers: dict[str, str] = {}

    async def __call__(self, request: Request) -> Response:
        body = await request.body()
        assert SignatureVerifier("playground-signing-secret").is_valid_request(body, dict(request.headers))
        self.headers.append(dict(request.headers))
        if request.headers["content-type"].startswith("application/json"):
            self.envelopes.append(json.loads(body))
        else:
            self.payloads.append(json.loads(parse_qs(body.decode())["payload"][0]))
        return Response(status_code=self.statuses.pop(0) if self.statuses else 200, headers=self.answer_headers)

    def kinds(self) -> list[str]:
        return [envelope["event"]["type"] for envelope in self.envelopes]

    def event(self, kind: str) -> dict[str, Any]:
        return next(dict(each["event"]) for each in self.envelopes if each["event"]["type"] == kind)

    def texts(self) -> list[str]:
        return [envelope["event"].get("text", "") for envelope in self.envelopes]


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    made = Receiver()

    async def receive(request: Request) -> Response:
        return await made(request)

    async with serve(Starlette(routes=[Route("/slack/events", receive, methods=["POST"])])) as url:
        made.url = f"{url}/slack/events"
        yield made


@pytest.fixture
async def heard(make_world: MakeWorld, receiver: Receiver) -> World:
    return await make_world(events_url=receiver.url, retry_after_seconds=QUICK)


async def settled(world: World) -> None:
    """Until every event was acknowledged or given up."""
    await until(lambda: world.standin.delivery.underway == 0)


async def test_bolt_accepts_a_signed_mention(make_world: MakeWorld) -> None:
    mentions: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    app_at: dict[str, Any] = {}

    async def receive(request: Request) -> Response:
        answer: Response = await app_at["handler"].handle(request)
        return answer

    async with serve(Starlette(routes=[Route("/slack/events", receive, methods=["POST"])])) as url:
        world = await make_world(events_url=f"{url}/slack/events", inspector=True)
        app = AsyncApp(client=world.slack, signing_secret=world.standin.settings.signing_secret)

        @app.event("app_mention")
        async def on_mention(event: dict[str, Any]) -> None:
            await mentions.put(event)

        @app.event("message")
        async def on_message() -> None:
            pass

        app_at["handler"] = AsyncSlackRequestHandler(app)

        ts = await world.say("@threadwind what time is it?")

        mention = await asyncio.wait_for(mentions.get(), 5)
        assert (mention["ts"], mention["user"], mention["text"]) == (ts, ADA, "<@U0BOT> what time is it?")
        await settled(world)
        delivered = [each for each in world.standin.traffic.entries if each["kind"] == "event"]
        assert [each["ok"] for each in delivered] == [True, True]


async def test_one_mention_makes_two_events_with_one_ts(heard: World, receiver: Receiver) -> None:
    ts = await heard.say("@threadwind hello")
    await settled(heard)

    assert sorted(receiver.kinds()) == ["app_mention", "message"]
    assert {each["event"]["ts"] for each in receiver.envelopes} == {ts}
    assert len({each["event_id"] for each in receiver.envelopes}) == 2
    mention, message = receiver.event("app_mention"), receiver.event("message")
    assert "channel_type" not in mention
    assert message["channel_type"] == "channel"
    assert mention["blocks"][0]["elements"][0]["elements"] == [
        {"type": "user", "user_id": BOT},
        {"type": "text", "text": " hello"},
    ]


async def test_a_dm_makes_one_message_without_a_thread(heard: World, receiver: Receiver) -> None:
    await heard.say("hello <@U0BOT>", channel=DM)
    await settled(heard)

    assert receiver.kinds() == ["message"]
    message = receiver.event("message")
    assert message["channel_type"] == "im"
    assert "thread_ts" not in message


async def test_a_reply_names_its_thread_and_whose_it_is(heard: World, receiver: Receiver) -> None:
    root = await heard.say("root", user=CAMILLE)
    await heard.say("@threadwind reply", thread_ts=root)
    await settled(heard)

    mention = receiver.event("app_mention")
    assert (mention["thread_ts"], mention["parent_user_id"]) == (root, CAMILLE)


async def test_the_app_hears_nothing_from_where_it_is_not(heard: World, receiver: Receiver) -> None:
    await heard.say("@threadwind are you there?", channel=RANDOM)
    await heard.say("@threadwind hello", channel=SECRET)
    await settled(heard)

    assert {each["event"]["channel"] for each in receiver.envelopes} == {SECRET}


async def test_an_invitation_brings_the_mention_that_led_to_it(heard: World, receiver: Receiver) -> None:
    ts = await heard.say("@threadwind are you there?", channel=RANDOM)
    await heard.post("invite", user=ADA, channel=RANDOM, who=BOT, mention_ts=ts)
    await settled(heard)

    assert sorted(receiver.kinds()) == ["app_mention", "member_joined_channel"]
    assert receiver.event("app_mention")["ts"] == ts


@pytest.mark.parametrize("named", ["@Threadwind", f"<@{BOT}>", f"<@{BOT}|threadwind> please"])
async def test_slacks_own_invite_brings_the_app_in_and_never_reaches_it(
    heard: World, receiver: Receiver, named: str
) -> None:
    line = f"/invite {named}"
    done = await heard.post("command", user=ADA, channel=RANDOM, text=line)
    again = await heard.post("command", user=CAMILLE, channel=RANDOM, text=line)
    await settled(heard)

    assert done["sentence"] == "Added to #random: @Threadwind."
    assert again["sentence"] == "Déjà dans #random : @Threadwind."
    joined = receiver.event("member_joined_channel")
    assert (joined["user"], joined["channel"], joined["inviter"]) == (BOT, RANDOM, ADA)
    assert receiver.kinds() == ["member_joined_channel"]


async def test_without_the_history_scope_only_mentions_come(make_world: MakeWorld, receiver: Receiver) -> None:
    world = await make_world(events_url=receiver.url, scopes=frozenset({"app_mentions:read", "chat:write"}))
    await world.say("just talking")
    await world.say("@threadwind hello")
    await world.say("hello", channel=DM)
    await settled(world)

    assert receiver.kinds() == ["app_mention"]


async def test_without_the_files_scope_a_mention_comes_without_its_files(
    make_world: MakeWorld, receiver: Receiver
) -> None:
    world = await make_world(
        events_url=receiver.url, scopes=frozenset({"app_mentions:read", "channels:history", "chat:write"})
    )
    address = f"{world.url}/_control/upload?user={ADA}&name=notes.txt"
    async with world.http.post(address, data=b"hello") as response:
        file = (await response.json())["file"]
    await world.post("say", user=ADA, channel=GENERAL, text="@threadwind read this", files=[file["id"]])
    await settled(world)

    assert receiver.kinds() == ["app_mention"]
    assert "files" not in receiver.event("app_mention")


async def test_edits_and_deletes_are_told_with_what_was_there_before(heard: World, receiver: Receiver) -> None:
    ts = await heard.say("one")
    await heard.post("edit", user=ADA, channel=GENERAL, ts=ts, text="two")
    await heard.post("delete", user=ADA, channel=GENERAL, ts=ts)
    await settled(heard)

    events = {each["event"].get("subtype"): each["event"] for each in receiver.envelopes}
    changed, deleted = events["message_changed"], events["message_deleted"]
    assert (changed["message"]["text"], changed["previous_message"]["text"]) == ("two", "one")
    assert changed["message"]["edited"]["user"] == ADA
    assert (changed["hidden"], changed["message"]["ts"]) == (True, ts)
    assert (deleted["deleted_ts"], deleted["previous_message"]["text"]) == (ts, "two")


async def test_the_apps_own_messages_come_back_with_its_bot_id(heard: World, receiver: Receiver) -> None:
    posted = await heard.slack.chat_postMessage(channel=GENERAL, text="<@U0BOT> talking to myself")
    await heard.slack.chat_update(channel=GENERAL, ts=posted["ts"], text="still")
    await settled(heard)

    assert receiver.kinds() == ["message", "message"]
    assert {(each["event"].get("message") or each["event"])["bot_id"] for each in receiver.envelopes} == {"B0BOT"}


async def test_an_unheard_event_is_repeated_three_times_under_one_id(heard: World, receiver: Receiver) -> None:
    receiver.statuses = [500, 503, 404, 500]

    await heard.say("hello", channel=DM)
    await settled(heard)

    assert len({each["event_id"] for each in receiver.envelopes}) == 1
    numbers = [headers.get("x-slack-retry-num") for headers in receiver.headers]
    assert numbers == [None, "1", "2", "3"]
    assert receiver.headers[1]["x-slack-retry-reason"] == "http_error"


async def test_no_retry_is_respected(heard: World, receiver: Receiver) -> None:
    receiver.statuses = [500]
    receiver.answer_headers = {"X-Slack-No-Retry": "1"}

    await heard.say("hello", channel=DM)
    await settled(heard)

    assert len(receiver.envelopes) == 1


async def test_a_late_answer_is_a_timeout(make_world: MakeWorld, receiver: Receiver) -> None:
    world = await make_world(events_url=receiver.url, retry_after_seconds=QUICK, ack_seconds=0.05)
    slow = asyncio.Event()
    receive = receiver.__class__.__call__

    async def late(request: Request) -> Response:
        answer = await receive(receiver, request)
        if len(receiver.envelopes) == 1:
            await slow.wait()
        return answer

    async with serve(Starlette(routes=[Route("/late", late, methods=["POST"])]), on_stop=slow.set) as url:
        await world.post("app", events_url=f"{url}/late")
        await world.say("hello", channel=DM)
        await settled(world)

    assert receiver.headers[1]["x-slack-retry-reason"] == "http_timeout"


async def test_duplicates_and_lost_acknowledgements_can_be_had(heard: World, receiver: Receiver) -> None:
    await heard.fault(request="events", kind="duplicate")
    await heard.say("twice", channel=DM)
    await settled(heard)
    await heard.fault(request="events", kind="lost")
    await heard.say("again", channel=DM)
    await settled(heard)

    assert receiver.texts() == ["twice", "twice", "again", "again"]
    assert receiver.headers[3]["x-slack-retry-num"] == "1"


async def test_events_can_overtake_each_other(heard: World, receiver: Receiver) -> None:
    await heard.fault(request="events", kind="reorder", seconds=5)

    await heard.say("first", channel=DM)
    await heard.say("second", channel=DM)
    await settled(heard)

    assert receiver.texts() == ["second", "first"]


async def test_a_click_comes_signed_with_all_bolt_needs(heard: World, receiver: Receiver) -> None:
    button = {"type": "button", "action_id": "yes", "text": {"type": "plain_text", "text": "Yes"}, "value": "run-1"}
    blocks = [{"type": "actions", "block_id": "b1", "elements": [button]}]
    root = await heard.say("root")
    ts = (await heard.slack.chat_postMessage(channel=GENERAL, thread_ts=root, text="sure?", blocks=blocks))["ts"]

    clicked = await heard.post(
        "click", user=CAMILLE, channel=GENERAL, message_ts=ts, action_id="yes", block_id="b1", value="forged"
    )

    assert clicked == {"ok": True, "delivered": True, "status": 200}
    [payload] = receiver.payloads
    assert payload["type"] == "block_actions"
    assert payload["user"]["id"] == CAMILLE
    assert payload["container"]["thread_ts"] == root
    assert payload["message"]["ts"] == ts
    assert payload["actions"][0]["value"] == "run-1"
    assert payload["trigger_id"]


async def test_a_click_on_nothing_is_refused(heard: World) -> None:
    ts = (await heard.slack.chat_postMessage(channel=GENERAL, text="no buttons"))["ts"]

    clicked = await heard.post("click", user=ADA, channel=GENERAL, message_ts=ts, action_id="yes")

    assert clicked["error"] == "action_not_found"


async def test_a_response_url_replaces_the_original_and_ends_after_five_uses(heard: World, receiver: Receiver) -> None:
    button = {"type": "button", "action_id": "yes", "text": {"type": "plain_text", "text": "Yes"}}
    blocks = [{"type": "actions", "elements": [button]}]
    answer = await heard.slack.chat_postEphemeral(channel=GENERAL, user=ADA, text="only you", blocks=blocks)
    await heard.post("click", user=ADA, channel=GENERAL, message_ts=answer["message_ts"], action_id="yes")
    [payload] = receiver.payloads

    statuses = []
    for _ in range(6):
        said = {"replace_original": True, "text": "done"}
        async with heard.http.post(payload["response_url"], json=said) as response:
            statuses.append(response.status)

    assert payload["container"]["is_ephemeral"]
    assert "message" not in payload
    assert heard.standin.workspace.whispers[0].text == "done"
    assert statuses == [200] * 5 + [404]


async def test_the_agent_surface_is_told(heard: World, receiver: Receiver) -> None:
    await heard.post("open", user=ADA, tab="messages")
    await heard.post("context", user=ADA, entities=[{"type": "slack#/types/channel_id", "value": GENERAL}])
    root = await heard.say("hello", channel=DM)
    await heard.slack.agents_sessions_setStatus(channel_id=DM, thread_ts=root, status="processing")
    await heard.post("title", user=ADA, channel=DM, thread_ts=root, title="My talk")
    await heard.post("stop", user=ADA, channel=DM, thread_ts=root)
    await settled(heard)

    assert receiver.event("app_home_opened")["tab"] == "messages"
    assert receiver.event("app_context_changed")["context"]["entities"][0]["value"] == GENERAL
    assert receiver.event("agent_session_title_changed")["title"] == "My talk"
    stopped = receiver.event("agent_session_stopped")
    assert (stopped["thread_ts"], stopped["user"], stopped["streaming_message_ts"]) == (root, ADA, [])


async def test_a_plain_bot_hears_nothing_of_sessions(make_world: MakeWorld, receiver: Receiver) -> None:
    world = await make_world(events_url=receiver.url, agent=False)
    root = await world.say("hello", channel=DM)
    await world.post("stop", user=ADA, channel=DM, thread_ts=root)
    await settled(world)

    assert receiver.kinds() == ["message"]
