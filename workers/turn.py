"""One turn: from the mail it took to the delivered answer, or to a question, a stop or a sentence that says why not.

What always holds: the turn has one principal and one agent, it can be taken up where it stopped, and it ends in an
answer, a refusal or a stated wait. Whatever ends it, no status and no open stream is left behind, and the thread is
given up in the same step that looks at the mailbox for the last time.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import structlog

from bot.catalog.agents import Agent
from bot.slack import blocks, text
from bot.slack.errors import SlackError
from bot.slack.ledger import Ledger, Unread
from bot.slack.models import Person
from bot.slack.stream import Reader
from bot.texts import Words, words_for
from bot.threads import keys
from bot.threads.models import CallState, Mail, MailKind, State
from bot.threads.turns import Claimed, Lost
from workers import context, inputs
from workers.conversations import errors
from workers.conversations.port import Call, FunctionTool, Opening, Result
from workers.delivery.board import Line, budget_keeper
from workers.delivery.delivery import Delivery
from workers.holdings import Hold
from workers.journal import VERSION, CallRecord, Journal, Request
from workers.mailroom import Batch, steerable
from workers.rounds import CANCELLED, OVER_LIMIT, UNKNOWN_OUTCOME, Answered, Limits, Parked, Rounds
from workers.services import Services

MOST_LOST_WORKERS = 3
READ_ON_AFTER_STOP = timedelta(
    seconds=20
)  # of the model's stream: a dropped one would lock the conversation for longer
ARGUMENTS_SHOWN = 2000  # of a section's 3,000 characters; longer ones cannot be approved
QUESTION_SHOWN = 500

log = structlog.get_logger()


class Turn:
    """The open turn of a held thread."""

    def __init__(self, services: Services, hold: Hold, claimed: Claimed, journal: Journal, *, resumed: bool) -> None:
        self._services = services
        self._hold = hold
        self._claimed = claimed
        self._journal = journal
        self._resumed = resumed
        self._thread = claimed.owned.thread
        self._told: set[str] = set(json.loads(journal.get("told") or "[]"))
        self._seen = len(claimed.mail)
        self.prepared = False

    # -- the whole of it ----------------------------------------------------------------------------------------

    async def run(self, batch: Batch | None) -> list[Mail] | None:
        """Work until the turn ends or is parked; the mail that came meanwhile, None when the thread was given up."""
        self._hold.begin_turn(mail=len(self._claimed.mail) - (len(batch.mail) if batch else 0))
        if batch is not None:
            self._told.update(mail.id for mail in batch.mail)
            self._record(batch)
        principal = batch.principal if batch else self._journal.get("principal") or ""
        await self._prepare(principal, batch)
        if batch is not None:
            await self._begin(batch)
        elif end := await self._take_up():
            return await end()
        async with self._alongside():
            return await self._work()

    async def _prepare(self, principal: str, batch: Batch | None) -> None:
        team = self._thread.team
        self._slack = await self._services.installations.slack(team)
        self._person = await self._services.people.person(team, principal) or stranger(team, principal)
        catalog = self._services.catalogs.now
        self._channel = catalog.channel(self._thread.channel)
        language = self._channel.language or self._person.locale
        self.words: Words = words_for(self._person.locale if self._thread.is_dm else language)
        name = (batch.agent if batch else None) or self._journal.get("agent") or self._claimed.record.get("agent")
        name = name or self._channel.agent or catalog.default_name
        self._agent_name = name
        self._agent: Agent = catalog.find(name) or catalog.default
        principal_team = batch.mail[0].principal_team if batch else self._journal.get("principal_team") or team
        newest = max((mail.ts for mail in (batch.mail if batch else self._journal.mail)), default="")
        ledger = Ledger(
            self._slack,
            self._journal,
            self._thread,
            turn_id=self._journal.id,
            bot_user=await self._services.installations.bot_user(team),
            baseline=max(newest, self._claimed.record.get("our_ts", ""), self._thread.root_ts),
            fields=self._journal.fields,
            before_call=self._still_ours,
            slowed=budget_keeper(self._services.budget, self._thread),
            sleep=self._services.sleep,
        )
        line = Line(
            slack=self._slack,
            budget=self._services.budget,
            ledger=ledger,
            thread=self._thread,
            words=self.words,
            write=self._journal.write,
            before_call=self._still_ours,
            now=self._services.now,
            pause=self._services.sleep,
        )
        self._delivery = Delivery(
            line,
            Reader(user=principal, team=principal_team),
            live=self._thread.is_dm or self._services.settings.stream_in_channels,
            resumed=self._resumed,
        )
        self._delivery.live.on_stop = self._hold.stop.set
        self._ledger = ledger
        self.prepared = True

    def _record(self, batch: Batch) -> None:
        """Take the batch out of the mailbox with the next write: from there on the journal answers for it."""
        journal, now = self._journal, self._services.now()
        journal.set(
            v=VERSION,
            mail=json.dumps([mail.dump() for mail in batch.mail], ensure_ascii=False),
            principal=batch.principal,
            principal_team=batch.mail[0].principal_team,
            thread=str(self._thread),
            began=str(now),
        )
        journal.began = now
        journal.step(now, "claimed", mail=len(batch.mail), waited=_waited(batch, now))
        journal.set_thread(turn=journal.id)
        journal.take(batch.mail)

    async def _begin(self, batch: Batch) -> None:
        """Show a sign of life, read what was said before, and put the first request on record."""
        journal = self._journal
        journal.set(agent=self._agent.name)
        journal.set_thread(agent=self._agent.name)
        status = asyncio.create_task(self._delivery.status(self.words.say("status.thinking")))
        try:
            if self._needs_context(batch):
                await self._read_context(batch)
            else:
                journal.set_thread(read_to=self._read_to(batch))
                await self._compose(batch, earlier=(), unread=False)
            await journal.write()
        finally:
            await asyncio.wait([status])

    async def _take_up(self) -> Callable[[], Awaitable[list[Mail] | None]] | None:
        """Look at what an earlier owner left: mail about the turn, its age, how many workers it has cost.

        Gives the turn's end when it is not to go on.
        """
        journal, now = self._journal, self._services.now()
        journal.step(now, "taken_up")
        self._delivery.inherit_status()
        if int(self._claimed.record.get("lost_workers") or 0) >= MOST_LOST_WORKERS:
            return self._end_dead
        if now - journal.began > self._services.settings.recovery_age_limit.total_seconds():
            return self._end_too_old
        await self._hear(self._claimed.mail)
        if self._claimed.record.get("stop"):
            self._hold.stopped_by = self._claimed.record["stop"]
            self._hold.stop.set()
        elif journal.request is not None:
            await self._delivery.status(self.words.say("status.resumed"))
        return None

    async def _work(self) -> list[Mail] | None:
        """Converse until an answer, racing the stop; then deliver and finish."""
        limits = self._limits()
        rounds = Rounds(
            self._services,
            self._journal,
            self._agent,
            self._delivery,
            opening=self._opening,
            metadata=self._metadata(),
            limits=limits,
            zone=self._person.tz,
            principal_name=self._person.name,
            before_call=self._still_ours,
            steer=self._steer,
            resumed=self._resumed,
        )
        talk = asyncio.create_task(self._converse(rounds))
        stop = asyncio.create_task(self._hold.stop.wait())
        try:
            left = limits.until - self._services.now()
            done, _ = await asyncio.wait({talk, stop}, timeout=left, return_when=asyncio.FIRST_COMPLETED)
            if self._hold.stop.is_set():
                return await self._stop(rounds, talk)
            answered = talk.result() if done else await self._cut_off(rounds, talk)
        except Parked as parked:
            return await self._park(parked.calls)
        except errors.ConversationError as error:
            return await self._fail(error)
        finally:
            for task in (talk, stop):
                task.cancel()
            await asyncio.wait({talk, stop})
        if self._hold.mail_waits:
            await self._tell(await self._services.turns.look(self._thread), "mail.later")
        await self._delivery.finish(answered.text, closing=self._closing(answered))
        return await self._finish(answered.limit or "answered")

    async def _converse(self, rounds: Rounds) -> Answered:
        """The rounds, with the open calls of an earlier turn closed first, and a vanished conversation begun anew."""
        await self._close_earlier()
        try:
            return await rounds.run()
        except errors.Vanished:
            if rounds.conversation_id is None or self._journal.open_calls:
                raise
            await self._begin_anew()
            return await rounds.run()

    # -- before the first request -------------------------------------------------------------------------------

    def _needs_context(self, batch: Batch) -> bool:
        """Whether words may have been said here that are no mail of ours."""
        mail = batch.mail[0]
        if self._thread.is_dm or (mail.ts == self._thread.root_ts and len(batch.mail) == 1):
            return False
        follows = self._services.settings.replies_without_mention
        return not (
            follows and self._claimed.record.get("alone") == mail.principal and "read_to" in self._claimed.record
        )

    async def _read_context(self, batch: Batch) -> None:
        first = "read_to" not in self._claimed.record
        if first:
            await self._delivery.status(self.words.say("status.reading"))
        found = await context.read(
            self._services,
            self._slack,
            self._thread,
            since=self._claimed.record.get("read_to"),
            before=max(mail.ts for mail in batch.mail) or None,
            own={mail.id for mail in (*batch.mail, *self._claimed.mail)},
        )
        if found.unreadable:
            self._journal.set_thread(read_to=self._read_to(batch))
            await self._compose(batch, earlier=(), unread=first)
            if first:
                await self._delivery.note("context", self.words.say("thread.context_unreadable"))
            return
        self._journal.set_thread(read_to=max(found.read_to, self._read_to(batch)))
        if any(user != batch.principal for user in found.users):
            self._journal.set_thread(alone="")
        await self._compose(batch, earlier=found.lines, unread=False)
        if first and found.lines:
            await self._delivery.note("context", self.words.say("thread.context_read", count=len(found.lines)))

    def _read_to(self, batch: Batch) -> str:
        """Up to where the thread is known; mail may be older than that, or no message at all."""
        return max(self._claimed.record.get("read_to", ""), *(mail.ts for mail in batch.mail))

    async def _compose(self, batch: Batch, *, earlier: Sequence[inputs.Line], unread: bool) -> None:
        record, journal = self._claimed.record, self._journal
        lines = await context.mail_lines(self._services, batch.mail, self._person.name)
        begins = "conversation_id" not in record or record.get("conversation_agent") != self._agent.name
        said = inputs.first_input(
            lines, earlier=earlier, unread=unread, channel_instructions=self._channel.instructions if begins else ""
        )
        unsupported = [file.name for mail in batch.mail for file in mail.files]
        journal.set(input=said)
        if unsupported:
            names = self.words.names(unsupported)
            await self._delivery.note("files", self.words.say("file.unsupported", name=names))
        if not begins:
            journal.set(conversation_id=record["conversation_id"])
            journal.set_request(Request(number=0, kind="append", after=record.get("entry")))
            return
        if "conversation_id" in record:
            journal.set(replay_from=record["conversation_id"])
        journal.set_request(Request(number=0, kind="start"))

    async def _opening(self) -> Opening:
        specs = await self._services.tools.offered(self._agent)
        if missing := sorted(self._services.tools.missing(self._agent)):
            # A conversation's tools are fixed at its start: they would be missing in this thread without a word.
            await self._delivery.note(
                "tools", self.words.say("thread.tools_missing", servers=self.words.names(missing))
            )
        if old := self._journal.get("replay_from"):
            with suppress(errors.ConversationError):
                self._journal.set(replay=await context.transcript(self._services.conversations, old))
            self._journal.forget("replay_from")
        return Opening(
            model=self._agent.model,
            instructions=self._agent.instructions,
            tools=tuple(
                FunctionTool(name=spec.name, description=spec.description, parameters=spec.parameters) for spec in specs
            ),
            completion_args=self._agent.completion_args,
            metadata=self._metadata(),
        )

    def _metadata(self) -> dict[str, str]:
        thread = self._thread
        return {"team": thread.team, "channel": thread.channel, "thread": thread.root_ts, "turn": self._journal.id}

    async def _close_earlier(self) -> None:
        """Answer the calls that an earlier turn left open, so that a user message may come again."""
        left = self._claimed.record.get("open_calls")
        if not left or not self._journal.get("conversation_id"):
            return
        results = [Result(call_id, result) for call_id, result in json.loads(left).items()]
        with suppress(errors.Bookkeeping):  # closed already: the answer to an earlier try was lost
            async for _ in self._services.conversations.append(
                self._journal.get("conversation_id") or "", results, silent=True
            ):
                pass
        self._journal.unset_thread("open_calls")

    async def _begin_anew(self) -> None:
        """The conversation is gone: start another, with the thread's own words where they may be read; say so."""
        journal = self._journal
        found = await context.read(
            self._services, self._slack, self._thread, since=None, before=None, own=set(), with_ours=True
        )
        key = "turn.conversation_lost" if found.unreadable or not found.lines else "turn.conversation_rebuilt"
        await self._delivery.note("lost", self.words.say(key))
        lines = await context.mail_lines(self._services, journal.mail, self._person.name)
        journal.set(input=inputs.first_input(lines, earlier=found.lines[:-1], unread=found.unreadable))
        journal.forget("conversation_id")
        journal.set_request(Request(number=0, kind="start"))
        await journal.write()

    # -- mail during the turn -----------------------------------------------------------------------------------

    async def _hear(self, mail: Sequence[Mail]) -> None:
        """Mail about this turn: decisions and time-outs; its question's message says what was decided."""
        for item in mail:
            if item.kind is MailKind.DECISION and item.about.get("turn") == self._journal.id:
                await self._decision(item)
            elif item.kind is MailKind.TIME_OUT:
                if item.about.get("turn") == self._journal.id:
                    for call in self._undecided():
                        await self._decide(call, "denied", self.words.say("asking.timed_out"), by="")
                self._journal.take([item])
            elif item.kind is MailKind.STOP:
                self._journal.take([item])

    async def _decision(self, mail: Mail) -> None:
        self._journal.take([mail])
        call = next((c for c in self._undecided() if c.tool_call_id == mail.about.get("tool_call_id")), None)
        if mail.principal != self._journal.get("principal"):
            await self._whisper(mail.principal, "asking.not_you", principal=self._person.name)
        elif call is None:
            await self._whisper(mail.principal, "asking.already_decided")
        else:
            # Anything but a clear yes is a no.
            allowed = mail.about.get("decision") == "allowed"
            decision = self.words.say("asking.approved" if allowed else "asking.denied")
            words = self.words.say("asking.decided", person=self._person.name, decision=decision)
            await self._decide(call, "allowed" if allowed else "denied", words, by=mail.principal)

    async def _decide(self, call: Call, decision: str, words: str, *, by: str) -> None:
        record = self._journal.call(call.tool_call_id)
        assert record is not None
        self._journal.set_call(call.tool_call_id, replace(record, decision=decision, by=by))
        self._journal.step(self._services.now(), "decided", tool=call.name, decision=decision)
        await self._journal.write()
        if ts := self._ledger.accepted(f"ask:{call.tool_call_id}"):
            card = blocks.notice(
                f"{text.shown(self._question(call), QUESTION_SHOWN)}\n{text.shown(words, QUESTION_SHOWN)}"
            )
            with suppress(SlackError):
                await self._slack.update(self._thread.channel, ts, text=words, blocks=card)

    def _undecided(self) -> list[Call]:
        calls = []
        for call in self._journal.open_calls:
            record = self._journal.call(call.tool_call_id)
            if record and record.asks and record.decision is None and record.state is CallState.ASKED:
                calls.append(call)
        return calls

    async def _steer(self) -> list[inputs.Line]:
        """The principal's own new messages, for the text of the last result; taken from the mailbox with it."""
        settings = self._services.settings
        if settings.steer_form == "queue" or self._channel.mail_during_turn != "steer" or not self._hold.mail_waits:
            return []
        mail = steerable(
            await self._services.turns.look(self._thread),
            principal=self._journal.get("principal") or "",
            agent=self._agent.name,
        )
        if not mail:
            return []
        self._journal.take(mail)
        self._journal.set(mail=json.dumps([m.dump() for m in (*self._journal.mail, *mail)], ensure_ascii=False))
        self._journal.step(self._services.now(), "steered", mail=len(mail))
        self._told.update(item.id for item in mail)
        await self._whisper(mail[0].principal, "mail.steered")
        return await context.mail_lines(self._services, mail, self._person.name)

    async def _watch(self) -> None:
        """Tell whoever writes meanwhile what becomes of it, once a message."""
        while True:
            await self._hold.news.wait()
            self._hold.news.clear()
            await self._tell(await self._services.turns.look(self._thread), "mail.queued")

    async def _tell(self, mail: Sequence[Mail], key: str, **values: str) -> None:
        queues = self._services.settings.steer_form == "queue" or self._channel.mail_during_turn == "queue"
        for item in mail:
            mine = item.principal == self._journal.get("principal")
            if (
                item.kind is not MailKind.MESSAGE
                or item.id in self._told
                or (mine and key == "mail.queued" and not queues)
            ):
                continue
            self._told.add(item.id)
            await self._whisper(item.principal, "mail.later" if mine and key == "mail.queued" else key, **values)

    async def _whisper(self, user: str, key: str, **values: str) -> None:
        """Tell one person, in that person's own language."""
        locale = await self._services.people.locale_of(self._thread.team, user)
        await self._delivery.whisper(user, words_for(locale).say(key, **values))

    # -- the ends -----------------------------------------------------------------------------------------------

    async def _park(self, calls: Sequence[Call]) -> list[Mail] | None:
        """Ask the person, then leave; whoever takes the thread when they have decided goes on from the journal."""
        undecided = self._undecided()
        for call in undecided:
            await self._delivery.ask(f"ask:{call.tool_call_id}", self._question(call), self._card(call))
        await self._delivery.clear()
        tools = self.words.names([call.name for call in undecided])
        await self._tell(self._claimed.mail, "asking.waiting_for", principal=self._person.name, tool=tools)
        self._journal.set(told=json.dumps(sorted(self._told)))
        asked_at = float(self._journal.get("asked_at") or self._services.now())
        self._journal.set(asked_at=str(asked_at))
        self._journal.step(self._services.now(), "asking", calls=len(undecided))
        self._journal.set_thread(our_ts=self._ledger.newest_ts)
        deadline = datetime.fromtimestamp(asked_at).astimezone() + self._services.settings.asking_limit
        mail = await self._services.turns.park(
            self._claimed.owned,
            self._journal.id,
            self._journal.collected(life=keys.OPEN_TURN_FOR),
            seen=self._seen,
            deadline=deadline,
        )
        log.info("turn.asking", calls=len(undecided))
        return mail or None

    def _question(self, call: Call) -> str:
        return self.words.say(
            "asking.card",
            agent=self._agent.display_name or self._agent.name,
            tool=call.name,
            principal=self._person.name,
        )

    def _card(self, call: Call) -> blocks.Blocks:
        """The full arguments before Approve, or no such button."""
        too_long = len(text.shown(call.arguments, 10**6)) > ARGUMENTS_SHOWN
        explained = self.words.say("asking.arguments_too_long" if too_long else "asking.arguments")
        lines = [text.shown(self._question(call), QUESTION_SHOWN), explained]
        if not too_long:
            lines.append(text.shown(call.arguments, ARGUMENTS_SHOWN))
        return blocks.ask(
            "\n".join(lines),
            turn_id=self._journal.id,
            tool_call_id=call.tool_call_id,
            approve=None if too_long else self.words.say("button.approve"),
            deny=self.words.say("button.deny"),
        )

    async def _stop(self, rounds: Rounds, talk: asyncio.Task[Answered]) -> list[Mail] | None:
        """End Slack's side at once; read the model's stream to its end in silence, close its calls, then finish."""
        rounds.stop()
        self._journal.set_thread(state=State.STOPPING.value)
        self._journal.step(self._services.now(), "stopping")
        await self._journal.write()
        await self._delivery.stopped()
        await asyncio.wait({talk}, timeout=READ_ON_AFTER_STOP.total_seconds())
        talk.cancel()
        await asyncio.wait({talk})
        error = None if talk.cancelled() else talk.exception()
        if isinstance(error, Lost):
            raise error
        await self._close_or_keep(rounds, CANCELLED)
        for call in self._undecided():
            await self._decide(call, "denied", self.words.say("asking.stopped"), by=self._hold.stopped_by or "")
        waiting = await self._services.turns.look(self._thread)
        self._journal.take([mail for mail in waiting if mail.kind is MailKind.STOP])
        return await self._finish("stopped")

    async def _cut_off(self, rounds: Rounds, talk: asyncio.Task[Answered]) -> Answered:
        """The turn's time is up in the middle of an answer: what was said so far is the answer."""
        rounds.stop()
        said = self._delivery.said
        self._journal.step(self._services.now(), "cut_off")
        await self._journal.write()
        await asyncio.wait({talk}, timeout=READ_ON_AFTER_STOP.total_seconds())
        talk.cancel()
        await asyncio.wait({talk})
        await self._close_or_keep(rounds, OVER_LIMIT)
        return Answered(text=said, limit="limit_time")

    async def _close_or_keep(self, rounds: Rounds, result: str) -> None:
        """Close the open calls now, or leave them on the thread's record for the next turn to close first."""
        calls = self._journal.open_calls
        if not calls:
            return
        try:
            await rounds.close(result)
        except errors.ConversationError as error:
            log.warning("calls.left_open", error=str(error), calls=len(calls))
            self._keep_open(result)

    def _keep_open(self, result: str) -> None:
        known = {}
        for call in self._journal.open_calls:
            record: CallRecord | None = self._journal.call(call.tool_call_id)
            started = record is not None and record.state is CallState.STARTED  # nobody knows what it did
            known[call.tool_call_id] = (record.result if record else None) or (UNKNOWN_OUTCOME if started else result)
        if known:
            self._journal.set_thread(open_calls=json.dumps(known, ensure_ascii=False))

    async def _fail(self, error: errors.ConversationError) -> list[Mail] | None:
        journal = self._journal
        log.warning("turn.refused", error=str(error), kind=type(error).__name__, turn=journal.id)
        journal.step(self._services.now(), "failed", error=type(error).__name__, status=error.status, code=error.code)
        later = isinstance(error, errors.TryLater | errors.Unanswered)
        words = self.words.say(_sentence(error), id=journal.id)
        self._keep_open(CANCELLED)
        await self._delivery.fail(words, turn_id=journal.id, again=later)
        return await self._finish("failed", keep=later)

    async def _end_too_old(self) -> list[Mail] | None:
        self._keep_open(CANCELLED)
        await self._delivery.finish("", closing=self.words.say("turn.too_old", id=self._journal.id))
        return await self._finish("too_old")

    async def _end_dead(self) -> list[Mail] | None:
        journal = self._journal
        self._keep_open(CANCELLED)
        await self._delivery.fail(self.words.say("turn.dead", id=journal.id), turn_id=journal.id, again=False)
        letter = json.dumps(
            {
                "turn": journal.id,
                "thread": str(self._thread),
                "principal": journal.get("principal"),
                "agent": journal.get("agent"),
                "mail": [mail.dump() for mail in journal.mail],
                "at": self._services.now(),
            },
            ensure_ascii=False,
        )
        log.error("turn.dead", turn=journal.id)
        return await self._finish("dead", keep=True, dead_letter=letter)

    async def undeliverable(self) -> list[Mail] | None:
        """Slack takes nothing more of this turn: keep it on record and let the thread go on."""
        self._journal.step(self._services.now(), "undeliverable")
        self._keep_open(CANCELLED)
        if self.prepared:
            with suppress(SlackError):
                await self._delivery.clear()
        return await self._finish("failed", keep=True)

    async def crashed(self, error: Exception) -> list[Mail] | None:
        """A bug of ours: say so once, and let the thread go on."""
        log.exception("turn.broke", turn=self._journal.id, exc_info=error)
        self._journal.step(self._services.now(), "broke", error=type(error).__name__)
        self._keep_open(CANCELLED)
        if self.prepared:
            with suppress(SlackError, Unread):
                words = self.words.say("turn.failed", id=self._journal.id)
                await self._delivery.fail(words, turn_id=self._journal.id, again=True)
        return await self._finish("failed", keep=True)

    async def _finish(self, end: str, *, keep: bool = False, dead_letter: str = "") -> list[Mail] | None:
        """Give the turn and, unless mail came, the thread up. What is kept of an answered turn holds no words."""
        journal, now = self._journal, self._services.now()
        if self.prepared and (unknown := journal.get("unknown_effect")):
            await self._delivery.note("unknown", self.words.say("turn.effect_unknown", tool=unknown))
        journal.step(now, end)
        seconds = round(now - journal.began, 3)
        log.info("turn.ended", turn=journal.id, end=end, seconds=seconds, rounds=journal.get("round"))
        journal.set(ended=end, ended_at=str(now))
        if not keep:
            journal.forget(*(name for name in list(journal.fields) if name not in KEPT))
        journal.set_thread(last_turn=journal.id)
        if self.prepared:
            journal.set_thread(our_ts=self._ledger.newest_ts)
        journal.unset_thread("turn", "stop", "lost_workers")
        mail = await self._services.turns.finish(
            self._claimed.owned,
            journal.id,
            journal.collected(life=keys.ENDED_TURN_FOR),
            dead_letter=dead_letter,
        )
        return mail or None

    # -- small things -------------------------------------------------------------------------------------------

    async def _still_ours(self) -> None:
        await self._hold.check(self._services.holdings.half_lease)

    @asynccontextmanager
    async def _alongside(self) -> AsyncIterator[None]:
        """The delivery's pump and the watch over new mail, for exactly as long as the turn."""
        tasks = [asyncio.create_task(self._delivery.run()), asyncio.create_task(self._watch())]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)
            for task in tasks:
                if not task.cancelled() and (error := task.exception()) and not isinstance(error, Lost):
                    log.error("turn.helper_broke", error=repr(error))

    def _limits(self) -> Limits:
        settings = self._services.settings
        return Limits(
            rounds=settings.round_limit,
            tokens=settings.token_limit,
            until=self._services.now() + settings.turn_limit.total_seconds(),
        )

    def _closing(self, answered: Answered) -> str:
        settings = self._services.settings
        values: dict[str, Any] = {
            "limit_rounds": {"count": settings.round_limit},
            "limit_tokens": {"count": settings.token_limit},
            "limit_time": {"duration": settings.turn_limit},
        }
        if answered.limit:
            return self.words.say(f"turn.{answered.limit}", **values.get(answered.limit, {}))
        return "" if answered.text.strip() else self.words.say("turn.empty_answer")


# What an ended turn keeps for `threadwind turn ID`: no message text, no arguments, no results.
KEPT = frozenset({"v", "agent", "principal", "thread", "began", "ended", "ended_at", "steps", "tokens", "round"})


def _sentence(error: errors.ConversationError) -> str:
    if error.taken and isinstance(error, errors.TryLater):
        return "turn.broke_off"
    match error:
        case errors.TryLater() | errors.Unanswered():
            return "turn.gave_up"
        case errors.Vanished():
            return "turn.refused.vanished"
        case errors.KeyRejected():
            return "turn.refused.key_rejected"
        case errors.Blocked():
            return "turn.refused.blocked"
        case _:
            return "turn.refused.request"


def stranger(team: str, user: str) -> Person:
    """Somebody Slack tells us nothing about: called by their id, which Slack draws as a name."""
    return Person(id=user, team=team, name=user)


def _waited(batch: Batch, now: float) -> float:
    return round(now - batch.mail[0].at, 3)
