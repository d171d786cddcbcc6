"""The slash command `/agent`: which agents there are, a question to one of them, and who answers first in a channel.

Slack gives three seconds, shows nothing of its own accord and never repeats a command, so whatever becomes of it is
said: in the acknowledgement where no call is needed for it, else by the command's `response_url`, right afterwards.
"""

from __future__ import annotations

import time

import structlog
from redis.exceptions import RedisError

from bot.listeners.ears import Body, Ears
from bot.listeners.lifecycle import offer_prompts
from bot.picking import answers
from bot.picking.choices import Choice
from bot.picking.command import About, Ask, Help, List, Meaning, SetDefault, meaning
from bot.picking.rights import may_choose
from bot.slack.commands import NAME_LIMIT, Command, Reply, slash
from bot.slack.manifest import COMMANDS
from bot.slack.text import shown
from bot.texts import Words, words_for
from bot.threads.defaults import Chosen

STORE_AWAY = (RedisError, TimeoutError, ConnectionError)

log = structlog.get_logger()


async def agent(ears: Ears, body: Body) -> Reply | None:
    """What is said at once; None where the answer comes afterwards, or as a thread."""
    command = Command.read(body)
    meant = meaning(command.text)
    if isinstance(meant, Ask) and _is_question(ears, meant):
        # Whether this person may use the agent is for the worker to say, in the words for a name nobody knows.
        try:
            await ears.inbox.accept(command.to_question(meant.name, meant.question))
        except STORE_AWAY as exc:
            return away(ears, command, exc)
        return None
    at_hand = ears.choices.at_hand(command.team_id, command.user_id)
    if at_hand and (reply := await _answer(ears, command, meant, may_call=False)):
        return reply
    ears.afterwards.do("answer a command", lambda: _respond(ears, command, meant))
    return None


def _is_question(ears: Ears, meant: Ask) -> bool:
    """Whether there is an agent of this name, or of one that these words begin with, and a question to it."""
    picked = ears.catalogs.now.leading(meant.said)
    return picked is not None and bool(picked[1])


async def unknown(ears: Ears, body: Body) -> Reply:
    """A command that the app has at Slack and we do not: it was made with another prefix, or for a newer version."""
    command = Command.read(body)
    log.warning("command.unknown", command=command.command)
    typed = ", ".join(slash(offered.name, ears.command_prefix) for offered in COMMANDS)
    person = ears.people.at_hand(command.team_id, command.user_id)
    words = words_for(person.locale if person else None)
    return answers.said(words.say("command.unknown", typed=shown(command.command, NAME_LIMIT), known=typed))


async def _respond(ears: Ears, command: Command, meant: Meaning) -> None:
    reply = await _answer(ears, command, meant, may_call=True)
    assert reply is not None, "only a call that may not be made leaves it open"
    slack = await ears.installations.slack(command.team_id)
    await slack.respond(command.response_url, text=reply.text, blocks=reply.blocks, to_all=reply.to_all)


async def _answer(ears: Ears, command: Command, meant: Meaning, *, may_call: bool) -> Reply | None:
    """None where Slack would have to be asked for it first, and that may not be."""
    try:
        choice = await ears.choices.of(command.team_id, command.channel_id, command.user_id)
        if isinstance(meant, SetDefault):
            return await _set_default(ears, command, choice, meant.name)
    except STORE_AWAY as exc:
        return away(ears, command, exc)
    words, typed = _own_words(choice), choice.command
    match meant:
        case List():
            by = choice.chosen.by if choice.chosen else ""
            chooser = ears.people.at_hand(command.team_id, by)
            if by and chooser is None and not may_call:
                return None
            chooser = chooser or (await ears.people.person(command.team_id, by) if by else None)
            return answers.listed(choice, words, command=typed, chooser=chooser)
        case Help():
            return answers.help_text(words, command=typed)
        case About(name) | Ask(name):
            said = meant.said if isinstance(meant, Ask) else name
            if (found := choice.usable.leading(said)) and not found[1]:
                return answers.about(found[0], choice, words, command=typed)
            return _unknown(choice, words, name)


async def _set_default(ears: Ears, command: Command, choice: Choice, name: str | None) -> Reply:
    """Store who answers first here, then say so to everybody who is here."""
    words, team, channel = _own_words(choice), command.team_id, command.channel_id
    if choice.person is None:
        return answers.said(words.say("agent.person_unknown"))
    if not may_choose(choice.person, choice.channel, is_dm=command.is_dm):
        return answers.said(words.say("command.default_not_allowed"))
    shared = words if command.is_dm else words_for(choice.channel.language or choice.person.locale)
    told = {"person": answers.shown_name(choice.person), "command": choice.command}
    if name is None:
        if not await ears.choices.defaults.take_back(team, channel):
            return answers.said(words.say("command.default_none_before"))
        key = "command.default_none"
    elif (picked := choice.usable.named(name)) is None:
        return _unknown(choice, words, name)
    else:
        await ears.choices.defaults.choose(
            team, channel, Chosen(agent=picked.name, by=choice.person.id, at=time.time())
        )
        key = "command.default_set_private" if picked.access.is_private and not command.is_dm else "command.default_set"
        told["agent"] = answers.called(picked)
    log.info("default.changed", channel=channel, by=choice.person.id, agent=name)
    if command.is_dm:
        ears.afterwards.do("offer prompts", lambda: offer_prompts(ears, team, channel, command.user_id))
    return answers.said(shared.say(key, **told), to_all=True)


def _unknown(choice: Choice, words: Words, name: str) -> Reply:
    if choice.person is None:
        return answers.said(words.say("agent.person_unknown"))
    key, values = answers.unknown(choice, words, name)
    return answers.said(words.say(key, **values))


def _own_words(choice: Choice) -> Words:
    return words_for(choice.person.locale if choice.person else None)


def away(ears: Ears, command: Command, exc: Exception) -> Reply:
    log.error("store.away", heard=command.command, error=type(exc).__name__, detail=str(exc))
    person = ears.people.at_hand(command.team_id, command.user_id)
    return answers.said(words_for(person.locale if person else None).say("command.store_away"))
