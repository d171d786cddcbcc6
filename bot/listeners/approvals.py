"""What people do with a question of the agent's: decide it, see all that would be sent, say why not.

Whoever clicked travels along as the mail's principal; whether that person may decide is checked by the worker, at the
call that waits, and not by what the button or the message says. Slack gives a modal three seconds: a form opens at
once, and what a worker has to look up is filled in afterwards.
"""

from __future__ import annotations

from bot.listeners.ears import Body, Ears
from bot.listeners.taking import take
from bot.slack import blocks, questions, views
from bot.slack.clicks import Click
from bot.slack.question_clicks import PageTurned, QuestionClick, Reasoned
from bot.texts import Words, words_for


async def decided(ears: Ears, body: Body) -> None:
    await take(ears, Click.read(body).to_mail())


async def asked_why(ears: Ears, body: Body) -> None:
    click = QuestionClick.read(body)
    ears.afterwards.do("open a form", lambda: _ask_why(ears, click))


async def said_why(ears: Ears, body: Body) -> None:
    await take(ears, Reasoned.read(body).to_mail())


async def shown(ears: Ears, body: Body) -> None:
    click = QuestionClick.read(body)
    ears.afterwards.do("open a modal", lambda: _open(ears, click))
    await take(ears, click.to_mail())


async def turned(ears: Ears, body: Body) -> None:
    await take(ears, PageTurned.read(body).to_mail())


async def _ask_why(ears: Ears, click: QuestionClick) -> None:
    if click.about is None:
        return
    words = await _words(ears, click)
    texts = [words.say(key) for key in ("reason.title", "reason.label", "reason.submit", "reason.close")]
    slack = await ears.installations.slack(click.about.thread.team)
    await slack.open_view(click.trigger_id, questions.reason(*texts, about=str(click.about)))


async def _open(ears: Ears, click: QuestionClick) -> None:
    if click.about is None:
        return
    words = await _words(ears, click)
    view = views.modal(
        words.say("arguments.title"),
        blocks.notice(words.say("arguments.loading")),
        close=words.say("arguments.close"),
        external_id=click.view_id,
        private_metadata=str(click.about),
    )
    slack = await ears.installations.slack(click.about.thread.team)
    await slack.open_view(click.trigger_id, view)


async def _words(ears: Ears, click: QuestionClick) -> Words:
    team = click.about.thread.team if click.about else ""
    return words_for(await ears.people.locale_of(team, click.user.id))
