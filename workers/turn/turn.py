"""One turn: from the mail it took to the delivered answer, or to a question, a stop or a sentence that says why not.

What always holds: the turn has one principal and one agent, it can be taken up where it stopped, and it ends in an
answer, a refusal or a stated wait (`ends.py`).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

import structlog

from bot.threads.models import Mail, MailKind, State
from bot.threads.owned import Lost
from workers.calling.calling import Parked
from workers.conversations import errors
from workers.handoffs.handoffs import Handoffs
from workers.mailroom import Batch
from workers.rounds.limits import Limits
from workers.rounds.rounds import CANCELLED, OVER_LIMIT, Answered
from workers.turn import asking, beginning, ends, follow_up_run, person, showing, waits
from workers.turn.conversing import rounds_of
from workers.turn.follow_up_cards import confirm
from workers.turn.follow_up_desk import FollowUpDesk
from workers.turn.live_inquiries import LiveInquiries
from workers.turn.meanwhile import Meanwhile
from workers.turn.scene import Scene

MOST_LOST_WORKERS = 3
READ_ON_FOR = timedelta(seconds=20)  # of the model's stream after a stop: a dropped one locks its conversation longer

log = structlog.get_logger()


class Turn:
    """The open turn of a held thread."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._live = live = LiveInquiries(scene)
        self._meanwhile = Meanwhile(scene, live)
        settings = scene.services.settings
        limits = Limits(
            rounds=settings.round_limit,
            tokens=settings.token_limit,
            until=scene.now() + settings.turn_limit.total_seconds(),
        )
        self._limits = limits
        self._handoffs = Handoffs(scene.journal, scene.delivery, scene.cast, scene.words, limit=settings.handoff_limit)
        desk = FollowUpDesk(scene)
        self._rounds = rounds_of(scene, self._handoffs, limits, live, desk, steer=self._meanwhile.steer)

    async def run(self, batch: Batch | None) -> list[Mail] | None:
        """Work until the turn ends or is parked; the mail that came meanwhile, None when the thread was given up."""
        if batch is not None:
            await beginning.begin(self._scene, batch)
        elif end := await self._take_up():
            return await end(self._scene)
        await self._meanwhile.change_roster(self._scene.claimed.mail)
        async with self._alongside():
            return await self._work()

    async def _take_up(self) -> Callable[[Scene], Awaitable[list[Mail] | None]] | None:
        """Look at what an earlier owner left: mail about the turn, its age, how many workers it has cost.

        Gives the turn's end when it is not to go on.
        """
        scene = self._scene
        if not scene.journal.steps or scene.journal.steps[-1][1] != "tried_again":
            scene.step("taken_up")
        scene.delivery.inherit_status()
        await self._live.close_left()
        if int(scene.record.get("lost_workers") or 0) >= MOST_LOST_WORKERS:
            return ends.dead
        if scene.now() - self._woken() > scene.services.settings.recovery_age_limit.total_seconds():
            return ends.too_old
        if not beginning.has_begun(scene.journal):
            # The mail was taken and its first request not yet put on record: begin again where it stopped.
            await beginning.begin(scene, Batch(tuple(scene.journal.mail)))
        await waits.hear(scene, scene.claimed.mail)
        if scene.record.get("stop"):
            scene.hold.stopped_by = scene.record["stop"]
            scene.hold.stop.set()
        elif scene.journal.request is not None:
            await scene.delivery.status(scene.words.say("status.resumed"))
        return None

    def _woken(self) -> float:
        """Since when there has been something to do: a turn that waited for a person is not old for that."""
        scene = self._scene
        if scene.journal.get("parked"):
            woken = max((mail.at for mail in scene.claimed.mail), default=scene.now())
            scene.journal.set(woken=str(woken))
            scene.journal.forget("parked")
        return max(scene.journal.began, float(scene.journal.get("woken") or 0))

    async def _work(self) -> list[Mail] | None:
        """Converse until an answer, racing the stop and the clock; then deliver and finish."""
        scene = self._scene
        talk = asyncio.create_task(self._converse())
        stop = asyncio.create_task(scene.hold.stop.wait())
        over = asyncio.create_task(self._handoffs.over.wait())
        try:
            left = self._limits.until - scene.now()
            await asyncio.wait({talk, stop, over}, timeout=left, return_when=asyncio.FIRST_COMPLETED)
            if scene.hold.stop.is_set():
                return await self._stop(talk)
            if self._handoffs.over.is_set():
                answered = await self._cut_off(talk, "limit_handoffs")
            else:
                answered = talk.result() if talk.done() else await self._cut_off(talk, "limit_time")
        except Parked:
            return await self._park()
        except errors.ConversationError as error:
            return await ends.fail(scene, error)
        finally:
            for task in (talk, stop, over):
                task.cancel()
            await asyncio.gather(talk, stop, over, return_exceptions=True)
        await self._meanwhile.tell_of_what_is_left()
        await asking.redraw(scene)
        self._stamp()
        end = answered.limit or "answered"
        if follow_up_run.is_nothing_new(scene, self._rounds.answer, answered):
            await scene.delivery.keep_silent()
        else:
            foot = await follow_up_run.foot(scene, end=end)
            await showing.show(scene, self._rounds.answer, answered.text, closing=self._closing(answered), foot=foot)
        return await ends.finish(scene, end)

    def _stamp(self) -> None:
        """Let the answer say which entry it is, so that a branch can begin there."""
        conversation_id, entry = self._scene.journal.get("conversation_id"), self._scene.journal.get("entry")
        if conversation_id and entry:
            self._scene.ledger.stamp(conversation=conversation_id, entry=entry)

    async def _converse(self) -> Answered:
        """The rounds, with the open calls of an earlier turn closed first, and a vanished conversation begun anew."""
        await self._rounds.close_earlier(self._scene.record.get("open_calls"))
        try:
            return await self._rounds.run()
        except errors.Vanished:
            if self._scene.journal.get("conversation_id") is None or self._scene.journal.open_calls:
                raise
            await beginning.begin_anew(self._scene)
            await self._handoffs.begin_anew()
            return await self._rounds.run()

    async def _park(self) -> list[Mail] | None:
        scene = self._scene
        ours = {mail.id for mail in scene.journal.mail}
        await confirm(scene)
        await waits.ask(scene)
        if not waits.is_waiting(scene):
            return await self._work()  # nobody could be asked, and the calls are closed
        if person.waiting(scene) and not scene.resumed:
            await person.hear(scene, [mail for mail in scene.claimed.mail if mail.id not in ours])
        for mail in scene.claimed.mail:
            if told := waits.told(scene, mail.principal):
                await self._meanwhile.tell([mail], told[0], **told[1])
        self._meanwhile.remember()
        return await waits.park(scene, seen={mail.id for mail in scene.claimed.mail}) or None

    async def _stop(self, talk: asyncio.Task[Answered]) -> list[Mail] | None:
        """End Slack's side at once; read the model's stream to its end in silence, close its calls, then finish."""
        scene = self._scene
        self._rounds.stop()
        scene.journal.set_thread(state=State.STOPPING.value)
        scene.step("stopping")
        await scene.journal.write()
        await scene.delivery.stopped()
        await self._read_on(talk)
        await waits.stop(scene)
        await ends.close_or_keep(scene.journal, self._rounds, CANCELLED)
        waiting = await scene.services.turns.look(scene.thread)
        scene.journal.take([mail for mail in waiting if mail.kind is MailKind.STOP])
        return await ends.finish(scene, "stopped")

    async def _cut_off(self, talk: asyncio.Task[Answered], limit: str) -> Answered:
        """A limit is reached in the middle of an answer: what was said so far is the answer."""
        scene = self._scene
        self._rounds.stop()
        said = scene.delivery.said
        scene.delivery.mute()
        scene.step("cut_off")
        await scene.journal.write()
        await self._read_on(talk)
        await waits.stop(scene)
        await ends.close_or_keep(scene.journal, self._rounds, OVER_LIMIT)
        return Answered(text=said, limit=limit)

    async def _read_on(self, talk: asyncio.Task[Answered]) -> None:
        """Let the stream end by itself for a while; nothing of it is shown. Raises `Lost` if that is how it ended."""
        await asyncio.wait({talk}, timeout=READ_ON_FOR.total_seconds())
        if not talk.done():
            self._rounds.lose_usage()
        talk.cancel()
        await asyncio.wait({talk})
        if not talk.cancelled() and isinstance(error := talk.exception(), Lost):
            raise error

    @asynccontextmanager
    async def _alongside(self) -> AsyncIterator[None]:
        """The delivery's pump and the watch over new mail, for exactly as long as the turn."""
        tasks = [asyncio.create_task(self._scene.delivery.run()), asyncio.create_task(self._meanwhile.watch())]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)
            for task in tasks:
                if not task.cancelled() and (error := task.exception()) and not isinstance(error, Lost):
                    log.error("turn.helper_broke", error=repr(error))

    def _closing(self, answered: Answered) -> str:
        """Our own sentence under the answer, where there is something to say."""
        words, settings = self._scene.words, self._scene.services.settings
        match answered.limit:
            case "limit_rounds":
                return words.say("turn.limit_rounds", count=settings.round_limit)
            case "limit_tokens":
                return words.say("turn.limit_tokens", count=settings.token_limit)
            case "limit_time":
                return words.say("turn.limit_time", duration=settings.turn_limit)
            case "limit_handoffs":
                return words.say("turn.limit_handoffs", count=settings.handoff_limit)
            case "cut":
                return words.say("turn.cut")
        return ""
