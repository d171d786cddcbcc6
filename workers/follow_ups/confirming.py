"""The post in a thread that says what was promised there: once, and drawn anew when that changes.

The follow-up knows its post, so that whoever changes it, from wherever, changes what the thread reads of it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import structlog

from bot.follow_ups.models import FollowUp
from bot.follow_ups.store import Changed
from bot.slack.errors import SlackError
from bot.threads.models import ThreadKey
from workers import lines
from workers.follow_ups.card import Buttons, card, words_of
from workers.follow_ups.facts import facts_of
from workers.services import Services
from workers.turn.scene import Scene

REDRAW = timedelta(seconds=10)

log = structlog.get_logger()


async def confirm(scene: Scene, follow_up: FollowUp, *, note: str = "", more: Buttons = ()) -> None:
    """In the turn that made it: a row of the turn, so it is said once."""
    facts, row = await facts_of(scene.services, follow_up), f"follow_up:{follow_up.id}"
    body = card(follow_up, facts, scene.words, note=note, more=more)
    await scene.delivery.ask(row, words_of(follow_up, facts, scene.words, note=note), body)
    await remember(scene.services, follow_up, scene.ledger.accepted(row) or "")


async def remember(services: Services, follow_up: FollowUp, ts: str) -> None:
    """Put on record which post it is."""
    while ts and (kept := await services.follow_ups.get(follow_up.team, follow_up.id)):
        if kept.follow_up.card == ts:
            return
        if await services.follow_ups.change(kept, replace(kept.follow_up, card=ts)) is Changed.DONE:
            return


async def redraw(
    services: Services, follow_up: FollowUp, *, note: str = "", values: Mapping[str, str] | None = None
) -> bool:
    """The post as the follow-up is now, where it has one; `note` is a key of the texts. Never worth failing for, or
    waiting long.

    Whether the post says it now. One for a channel was confirmed in the thread that asked for it.
    """
    if not follow_up.card:
        return False
    with suppress(SlackError, TimeoutError):
        async with asyncio.timeout(REDRAW.total_seconds()):
            place = ThreadKey(follow_up.team, follow_up.channel, "")
            words = await lines.words_in(services, place, follow_up.owner)
            facts, said = await facts_of(services, follow_up), words.say(note, **(values or {})) if note else ""
            text, body = words_of(follow_up, facts, words, note=said), card(follow_up, facts, words, note=said)
            slack = await services.installations.slack(follow_up.team)
            await slack.update(follow_up.channel, follow_up.card, text=text, blocks=body)
            return True
    return False
