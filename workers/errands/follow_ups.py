"""FOLLOW_UP: what people type, press and send about follow-ups is done, and told to where they did it.

Who may do it is looked up at that moment (`workers/follow_ups/acts.py`). Done twice after a crash, it is one.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime

from bot.slack import ahead as ahead_form
from bot.slack import blocks
from bot.slack import follow_up_clicks as clicks
from bot.slack.text import shown
from bot.threads.models import ThreadKey
from workers.errands import ahead, follow_up_forms, follow_up_told
from workers.errands.errand import Errand
from workers.follow_ups import acts, confirming, described, listing, phrases
from workers.follow_ups.acts import Done, Who
from workers.follow_ups.card import card, words_of
from workers.follow_ups.facts import facts_of, name_of, zone_of
from workers.follow_ups.wishes import Refused, Wish
from workers.services import Services

EVENT_SHOWN = 80
OVER = ("follow_up.refused.ended", "follow_up.refused.gone")  # nothing is left to press

Act = Callable[[Services, Who, str, str], Awaitable[Done | Refused]]

ACTS: Mapping[str, Act] = {
    clicks.PAUSE: acts.pause,
    clicks.RESUME: acts.resume,
    clicks.RUN: acts.run_now,
    clicks.CANCEL: acts.cancel,
}


async def follow_up(errand: Errand) -> None:
    match errand.mail.about.get("do", ""):
        case clicks.TYPED:
            await _typed(errand)
        case clicks.FORM:
            await follow_up_forms.fill(errand)
        case clicks.SENT:
            await follow_up_forms.sent(errand)
        case clicks.PAGE:
            await _listed(errand, page=int(errand.mail.about["page"]))
        case ahead_form.SHOW:
            await ahead.show(errand)
        case ahead_form.GIVE:
            await ahead.give(errand)
        case clicks.ADDRESS:
            await _address(errand)
        case act if act in ACTS:
            await _pressed(errand, act)


async def _typed(errand: Errand) -> None:
    """Read when and what, keep it, and say what was kept."""
    services, mail, team = errand.services, errand.mail, errand.thread.team
    now = datetime.fromtimestamp(services.calendar(), await zone_of(services, team, mail.principal))
    found = phrases.read(mail.text, now=now, language=errand.words.locale)
    if not isinstance(found, phrases.Read):
        text = described.refusal(found, errand.words)
        await errand.answer(found.key, text, blocks.notice(text))
        return
    wish = Wish(
        id=acts.id_from(mail.id),
        team=team,
        channel=errand.thread.channel,
        owner=mail.principal,
        owner_team=mail.principal_team,
        prompt=found.prompt,
        when=found.when,
        ends_at=found.ends_at,
        most_runs=found.most_runs,
        events=found.events,
    )
    made = await acts.make(services, wish)
    if isinstance(made, Refused):
        await errand.tell(made.key, **made.values)
        return
    note = "" if found.hour_said else errand.words.say("follow_up.card.hour_taken")
    facts = await facts_of(services, made.follow_up)
    text = words_of(made.follow_up, facts, errand.words, note=note)
    await errand.answer("follow_up.made", text, card(made.follow_up, facts, errand.words, note=note))


async def _listed(errand: Errand, *, page: int, notice: str = "") -> None:
    """The list anew, in the place of the one in which somebody pressed; a command's is a new one."""
    services, about, team = errand.services, errand.mail.about, errand.thread.team
    if about.get("at") == clicks.THREAD:
        thread = ThreadKey(team, errand.thread.channel, about["root"])
        text, body = await listing.of_thread(services, errand.shared, thread, page=page, notice=notice)
        await errand.slack.update(thread.channel, about["message"], text=text, blocks=body)
        return
    text, body = await listing.own(
        services, errand.slack, errand.words, team, errand.mail.principal, page=page, notice=notice
    )
    await errand.answer("follow_up.list", text, body, replace="ephemeral" in about)


async def _pressed(errand: Errand, act: str) -> None:
    services, team, follow_up_id = errand.services, errand.thread.team, errand.mail.about["follow_up"]
    done = await ACTS[act](services, Who(user=errand.mail.principal), team, follow_up_id)
    if isinstance(done, Refused):
        await _shown(errand, errand.words.say(done.key, **done.values), follow_up_id, key=done.key)
        return
    person = await name_of(services, team, errand.mail.principal)
    if done.changed:
        ran = act == clicks.RUN
        await confirming.redraw(
            services, done.follow_up, note="follow_up.card.run_by" if ran else "", values={"person": person}
        )
    key = f"follow_up.done.{act}" if done.follow_up.is_open or act == clicks.CANCEL else "follow_up.done.over"
    words = errand.shared if errand.mail.about.get("at") in (clicks.THREAD, clicks.TOLD) else errand.words
    await _shown(errand, words.say(key, person=person), follow_up_id, key=key)


async def _address(errand: Errand) -> None:
    """Where a webhook is sent and with which secret it is signed, for its owner's eyes only."""
    services, team, mail = errand.services, errand.thread.team, errand.mail
    kept = await services.follow_ups.get(team, mail.about["follow_up"])
    hook = await services.hooks.find(kept.follow_up.hook) if kept else None
    if kept is None or hook is None or not kept.follow_up.is_open:
        await errand.tell("follow_up.refused.gone")
    elif kept.follow_up.owner != mail.principal:
        owner = await name_of(services, team, kept.follow_up.owner)
        await errand.tell("follow_up.refused.not_yours", person=owner)
    else:
        base = (services.settings.public_url or "").rstrip("/")
        events = errand.words.names([f"`{shown(event, EVENT_SHOWN)}`" for event in kept.follow_up.events], any_of=True)
        said = errand.words.say("follow_up.hook.address", address=f"{base}/hooks/{hook.id}", secret=hook.secret)
        lines = [said, *([errand.words.say("follow_up.hook.events", events=events)] if events else [])]
        text = "\n".join(lines)
        await errand.answer("follow_up.hook.address", text, blocks.notice(text))


async def _shown(errand: Errand, said: str, follow_up_id: str, *, key: str) -> None:
    """What came of a press, where it was pressed; what does not concern everybody, to who pressed alone."""
    about, mine = errand.mail.about, "ephemeral" in errand.mail.about
    refused = key.startswith("follow_up.refused")
    match about.get("at", ""):
        case clicks.LIST if mine:
            await _listed(errand, page=1, notice=said)
        case clicks.THREAD if not refused:
            await _listed(errand, page=1, notice=said)
        case clicks.TOLD if not refused or key in OVER:
            await follow_up_told.acted(errand, said, follow_up_id)
        case clicks.CARD if mine:
            await _card_anew(errand, said, follow_up_id)
        case clicks.CARD if not refused:
            pass  # the card says it
        case _:
            await errand.answer(key, said, blocks.notice(said))


async def _card_anew(errand: Errand, said: str, follow_up_id: str) -> None:
    """The card that only its reader sees, as the follow-up is now."""
    kept = await errand.services.follow_ups.get(errand.thread.team, follow_up_id)
    if kept is None:
        await errand.answer("follow_up.refused.gone", said, blocks.notice(said), replace=True)
        return
    facts = await facts_of(errand.services, kept.follow_up)
    text = words_of(kept.follow_up, facts, errand.words, note=said)
    body = card(kept.follow_up, facts, errand.words, note=said)
    await errand.answer("follow_up.card", text, body, replace=True)
