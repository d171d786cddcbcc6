"""Names and icons an app gives itself, user groups, and who people are."""

from __future__ import annotations

from typing import Any

import pytest
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError

from playground.slack.settings import ALL_SCOPES
from tests.playground.slack.an_app import app, hearing
from tests.playground.slack.conftest import ADA, BOT, CAMILLE, GENERAL, GRACE, HUGO, TEAM, MakeWorld, World, until

IRIS, PARTNERS, PARTNER_TEAM = "U0IRIS", "C0PARTNERS", "T0PARTNER"
SPEAKER: dict[str, Any] = {"username": "Billing", "icon_emoji": ":moneybag:"}
PICTURE = "https://icons.example/billing.png"


async def last(world: World, root: str) -> dict[str, Any]:
    """The newest message of a thread, as it reads back."""
    return dict((await world.slack.conversations_replies(channel=GENERAL, ts=root))["messages"][-1])


async def test_a_speakers_name_and_icon_are_kept_over_an_update(world: World) -> None:
    root = await world.say("go")
    posted = await world.slack.chat_postMessage(channel=GENERAL, thread_ts=root, text="one", **SPEAKER)
    updated = await world.slack.chat_update(channel=GENERAL, ts=posted["ts"], text="two")

    read = await last(world, root)
    for message in (posted["message"], updated["message"], read):
        assert (message["subtype"], message["username"], message["icons"]) == (
            *("bot_message", "Billing"),
            {"emoji": ":moneybag:"},
        )
        assert (message["bot_id"], "user" in message) == ("B0BOT", False)
    shown = (await world.get("thread", **{"as": ADA, "channel": GENERAL, "ts": root}))["messages"][-1]
    assert (shown["user"], shown["username"], shown["icons"], shown["is_bot"]) == (
        *(BOT, "Billing"),
        *({"emoji": ":moneybag:"}, True),
    )


async def test_a_customised_message_may_tell_its_user_by_a_switch(make_world: MakeWorld) -> None:
    world = await make_world(customised_messages_name_user=True)

    message = (await world.slack.chat_postMessage(channel=GENERAL, text="one", icon_url=PICTURE))["message"]

    assert (message["user"], message["username"], "subtype" in message) == (BOT, "Threadwind", False)
    assert message["icons"]["image_48"] == PICTURE


async def test_a_session_keeps_its_name_and_icon(world: World) -> None:
    root = await world.say("go")
    for status, speaker in (("processing", SPEAKER), ("active", {})):
        where = {"channel_id": GENERAL, "thread_ts": root}
        assert (await world.call("agents.sessions.setStatus", status=status, **where, **speaker))["ok"]

    session = (await world.get("thread", **{"as": ADA, "channel": GENERAL, "ts": root}))["session"]
    assert (session["status"], session["username"], session["icons"]) == (
        *("active", "Billing"),
        {"emoji": ":moneybag:"},
    )


async def test_streams_and_statuses_have_speakers_too(world: World) -> None:
    root = await world.say("go")
    await world.slack.assistant_threads_setStatus(channel_id=GENERAL, thread_ts=root, status="thinks", **SPEAKER)
    status = (await world.get("thread", **{"as": ADA, "channel": GENERAL, "ts": root}))["status"]
    started = await world.slack.chat_startStream(
        channel=GENERAL, thread_ts=root, recipient_user_id=ADA, recipient_team_id=TEAM, markdown_text="hi", **SPEAKER
    )
    stopped = await world.slack.chat_stopStream(channel=GENERAL, ts=started["ts"])

    assert (status["username"], status["icons"]) == ("Billing", {"emoji": ":moneybag:"})
    assert (stopped["message"]["username"], (await last(world, root))["icons"]) == ("Billing", {"emoji": ":moneybag:"})


CUSTOMISED: list[tuple[str, dict[str, Any]]] = [
    ("chat.postMessage", {"channel": GENERAL, "text": "x", "username": "Billing"}),
    ("chat.postMessage", {"channel": GENERAL, "text": "x", "icon_emoji": ":moneybag:"}),
    ("chat.postMessage", {"channel": GENERAL, "text": "x", "icon_url": PICTURE}),
    ("chat.startStream", {"channel": GENERAL, "recipient_user_id": ADA, "recipient_team_id": TEAM, "username": "B"}),
    ("agents.sessions.setStatus", {"channel_id": GENERAL, "status": "processing", "icon_emoji": ":moneybag:"}),
    ("assistant.threads.setStatus", {"channel_id": GENERAL, "status": "thinks", "username": "Billing"}),
]


@pytest.mark.parametrize(("method", "arguments"), CUSTOMISED)
async def test_a_speaker_needs_the_scope(make_world: MakeWorld, method: str, arguments: dict[str, Any]) -> None:
    world = await make_world(scopes=ALL_SCOPES - {"chat:write.customize"})
    root = await world.say("go")

    answer = await world.call(method, thread_ts=root, **arguments)

    assert (answer["error"], answer["needed"]) == ("missing_scope", "chat:write.customize")
    assert len((await world.slack.conversations_replies(channel=GENERAL, ts=root))["messages"]) == 1


@pytest.mark.parametrize(
    ("speaker", "error"),
    [
        ({"username": "Slackbot"}, "reserved_username"),
        ({"icon_emoji": "moneybag"}, "invalid_arguments"),
        ({"icon_url": "javascript:alert(1)"}, "invalid_arguments"),
    ],
)
async def test_speakers_that_are_refused(world: World, speaker: dict[str, str], error: str) -> None:
    assert (await world.call("chat.postMessage", channel=GENERAL, text="x", **speaker))["error"] == error


async def test_user_groups_are_listed_with_their_members(world: World) -> None:
    listed = (await world.slack.usergroups_list(include_users=True))["usergroups"]
    everything = (await world.slack.usergroups_list(include_disabled=True))["usergroups"]

    assert [(each["id"], each["handle"], each["users"]) for each in listed] == [
        ("S0SUPPORT", "support", [CAMILLE, GRACE]),
        ("S0LEADS", "leads", [GRACE]),
    ]
    assert [(each["id"], each["date_delete"] > 0, "users" in each) for each in everything][-1] == (
        *("S0RETIRED", True),
        False,
    )
    assert (await world.slack.usergroups_users_list(usergroup="S0SUPPORT"))["users"] == [CAMILLE, GRACE]
    for group in ("S404", "S0RETIRED"):
        with pytest.raises(SlackApiError, match="no_such_subteam"):
            await world.slack.usergroups_users_list(usergroup=group)


async def test_user_groups_need_their_scope(make_world: MakeWorld) -> None:
    world = await make_world(scopes=frozenset({"chat:write"}))

    for method in ("usergroups.list", "usergroups.users.list"):
        assert (await world.call(method, usergroup="S0LEADS"))["needed"] == "usergroups:read"


async def test_a_change_of_members_is_told(world: World) -> None:
    bolt, heard = app(world), dict[str, dict[str, Any]]()
    _remember(bolt, heard, "subteam_updated", "subteam_members_changed")

    async with hearing(world, bolt):
        await world.post("regroup", user=GRACE, group="S0LEADS", users=[ADA])
        await until(lambda: len(heard) == 2)

    changed = heard["subteam_members_changed"]
    assert (changed["subteam_id"], changed["added_users"], changed["removed_users"]) == ("S0LEADS", [ADA], [GRACE])
    assert heard["subteam_updated"]["subteam"]["users"] == [ADA]


def _remember(bolt: AsyncApp, heard: dict[str, dict[str, Any]], *names: str) -> None:
    async def remember(event: dict[str, Any]) -> None:
        heard[event["type"]] = event

    for name in names:
        bolt.event(name)(remember)


async def test_a_group_is_mentioned_by_its_handle(world: World) -> None:
    ts = await world.say("ask @support, not @retired")

    message = world.standin.workspace.conversations[GENERAL].messages[ts]

    assert message.text == "ask <!subteam^S0SUPPORT|@support>, not @retired"
    assert {"type": "usergroup", "usergroup_id": "S0SUPPORT"} in message.blocks[0]["elements"][0]["elements"]


async def test_people_are_who_they_are(world: World) -> None:
    async def of(user: str) -> dict[str, Any]:
        return dict((await world.slack.users_info(user=user))["user"])

    grace, hugo, ada, iris = [await of(each) for each in (GRACE, HUGO, ADA, IRIS)]

    assert [grace[name] for name in ("is_admin", "is_owner", "is_primary_owner")] == [True] * 3
    assert [ada[name] for name in ("is_admin", "is_owner", "is_restricted")] == [False] * 3
    assert (hugo["is_restricted"], hugo["is_ultra_restricted"]) == (True, True)
    assert (iris["team_id"], iris["is_stranger"], "is_admin" in iris) == (PARTNER_TEAM, False, False)
    await world.post("leave", user=IRIS, channel=PARTNERS)
    assert (await of(IRIS))["is_stranger"] is True


async def test_a_shared_channel_says_so_and_whose_the_words_are(world: World) -> None:
    bolt, bodies = app(world), list[dict[str, Any]]()

    @bolt.event("app_mention")
    async def mentioned(body: dict[str, Any]) -> None:
        bodies.append(body)

    async with hearing(world, bolt):
        root = await world.say("<@U0BOT> hello", user=IRIS, channel=PARTNERS)
        await until(lambda: bodies)

    [body] = bodies
    event = body["event"]
    assert (body["is_ext_shared_channel"], body["team_id"], event["user_team"]) == (True, TEAM, PARTNER_TEAM)
    assert (await world.slack.conversations_info(channel=PARTNERS))["channel"]["is_ext_shared"]
    where = {"channel": PARTNERS, "thread_ts": root, "recipient_user_id": IRIS}
    started = await world.call("chat.startStream", recipient_team_id=PARTNER_TEAM, **where)
    wrong = await world.call("chat.startStream", recipient_team_id=TEAM, **where)
    assert (started["ok"], wrong["error"]) == (True, "user_not_found")
