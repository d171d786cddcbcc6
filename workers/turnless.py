"""Mail that needs no turn: one line in the thread, a sentence to its writer alone, or nothing; then it is done with.

Each gives the mail that waits then, None when the thread was given up.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence

import structlog

from bot.picking.choices import Choice
from bot.slack import follow_up_clicks as clicks
from bot.slack.errors import SlackError
from bot.texts import Words
from bot.threads import keys
from bot.threads.models import Mail, MailKind
from bot.threads.owned import Claimed
from workers import lines, roster
from workers.approving import late
from workers.follow_ups import confirming, listing, missed
from workers.follow_ups.ending import FAILED, Run, ended
from workers.journal import Journal
from workers.services import Services

log = structlog.get_logger()


async def say(
    services: Services,
    claimed: Claimed,
    mail: Sequence[Mail],
    key: str,
    values: Mapping[str, str] | None = None,
    *,
    record: dict[str, str] | None = None,
) -> list[Mail] | None:
    """Answer mail that needs no turn with one line in the thread, once, and go on."""
    journal = await lines.say(services, claimed, mail, key, values or {})
    return await drop(services, claimed, mail, record=record, journal=journal)


async def list_follow_ups(services: Services, claimed: Claimed, mail: Mail) -> list[Mail] | None:
    """The thread's follow-ups, or the channel's, to whoever asks for them there."""
    words = await lines.words_in(services, claimed.owned.thread, mail.principal)
    of_place = listing.of_channel if mail.about.get("of") == clicks.CHANNEL else listing.of_thread
    text, body = await of_place(services, words, claimed.owned.thread)
    journal = await lines.post(services, claimed, [mail], text, body)
    return await drop(services, claimed, [mail], journal=journal)


async def tell_missed(services: Services, claimed: Claimed, mail: Mail) -> list[Mail] | None:
    """That times of a follow-up were missed, to its thread."""
    kept = await services.follow_ups.get(mail.thread.team, mail.about["follow_up"])
    if kept is None:
        return await drop(services, claimed, [mail])
    words = await lines.words_in(services, mail.thread, mail.principal)
    text = await missed.line(services, words, kept.follow_up, mail)
    journal = await lines.post(services, claimed, [mail], text, missed.body(words, kept.follow_up, text))
    await confirming.redraw(services, kept.follow_up)
    return await drop(services, claimed, [mail], journal=journal)


async def whisper(services: Services, claimed: Claimed, mail: Mail, key: str, **values: str) -> list[Mail] | None:
    """Tell only the writer; at most once."""
    thread = claimed.owned.thread
    words = (await lines.words_in(services, thread, mail.principal, private=True)).say(key, **values)
    try:
        slack = await services.installations.slack(thread.team)
        await slack.ephemeral(thread.channel, mail.principal, thread_ts=thread.root_ts, text=words)
    except SlackError as error:
        log.info("whisper.failed", key=key, error=str(error))
    return await drop(services, claimed, [mail])


async def tell_late(services: Services, claimed: Claimed, mail: Mail) -> list[Mail] | None:
    """Somebody decided about a call of a turn that is over: tell them who had, unless it was they."""
    kept = await services.turns.journal(mail.thread.team, mail.about.get("turn", ""))
    decision, by = json.loads(kept.get("decided") or "{}").get(mail.about.get("tool_call_id"), ("", ""))
    if by == mail.principal and decision == mail.about.get("decision"):
        return await drop(services, claimed, [mail])
    key, values = await late(services, mail.thread.team, decision, by)
    return await whisper(services, claimed, mail, key, **values)


async def drop(
    services: Services,
    claimed: Claimed,
    mail: Sequence[Mail],
    *,
    record: dict[str, str] | None = None,
    journal: Journal | None = None,
) -> list[Mail] | None:
    for run in filter(None, (Run.of(item) for item in mail)):
        await ended(services, run, answered=FAILED)  # no turn will say so
    journal = journal or Journal(services.turns, claimed.owned, "-", {}, services.now())
    journal.take(mail)
    journal.set_thread(**(record or {}))
    if not any(item.kind is MailKind.STOP for item in claimed.mail if item not in mail):
        journal.unset_thread("stop")  # else it is meant for what comes next
    life = keys.LINE_FOR if journal.fields else None
    return await services.turns.finish(claimed.owned, journal.id, journal.collected(life=life)) or None


async def change_agents(
    services: Services,
    claimed: Claimed,
    mail: Mail,
    change: Callable[[Choice, Words, Mail, Mapping[str, str]], roster.Line],
) -> list[Mail] | None:
    """What `agent`, `add` or `remove` makes of the thread, with the line that says so."""
    thread = claimed.owned.thread
    choice = await roster.choice_of(services, thread, mail)
    line = change(choice, await lines.words_in(services, thread, mail.principal), mail, claimed.record)
    return await say(services, claimed, [mail], line.key, line.values, record=line.record)
