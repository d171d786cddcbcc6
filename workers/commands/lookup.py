"""Finds turns and threads in Redis from what an operator has at hand: a short id, a link, a key from a log.

Team is in every key and in no permalink: the bot's own team is tried first, then all keys are looked through.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from redis.asyncio import Redis

from bot.threads import keys
from bot.threads.models import ThreadKey
from bot.threads.records import kept_fields
from workers.commands.cannot import Cannot

if TYPE_CHECKING:  # without a token nobody asks Slack, whose library takes longer to import than all else
    from bot.slack.client import Slack

ANY = "*"
AT_ONCE = 1000  # keys a SCAN looks at for one answer
TURN_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
SLACK_ID = re.compile(r"[A-Z0-9]{1,32}")
TS = re.compile(r"\d{1,12}\.\d{6}")
LINKED = re.compile(r"/archives/([A-Z0-9]{1,32})/p(\d{1,12})(\d{6})/?$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A thread as a link names it. `team` is None where it does not say."""

    team: str | None
    channel: str
    root_ts: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundTurn:
    """`journal` is the turn's, or what is kept of an ended one; `record` is its thread's."""

    id: str
    thread: ThreadKey
    journal: Mapping[str, str]
    record: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundThread:
    thread: ThreadKey
    record: Mapping[str, str]
    mail: int


def parse(text: str) -> Place:
    """The thread that a permalink or a raw key names; `Cannot` says what was expected."""
    text = text.strip().strip("<>")
    try:
        key = ThreadKey.parse(text)
    except ValueError:
        return _of_link(text)
    if SLACK_ID.fullmatch(key.team) and SLACK_ID.fullmatch(key.channel) and TS.fullmatch(key.root_ts):
        return Place(team=key.team, channel=key.channel, root_ts=key.root_ts)
    return _of_link(text)


def _of_link(text: str) -> Place:
    try:
        parts = urlsplit(text)
        linked = LINKED.search(parts.path)
        root = parse_qs(parts.query).get("thread_ts", [""])[0]
    except ValueError:
        linked, root = None, ""
    if linked is None or (root and not TS.fullmatch(root)):
        raise Cannot(
            "That is no link to a Slack message: expected https://…/archives/C…/p1790000000000100 (in Slack: More "
            "actions, Copy link) or team:channel:ts as in the logs."
        )
    channel, seconds, fraction = linked.groups()
    return Place(team=None, channel=channel, root_ts=root or f"{seconds}.{fraction}")


async def thread(redis: Redis, place: Place, slack: Slack | None) -> FoundThread:
    """The one thread at `place`; `Cannot` when there is none, or several and nobody says which."""
    known = await _keys(redis, place, slack)
    if not known:
        raise Cannot(
            "No thread of the bot is known there. If the link is to a reply, copy the link of the thread's first "
            "message; a thread that nobody used for THREAD_LIFE is forgotten."
        )
    if len(known) > 1:
        raise Cannot(f"Several workspaces have that thread; name one of them: {', '.join(map(str, known))}.")
    key = known[0]
    record = _text(await redis.hgetall(keys.thread(key)))  # type: ignore[misc]  # sync or async to mypy
    mail: int = await redis.llen(keys.mailbox(key))  # type: ignore[misc]  # as above
    return FoundThread(thread=key, record=record, mail=mail)


async def turns(redis: Redis, turn_id: str) -> list[FoundTurn]:
    """Every turn of that id: one, short of a miracle. `Cannot` when there is none."""
    if not TURN_ID.fullmatch(turn_id):
        raise Cannot("That is no turn's id: it has letters and digits only, such as the ten the bot names in a thread.")
    found = []
    open_ones = [_text(await redis.hgetall(name)) for name in await _scan(redis, keys.turn(ANY, turn_id))]  # type: ignore[misc]  # as above
    ended = [kept_fields(await redis.get(name) or "{}") for name in await _scan(redis, keys.ended(ANY, turn_id))]
    for journal in (*open_ones, *ended):
        try:
            place = ThreadKey.parse(journal.get("thread", ""))
        except ValueError:
            continue
        record = _text(await redis.hgetall(keys.thread(place)))  # type: ignore[misc]  # as above
        found.append(FoundTurn(id=turn_id, thread=place, journal=journal, record=record))
    if not found:
        days = keys.ENDED_TURN_FOR.days
        raise Cannot(f"No turn {turn_id} is known; one that ended is forgotten after {days} days.")
    return found


async def permalink(slack: Slack | None, place: ThreadKey) -> str:
    """The link of the thread's first message, or in brackets why there is none."""
    if slack is None:
        return "(SLACK_BOT_TOKEN is not set, so Slack was not asked)"
    from bot.slack.errors import SlackError  # as above

    try:
        return await slack.permalink(place.channel, place.root_ts)
    except SlackError as exc:
        return f"(Slack gave none: {exc})"


async def _keys(redis: Redis, place: Place, slack: Slack | None) -> list[ThreadKey]:
    if place.team:
        return await _existing(redis, ThreadKey(place.team, place.channel, place.root_ts))
    if slack is not None:
        from bot.slack.errors import SlackError  # as above

        try:
            own = (await slack.auth_test()).team
        except SlackError:
            own = ""  # all keys will tell
        if own and (known := await _existing(redis, ThreadKey(own, place.channel, place.root_ts))):
            return known
    pattern = keys.thread(ThreadKey(ANY, place.channel, place.root_ts))
    prefix = pattern.partition(ANY)[0]
    return [ThreadKey.parse(name.removeprefix(prefix)) for name in await _scan(redis, pattern)]


async def _existing(redis: Redis, key: ThreadKey) -> list[ThreadKey]:
    return [key] if await redis.exists(keys.thread(key)) else []


async def _scan(redis: Redis, pattern: str) -> list[str]:
    found = {name.decode() async for name in redis.scan_iter(match=pattern, count=AT_ONCE)}
    return sorted(found)  # SCAN may give a key twice


def _text(pairs: Mapping[bytes, bytes]) -> dict[str, str]:
    return {name.decode(): value.decode() for name, value in pairs.items()}
