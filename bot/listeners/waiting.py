"""`/threadwind waiting`: what waits for a person. Only a worker can read that; it answers by the `response_url`."""

from __future__ import annotations

from bot.listeners.commands import STORE_AWAY, away
from bot.listeners.ears import Body, Ears
from bot.picking import answers
from bot.slack.commands import THREADWIND, WAITING, Command, Reply, slash
from bot.texts import words_for


async def asked(ears: Ears, body: Body) -> Reply | None:
    """None where the answer comes afterwards."""
    command = Command.read(body)
    if command.text.strip().lower() != WAITING:
        person = ears.people.at_hand(command.team_id, command.user_id)
        typed = f"{slash(THREADWIND, ears.command_prefix)} {WAITING}"
        return answers.said(words_for(person.locale if person else None).say("waiting.help", command=typed))
    try:
        await ears.inbox.accept(command.to_waiting())
    except STORE_AWAY as exc:
        return away(ears, command, exc)
    return None
