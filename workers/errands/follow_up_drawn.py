"""The modal of a follow-up as its person sees it: what it is about, what stands in it, and why it came back."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.follow_ups import form as forms
from bot.follow_ups.form import Form
from bot.follow_ups.models import FollowUp
from bot.slack import follow_up_form, wire
from bot.slack.follow_up_form import Asked
from bot.slack.text import shortened, shown
from bot.texts import Words
from workers.errands import follow_up_places, modal
from workers.errands.errand import Errand, GivenUp
from workers.follow_ups import described, filled_in, rights, wishes
from workers.follow_ups.facts import facts_of, zone_of
from workers.follow_ups.rights import Who
from workers.follow_ups.wishes import Refused

QUOTED = 1_500  # characters of the message that a follow-up is to be about
WORDS_SHOWN = 80  # characters of the words that were not understood


@dataclass(frozen=True, slots=True)
class Before:
    """The follow-up that is changed, its prompt as people read it, and the words for its times."""

    follow_up: FollowUp
    prompt: str
    times: str

    def form(self, zone: str) -> Form:
        return filled_in.form_of(self.follow_up, prompt=self.prompt, zone=zone, words=self.times)


async def asked_of(errand: Errand) -> Asked:
    """What the modal is about, in the zone of who opened it."""
    asked = Asked.parse(errand.mail.about["asked"])
    assert asked is not None, "the bot wrote it"
    zone = await zone_of(errand.services, asked.team, errand.mail.principal)
    return replace(asked, zone=str(zone))


async def before_of(errand: Errand, asked: Asked) -> Before | None:
    """None for a new one. Only its owner sees the form of one that there is."""
    if not asked.follow_up:
        return None
    may = await rights.may_change(errand.services, Who(user=errand.mail.principal), asked.team, asked.follow_up)
    if isinstance(may, Refused):
        raise GivenUp(may.key, **may.values)
    facts = await facts_of(errand.services, may, reader=errand.mail.principal)
    times = described.when(may.when, errand.words, now=facts.now)
    return Before(may, facts.prompt, times)


async def quoted(errand: Errand) -> str:
    """The message that it is to be about, without the bot's name before it, as a quote below which one writes."""
    bot = await errand.services.installations.bot_user(errand.thread.team)
    text = wire.without_mention(errand.mail.text, bot)
    if not text:
        return ""
    names = await errand.services.people.names(errand.thread.team, sorted(wire.people_in(text)))
    short = shortened(wire.readable(text, people=names), QUOTED)
    return "\n".join(f"> {line}" for line in short.splitlines()) + "\n"


async def show(
    errand: Errand,
    asked: Asked,
    form: Form,
    *,
    notice: str = "",
    at_words: bool = False,
    place: FollowUp | None = None,
) -> None:
    """With `notice` at its top; `at_words`: at the field for words, with a line at the top that leads there."""
    channel, root = (place.channel, place.thread_ts) if place else (asked.channel, asked.root)
    agents = await _agents(errand, replace(asked, channel=channel, root=root))
    view = follow_up_form.drawn(
        errand.words,
        asked,
        errand.mail.about["view"],
        form,
        agents=agents,
        place=follow_up_places.said(errand.words, asked, place),
        notice=_leading_to_words(errand.words, form) if at_words else notice,
        at_words=notice if at_words else "",
    )
    await modal.fill(errand, view)


def _leading_to_words(words: Words, form: Form) -> str:
    said, label = shown(form.words.strip(), WORDS_SHOWN), words.say("follow_up.form.words")
    return words.say("follow_up.form.look_at_words", said=said, label=label)


async def _agents(errand: Errand, asked: Asked) -> list[tuple[str, str]]:
    """Whoever answers there, then all that this person may use there."""
    services, user = errand.services, errand.mail.principal
    choice = await services.choices.of(asked.team, asked.channel, user)
    if choice.person is None:
        raise GivenUp("agent.person_unknown")
    default = await wishes.agent_of(services, asked.team, asked.channel, asked.root, user, "")
    first = "follow_up.form.agent_nobody" if isinstance(default, Refused) else "follow_up.form.agent_default"
    name = "" if isinstance(default, Refused) else default.display_name or default.name
    others = sorted((agent.display_name or agent.name, agent.name) for agent in choice.usable.agents.values())
    return [(forms.DEFAULT_AGENT, errand.words.say(first, agent=name)), *((name, shown) for shown, name in others)]


async def say(errand: Errand, asked: Asked, sentence: str) -> None:
    await modal.fill(errand, follow_up_form.said(errand.words, asked, errand.mail.about["view"], sentence))


def now(errand: Errand, asked: Asked) -> datetime:
    return datetime.fromtimestamp(errand.services.calendar(), ZoneInfo(asked.zone))
