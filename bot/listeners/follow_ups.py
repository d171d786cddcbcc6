"""`/followup`, the shortcut on a message, and what people press and send about follow-ups.

Only a worker reads times and decides, so each becomes an errand. Slack gives a modal three seconds: an empty one opens
at once, and the worker fills it in. What can be told of a form without reading words is told at its fields at once.
"""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.follow_ups.form import Mistake, mistakes
from bot.listeners.commands import STORE_AWAY, away
from bot.listeners.ears import Body, Ears
from bot.listeners.taking import take
from bot.picking import answers
from bot.slack import follow_up_command, follow_up_form
from bot.slack.commands import FOLLOW_UP, Command, Reply, slash
from bot.slack.follow_up_clicks import FollowUpClick
from bot.slack.follow_up_form import Asked
from bot.slack.follow_up_sent import InItsPlace, SentForm
from bot.slack.follow_up_shortcut import FollowUpShortcut
from bot.slack.inquiry_clicks import FieldErrors
from bot.texts import Words, words_for

HELP = {"help": "en", "aide": "fr", "?": None}  # and the language of whom Slack has not told us about yet
LIST = frozenset({"list", "liste"})
HELP_LINES = ("once", "again", "agent", "webhook", "form", "list", "here")


async def asked(ears: Ears, body: Body) -> Reply | None:
    """None where a modal opens, or a worker answers."""
    command = Command.read(body)
    said = command.text.strip().lower()
    if said in HELP:
        person = ears.people.at_hand(command.team_id, command.user_id)
        return _help(words_for(person.locale if person else HELP[said]), slash(FOLLOW_UP, ears.command_prefix))
    opened = None if said else follow_up_command.form_of(command)
    mail = (
        opened[2] if opened else follow_up_command.listed(command) if said in LIST else follow_up_command.typed(command)
    )
    try:
        await ears.inbox.accept(mail)
    except STORE_AWAY as exc:
        return away(ears, command, exc)
    if opened:
        _open(ears, command.trigger_id, opened[0], opened[1])
    return None


def _help(words: Words, command: str) -> Reply:
    address = words.say("follow_up.button.address")
    lines = [words.say(f"follow_up.help.{name}", command=command, address=address) for name in HELP_LINES]
    return answers.said("\n".join(f"• {line}" for line in lines))


async def picked(ears: Ears, body: Body) -> None:
    """The shortcut in a message's menu."""
    heard = FollowUpShortcut.read(body)
    await take(ears, heard.to_mail())
    if heard.asked:
        _open(ears, heard.trigger_id, heard.asked, heard.view_id)


async def pressed(ears: Ears, body: Body) -> None:
    heard = FollowUpClick.read(body)
    await take(ears, heard.to_mail())
    if heard.asked:
        _open(ears, heard.trigger_id, heard.asked, heard.view_id)


async def sent(ears: Ears, body: Body) -> FieldErrors | InItsPlace | None:
    """What is wrong at the fields; else an empty view, until a worker says what came of it."""
    heard = SentForm.read(body)
    if heard.asked is None:
        return None
    person = ears.people.at_hand(heard.asked.team, heard.user.id)
    words = words_for(person.locale if person else None)
    wrong = mistakes(heard.form, datetime.fromtimestamp(ears.calendar(), _zone(heard.asked.zone)))
    if wrong:
        return FieldErrors({name: _said(mistake, words) for name, mistake in wrong.items()})
    await take(ears, heard.to_mail())
    return InItsPlace(follow_up_form.waiting(words, heard.asked, heard.view.external_id))


def _said(mistake: Mistake, words: Words) -> str:
    nearest = mistake.nearest
    to_come = {"day": words.day(nearest), "time": words.time(nearest, nearest.tzinfo)} if nearest else {}
    return words.say(mistake.key, **mistake.values, **to_come)


def _open(ears: Ears, trigger_id: str, about: Asked, view: str) -> None:
    async def open_it() -> None:
        words = words_for(await ears.people.locale_of(about.team, about.user))
        slack = await ears.installations.slack(about.team)
        await slack.open_view(trigger_id, follow_up_form.waiting(words, about, view))

    ears.afterwards.do("open a modal", open_it)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")
