"""What the app may write and read, judged by the official client."""

from __future__ import annotations

import json
from typing import Any

import aiohttp
import pytest

from tests.playground.slack.conftest import ADA, BOT, DM, GENERAL, HUGO, RANDOM, SECRET, MakeWorld, World


async def test_the_token_says_who_and_what_it_may(world: World) -> None:
    who = await world.slack.auth_test()

    assert (who["user_id"], who["team_id"], who["bot_id"]) == (BOT, "T0PLAY", "B0BOT")
    assert "chat:write" in who.headers["x-oauth-scopes"]


async def test_a_posted_answer_stands_in_the_thread(world: World) -> None:
    root = await world.say("@threadwind hello")

    await world.slack.chat_postMessage(channel=GENERAL, thread_ts=root, text="Hello Ada")

    thread = await world.slack.conversations_replies(channel=GENERAL, ts=root)
    assert [message["text"] for message in thread["messages"]] == ["<@U0BOT> hello", "Hello Ada"]
    assert thread["messages"][0]["reply_count"] == 1


async def test_a_user_id_as_channel_means_the_dm(world: World) -> None:
    answer = await world.slack.chat_postMessage(channel=ADA, text="psst")

    assert answer["channel"] == DM


async def test_an_update_replaces_what_was_said_and_is_not_marked_as_edited(world: World) -> None:
    posted = await world.slack.chat_postMessage(channel=GENERAL, text="one", blocks=[{"type": "divider"}])

    await world.slack.chat_update(channel=GENERAL, ts=posted["ts"], text="two")

    [message] = (await world.slack.conversations_history(channel=GENERAL))["messages"]
    assert message["text"] == "two"
    assert "blocks" not in message
    assert "edited" not in message


async def test_a_deleted_root_with_replies_leaves_a_placeholder(world: World) -> None:
    root = (await world.slack.chat_postMessage(channel=GENERAL, text="root"))["ts"]
    await world.slack.chat_postMessage(channel=GENERAL, text="reply", thread_ts=root)

    await world.slack.chat_delete(channel=GENERAL, ts=root)

    thread = await world.slack.conversations_replies(channel=GENERAL, ts=root)
    assert [message.get("subtype") for message in thread["messages"]] == ["tombstone", None]


async def test_metadata_reads_back_only_when_asked_for(world: World) -> None:
    metadata = {"event_type": "turn", "event_payload": {"row": "7"}}
    ts = (await world.slack.chat_postMessage(channel=GENERAL, text="hi", metadata=metadata))["ts"]

    async def read(**how: Any) -> Any:
        return (await world.slack.conversations_replies(channel=GENERAL, ts=ts, **how))["messages"][0].get("metadata")

    assert await read() == {"event_type": "turn"}
    assert await read(include_all_metadata=True) == metadata
    await world.slack.chat_update(channel=GENERAL, ts=ts, text="kept")
    assert await read(include_all_metadata=True) == metadata
    await world.slack.chat_update(channel=GENERAL, ts=ts, text="removed", metadata={})
    assert await read(include_all_metadata=True) is None


async def test_long_threads_come_in_pages(world: World) -> None:
    root = await world.say("root")
    for number in range(5):
        await world.slack.chat_postMessage(channel=GENERAL, thread_ts=root, text=str(number))

    said = []
    async for page in await world.slack.conversations_replies(channel=GENERAL, ts=root, limit=2):
        said += [message["text"] for message in page["messages"]]

    assert said == ["root", "0", "1", "2", "3", "4"]


async def test_history_is_newest_first_and_leaves_replies_out(world: World) -> None:
    first = await world.say("first")
    await world.say("reply", thread_ts=first)
    await world.say("second")

    history = await world.slack.conversations_history(channel=GENERAL)
    later = await world.slack.conversations_history(channel=GENERAL, oldest=first)

    assert [message["text"] for message in history["messages"]] == ["second", "first"]
    assert [message["text"] for message in later["messages"]] == ["second"]


async def test_arguments_are_found_in_query_form_and_multipart(world: World) -> None:
    url = f"{world.url}/api/chat.postMessage"
    headers = {"Authorization": "Bearer xoxb-playground"}
    blocks = json.dumps([{"type": "divider"}])

    async def sent(**how: Any) -> Any:
        async with world.http.post(url, **how) as response:
            return await response.json()

    form = aiohttp.FormData({"channel": GENERAL, "text": "multipart"}, default_to_multipart=True)
    query = await sent(params={"channel": GENERAL, "text": "query", "blocks": blocks}, headers=headers)
    urlencoded = await sent(data={"channel": GENERAL, "text": "form", "blocks": blocks, "token": "xoxb-playground"})
    multipart = await sent(data=form, headers=headers)

    assert query["message"]["blocks"][0]["type"] == urlencoded["message"]["blocks"][0]["type"] == "divider"
    assert multipart["message"]["text"] == "multipart"


BUTTON = {"type": "button", "action_id": "go", "text": {"type": "plain_text", "text": "Go"}}
REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("chat.postMessage", {"channel": "C404", "text": "x"}, "channel_not_found"),
    ("chat.postMessage", {"channel": RANDOM, "text": "x"}, "not_in_channel"),
    ("chat.postMessage", {"channel": GENERAL}, "no_text"),
    ("chat.postMessage", {"channel": GENERAL, "text": "x", "markdown_text": "y"}, "markdown_text_conflict"),
    ("chat.postMessage", {"channel": GENERAL, "markdown_text": "y" * 12_001}, "msg_too_long"),
    ("chat.postMessage", {"channel": GENERAL, "text": "x", "thread_ts": "yesterday"}, "invalid_thread_ts"),
    ("chat.postMessage", {"channel": GENERAL, "text": "x", "thread_ts": "1700000000.000001"}, "invalid_thread_ts"),
    ("chat.postMessage", {"channel": GENERAL, "text": "x", "metadata": {"event_type": "t"}}, "invalid_metadata_schema"),
    ("chat.postMessage", {"channel": GENERAL, "blocks": "nonsense"}, "invalid_blocks_format"),
    ("chat.postMessage", {"channel": GENERAL, "blocks": [{"type": "divider"}] * 51}, "invalid_blocks"),
    ("chat.postMessage", {"channel": GENERAL, "blocks": [{"type": "alert", "text": "x"}]}, "invalid_blocks"),
    (
        "chat.postMessage",
        {"channel": GENERAL, "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3001}}]},
        "invalid_blocks",
    ),
    (
        "chat.postMessage",
        {"channel": GENERAL, "blocks": [{"type": "actions", "elements": [BUTTON | {"value": "x" * 2001}]}]},
        "invalid_blocks",
    ),
    (
        "chat.postMessage",
        {"channel": GENERAL, "blocks": [{"type": "actions", "elements": [BUTTON, BUTTON]}]},
        "invalid_blocks",
    ),
    (
        "chat.postMessage",
        {"channel": GENERAL, "blocks": [{"type": "markdown", "text": "x" * 6001}] * 2},
        "msg_blocks_too_long",
    ),
    ("chat.update", {"channel": GENERAL, "ts": "1700000000.000001", "text": "x"}, "message_not_found"),
    ("chat.postEphemeral", {"channel": GENERAL, "user": HUGO, "text": "x"}, "user_not_in_channel"),
    ("conversations.history", {"channel": RANDOM}, "not_in_channel"),
    ("conversations.replies", {"channel": GENERAL, "ts": "1700000000.000001"}, "thread_not_found"),
    ("conversations.history", {"channel": GENERAL, "limit": 1000}, "invalid_limit"),
    ("conversations.history", {"channel": GENERAL, "cursor": "bmV4dDp4"}, "invalid_cursor"),
    ("conversations.open", {"users": HUGO}, "app_access_restricted"),
    ("apps.connections.open", {}, "not_allowed_token_type"),
    ("views.publish", {}, "unknown_method"),
]


async def test_what_slack_refuses_is_refused_by_its_name(world: World) -> None:
    for method, arguments, error in REFUSED:
        answer = await world.call(method, **arguments)

        assert (answer["ok"], answer["error"]) == (False, error), (method, arguments, answer)


async def test_a_reply_cannot_start_a_thread(world: World) -> None:
    root = await world.say("root")
    reply = await world.say("reply", thread_ts=root)

    answer = await world.call("chat.postMessage", channel=GENERAL, text="x", thread_ts=reply)

    assert answer["error"] == "invalid_thread_ts"


async def test_only_the_apps_own_messages_change(world: World) -> None:
    ts = await world.say("mine")

    assert (await world.call("chat.update", channel=GENERAL, ts=ts, text="x"))["error"] == "cant_update_message"
    assert (await world.call("chat.delete", channel=GENERAL, ts=ts))["error"] == "cant_delete_message"


async def test_an_update_holds_4000_characters(world: World) -> None:
    ts = (await world.slack.chat_postMessage(channel=GENERAL, text="x" * 4001))["ts"]

    assert (await world.call("chat.update", channel=GENERAL, ts=ts, text="x" * 4001))["error"] == "msg_too_long"


async def test_a_text_of_more_than_40000_characters_is_cut(world: World) -> None:
    answer = await world.call("chat.postMessage", channel=GENERAL, text="x" * 40_001)

    assert answer["warning"] == "message_truncated"
    assert len(answer["message"]["text"]) == 40_000


async def test_a_mentions_only_installation_cannot_read_channels(make_world: MakeWorld) -> None:
    world = await make_world(scopes=frozenset({"app_mentions:read", "chat:write", "im:history"}))
    root = await world.say("root")
    direct = await world.say("hello", channel=DM)

    channel = await world.call("conversations.replies", channel=GENERAL, ts=root)
    dm = await world.slack.conversations_replies(channel=DM, ts=direct)

    assert channel["error"] == "missing_scope"
    assert channel["needed"] == "channels:history"
    assert channel["provided"] == "app_mentions:read,chat:write,im:history"
    assert dm["messages"][0]["text"] == "hello"


async def test_private_channels_need_their_own_scope(make_world: MakeWorld) -> None:
    world = await make_world(scopes=frozenset({"channels:history", "chat:write"}))
    root = await world.say("root", channel=SECRET)

    assert (await world.call("conversations.replies", channel=SECRET, ts=root))["needed"] == "groups:history"


@pytest.mark.parametrize(("header", "error"), [("", "not_authed"), ("Bearer xoxb-other", "invalid_auth")])
async def test_a_wrong_token_is_refused(world: World, header: str, error: str) -> None:
    async with world.http.post(f"{world.url}/api/auth.test", headers={"Authorization": header}) as response:
        assert (await response.json())["error"] == error


async def test_people_have_locales_and_guests_are_told_apart(world: World) -> None:
    camille = (await world.slack.users_info(user="U0CAMILLE", include_locale=True))["user"]
    hugo = (await world.slack.users_info(user=HUGO))["user"]
    ada = (await world.slack.users_info(user=ADA))["user"]

    assert (camille["locale"], camille["tz"]) == ("fr-FR", "Europe/Paris")
    assert (hugo["is_ultra_restricted"], ada["is_restricted"], "locale" in ada) == (True, False, False)


async def test_tiers_answer_429_with_the_seconds_to_wait(make_world: MakeWorld) -> None:
    world = await make_world(rate_limits=True)
    headers = {"Authorization": "Bearer xoxb-playground"}

    for _ in range(20):
        assert (await world.call("users.list"))["ok"]
    async with world.http.post(f"{world.url}/api/users.list", headers=headers) as response:
        answer = await response.json()

    assert (response.status, answer) == (429, {"ok": False, "error": "ratelimited"})
    assert response.headers["Retry-After"] == "3"


async def test_a_channel_takes_about_one_post_a_second(make_world: MakeWorld) -> None:
    world = await make_world(rate_limits=True)

    answers = [await world.call("chat.postMessage", channel=GENERAL, text=str(number)) for number in range(6)]
    elsewhere = await world.call("chat.postMessage", channel=DM, text="other channel")

    assert [answer["ok"] for answer in answers] == [True] * 5 + [False]
    assert elsewhere["ok"]


async def test_the_bot_finds_its_channels_and_their_members(world: World) -> None:
    channels = await world.slack.conversations_list(types="public_channel,private_channel")
    info = await world.slack.conversations_info(channel=SECRET, include_num_members=True)
    members = await world.slack.conversations_members(channel=SECRET)
    opened = await world.slack.conversations_open(users=ADA)

    assert {each["id"]: each["is_member"] for each in channels["channels"]}[RANDOM] is False
    assert (info["channel"]["is_private"], info["channel"]["num_members"]) == (True, 3)
    assert ADA in members["members"]
    assert opened["channel"]["id"] == DM


async def test_a_permalink_leads_to_the_page(world: World) -> None:
    root = await world.say("root")
    reply = await world.say("reply", thread_ts=root)

    link = (await world.slack.chat_getPermalink(channel=GENERAL, message_ts=reply))["permalink"]

    async with world.http.get(link, allow_redirects=False) as response:
        assert response.headers["Location"] == f"/?channel={GENERAL}&ts={reply}&thread_ts={root}"


async def test_reactions_come_and_go(world: World) -> None:
    ts = await world.say("look")

    await world.slack.reactions_add(channel=GENERAL, timestamp=ts, name="eyes")
    again = await world.call("reactions.add", channel=GENERAL, timestamp=ts, name="eyes")
    shown = (await world.slack.conversations_history(channel=GENERAL))["messages"][0]["reactions"]
    await world.slack.reactions_remove(channel=GENERAL, timestamp=ts, name="eyes")

    assert again["error"] == "already_reacted"
    assert shown == [{"name": "eyes", "users": [BOT], "count": 1}]
    assert "reactions" not in (await world.slack.conversations_history(channel=GENERAL))["messages"][0]
