"""FOLLOW_UP_TOLD: why a follow-up did not run, told once to whoever can do something about it.

The owner learns it by direct message, in their language, with the buttons that help, which go when one is pressed; of
an owner who has left, the operators do, and the thread, or the channel of one that begins threads. Where a direct
message cannot be sent, a line there stands in for it. The owner learns, too, that somebody else paused or cancelled it.
"""

from __future__ import annotations

import structlog

from bot.follow_ups.models import FollowUp, Status, Why
from bot.slack import blocks
from bot.slack import follow_up_clicks as clicks
from bot.slack.commands import CONNECTIONS, slash
from bot.slack.errors import Refused, SlackError
from bot.slack.ledger import Unread
from bot.slack.text import shown
from bot.texts import Words, words_for
from bot.threads.models import ThreadKey
from workers.errands.errand import Errand
from workers.follow_ups import missed
from workers.follow_ups.ending import BY_OTHERS
from workers.follow_ups.facts import name_of
from workers.follow_ups.missed import TOO_MANY, value

NAME_SHOWN = 150

log = structlog.get_logger()


async def tell(errand: Errand) -> None:
    about, services = errand.mail.about, errand.services
    kept = await services.follow_ups.get(errand.thread.team, about["follow_up"])
    if kept is None:
        return
    if "missed" in about:
        await _missed(errand, kept.follow_up)
    elif about["why"] == TOO_MANY:
        await _too_many(errand, kept.follow_up, about["which"])
    elif about["why"] == BY_OTHERS:
        await _by_others(errand, kept.follow_up)
    else:
        await _paused(errand, kept.follow_up, Why(about["why"]))


async def acted(errand: Errand, done: str, follow_up_id: str) -> None:
    """The message in which somebody pressed, as it is from then on: what was `done`, and no buttons."""
    services, words, channel = errand.services, errand.shared, errand.thread.channel
    if kept := await services.follow_ups.get(errand.thread.team, follow_up_id):
        who = await name_of(services, kept.follow_up.team, kept.follow_up.owner)
        place = await _place(errand, words, kept.follow_up)
        said = words.say("follow_up.told.acted", person=who, place=place, done=done)
        done = f"{said}\n{await missed.quoted(services, kept.follow_up)}"
    try:
        await errand.slack.update(channel, errand.mail.about["message"], text=done, blocks=blocks.notice(done))
    except Refused:  # it is gone by now
        await errand.answer("follow_up.told.acted", done, blocks.notice(done))


async def _missed(errand: Errand, follow_up: FollowUp) -> None:
    """Of one that would have begun a thread: a line in its channel."""
    text = await missed.line(errand.services, errand.shared, follow_up, errand.mail)
    await errand.post_root(text, again=text, body=missed.body(errand.shared, follow_up, text))


async def _too_many(errand: Errand, follow_up: FollowUp, day: str) -> None:
    """Once a day, whichever of a person's follow-ups it met."""
    owner, journal = follow_up.owner, errand.journal
    if not journal.get("is_first"):
        if not await errand.services.told.is_first(follow_up.team, owner, f"follow-up-runs:{day}"):
            return
        journal.set(is_first="1")
        await journal.write()
    count = errand.services.settings.follow_up_runs_a_day
    text = errand.words.say("follow_up.told.too_many", count=count)
    if not await _direct(errand, owner, text, blocks.notice(text)):
        log.warning("follow_up.untold", owner=owner)


async def _paused(errand: Errand, follow_up: FollowUp, why: Why) -> None:
    if why is Why.OWNER_GONE:
        for operator in errand.services.settings.operators:
            words = words_for(await errand.services.people.locale_of(follow_up.team, operator))
            text = await _said(errand, words, follow_up, why, key="theirs")
            await _direct(errand, operator, text, _buttons(words, follow_up, text, resume=False))
        await _where_it_runs(errand, follow_up, why)
        return
    text = await _said(errand, errand.words, follow_up, why, key="yours")
    if not await _direct(errand, follow_up.owner, text, _buttons(errand.words, follow_up, text)):
        await _where_it_runs(errand, follow_up, why)


async def _by_others(errand: Errand, follow_up: FollowUp) -> None:
    about, words = errand.mail.about, errand.words
    who = await name_of(errand.services, follow_up.team, about["by"]) if about["by"] else ""
    key = f"follow_up.told.by_others_{about['did']}"
    place = await _place(errand, words, follow_up)
    text = words.say(key, person=who or words.say("follow_up.told.somebody"), place=place)
    text = f"{text}\n{await missed.quoted(errand.services, follow_up)}"
    body = _buttons(words, follow_up, text) if follow_up.status is Status.PAUSED else blocks.notice(text)
    if not await _direct(errand, follow_up.owner, text, body):
        log.warning("follow_up.untold", follow_up=follow_up.id, why=about["why"])


async def _where_it_runs(errand: Errand, follow_up: FollowUp, why: Why) -> None:
    """In its thread; of one that begins threads, in its channel."""
    text = await _said(errand, errand.shared, follow_up, why, key="theirs")
    buttons = _buttons(errand.shared, follow_up, text, resume=why is not Why.OWNER_GONE)
    if follow_up.thread:
        await errand.note_in(follow_up.thread, "line", text, body=buttons)
        return
    try:
        await errand.post_root(text, again=text, body=buttons)
    except Refused as refused:
        log.warning("follow_up.untold", follow_up=follow_up.id, why=why, error=str(refused))


async def _direct(errand: Errand, user: str, text: str, body: blocks.Blocks) -> bool:
    """Whether the direct message stands, or nobody can tell; sent once."""
    try:
        channel = await errand.slack.open_dm(user)
        there = ThreadKey.errand(errand.thread.team, channel, errand.mail.id)
        await errand.ledger.elsewhere(there).post(f"direct:{user}", text=text, blocks=body)
    except Refused as refused:
        log.warning("follow_up.not_told", user=user, error=str(refused))
        return False
    except Unread as unread:
        log.warning("follow_up.not_told", user=user, error=str(unread))
    await errand.journal.write()
    return True


async def _said(errand: Errand, words: Words, follow_up: FollowUp, why: Why, *, key: str) -> str:
    services = errand.services
    person = await services.people.person(follow_up.team, follow_up.owner)
    reason = words.say(
        f"follow_up.told.why.{why}",
        count=follow_up.failures,
        command=slash(CONNECTIONS, services.settings.command_prefix),
    )
    who = shown(person.name if person else follow_up.owner, NAME_SHOWN)
    told = words.say(f"follow_up.told.{key}", person=who, reason=reason, place=await _place(errand, words, follow_up))
    return f"{told}\n{await missed.quoted(services, follow_up)}"


async def _place(errand: Errand, words: Words, follow_up: FollowUp) -> str:
    """Where it runs, as a link."""
    if follow_up.thread is None:
        return f"<#{follow_up.channel}>"
    label = words.say("follow_up.told.thread")
    try:
        return f"<{await errand.slack.permalink(follow_up.channel, follow_up.thread_ts)}|{label}>"
    except SlackError:
        return label


def _buttons(words: Words, follow_up: FollowUp, text: str, *, resume: bool = True) -> blocks.Blocks:
    acts = [clicks.RESUME, clicks.CANCEL] if resume else [clicks.CANCEL]
    offered = [(clicks.action_id(act, clicks.TOLD), words.say(f"follow_up.button.{act}")) for act in acts]
    return blocks.with_buttons(text, offered, value=value(follow_up))
