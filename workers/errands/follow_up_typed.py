"""What was typed after `/followup`: read, kept, and said to whom typed it alone."""

from __future__ import annotations

from datetime import datetime

from bot.slack import blocks
from bot.slack.text import shown
from bot.texts import Words
from workers import admission
from workers.errands import follow_up_places
from workers.errands.errand import Errand, GivenUp
from workers.follow_ups import described, making
from workers.follow_ups import typed as typed_words
from workers.follow_ups.facts import zone_of
from workers.follow_ups.phrases import Read
from workers.follow_ups.refusals import Wrong
from workers.follow_ups.typed import Typed
from workers.follow_ups.wishes import Refused, Wish
from workers.ids import id_from

END_SHOWN = 100


async def keep(errand: Errand) -> None:
    """Read when and what, keep it, and say what was kept; told again after a crash, it is read no second time."""
    services, team, note = errand.services, errand.thread.team, ""
    follow_up_id = id_from(errand.mail.id)
    if known := await services.follow_ups.get(team, follow_up_id):
        follow_up = known.follow_up
    else:
        now = datetime.fromtimestamp(services.calendar(), await zone_of(services, team, errand.mail.principal))
        typed = typed_words.read(errand.mail.text, now=now, language=errand.words.locale)
        if isinstance(typed, Wrong):
            text = described.refusal(typed, errand.words)
            await errand.answer(typed.key, text, blocks.notice(text))
            return
        await follow_up_places.look(errand, errand.thread.channel)
        made = await making.make(services, await _wish(errand, follow_up_id, typed))
        if isinstance(made, Refused):
            await errand.tell(made.key, **made.values)
            return
        follow_up, note = made.follow_up, "\n".join(_taken(typed.read, errand.words))
    await follow_up_places.tell(errand, follow_up, note=note)


def _taken(found: Read, words: Words) -> list[str]:
    """What was read that may have been meant in another way."""
    hour = [] if found.hour_said else [words.say("follow_up.card.hour_taken")]
    end = [words.say("follow_up.card.end_taken", said=shown(found.end_said, END_SHOWN))] if found.end_said else []
    return [*hour, *end]


async def _wish(errand: Errand, follow_up_id: str, typed: Typed) -> Wish:
    """`GivenUp` where the agent that was picked is none, or none for its asker."""
    found = typed.read
    return Wish(
        id=follow_up_id,
        team=errand.thread.team,
        channel=errand.thread.channel,
        owner=errand.mail.principal,
        owner_team=errand.mail.principal_team,
        prompt=found.prompt,
        when=found.when,
        agent=await _picked(errand, typed.agent) if typed.agent else "",
        ends_at=found.ends_at,
        most_runs=found.most_runs,
        events=found.events,
    )


async def _picked(errand: Errand, name: str) -> str:
    """Refused as a mention is that picks the same one."""
    thread, services = errand.thread, errand.services
    choice = await services.choices.of(thread.team, thread.channel, errand.mail.principal)
    agent = admission.admitted(choice, errand.words, picked=name, thread_agent=None)
    if isinstance(agent, admission.Refusal):
        raise GivenUp(agent.key, **agent.values)
    return agent.name
