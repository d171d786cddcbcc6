"""The *Try again* button under a failure: the failed turn goes on where it failed, or is asked anew.

What always holds: each button counts once. It goes before anything is tried again, and who presses it all the same is
told alone where the newest answer stands.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace

from bot.slack import blocks
from bot.slack.errors import SlackError
from bot.slack.ledger import ROW_PREFIX, Row
from bot.texts import Words
from bot.threads.changes import Change
from bot.threads.models import Mail
from bot.threads.owned import Claimed
from workers import lines, starting, turnless
from workers.admission import Refusal
from workers.delivery.delivery import FAILURE_ROWS, FAILURE_SAID
from workers.holdings import Hold
from workers.journal import Journal
from workers.mailroom import Batch
from workers.services import Services
from workers.turn import running

TRIED = "tried"  # the journal's field with the messages whose button was pressed
ROWS = tuple(ROW_PREFIX + name for name in FAILURE_ROWS)


async def again(services: Services, hold: Hold, claimed: Claimed, mail: Mail) -> list[Mail] | None:
    """Go on with the failed turn where it failed, or ask anew if the thread went on since."""
    thread, turn_id = claimed.owned.thread, mail.about.get("turn", "")
    failed = await services.turns.journal(thread.team, turn_id)
    pressed = mail.about.get("message", "")
    tried = json.loads(failed.get(TRIED) or "[]")
    if pressed and pressed in tried:
        link = await _newest(services, claimed, mail, failed)
        return await turnless.whisper(services, claimed, mail, "again.already", link=link)
    if failed.get("ended") != "failed" or "mail" not in failed:
        return await turnless.whisper(services, claimed, mail, "again.gone")
    if failed["principal"] != mail.principal:
        person = await services.people.person(thread.team, failed["principal"])
        name = person.name if person else failed["principal"]
        return await turnless.whisper(services, claimed, mail, "again.not_you", person=name)
    agent = await starting.admitted_to(
        services, claimed, mail.principal, turn_id, picked=None, thread_agent=failed.get("agent")
    )
    if isinstance(agent, Refusal):
        return await turnless.whisper(services, claimed, mail, agent.key, **agent.values)
    journal = Journal(services.turns, claimed.owned, turn_id, failed, services.now())
    await _take_button(services, claimed, failed, pressed)
    journal.set(**{TRIED: json.dumps([*tried, pressed])})
    if claimed.record.get("last_turn") == turn_id:
        return await _go_on(services, hold, claimed, mail, journal)
    asked = tuple(replace(item, id=mail.id, about={"again": turn_id}) for item in journal.mail)
    fields = {TRIED: journal.fields[TRIED]}
    await services.turns.note(claimed.owned, turn_id, Change(journal=fields, forget=["mail", *ROWS]))
    return await starting.begin(services, hold, claimed, Batch(asked))


async def _go_on(services: Services, hold: Hold, claimed: Claimed, mail: Mail, journal: Journal) -> list[Mail] | None:
    """The turn is open again, and as young as its newest try."""
    journal.forget("ended", "unknown_effect", "foot", "unanswered", "sign_in_missing", FAILURE_SAID, *ROWS)
    journal.set(woken=str(services.now()))
    journal.step(services.now(), "tried_again")
    journal.unset_thread("open_calls", "lost_workers")
    journal.set_thread(turn=journal.id)
    journal.take([mail])
    await journal.write()
    record = {**claimed.record, "turn": journal.id}
    record.pop("open_calls", None)
    rest = [item for item in claimed.mail if item.id != mail.id]
    reopened = replace(claimed, mail=rest, record=record, journal=journal.fields)
    return await running.run(services, hold, reopened, journal.id, None)


async def _take_button(services: Services, claimed: Claimed, failed: Mapping[str, str], message: str) -> None:
    """The failure keeps its sentence and loses its button; harmless to repeat, and never worth failing for."""
    if (words := failed.get(FAILURE_SAID)) and message:
        with suppress(SlackError):
            slack = await services.installations.slack(claimed.owned.thread.team)
            await slack.update(claimed.owned.thread.channel, message, text=words, blocks=blocks.notice(words))


async def _newest(services: Services, claimed: Claimed, mail: Mail, failed: Mapping[str, str]) -> str:
    """A link to the newest failure of the turn, else to what was said last in its thread."""
    thread = claimed.owned.thread
    rows = [Row.load(name, failed[name]) for name in ROWS if name in failed]
    shown = max((row.ts for row in rows), default="") or claimed.record.get("our_ts", "") or thread.root_ts
    words: Words = await lines.words_in(services, thread, mail.principal, private=True)
    label = words.say("again.newest")
    try:
        slack = await services.installations.slack(thread.team)
        return f"<{await slack.permalink(thread.channel, shown)}|{label}>"
    except SlackError:
        return label
