"""What happens to messages that come while a turn runs: they join it, or they wait, and their writers know which.

A change of the roster counts at once: it is nothing that the turn's agent is told, nor does it wait for its answer.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from bot.threads import keys
from bot.threads.models import Mail, MailKind
from workers import context, inputs, lines, roster
from workers.mailroom import steerable
from workers.turn import person
from workers.turn.live_inquiries import LiveInquiries
from workers.turn.scene import Scene


class Meanwhile:
    """Of one turn. Nobody is told twice about a message, not even by the worker that takes the turn up."""

    def __init__(self, scene: Scene, live: LiveInquiries) -> None:
        self._scene = scene
        self._live = live
        self._told = scene.hold.told  # by this owner, in whichever turn
        self._told.update(mail.id for mail in scene.journal.mail)
        self._told.update(json.loads(scene.journal.get("told") or "[]"))
        settings = scene.services.settings
        self._queues = settings.steer_form == "queue" or scene.channel.mail_during_turn == "queue"

    async def watch(self) -> None:
        """Tell whoever writes, as soon as the beat has seen it, until cancelled."""
        hold = self._scene.hold
        while True:
            await hold.news.wait()
            hold.news.clear()
            waiting = await self._look()
            await self.change_roster(waiting)
            await self._live.hear(waiting)
            if person.waiting(self._scene):
                continue  # what comes is kept for the agent, and its writer is told of the person who has the thread
            for mail in waiting:
                if not self._is_mine(mail):
                    await self.tell([mail], "mail.queued")
                elif self._queues:
                    await self.tell([mail], "mail.later")

    async def steer(self) -> Sequence[inputs.Line]:
        """The principal's own new messages, for the text of the last result; taken from the mailbox with it."""
        scene, journal = self._scene, self._scene.journal
        if self._queues or not scene.hold.mail_waits:
            return []
        mail = steerable(
            [item for item in await self._look() if item.kind is not MailKind.ROSTER],
            principal=journal.get("principal") or "",
            agent=scene.agent.name,
        )
        if not mail:
            return []
        journal.take(mail)
        journal.set(mail=json.dumps([item.dump() for item in (*journal.mail, *mail)], ensure_ascii=False))
        newest = max(item.ts for item in mail)
        journal.set_thread(read_to=max(scene.record.get("read_to", ""), newest))
        scene.step("steered", mail=len(mail))
        await scene.delivery.speak()  # a follow-up that may say nothing is asked something by now
        await self.tell(mail[:1], "mail.steered")
        self._told.update(item.id for item in mail)
        return await context.mail_lines(scene.services, mail, scene.person.name)

    async def tell_of_what_is_left(self) -> None:
        """The answer is complete: what did not join it comes next."""
        if self._scene.hold.mail_waits:
            await self.tell(await self._look(), "mail.later")

    async def change_roster(self, mail: Sequence[Mail]) -> None:
        """Let the changes of the roster among `mail` count, and say so in the thread.

        Written beside the turn's journal, which may be in the middle of a step of its own.
        """
        scene = self._scene
        services, thread = scene.services, scene.thread
        for item in mail:
            if item.kind is not MailKind.ROSTER:
                continue
            choice = await roster.choice_of(services, thread, item)
            words = await lines.words_in(services, thread, item.principal)
            line = roster.changed(choice, words, item, await services.turns.record(thread))
            journal = await lines.say(services, scene.claimed, [item], line.key, line.values, during_turn=True)
            journal.take([item])
            journal.set_thread(**line.record)
            await services.turns.note(scene.claimed.owned, journal.id, journal.collected(life=keys.LINE_FOR))
            scene.record.update(line.record)  # for what this turn has still to ask of it

    async def _look(self) -> list[Mail]:
        scene = self._scene
        return await roster.read(scene.services, scene.thread, await scene.services.turns.look(scene.thread))

    async def tell(self, mail: Sequence[Mail], key: str, **values: str) -> None:
        """Tell the writers of messages among `mail`, once a message."""
        for item in mail:
            if item.kind in (MailKind.MESSAGE, MailKind.SWITCH) and item.id not in self._told:
                self._told.add(item.id)
                await self._scene.whisper(item.principal, key, **values)

    def remember(self) -> None:
        """Put on record who was told of what."""
        self._scene.journal.set(told=json.dumps(sorted(self._told)))

    def _is_mine(self, mail: Mail) -> bool:
        return mail.principal == self._scene.journal.get("principal")
