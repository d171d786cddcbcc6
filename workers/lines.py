"""A line of ours in a thread that needs no turn, said once: rows of it are kept under the id of the mail it answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import structlog

from bot.slack import blocks
from bot.slack.errors import SlackError
from bot.slack.ledger import Unread
from bot.texts import Words, words_for
from bot.threads.models import Mail, ThreadKey
from bot.threads.owned import Claimed
from workers.journal import Journal
from workers.services import Services
from workers.turn.scene import ledger_of

log = structlog.get_logger()


async def say(
    services: Services,
    claimed: Claimed,
    mail: Sequence[Mail],
    key: str,
    values: Mapping[str, str],
    *,
    during_turn: bool = False,
) -> Journal:
    """Answer `mail` with one line; the journal with its row, for the write that takes the mail.

    A crash in between does not say it twice; what Slack does not take is logged, and the mail dealt with all the same.
    `during_turn`: where our newest message stands is for the turn to say, which may have to look up older ones.
    """
    words = await words_in(services, claimed.owned.thread, mail[0].principal)
    text = words.say(key, **values)
    return await post(services, claimed, mail, text, blocks.notice(text), during_turn=during_turn)


async def post(
    services: Services,
    claimed: Claimed,
    mail: Sequence[Mail],
    text: str,
    body: blocks.Blocks,
    *,
    during_turn: bool = False,
) -> Journal:
    """The same with a message of more than one line, `text` standing for it."""
    thread = claimed.owned.thread
    line_id = f"mail.{mail[0].id}"
    known = await services.turns.journal(thread.team, line_id)
    journal = Journal(services.turns, claimed.owned, line_id, known, services.now())
    try:
        slack = await services.installations.slack(thread.team)
        ledger = await ledger_of(services, slack, claimed, journal, newest=mail[0].ts)
        await ledger.post("line", text=text, blocks=body)
        if not during_turn:
            journal.set_thread(our_ts=ledger.newest_ts)
    except (SlackError, Unread) as error:
        log.warning("line.undelivered", mail=line_id, error=str(error))
    return journal


async def words_in(services: Services, thread: ThreadKey, principal: str, *, private: bool = False) -> Words:
    """The thread's language: the channel's, or that of `principal`; in private it is always theirs."""
    language = services.catalogs.now.channel(thread.channel).language
    own = await services.people.locale_of(thread.team, principal) if principal else None
    return words_for(own if private or thread.is_dm else language or own)
