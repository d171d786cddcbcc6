"""What the bot says to Slack by itself: after its answer, and never instead of it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playground.faults import Fault
from playground.slack.control.acts import Say
from playground.slack.standin import Standin
from tests.bot.listeners.conftest import OpenBot, an_agent, recorded

World = tuple[Standin, str]


async def until(condition: Callable[[], Any], *, within: float = 60) -> None:
    deadline = time.monotonic() + within
    while not condition():
        assert time.monotonic() < deadline, "what was waited for did not happen"
        await asyncio.sleep(0.005)


def asked(standin: Standin, method: str) -> int:
    return standin.faults.seen.get(method, 0)


SLACK_WAITS_SECONDS = 3.0
PROMPTS = "assistant.threads.setSuggestedPrompts"


async def test_opening_the_messages_tab_offers_the_default_agents_prompts(
    open_bot: OpenBot, slack: World, tmp_path: Path
) -> None:
    standin, url = slack
    bot = await open_bot(slack_api_url=url, agents_dir=an_agent(tmp_path))
    assert (await bot.say(recorded("app_home_opened_messages"))).status_code == 200
    await until(lambda: asked(standin, PROMPTS) == 1)
    assert (await bot.say(recorded("app_home_opened_home"))).status_code == 200
    assert asked(standin, PROMPTS) == 1


async def test_a_slow_slack_does_not_delay_the_answer(open_bot: OpenBot, slack: World, tmp_path: Path) -> None:
    standin, url = slack
    standin.faults.add(Fault(request=PROMPTS, kind="delay", seconds=2 * SLACK_WAITS_SECONDS, times=0))
    bot = await open_bot(slack_api_url=url, agents_dir=an_agent(tmp_path))
    began = time.monotonic()
    assert (await bot.say(recorded("app_home_opened_messages"))).status_code == 200
    assert time.monotonic() - began < SLACK_WAITS_SECONDS


async def test_a_slack_that_says_no_to_prompts_harms_nothing(open_bot: OpenBot, slack: World, tmp_path: Path) -> None:
    standin, url = slack
    standin.faults.add(Fault(request=PROMPTS, kind="error", code="unknown_method", times=0))
    bot = await open_bot(slack_api_url=url, agents_dir=an_agent(tmp_path))
    await bot.say(recorded("app_home_opened_messages"))
    await until(lambda: asked(standin, PROMPTS) == 1)
    assert (await bot.say(recorded("app_mention"))).status_code == 200


async def test_whoever_meets_a_full_mailbox_is_told_so_in_their_language(open_bot: OpenBot, slack: World) -> None:
    standin, url = slack
    root = str((await Say(user="U0ADA", channel="C0GENERAL", text="<@U0BOT> hello").apply(standin))["ts"])
    bot = await open_bot(slack_api_url=url, mailbox_limit=1)
    first, late = recorded("app_mention_in_thread"), recorded("app_mention_in_thread")
    first["event"] |= {"user": "U0ADA", "thread_ts": root, "ts": "1790000002.000100"}
    late["event"] |= {"user": "U0CAMILLE", "thread_ts": root}
    await bot.say(first)
    answer = await bot.say(late)
    assert answer.status_code == 200, "refusing would make Slack repeat what we will not take"
    await until(lambda: standin.workspace.whispers)
    [told] = standin.workspace.whispers
    assert (told.ephemeral_for, told.thread_ts) == ("U0CAMILLE", root)
    assert "Trop de messages" in told.text
    assert len(await bot.mail()) == 1
