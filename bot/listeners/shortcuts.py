"""What people pick in a message's menu: branch the conversation there, or look at it.

Slack gives a modal three seconds, and only a worker can read a conversation: an empty one opens at once, and the worker
that does the errand fills it in.
"""

from __future__ import annotations

from bot.listeners.ears import Body, Ears
from bot.listeners.taking import take
from bot.slack import blocks, views
from bot.slack.shortcuts import ExportClick, MessageShortcut
from bot.texts import words_for


async def branched(ears: Ears, body: Body) -> None:
    await take(ears, MessageShortcut.read(body).to_mail())


async def shown(ears: Ears, body: Body) -> None:
    heard = MessageShortcut.read(body)
    ears.afterwards.do("open a modal", lambda: _open(ears, heard))
    await take(ears, heard.to_mail())


async def exported(ears: Ears, body: Body) -> None:
    await take(ears, ExportClick.read(body).to_mail())


async def _open(ears: Ears, heard: MessageShortcut) -> None:
    if heard.thread is None:
        return
    slack = await ears.installations.slack(heard.thread.team)
    words = words_for(await ears.people.locale_of(heard.thread.team, heard.user.id))
    body = blocks.notice(words.say("show.loading"))
    view = views.modal(words.say("show.title"), body, close=words.say("show.close"), external_id=heard.view_id)
    await slack.open_view(heard.trigger_id, view)
