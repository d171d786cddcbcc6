"""The modal in which a follow-up is made or changed: filled in, and what was sent in it done.

What cannot be done comes back as the same form, with the sentence that says why and all that was typed.
"""

from __future__ import annotations

import structlog

from bot.follow_ups import form as forms
from bot.follow_ups.form import Form
from bot.follow_ups.models import FollowUp
from bot.slack import follow_up_clicks as clicks
from bot.slack import wire
from bot.slack.errors import Refused as SlackRefused
from bot.slack.follow_up_form import Asked
from bot.slack.ledger import Unread
from workers import lines
from workers.errands import follow_up_drawn as drawn
from workers.errands import follow_up_places
from workers.errands.errand import DONE, Errand, GivenUp
from workers.follow_ups import acts, confirming, described, filled_in, listing, making
from workers.follow_ups.card import card, when_of, words_of
from workers.follow_ups.facts import facts_of, name_of
from workers.follow_ups.refusals import Wrong
from workers.follow_ups.rights import Who
from workers.follow_ups.wishes import Refused, Wish
from workers.ids import id_from

OF_TIME = frozenset(f"follow_up.refused.{each}" for each in ("never", "past", "too_far", "too_often"))

log = structlog.get_logger()


async def fill(errand: Errand) -> None:
    """An empty form, or one of what the follow-up is; else the sentence that says why there is none."""
    asked = await drawn.asked_of(errand)
    try:
        before = await drawn.before_of(errand, asked)
        if before is None:
            await follow_up_places.look(errand, asked.channel)
        form = (
            before.form(asked.zone) if before else filled_in.empty(await drawn.quoted(errand), drawn.now(errand, asked))
        )
        await drawn.show(errand, asked, form, place=before.follow_up if before else None)
    except GivenUp as given_up:
        await drawn.say(errand, asked, errand.words.say(given_up.key, **given_up.values))


async def sent(errand: Errand) -> None:
    """Make it, or change it, and say so where it was begun. What was done is on record, and only told again."""
    asked, form = await drawn.asked_of(errand), Form.load(errand.mail.about["form"])
    if (name := errand.journal.get(DONE)) and (kept := await errand.services.follow_ups.get(asked.team, name)):
        await _tell(errand, asked, kept.follow_up, changed=bool(asked.follow_up))
        return
    try:
        before = await drawn.before_of(errand, asked)
        timed = _timed(errand, asked, form, before)
        if isinstance(timed, Wrong):
            sentence, of_time = described.refusal(timed, errand.words), True
        else:
            done = await _do(errand, _wish(errand, asked, form, timed, before), before)
            if not isinstance(done, Refused):
                errand.journal.set(**{DONE: done.id})
                await errand.journal.write()
                note = "" if timed.hour_said else errand.words.say("follow_up.card.hour_taken")
                await _tell(errand, asked, done, changed=before is not None, note=note)
                return
            sentence, of_time = errand.words.say(done.key, **done.values), done.key in OF_TIME
        place, at_words = before.follow_up if before else None, of_time and bool(form.words.strip())
        await drawn.show(errand, asked, form, notice=sentence, at_words=at_words, place=place)
    except GivenUp as given_up:
        await drawn.say(errand, asked, errand.words.say(given_up.key, **given_up.values))


def _timed(errand: Errand, asked: Asked, form: Form, before: drawn.Before | None) -> filled_in.Timed | Wrong:
    was = (before.form(asked.zone), before.follow_up.when) if before else None
    return filled_in.timed(form, now=drawn.now(errand, asked), language=errand.words.locale, before=was)


def _wish(errand: Errand, asked: Asked, form: Form, timed: filled_in.Timed, before: drawn.Before | None) -> Wish:
    """A prompt that was left as it was keeps whom it mentions, and times that were keep the events of a webhook."""
    unchanged = before is not None and form.prompt == before.prompt
    events = before.follow_up.events if before and timed.events is None else timed.events or ()
    return Wish(
        id=id_from(errand.mail.id),
        team=asked.team,
        channel=asked.channel,
        thread_ts=asked.root,
        owner=errand.mail.principal,
        owner_team=errand.mail.principal_team,
        prompt=before.follow_up.prompt if before and unchanged else wire.escape(form.prompt),
        when=timed.when,
        agent="" if form.agent == forms.DEFAULT_AGENT else form.agent,
        as_is=form.as_is,
        until=form.until,
        ends_at=timed.ends_at,
        most_runs=timed.most_runs,
        quiet=form.quiet,
        tools=before.follow_up.tools if before else (),
        events=events,
    )


async def _do(errand: Errand, wish: Wish, before: drawn.Before | None) -> FollowUp | Refused:
    services = errand.services
    if before is None:
        if not wish.thread_ts:
            await follow_up_places.look(errand, wish.channel)
        made = await making.make(services, wish)
        return made if isinstance(made, Refused) else made.follow_up
    who = Who(user=errand.mail.principal)
    done = await acts.change(services, who, wish.team, before.follow_up.id, wish)
    return done if isinstance(done, Refused) else done.follow_up


async def _tell(errand: Errand, asked: Asked, follow_up: FollowUp, *, changed: bool, note: str = "") -> None:
    """In its thread, where everybody reads it; else to its person alone, as is the `note` on how the form was read."""
    services, person = errand.services, await name_of(errand.services, asked.team, errand.mail.principal)
    said = errand.words.say("follow_up.form.changed") if changed else await _made(errand, follow_up)
    if changed:
        await confirming.redraw(services, follow_up, note="follow_up.card.changed_by", values={"person": person})
    elif follow_up.thread:
        said = await _posted(errand, follow_up) or said
    said = f"{said}\n{note}" if note else said
    await _tell_alone(errand, asked, follow_up, said if changed else note)
    await drawn.say(errand, asked, said)


async def _made(errand: Errand, follow_up: FollowUp) -> str:
    facts = await facts_of(errand.services, follow_up, reader=errand.mail.principal)
    return errand.words.say("follow_up.form.made", when=when_of(follow_up, facts, errand.words))


async def _tell_alone(errand: Errand, asked: Asked, follow_up: FollowUp, note: str) -> None:
    """What only its person sees: the list anew where they pressed in one, else the card."""
    if not asked.response_url:
        return
    if not (asked.replaces or follow_up.thread):
        await follow_up_places.tell(errand, follow_up, note=note)
        return
    if asked.replaces == clicks.LIST:
        user, services = errand.mail.principal, errand.services
        notice = await listing.notice(services, note, follow_up)
        text, body = await listing.own(services, errand.slack, errand.words, asked.team, user, notice=notice)
    else:
        facts = await facts_of(errand.services, follow_up, reader=errand.mail.principal)
        text = words_of(follow_up, facts, errand.words, note=note)
        body = card(follow_up, facts, errand.words, note=note)
    await errand.answer("follow_up.card", text, body, replace=bool(asked.replaces))


async def _posted(errand: Errand, follow_up: FollowUp) -> str:
    """Say in the thread what was promised there, once; a sentence where it cannot be said."""
    thread = follow_up.thread
    assert thread is not None
    words = await lines.words_in(errand.services, thread, follow_up.owner)
    facts = await facts_of(errand.services, follow_up)
    try:
        ts = await errand.ledger.elsewhere(thread).post(
            "follow_up", text=words_of(follow_up, facts, words), blocks=card(follow_up, facts, words)
        )
    except (SlackRefused, Unread) as error:
        log.warning("follow_up.unsaid", follow_up=follow_up.id, error=str(error))
        return errand.words.say("follow_up.form.made_unsaid")
    await errand.journal.write()
    await confirming.remember(errand.services, follow_up, ts)
    return ""
