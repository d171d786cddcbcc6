"""What was said in the thread besides the mail: read from Slack, limited, each message once.

Needs a history scope. Where there is none, `Found.unreadable` says so and nothing is pretended.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from bot.slack import wire
from bot.slack.client import Slack
from bot.slack.errors import CHANNEL_GONE, Refused, SlackError
from bot.slack.models import SlackMessage
from bot.slack.patience import patiently
from bot.threads.models import File, Mail, ThreadKey, message_id
from workers.follow_ups import deliveries
from workers.inputs import FileLine, Line
from workers.services import Services

TEXT_LIMIT = 4000  # characters of one earlier message
MENTION_MAY_BE_LATE = timedelta(minutes=6)  # Slack repeats an event nobody heard for about five
READ_TRIES = 3
LONGEST_WAIT = timedelta(seconds=10)  # a person waits for the answer; what cannot be read by then is said


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """`read_to` is the ts of the newest message looked at; `users` are the people who wrote.

    `unreadable`: this installation may not read here; `gone`: since it is not in this channel any more. `later`: Slack
    did not answer this time.
    """

    messages: list[SlackMessage] = field(default_factory=list)
    users: frozenset[str] = frozenset()
    read_to: str = ""
    unreadable: bool = False
    gone: Refused | None = None
    later: bool = False


async def read(
    services: Services,
    slack: Slack,
    thread: ThreadKey,
    *,
    since: str | None,
    before: str | None,
    own: set[str],
    with_ours: bool = False,
) -> Found:
    """The messages after `since` and up to `before`, oldest first, without mail and (unless `with_ours`) without ours.

    Mail is known by its id: `own`, and what was marked as seen when it was stored.
    """
    try:
        messages = await _replies(services, slack, thread, since=since, before=before)
    except Refused as refused:
        return Found(unreadable=True, gone=refused if refused.code in CHANNEL_GONE else None)
    except SlackError:
        return Found(unreadable=True, later=True)
    bot_user = await services.installations.bot_user(thread.team)
    fresh = [m for m in messages if (since is None or m.ts > since) and (before is None or m.ts <= before)]
    read_to = max((m.ts for m in fresh), default=since or "")
    now = services.now()
    candidates = [
        m
        for m in fresh
        if m.user
        and (m.text or m.files)
        and (with_ours or m.user != bot_user)
        and not _may_still_come(m, bot_user, now)
    ]
    ids = [message_id(thread.team, thread.channel, m.ts) for m in candidates]
    known = own if with_ours else own | await services.turns.stored(ids)
    candidates = [m for m, mail_id in zip(candidates, ids, strict=True) if mail_id not in known]
    candidates = candidates[-services.settings.context_limit :] if services.settings.context_limit else []
    return Found(
        messages=candidates,
        users=frozenset(m.user for m in fresh if m.user and m.user != bot_user and not m.bot_id),
        read_to=read_to,
    )


async def said_since(services: Services, slack: Slack, thread: ThreadKey, *, since: str, own: set[str]) -> Found:
    """Everything that people wrote after `since`, oldest first, mail among it if it is `own`."""
    try:
        messages = await _replies(services, slack, thread, since=since)
    except SlackError:
        return Found(unreadable=True)
    bot_user = await services.installations.bot_user(thread.team)
    now = services.now()
    said = []
    for m in messages:
        ours = not m.user or m.user == bot_user or m.bot_id
        if ours or m.ts <= since or not (m.text or m.files):
            continue
        is_mail = message_id(thread.team, thread.channel, m.ts) in own
        if is_mail or not _may_still_come(m, bot_user, now):
            said.append(m)
    return Found(messages=said, read_to=max((m.ts for m in said), default=""))


async def _replies(
    services: Services, slack: Slack, thread: ThreadKey, *, since: str | None, before: str | None = None
) -> list[SlackMessage]:
    return await patiently(
        lambda: slack.replies(thread.channel, thread.root_ts, oldest=since, latest=before),
        tries=READ_TRIES,
        sleep=services.sleep,
        longest=LONGEST_WAIT,
    )


def _may_still_come(message: SlackMessage, bot_user: str, now: float) -> bool:
    """A mention that has not come yet will: it becomes its own turn, and each message is read once."""
    return wire.names(message.text, bot_user) and float(message.ts) > now - MENTION_MAY_BE_LATE.total_seconds()


async def lines(
    services: Services, team: str, messages: Sequence[SlackMessage], files: Mapping[str, FileLine]
) -> list[Line]:
    """What was found, as lines for the model; `files` says by id what is known of the files that came along."""
    users = {m.user for m in messages if m.user} | {user for m in messages for user in wire.people_in(m.text)}
    names = await services.people.names(team, sorted(users))
    return [
        Line(
            names.get(m.user, m.user),
            wire.readable(m.text, people=names)[:TEXT_LIMIT],
            _files(m.files, files),
        )
        for m in messages
        if m.user
    ]


async def mail_lines(
    services: Services, mail: Sequence[Mail], speaker: str, files: Mapping[str, FileLine] | None = None
) -> list[Line]:
    """Mail of one person as lines for the model: Slack's tokens become words."""
    said = []
    for item, events in zip(mail, deliveries.events(mail), strict=True):
        names = await services.people.names(item.thread.team, sorted(wire.people_in(item.text)))
        files_in = _files(item.files, files or {})
        said.append(Line(speaker, wire.readable(item.text, people=names), files_in, events))
    return said


def _files(files: Sequence[File], known: Mapping[str, FileLine]) -> tuple[FileLine, ...]:
    return tuple(known.get(file.id, FileLine(file.name)) for file in files)
