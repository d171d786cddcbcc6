"""FOLLOW_UP: what people type, press and send about follow-ups is done, and told to where they did it.

Who may do it is looked up at that moment (`workers/follow_ups/rights.py`). Done twice after a crash, it is one.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from bot.follow_ups.hook_events import LONGEST_NAME
from bot.slack import ahead as ahead_form
from bot.slack import blocks, follow_up_errands
from bot.slack import follow_up_clicks as clicks
from bot.slack.text import code
from bot.texts import Words, words_for
from bot.threads.models import ThreadKey
from workers.errands import ahead, follow_up_forms, follow_up_told, follow_up_typed
from workers.errands.errand import DONE, Errand
from workers.follow_ups import acts, confirming, extra_runs, listing
from workers.follow_ups.acts import Done
from workers.follow_ups.card import card, says_state, words_of
from workers.follow_ups.facts import facts_of, name_of
from workers.follow_ups.listing import Notice
from workers.follow_ups.rights import Who
from workers.follow_ups.wishes import Refused
from workers.services import Services

BEGUN = "begun"  # the journal's field, on record before an act: of an extra run its occurrence
OVER = ("follow_up.refused.ended", "follow_up.refused.gone")  # nothing is left to press

Act = Callable[[Services, Who, str, str], Awaitable[Done | Refused]]

ACTS: Mapping[str, Act] = {
    clicks.PAUSE: acts.pause,
    clicks.RESUME: acts.resume,
}
OF_PLACES = {clicks.THREAD: listing.of_thread, clicks.CHANNEL: listing.of_channel}


async def follow_up(errand: Errand) -> None:
    match errand.mail.about.get("do", ""):
        case follow_up_errands.TYPED:
            await follow_up_typed.keep(errand)
        case follow_up_errands.FORM:
            await follow_up_forms.fill(errand)
        case follow_up_errands.SENT:
            await follow_up_forms.sent(errand)
        case clicks.PAGE:
            await _listed(errand, page=int(errand.mail.about["page"]))
        case ahead_form.SHOW:
            await ahead.show(errand)
        case ahead_form.GIVE:
            await ahead.give(errand)
        case clicks.ADDRESS:
            await _address(errand)
        case act if act in (*ACTS, clicks.RUN, clicks.CANCEL):
            await _pressed(errand, act)


async def _listed(errand: Errand, *, page: int, notice: Notice = listing.NOTHING) -> None:
    """The list anew, in the place of the one in which somebody pressed; a command's is a new one."""
    services, about, team = errand.services, errand.mail.about, errand.thread.team
    if about.get("at") in OF_PLACES:
        thread = ThreadKey(team, errand.thread.channel, about["root"])
        text, body = await OF_PLACES[about["at"]](services, _shared(errand), thread, page=page, notice=notice)
        await errand.slack.update(thread.channel, about["message"], text=text, blocks=body)
        return
    text, body = await listing.own(
        services, errand.slack, errand.words, team, errand.mail.principal, page=page, notice=notice
    )
    await errand.answer("follow_up.list", text, body, replace="ephemeral" in about)


def _shared(errand: Errand) -> Words:
    """As the list was written in which somebody pressed, whoever it was."""
    tag = errand.mail.about.get("tag")
    return words_for(tag) if tag else errand.shared


async def _pressed(errand: Errand, act: str) -> None:
    """Done once, however often it is told: on record from there on, and after a crash before that found done."""
    follow_up_id = errand.mail.about["follow_up"]
    person = await name_of(errand.services, errand.thread.team, errand.mail.principal)
    key, drawn = errand.journal.get(DONE), False
    if not key:
        done = await _done(errand, act, follow_up_id)
        if isinstance(done, Refused):
            await _shown(errand, errand.words.say(done.key, **done.values), follow_up_id, key=done.key)
            return
        note = "follow_up.card.run_by" if act == clicks.RUN else ""
        drawn = await confirming.redraw(errand.services, done.follow_up, note=note, values={"person": person})
        key = f"follow_up.done.{act}" if done.follow_up.is_open or act != clicks.RESUME else "follow_up.done.over"
        errand.journal.set(**{DONE: key})
        await errand.journal.write()
    words = _shared(errand) if errand.mail.about.get("at") in (*OF_PLACES, clicks.TOLD) else errand.words
    await _shown(errand, words.say(key, person=person), follow_up_id, key=key, drawn=drawn)


async def _done(errand: Errand, act: str, follow_up_id: str) -> Done | Refused:
    services, who, team = errand.services, Who(user=errand.mail.principal), errand.thread.team
    begun = errand.journal.get(BEGUN)
    if not begun:
        second = await extra_runs.free_second(services, team, follow_up_id) if act == clicks.RUN else 1
        errand.journal.set(**{BEGUN: str(second)})
        await errand.journal.write()
    match act:
        case clicks.RUN:
            second = int(errand.journal.get(BEGUN) or 0)
            return await extra_runs.run_now(services, who, team, follow_up_id, second=second)
        case clicks.CANCEL:
            return await acts.cancel(services, who, team, follow_up_id, again=bool(begun))
    return await ACTS[act](services, who, team, follow_up_id)


async def _address(errand: Errand) -> None:
    """Where a webhook is sent and with which secret it is signed, for its owner's eyes only."""
    services, team, mail = errand.services, errand.thread.team, errand.mail
    kept = await services.follow_ups.get(team, mail.about["follow_up"])
    hook = await services.hooks.find(kept.follow_up.hook) if kept else None
    if kept is None or hook is None or not (kept.follow_up.is_open and kept.follow_up.when.hook):
        await errand.tell("follow_up.refused.gone")
    elif kept.follow_up.owner != mail.principal:
        owner = await name_of(services, team, kept.follow_up.owner)
        await errand.tell("follow_up.refused.not_yours", person=owner)
    else:
        base = services.settings.hooks_at or ""
        events = errand.words.names([code(event, LONGEST_NAME) for event in kept.follow_up.events], any_of=True)
        said = errand.words.say("follow_up.hook.address", address=f"{base}/hooks/{hook.id}", secret=hook.secret)
        lines = [said, *([errand.words.say("follow_up.hook.events", events=events)] if events else [])]
        text = "\n".join(lines)
        await errand.answer("follow_up.hook.address", text, blocks.notice(text))


async def _shown(errand: Errand, said: str, follow_up_id: str, *, key: str, drawn: bool = False) -> None:
    """What came of a press, where it was pressed; what does not concern everybody, to who pressed alone.

    `drawn`: the follow-up's card in its thread says it already.
    """
    about, mine = errand.mail.about, "ephemeral" in errand.mail.about
    refused = key.startswith("follow_up.refused")
    as_it_stands = follow_up_id if not refused or key in OVER else ""
    match about.get("at", ""):
        case clicks.LIST if mine:
            await _listed(errand, page=1, notice=await _notice(errand, said, follow_up_id, as_it_stands))
        case clicks.THREAD | clicks.CHANNEL if not refused:
            await _listed(errand, page=1, notice=await _notice(errand, said, follow_up_id, as_it_stands))
        case clicks.TOLD if not refused or key in OVER:
            await follow_up_told.acted(errand, said, follow_up_id)
        case clicks.CARD if mine:
            await _card_anew(errand, said, follow_up_id, as_it_stands=bool(as_it_stands))
        case clicks.CARD if drawn:
            pass
        case _:
            await errand.answer(key, said, blocks.notice(said))


async def _notice(errand: Errand, said: str, follow_up_id: str, about: str) -> Notice:
    """It names the follow-up by its task, of which a list has many."""
    kept = await errand.services.follow_ups.get(errand.thread.team, follow_up_id)
    return await listing.notice(errand.services, said, kept.follow_up, about=about) if kept else Notice(said)


async def _card_anew(errand: Errand, said: str, follow_up_id: str, *, as_it_stands: bool) -> None:
    """The card that only its reader sees, as the follow-up is now; `as_it_stands`: what was `said` is its state, which
    the card may say already."""
    kept = await errand.services.follow_ups.get(errand.thread.team, follow_up_id)
    if kept is None:
        await errand.answer("follow_up.refused.gone", said, blocks.notice(said), replace=True)
        return
    note = "" if as_it_stands and says_state(kept.follow_up) else said
    facts = await facts_of(errand.services, kept.follow_up, reader=errand.mail.principal)
    text = words_of(kept.follow_up, facts, errand.words, note=note)
    body = card(kept.follow_up, facts, errand.words, note=note)
    await errand.answer("follow_up.card", text, body, replace=True)
