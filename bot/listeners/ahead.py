"""*Allow ahead* on a follow-up's card: an empty modal opens at once, and a worker fills it in."""

from __future__ import annotations

from bot.listeners.ears import Body, Ears
from bot.listeners.taking import take
from bot.slack import ahead
from bot.slack.ahead import About, AheadClick, AheadSent
from bot.slack.follow_up_sent import InItsPlace
from bot.texts import words_for


async def pressed(ears: Ears, body: Body) -> None:
    heard = AheadClick.read(body)
    await take(ears, heard.to_mail())
    if about := heard.about:
        ears.afterwards.do("open a modal", lambda: _open(ears, heard.trigger_id, about, heard.view_id))


async def sent(ears: Ears, body: Body) -> InItsPlace | None:
    """A modal that waits, until a worker says what came of it; with nothing ticked it closes."""
    heard = AheadSent.read(body)
    if heard.about is None or not heard.chosen:
        return None
    await take(ears, heard.to_mail())
    person = ears.people.at_hand(heard.about.team, heard.user.id)
    words = words_for(person.locale if person else None)
    waiting = ahead.said(words, heard.about, heard.view.external_id, words.say("follow_up.form.loading"))
    return InItsPlace(waiting)


async def _open(ears: Ears, trigger_id: str, about: About, view: str) -> None:
    words = words_for(await ears.people.locale_of(about.team, about.user))
    slack = await ears.installations.slack(about.team)
    await slack.open_view(trigger_id, ahead.said(words, about, view, words.say("follow_up.form.loading")))
