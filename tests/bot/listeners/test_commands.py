"""Slash commands: answered within Slack's three seconds over both ways in, and never left without a word."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from bot.follow_ups.models import FollowUp, When
from bot.follow_ups.store import FollowUps
from bot.listeners.table import TABLE
from bot.slack.manifest import COMMANDS
from bot.threads.defaults import Chosen, Defaults
from bot.threads.models import MailKind
from playground.faults import Fault
from playground.slack.app import running
from playground.slack.settings import Settings as SlackSettings
from playground.slack.standin import Standin
from playground.store import EmbeddedStore
from tests.bot.listeners.conftest import Hearing, OpenBot, an_agent, recorded
from tests.bot.listeners.test_errands import asked, until
from tests.bot.listeners.test_socket_mode import connected

World = tuple[Standin, str]
SLACK_WAITS_SECONDS = 3.0


def typed(text: str = "", **changed: str) -> dict[str, Any]:
    return {
        "command": "/agent",
        "text": text,
        "user_id": "U0ADA",
        "channel_id": "C0GENERAL",
        "team_id": "T0PLAY",
        "trigger_id": "1.2.abc",
        "response_url": "http://127.0.0.1:9/nobody",
        **changed,
    }


async def answered(bot: Hearing, command: dict[str, Any]) -> dict[str, Any]:
    """The acknowledgement's body; empty where there is none."""
    answer = await bot.raw(urlencode(command).encode(), "application/x-www-form-urlencoded")
    assert answer.status_code == 200
    return dict(json.loads(answer.content)) if answer.content else {}


async def once_known(standin: Standin, ask: Callable[[], Awaitable[Any]]) -> Any:
    """What is answered once the bot, which was asked before, has learned who Ada is; it keeps that for a while."""
    await until(lambda: asked(standin, "users.info") == 1)
    async with asyncio.timeout(60):
        while not (answer := await ask()):  # noqa: ASYNC110  # Slack's answer to who she is may be on its way
            await asyncio.sleep(0.02)
        return answer


async def test_what_needs_no_call_is_said_in_the_acknowledgement(
    open_bot: OpenBot, slack: World, tmp_path: Path
) -> None:
    standin, url = slack
    bot = await open_bot(slack_api_url=url, agents_dir=an_agent(tmp_path))
    assert await answered(bot, typed()) == {}, "who asks is not known yet"
    body = await once_known(standin, lambda: answered(bot, typed()))
    assert body["response_type"] == "ephemeral"
    assert "Assistant" in body["text"]
    assert body["blocks"]


async def test_a_slow_slack_does_not_delay_the_acknowledgement(open_bot: OpenBot, slack: World, tmp_path: Path) -> None:
    standin, url = slack
    standin.faults.add(Fault(request="users.info", kind="delay", seconds=2 * SLACK_WAITS_SECONDS, times=0))
    bot = await open_bot(slack_api_url=url, agents_dir=an_agent(tmp_path))
    began = time.monotonic()
    assert await answered(bot, typed()) == {}
    assert time.monotonic() - began < SLACK_WAITS_SECONDS


async def test_a_question_becomes_an_errand_once(open_bot: OpenBot, tmp_path: Path) -> None:
    bot = await open_bot(agents_dir=an_agent(tmp_path))
    for _ in range(2):
        assert await answered(bot, typed("assistant what broke?")) == {}
    [mail] = await bot.mail()
    assert (mail.kind, mail.agent, mail.text) == (MailKind.OPEN, "assistant", "what broke?")
    assert mail.thread.is_errand
    assert mail.about == {"response_url": "http://127.0.0.1:9/nobody"}


async def test_every_command_the_manifest_offers_has_a_row_in_the_table() -> None:
    assert {f"command {offered.name}" for offered in COMMANDS} <= set(TABLE)


async def test_a_command_by_another_name_is_told_which_there_are(open_bot: OpenBot, tmp_path: Path) -> None:
    bot = await open_bot(agents_dir=an_agent(tmp_path), command_prefix="tw-")
    for name in ("/agent", "/tw-agents"):
        body = await answered(bot, typed("assistant hello", command=name))
        assert body["text"].startswith(
            f"I do not answer to `{name}`, but to /tw-agent, /tw-connections, /tw-followup, /tw-threadwind"
        )
    assert await bot.mail() == []
    assert await answered(bot, typed("assistant hello", command="/tw-agent")) == {}
    assert len(await bot.mail()) == 1


@pytest.mark.parametrize("text", ["", "assistant what broke?", "default assistant"])
async def test_without_its_store_the_bot_says_so_because_slack_asks_only_once(
    open_bot: OpenBot, slack: World, tmp_path: Path, text: str
) -> None:
    standin, url = slack
    async with EmbeddedStore() as store:
        bot = await open_bot(redis_url=store.url, slack_api_url=url, agents_dir=an_agent(tmp_path))
        await answered(bot, typed("help"))
        await once_known(standin, lambda: answered(bot, typed("help")))
        await store.kill()
        began = time.monotonic()
        body = await answered(bot, typed(text))
        assert time.monotonic() - began < SLACK_WAITS_SECONDS
    assert body["text"].startswith("I cannot keep anything at the moment")
    assert body["response_type"] == "ephemeral"


async def test_over_a_socket_the_answer_goes_into_the_acknowledgement_as_well(
    open_bot: OpenBot, tmp_path: Path
) -> None:
    async with running(SlackSettings(kind="socket", ack_seconds=2.5)) as (standin, url), EmbeddedStore() as store:
        await connected(open_bot, f"{url}/api/", redis_url=store.url, agents_dir=str(an_agent(tmp_path)))

        async def said(text: str) -> str:
            answer = await standin.sockets.deliver("slash_commands", typed(text), attempt=0, reason="")
            assert answer.ok
            return str((answer.payload or {}).get("text", ""))

        assert await said("help") == ""
        words = await once_known(standin, lambda: said("help"))
        assert "`/agent NAME question`" in words
        await store.kill()
        assert (await said("assistant what broke?")).startswith("I cannot keep anything at the moment")


async def test_what_was_chosen_by_command_is_forgotten_with_the_app(bot: Hearing) -> None:
    defaults = Defaults(bot.redis)
    gone = recorded("app_uninstalled")
    await defaults.choose(gone["team_id"], "C1", Chosen(agent="oracle", by="U1", at=1.0))
    await defaults.choose("T9OTHER", "C1", Chosen(agent="oracle", by="U1", at=1.0))
    assert (await bot.say(gone)).status_code == 200
    assert await defaults.get(gone["team_id"], "C1") is None
    assert await defaults.get("T9OTHER", "C1") is not None


async def test_what_was_promised_is_forgotten_with_the_app(bot: Hearing) -> None:
    follow_ups, gone = FollowUps(bot.redis), recorded("app_uninstalled")
    for team in (gone["team_id"], "T9OTHER"):
        promised = FollowUp(
            id="check", team=team, channel="C1", owner="U1", owner_team=team, prompt="look", made_at=1, due=2,
            when=When(cron="0 9 * * *"),
        )  # fmt: skip
        await follow_ups.add(promised, most_of_person=5, most_in_thread=5)
    assert (await bot.say(gone)).status_code == 200
    assert await follow_ups.get(gone["team_id"], "check") is None
    assert await follow_ups.get("T9OTHER", "check") is not None
