"""One thread between a person at a terminal and an agent, in a store of its own: mail goes in, turns are taken here.

The same mailbox, claim, turn and delivery as in a worker; only nobody has to be woken, because the owner is this
process. When the talk is over nothing of the thread is left but what is kept of its ended turns.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

from redis.asyncio import Redis

from bot.slack import wire
from bot.slack.clicks import Click
from bot.slack.payloads import Ignored
from bot.threads import keys
from bot.threads.mailbox import Mailbox
from bot.threads.models import Mail, MailKind, State, ThreadKey, message_id
from workers import owner
from workers.commands.talking.drawing import Button
from workers.commands.talking.workspace import CHANNEL, TEAM, TerminalCalls
from workers.services import Services

LOOK_AGAIN = timedelta(seconds=0.2)  # for a thread that this process lost while it was suspended


class Talk:
    """The thread. `person` is the user id of whoever sits at the terminal."""

    def __init__(self, services: Services, redis: Redis, calls: TerminalCalls, *, person: str) -> None:
        settings = services.settings
        self._services, self._redis, self._calls = services, redis, calls
        self._person = person
        self._mailbox = Mailbox(redis, limit=settings.mailbox_limit, thread_life=settings.thread_life)
        self.thread = ThreadKey(TEAM, CHANNEL, calls.new_ts())

    async def say(self, words: str, *, agent: str | None = None) -> None:
        """A message; `agent` picks who answers from now on, and so does `+name` at its beginning."""
        picked = wire.pick_agent(wire.escape(words.strip()))
        ts = self._calls.said(picked.rest)
        await self._accept(
            Mail(
                id=message_id(TEAM, CHANNEL, ts),
                kind=MailKind.MESSAGE,
                thread=self.thread,
                principal=self._person,
                principal_team=TEAM,
                text=picked.rest,
                ts=ts,
                agent=picked.agent or agent,
            )
        )

    async def stop(self) -> None:
        """What Slack's Stop button does."""
        await self._accept(
            Mail(
                id=f"stop:{CHANNEL}:{self.thread.root_ts}:{self._calls.new_ts()}",
                kind=MailKind.STOP,
                thread=self.thread,
                principal=self._person,
                principal_team=TEAM,
            )
        )

    async def press(self, button: Button) -> None:
        """What a click in Slack does."""
        click = Click.read(
            {
                "type": "block_actions",
                "user": {"id": self._person, "team_id": TEAM},
                "team": {"id": TEAM},
                "container": {
                    "message_ts": button.message_ts,
                    "channel_id": CHANNEL,
                    "thread_ts": self.thread.root_ts,
                },
                "actions": [{"type": "button", "action_id": button.action_id, "value": button.value}],
            }
        )
        mail = click.to_mail()
        if not isinstance(mail, Ignored):
            await self._accept(mail)

    async def work(self) -> State:
        """Take turns until no mail waits, or a person must decide."""
        while True:
            record = await self._services.turns.record(self.thread)
            match State(record.get("state", State.IDLE)):
                case State.WAITING:
                    await owner.take(self._services, self.thread, int(record["generation"]))
                case State.WORKING | State.STOPPING:
                    await self._services.sleep(LOOK_AGAIN.total_seconds())  # the beat takes it over
                case state:
                    return state

    async def state(self) -> State:
        record = await self._services.turns.record(self.thread)
        return State(record.get("state", State.IDLE))

    async def ended(self) -> str:
        """How the last turn ended; empty when there was none."""
        record = await self._services.turns.record(self.thread)
        journal = await self._services.turns.journal(TEAM, record.get("last_turn", "-"))
        return journal.get("ended", "")

    async def forget(self) -> None:
        """Delete the thread, and the nudges that nobody took."""
        jobs = [job async for job in self._redis.scan_iter(match=f"{keys.JOB_PREFIX}{self.thread}:*")]
        await self._redis.zrem(keys.LEASES, str(self.thread))
        await self._redis.delete(keys.thread(self.thread), keys.mailbox(self.thread), keys.QUEUE, keys.WAKE, *jobs)

    async def _accept(self, mail: Mail) -> None:
        await self._mailbox.accept(replace(mail, at=self._services.now()))


@asynccontextmanager
async def talking(services: Services, redis: Redis, calls: TerminalCalls, *, person: str) -> AsyncIterator[Talk]:
    """A thread whose lease is renewed, and whose stops are heard, for as long as the block runs."""
    talk = Talk(services, redis, calls, person=person)
    beat = asyncio.create_task(services.holdings.run())
    try:
        yield talk
    finally:
        beat.cancel()
        await asyncio.wait([beat])
        await talk.forget()
