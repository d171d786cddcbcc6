"""A question of a tool's server as people meet it: a line with buttons in the thread, a link for that person alone.

Always holds: what the server says, and where it leads, is shown to the person it asks and to nobody else; the thread
learns who is asked by which server.
"""

from __future__ import annotations

from datetime import timedelta

import structlog

from bot.inquiries import form
from bot.inquiries.addresses import host_of
from bot.inquiries.inquiries import Inquiry
from bot.slack import blocks
from bot.slack.clicks import ANSWER_IT, DECLINE_IT, DONE_IT
from bot.slack.errors import SlackError
from bot.slack.text import shown
from bot.texts import words_for
from workers.tools.inquiries import Question
from workers.turn import cards, for_follow_up
from workers.turn.scene import Scene

MESSAGE_SHOWN = 1_000
LATE = timedelta(minutes=5)  # so that a press that comes a little late gets its sentence from the worker

log = structlog.get_logger()


async def put(scene: Scene, inquiry_id: str, server: str, question: Question, *, limit: timedelta) -> str | None:
    """Ask, once. Where the question cannot be shown, nothing is put; why is a key of the texts."""
    if why := _cannot(question, server):
        return why
    locale = await scene.services.people.locale_of(scene.thread.team, scene.person.id)
    inquiry = Inquiry(
        team=scene.thread.team,
        id=inquiry_id,
        thread=str(scene.thread),
        principal=scene.person.id,
        locale=locale or "en",
        server=server,
        message=question.message,
        form=question.form,
        url=question.url,
    )
    await for_follow_up.note(scene)
    await scene.services.inquiries.put(inquiry, life=limit + LATE)
    say = scene.words.say
    words = _words(scene, server, limit)
    buttons = [(ANSWER_IT, say("button.answer")), (DECLINE_IT, say("button.decline"))]
    is_new = scene.ledger.accepted(_row(inquiry_id)) is None
    await scene.delivery.ask(_row(inquiry_id), words, blocks.with_buttons(words, buttons, value=inquiry_id))
    if question.form is None and is_new:
        await _give_link(scene, inquiry)
    return None


async def close(scene: Scene, inquiry_id: str, server: str, key: str, *, limit: timedelta) -> None:
    """Say what became of it, the text `key`, in the question's own message, whose buttons go. Nobody can answer it any
    more."""
    await scene.services.inquiries.drop(scene.thread.team, inquiry_id)
    words, posted = scene.words.say(key, principal=scene.person.name, server=server), _words(scene, server, limit)
    await cards.change(scene, _row(inquiry_id), words, blocks.notice(words), posted=posted)


async def _give_link(scene: Scene, inquiry: Inquiry) -> None:
    """At most once; the button in the thread shows the same again."""
    words, host = words_for(inquiry.locale), host_of(inquiry.url) or ""
    lines = [words.say("inquiry.from", server=inquiry.server), shown(inquiry.message, MESSAGE_SHOWN)]
    lines.append(words.say("inquiry.link", host=host))
    buttons = [(DONE_IT, words.say("inquiry.done")), (DECLINE_IT, words.say("button.decline"))]
    link = (words.say("inquiry.open", host=host), inquiry.url)
    said = "\n".join(lines)
    card = blocks.with_buttons(said, buttons, value=inquiry.id, link=link)
    thread = scene.thread
    await scene.still_ours()
    try:
        await scene.slack.ephemeral(
            thread.channel, inquiry.principal, thread_ts=thread.root_ts, text=lines[0], blocks=card
        )
    except SlackError as error:
        log.info("inquiry.link_not_given", error=str(error))


def _cannot(question: Question, server: str) -> str | None:
    if question.form is None:
        return None if host_of(question.url) else "inquiry.bad_link"
    try:
        form.fields(question.form)
    except form.Unusable as exc:
        log.warning("inquiry.unusable", server=server, problem=str(exc))
        return "inquiry.bad_form"
    return None


def _words(scene: Scene, server: str, limit: timedelta) -> str:
    asks = scene.words.say("inquiry.card", server=server, principal=scene.person.name, duration=limit)
    return for_follow_up.below(asks, scene, scene.words)


def _row(inquiry_id: str) -> str:
    return f"inquiry:{inquiry_id}"
