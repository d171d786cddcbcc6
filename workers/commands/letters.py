"""Dead letters: the mail of turns that were put aside, as `workers/turn/ends.py` writes them.

A letter leaves the list only when its mail is in its thread's mailbox again, or when an operator drops it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from redis.asyncio import Redis

from bot.threads import keys
from bot.threads.mailbox import Mailbox
from bot.threads.models import Accepted, Mail, MailKind, ThreadKey
from workers.commands.cannot import Cannot
from workers.inputs import AGAIN


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """`at` is when the turn was put aside, in seconds since the epoch."""

    turn: str
    thread: ThreadKey
    principal: str
    agent: str | None
    mail: tuple[Mail, ...]
    at: float


@dataclass(frozen=True, slots=True)
class Unreadable:
    turn: str


def load(turn: str, text: bytes) -> Letter | Unreadable:
    """One field of the list."""
    try:
        body = json.loads(text)
        thread = ThreadKey.parse(body["thread"])
        mail = tuple(Mail.load(thread, item) for item in body["mail"])
        return Letter(
            turn=turn,
            thread=thread,
            principal=str(body["principal"]),
            agent=body.get("agent"),
            mail=mail,
            at=float(body["at"]),
        )
    except (ValueError, TypeError, KeyError, AttributeError):
        return Unreadable(turn)


def asked_again(letter: Letter, *, now: float) -> Mail:
    """All the letter's messages as one piece of mail, so that they come back in one step and in one turn.

    Its id is the letter's: a retry that is cut off and repeated puts nothing back twice. The model is told what it is
    told after the Try again button, for what the dead turn had done stays done.
    """
    first = letter.mail[0]
    return Mail(
        id=f"dead:{letter.turn}",
        kind=MailKind.MESSAGE,
        thread=letter.thread,
        principal=first.principal,
        principal_team=first.principal_team,
        text="\n".join([AGAIN, "\n\n".join(mail.text for mail in letter.mail)]),
        ts=letter.mail[-1].ts,
        agent=first.agent,
        at=now,
        files=tuple(file for mail in letter.mail for file in mail.files),
    )


class Letters:
    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def all(self) -> list[Letter | Unreadable]:
        """Every letter, oldest first; those that cannot be read at the end."""
        known = await self._redis.hgetall(keys.DEAD)  # type: ignore[misc]  # sync or async to mypy
        letters = [load(turn.decode(), text) for turn, text in known.items()]
        return sorted(letters, key=lambda one: (one.at if isinstance(one, Letter) else float("inf"), one.turn))

    async def retry(self, turn: str, mailbox: Mailbox, *, now: float) -> Letter:
        """Put the letter's mail back into its thread and wake a worker, then drop it."""
        text = await self._redis.hget(keys.DEAD, turn)  # type: ignore[misc]  # as above
        if text is None:
            raise _none(turn)
        letter = load(turn, text)
        if isinstance(letter, Unreadable) or not letter.mail:
            raise Cannot(f"What is kept of {turn} cannot be read; all that is left is `threadwind dead drop {turn}`.")
        if await mailbox.accept(asked_again(letter, now=now)) is Accepted.FULL:
            raise Cannot("Too many messages wait in that thread already; try again when they are answered.")
        await self._redis.hdel(keys.DEAD, turn)  # type: ignore[misc]  # as above
        return letter

    async def drop(self, turn: str) -> None:
        if not await self._redis.hdel(keys.DEAD, turn):  # type: ignore[misc]  # as above
            raise _none(turn)


def _none(turn: str) -> Cannot:
    return Cannot(f"No turn {turn} was put aside; `threadwind dead list` shows those that were.")
