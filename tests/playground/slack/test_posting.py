"""What the app may write, judged by the official client."""

from __future__ import annotations

from typing import Any

import pytest
from slack_sdk.errors import SlackApiError

from tests.playground.slack.conftest import ADA, BOT, DM, GENERAL, RANDOM, SECRET, World


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
