"""Any order of mail, workers, deaths and lost answers: each mail is answered once, in order, by one owner at a time.

A turn here is as small as a turn can be: it takes mail, and at its end writes the ids it has taken behind those that
the thread's record holds already. So the record tells what was answered, and the store alone is asked what is true.
"""

from __future__ import annotations

import json
import random
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from redis.asyncio import Redis

from bot.threads import keys
from bot.threads.changes import Change
from bot.threads.mailbox import Mailbox
from bot.threads.models import Accepted, Mail, MailKind, ThreadKey
from bot.threads.owned import Claimed, Lost
from bot.threads.turns import Turns
from tests.threads import ground

THREADS = (ground.THREAD, ground.OTHER)
WORKERS = ("worker-1", "worker-2", "worker-3")
TOMORROW = datetime.now(UTC) + timedelta(days=1)
STEPS = 300
LOST_ANSWERS = 0.2  # of a worker's requests

Seat = tuple[str, ThreadKey]  # one worker's place at one thread
Script = Callable[[], Awaitable[Any]]
Then = Callable[[Any], Awaitable[None]]


def ids(mail: Sequence[Mail]) -> list[str]:
    """What people sent; the time-outs that the store makes itself are left out."""
    return [one.id for one in mail if one.kind is not MailKind.TIME_OUT]


class Schedule:
    """Steps that processes may take in any order. A worker may sleep between any two, and die at any."""

    def __init__(self, redis: Redis, seed: int) -> None:
        self.redis = redis
        self.dice = random.Random(seed)  # noqa: S311  # a schedule that can be run again, no secret
        self.turns: dict[str, Turns] = {name: ground.turns(redis, name) for name in WORKERS}
        self.mailbox = Mailbox(redis)
        self.accepted: dict[ThreadKey, list[str]] = {thread: [] for thread in THREADS}
        self.believed: dict[Seat, Claimed] = {}  # what a worker believes to own, and what it knows of it
        self.unanswered: dict[Seat, tuple[Script, Then]] = {}
        self.steps: list[str] = []

    async def step(self) -> None:
        anybody = [self.somebody_writes, self.a_nudge_arrives, self.a_nudge_arrives, self.time_runs_out]
        owners = [
            self.an_owner_takes_mail,
            self.an_owner_takes_mail,
            self.an_owner_ends_its_turn,
            self.an_owner_asks,
            self.an_owner_gives_its_thread_back,
            self.an_owner_beats,
        ]
        seats = sorted(self.believed.keys() - self.unanswered.keys())
        if self.unanswered and self.dice.random() < 0.2:
            await self.what_had_no_answer_is_sent_again()
        elif seats and self.dice.random() < 0.6:
            seat = self.dice.choice(seats)
            act = self.dice.choice(owners)
            self.steps.append(f"{act.__name__} {seat}")
            await act(seat, self.believed[seat])
        elif (self.believed or self.unanswered) and self.dice.random() < 0.05:
            self.leaves(self.dice.choice(sorted(self.believed.keys() | self.unanswered.keys())))  # it dies
        else:
            worker, thread = self.dice.choice(WORKERS), self.dice.choice(THREADS)
            happens = self.dice.choice(anybody)
            self.steps.append(f"{happens.__name__} {worker} {thread}")
            await happens(worker, thread)

    async def send(self, seat: Seat, script: Script, then: Then, *, again: bool = False) -> None:
        """A worker's request. When its answer is lost, it is sent again later; the worker does nothing before."""
        heard = again or self.dice.random() > LOST_ANSWERS
        try:
            answer = await script()
        except Lost:
            if heard:
                self.leaves(seat)
        else:
            if heard:
                await then(answer)
        if not heard:
            self.unanswered[seat] = (script, then)

    # -- what happens to workers --------------------------------------------------------------------------------------

    async def somebody_writes(self, _: str, thread: ThreadKey) -> None:
        one = ground.message(f"{len(self.steps)}.0", thread=thread)
        if self.dice.random() < 0.3:
            one = ground.mail(MailKind.DECISION, f"decision:{len(self.steps)}", thread=thread)
        assert await self.mailbox.accept(one) is Accepted.STORED
        self.accepted[thread].append(one.id)
        repeated = ground.mail(MailKind.MESSAGE, self.dice.choice(self.accepted[thread]), thread=thread)
        assert await self.mailbox.accept(repeated) is Accepted.REPEAT

    async def a_nudge_arrives(self, worker: str, thread: ThreadKey) -> None:
        """The newest or an old one; a worker that slept may be given a thread anew."""
        seat = (worker, thread)
        if seat in self.unanswered:
            return
        generation = await ground.generation(self.redis, thread) - self.dice.choice((0, 0, 0, 1))

        async def claimed(found: Claimed | None) -> None:
            if found is not None:
                self.believed[seat] = found

        await self.send(seat, lambda: self.turns[worker].claim(thread, generation), claimed)

    async def time_runs_out(self, worker: str, thread: ThreadKey) -> None:
        """Of a lease or of a question; the look that finds it is sent twice."""
        if self.dice.random() < 0.7:
            if await self.redis.zscore(keys.LEASES, str(thread)) is not None:
                await ground.run_out(self.redis, thread)
        else:
            await self.too_late_to_decide()
        if self.dice.random() < 0.2:
            await self.redis.delete(f"{keys.JOB_PREFIX}{thread}:{await ground.generation(self.redis, thread)}")
        await self.turns[worker].take_over()
        await self.turns[worker].take_over()
        assert await self.turns[worker].sweep() == 0  # nothing ever lies where nobody looks

    async def too_late_to_decide(self) -> None:
        for due in await self.redis.zrange(keys.DEADLINES, 0, -1):
            await self.redis.zadd(keys.DEADLINES, {due: 1})

    async def what_had_no_answer_is_sent_again(self) -> None:
        seat = self.dice.choice(sorted(self.unanswered))
        script, then = self.unanswered.pop(seat)
        self.steps.append(f"again {seat}")
        await self.send(seat, script, then, again=True)

    # -- what owners do -----------------------------------------------------------------------------------------------

    async def an_owner_takes_mail(self, seat: Seat, known: Claimed) -> None:
        mail = known.mail[: self.dice.randint(1, 3)]
        if not mail:
            return
        turn_id = known.turn_id or f"turn{len(self.steps)}"
        taken = json.loads(known.journal.get("taken", "[]")) + ids(mail)
        change = Change(
            journal={"taken": json.dumps(taken)}, thread={"turn": turn_id}, take=mail, life=keys.OPEN_TURN_FOR
        )
        script = lambda: self.turns[seat[0]].note(known.owned, turn_id, change)  # noqa: E731  # sent twice, maybe
        await self.send(seat, script, lambda _: self.goes_on(seat, known))

    async def an_owner_ends_its_turn(self, seat: Seat, known: Claimed) -> None:
        change = Change()
        if known.turn_id:
            done = json.loads(known.record.get("answered", "[]")) + json.loads(known.journal["taken"])
            change = Change(thread={"answered": json.dumps(done)}, unset=["turn"], ended={}, life=keys.ENDED_TURN_FOR)
        script = lambda: self.turns[seat[0]].finish(known.owned, known.turn_id or "-", change)  # noqa: E731  # as above
        await self.send(seat, script, lambda left: self.keeps_or_leaves(seat, known, left))

    async def an_owner_asks(self, seat: Seat, known: Claimed) -> None:
        if not (turn_id := known.turn_id):
            return
        seen = {one.id for one in known.mail}
        asks = Change(thread={"seen": json.dumps(sorted(seen))})
        script = lambda: self.turns[seat[0]].park(known.owned, turn_id, asks, seen=seen, deadline=TOMORROW)  # noqa: E731  # as above
        await self.send(seat, script, lambda left: self.keeps_or_leaves(seat, known, left))

    async def an_owner_gives_its_thread_back(self, seat: Seat, known: Claimed) -> None:
        await self.send(
            seat, lambda: self.turns[seat[0]].give_back(known.owned), lambda _: self.keeps_or_leaves(seat, known, [])
        )

    async def an_owner_beats(self, seat: Seat, known: Claimed) -> None:
        [pulse] = await self.turns[seat[0]].beat([known.owned])
        if pulse.lost:
            self.leaves(seat)
        else:
            await self.goes_on(seat, known)  # it has seen that mail waits, and looks

    async def keeps_or_leaves(self, seat: Seat, known: Claimed, left: list[Mail]) -> None:
        if left:
            self.believed[seat] = await self.turns[seat[0]].again(known.owned, left)
        else:
            self.leaves(seat)

    async def goes_on(self, seat: Seat, known: Claimed) -> None:
        worker, thread = seat
        self.believed[seat] = await self.turns[worker].again(known.owned, await self.turns[worker].look(thread))

    def leaves(self, seat: Seat) -> None:
        self.believed.pop(seat, None)
        self.unanswered.pop(seat, None)

    # -- what always holds --------------------------------------------------------------------------------------------

    async def check(self) -> None:
        turns = self.turns[WORKERS[0]]
        for thread in THREADS:
            record, waiting = await turns.record(thread), await turns.look(thread)
            journal = await turns.journal(thread.team, record["turn"]) if "turn" in record else {}
            taken, state = json.loads(journal.get("taken", "[]")), record.get("state")
            # Every mail is in one place, and in order.
            assert json.loads(record.get("answered", "[]")) + taken + ids(waiting) == self.accepted[thread]
            # Whoever must act is known, and somebody will look.
            if state in ("waiting", "working"):
                assert await self.redis.zscore(keys.LEASES, str(thread)) is not None
            elif state == "asking":
                assert await self.redis.zscore(keys.DEADLINES, f"{thread} {record['turn']}") is not None
                assert {one.id for one in waiting} <= set(json.loads(record["seen"]))
            else:
                assert (taken, waiting) == ([], [])
            # There is one living owner at most.
            own = [
                worker
                for (worker, of), known in self.believed.items()
                if of == thread and str(known.owned.generation) == record["generation"] and state == "working"
            ]
            assert own in ([], [record.get("worker")])

    async def left_to_one_worker(self) -> None:
        """Everybody else is dead; it answers all that is left."""
        last = ground.turns(self.redis, "the last")
        await self.too_late_to_decide()
        await last.take_over()
        for thread in THREADS:
            if (await last.record(thread)).get("state") in ("waiting", "working"):
                await ground.run_out(self.redis, thread)
                await last.take_over()
                known = await ground.claimed(self.redis, last, thread)
                taken = json.loads(known.journal.get("taken", "[]")) + ids(known.mail)
                done = json.dumps(json.loads(known.record.get("answered", "[]")) + taken)
                change = Change(thread={"answered": done}, unset=["turn"], take=known.mail)
                assert await last.finish(known.owned, known.turn_id or "-", change) == []
            record = await last.record(thread)
            assert (record["state"], json.loads(record["answered"])) == ("idle", self.accepted[thread])


@pytest.mark.parametrize("seed", range(4))
async def test_each_mail_is_answered_once_and_in_order_whatever_happens_when(redis: Redis, seed: int) -> None:
    schedule = Schedule(redis, seed)
    for _ in range(STEPS):
        await schedule.step()
        await schedule.check()
    assert all(len(accepted) > 10 for accepted in schedule.accepted.values())
    await schedule.left_to_one_worker()
