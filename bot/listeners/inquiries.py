"""What people do about a question of a tool's server: open its form, send it, say no.

Only the person it is for sees the form, and only that person's answer is taken; the worker that asked checks it again.
A form with mistakes stays open and says them at its fields.
"""

from __future__ import annotations

import asyncio

from bot.inbox import ACCEPT_LIMIT
from bot.inquiries import checking, form
from bot.inquiries.addresses import host_of
from bot.inquiries.inquiries import Inquiry
from bot.listeners.ears import Body, Ears
from bot.listeners.taking import take
from bot.slack import blocks, inquiry_form, views
from bot.slack.inquiry_clicks import FieldErrors, InquiryClick, Sent, answer
from bot.slack.text import shown
from bot.texts import Words, words_for
from bot.threads.models import ThreadKey

MESSAGE_SHOWN = 2_500


async def opened(ears: Ears, body: Body) -> None:
    click = InquiryClick.read(body)
    ears.afterwards.do("open a form", lambda: _open(ears, click))


async def pressed(ears: Ears, body: Body) -> None:
    click = InquiryClick.read(body)
    inquiry = await _kept(ears, click.team_id, click.inquiry_id)
    await take(ears, click.to_mail(ThreadKey.parse(inquiry.thread) if inquiry else None))


async def sent(ears: Ears, body: Body) -> FieldErrors | None:
    heard = Sent.read(body)
    inquiry = await _kept(ears, heard.team_id, heard.inquiry_id)
    if inquiry is None or inquiry.principal != heard.user.id:
        return None  # answered by now, or nobody's: the modal closes, and the thread says what became of it
    content = None
    if inquiry.form is not None:
        fields = form.fields(inquiry.form)
        content, mistakes = checking.checked(fields, inquiry_form.held(fields, heard.view.values))
        if mistakes:
            words = words_for(inquiry.locale)
            numbers = {field.name: number for number, field in enumerate(fields)}
            return FieldErrors(
                {
                    inquiry_form.block_id(numbers[name]): words.say(mistake.key, **mistake.values)
                    for name, mistake in mistakes.items()
                }
            )
    thread = ThreadKey.parse(inquiry.thread)
    await take(
        ears, answer(thread, inquiry.id, "accept", user=heard.user, content=content, pressed=heard.trigger_id[:100])
    )
    return None


async def _kept(ears: Ears, team: str, inquiry_id: str) -> Inquiry | None:
    """Looked up before Slack has its answer, so not for long; a store that is away is told as everywhere."""
    async with asyncio.timeout(ACCEPT_LIMIT.total_seconds()):
        return await ears.inquiries.get(team, inquiry_id)


async def _open(ears: Ears, click: InquiryClick) -> None:
    thread = click.thread
    if thread is None:
        return
    slack = await ears.installations.slack(thread.team)
    inquiry = await ears.inquiries.get(thread.team, click.inquiry_id)
    if inquiry is None or inquiry.principal != click.user.id:
        key = "inquiry.over" if inquiry is None else "inquiry.not_you"
        words = words_for(await ears.people.locale_of(thread.team, click.user.id))
        await slack.ephemeral(thread.channel, click.user.id, text=words.say(key), thread_ts=thread.root_ts)
        return
    await slack.open_view(click.trigger_id, _view(inquiry, click.view_id))


def _view(inquiry: Inquiry, view_id: str) -> views.View:
    words = words_for(inquiry.locale)
    return inquiry_form.modal(
        words.say("inquiry.title"),
        _body(inquiry, words),
        submit=words.say("inquiry.done" if inquiry.form is None else "inquiry.submit"),
        close=words.say("inquiry.close"),
        external_id=view_id,
        private_metadata=inquiry.id,
    )


def _body(inquiry: Inquiry, words: Words) -> blocks.Blocks:
    head = words.say("inquiry.from", server=inquiry.server)
    message = shown(inquiry.message, MESSAGE_SHOWN)
    if inquiry.form is None:
        host = host_of(inquiry.url) or ""
        said = f"{head}\n{message}\n{words.say('inquiry.link', host=host)}"
        return blocks.with_buttons(said, [], value="", link=(words.say("inquiry.open", host=host), inquiry.url))
    inputs = inquiry_form.inputs(form.fields(inquiry.form), yes=words.say("inquiry.yes"))
    return [*blocks.notice(f"{head}\n{message}"), *blocks.notice(words.say("inquiry.no_secrets")), *inputs]
