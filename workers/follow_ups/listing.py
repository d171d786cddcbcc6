"""Lists of follow-ups, a page at a time: a person's own, and those of a thread or a channel for everybody there."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from bot.follow_ups.kept import Kept
from bot.follow_ups.models import FollowUp
from bot.slack import blocks
from bot.slack import follow_up_clicks as clicks
from bot.slack.client import Slack
from bot.slack.errors import SlackError
from bot.texts import Words
from bot.threads.models import ThreadKey
from workers.follow_ups import missed
from workers.follow_ups.card import row, says_state
from workers.follow_ups.facts import facts_of
from workers.services import Services

ROWS = 10  # on a page; each takes three blocks, of the 50 of a message
LINKS_AT_ONCE = 5
TASK_SHOWN = 120  # of the one that a press was about

Said = tuple[str, blocks.Blocks]  # the text that stands for it, and how it is drawn


@dataclass(frozen=True, slots=True)
class Notice:
    """What came of a press, above the list, with the `task` of the follow-up that it is about, quoted: its row may be
    on another page by now. Left out where the row of the follow-up `about` says it already."""

    text: str = ""
    about: str = ""
    task: str = ""

    def above(self, rows: Sequence[FollowUp]) -> str:
        said = any(one.id == self.about and says_state(one) for one in rows)
        return "" if said else "\n".join(filter(None, [self.text, self.task]))


NOTHING = Notice()


async def notice(services: Services, text: str, follow_up: FollowUp, *, about: str = "") -> Notice:
    return Notice(text, about, await missed.quoted(services, follow_up, most=TASK_SHOWN))


async def own(
    services: Services, slack: Slack, words: Words, team: str, user: str, *, page: int = 1, notice: Notice = NOTHING
) -> Said:
    """All open ones of a person, the next due first, paused ones last."""
    found = await services.follow_ups.of(team, user)
    head = words.say("follow_up.list.own", count=len(found)) if found else words.say("follow_up.list.none")
    links = await _links(slack, _on(found, page), words)
    body = await _page(services, found, words, place=clicks.LIST, page=page, links=links, reader=user)
    return _said(head, body, notice.above(_on(found, page)))


async def of_thread(
    services: Services, words: Words, thread: ThreadKey, *, page: int = 1, notice: Notice = NOTHING
) -> Said:
    """Those that run in a thread, whoever's they are: the thread is theirs."""
    found = await services.follow_ups.in_thread(thread)
    head = words.say("follow_up.list.thread", count=len(found)) if found else words.say("follow_up.list.none_here")
    body = await _page(services, found, words, place=clicks.THREAD, page=page, links={})
    return _said(head, body, notice.above(_on(found, page)))


async def of_channel(
    services: Services, words: Words, thread: ThreadKey, *, page: int = 1, notice: Notice = NOTHING
) -> Said:
    """Those that begin threads in the channel of `thread`: what comes there is for everybody who reads it."""
    found = await services.follow_ups.in_channel(thread.team, thread.channel)
    key = "follow_up.list.channel" if found else "follow_up.list.none_in_channel"
    body = await _page(services, found, words, place=clicks.CHANNEL, page=page, links={})
    return _said(words.say(key, count=len(found)), body, notice.above(_on(found, page)))


def _said(head: str, body: blocks.Blocks, notice: str) -> Said:
    heads = [*(blocks.notice(notice) if notice else []), *blocks.notice(head)]
    return (f"{notice}\n{head}" if notice else head), [*heads, *body]


async def _page(
    services: Services,
    found: Sequence[Kept],
    words: Words,
    *,
    place: str,
    page: int,
    links: dict[str, str],
    reader: str = "",
) -> blocks.Blocks:
    body: blocks.Blocks = []
    for follow_up in _on(found, page):
        facts = await facts_of(services, follow_up, reader=reader)
        body += [blocks.divider(), *row(follow_up, facts, words, place=place, link=links.get(follow_up.id, ""))]
    number, count = _number(found, page)
    turning = [(number - 1, "button.earlier")] * (number > 1) + [(number + 1, "button.more")] * (number < count)
    buttons = [
        blocks.button_for(clicks.action_id(clicks.PAGE, place, str(other), tag=words.tag), words.say(key), str(other))
        for other, key in turning
    ]
    return [*body, *([{"type": "actions", "elements": buttons}] if buttons else [])]


def _number(found: Sequence[Kept], page: int) -> tuple[int, int]:
    """Which page it is, of how many: one that is gone by now is the last."""
    count = max(1, -(-len(found) // ROWS))
    return min(max(page, 1), count), count


def _on(found: Sequence[Kept], page: int) -> list[FollowUp]:
    number, _ = _number(found, page)
    return [kept.follow_up for kept in found[(number - 1) * ROWS : number * ROWS]]


async def _links(slack: Slack, found: Sequence[FollowUp], words: Words) -> dict[str, str]:
    """Where those run that run in a thread, in words that lead there."""
    gate = asyncio.Semaphore(LINKS_AT_ONCE)

    async def link(follow_up: FollowUp) -> tuple[str, str]:
        try:
            async with gate:
                address = await slack.permalink(follow_up.channel, follow_up.thread_ts)
        except SlackError:
            return follow_up.id, words.say("follow_up.card.in_a_thread", channel=f"<#{follow_up.channel}>")
        return follow_up.id, words.say(
            "follow_up.card.there", link=f"<{address}|{words.say('follow_up.card.a_thread')}>"
        )

    return dict(await asyncio.gather(*(link(one) for one in found if one.thread_ts)))
