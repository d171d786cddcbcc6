"""How a turn begins: its mail is taken, a sign of life is shown, and its first request is put on record.

A first mention inside an existing thread takes the earlier messages along, a later one what was said since; another
agent, or a conversation that is gone, begins a new conversation with what was said so far.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence

import structlog

from bot.picking.answers import shown_name
from bot.slack.errors import Refused
from bot.slack.models import SlackMessage
from bot.threads.owned import Claimed
from bot.vault import Unreadable
from workers import context, inputs
from workers.follow_ups.ending import Run
from workers.handoffs.rules import CLIENT
from workers.journal import VERSION, Journal
from workers.mailroom import Batch
from workers.recorded import Request
from workers.transcript import FIELD, Transcript
from workers.turn import files, follow_up_run, self_made
from workers.turn.scene import Scene

log = structlog.get_logger()


def take(journal: Journal, batch: Batch, now: float) -> None:
    """Take the batch out of the mailbox with the next write: from there on the journal answers for it."""
    journal.set(
        v=VERSION,
        mail=json.dumps([mail.dump() for mail in batch.mail], ensure_ascii=False),
        principal=batch.principal,
        principal_team=batch.mail[0].principal_team,
        thread=str(journal.thread),
        began=str(round(now, 3)),
    )
    if run := Run.of(batch.mail[0]):
        journal.set(follow_up=run.follow_up, occurrence=str(run.occurrence))
    journal.began = now
    several = {"mail": len(batch.mail)} if len(batch.mail) > 1 else {}
    journal.step(now, "claimed", **several, waited=round(now - batch.mail[0].at, 3))
    journal.set_thread(turn=journal.id)
    journal.take(batch.mail)


def has_begun(journal: Journal) -> bool:
    """Whether the first request was put on record."""
    return any(journal.get(name) for name in ("request", "round", "calls", "said"))


async def begin(scene: Scene, batch: Batch) -> None:
    """Show a sign of life, read what was said before, and put the first request on record.

    Raises Slack's refusal where a run of a follow-up can say nothing here: it does nothing either.
    """
    journal = scene.journal
    journal.set(agent=scene.agent.name)
    journal.set_thread(agent=scene.agent.name)
    self_made.begin(scene)
    known = scene.record.get("agent")
    if scene.record.get("alone") not in (None, "", batch.principal):
        journal.set_thread(alone="")  # a follow-up of somebody who never wrote here
    status = asyncio.create_task(scene.delivery.status(follow_up_run.status(scene)))
    try:
        if needs_context(scene, batch):
            await _with_context(scene, batch)
        else:
            journal.set_thread(read_to=_read_to(scene.claimed, batch))
            await _compose(scene, batch, earlier=(), unread=False)
        await journal.write()
        if known and known != scene.agent.name and not batch.agent:
            # Its file is gone or wrong: nobody picked the other one.
            words = scene.words.say("agent.gone", agent=known, other=scene.agent.display_name or scene.agent.name)
            await scene.delivery.note("agent", words)
    finally:
        await asyncio.gather(status, return_exceptions=True)  # it may have lost the thread as well
    _may_speak(scene, scene.delivery.gone)


def _may_speak(scene: Scene, gone: Refused | None) -> None:
    """A person who asks is answered as far as it goes; nobody waits for a run, and what it did would be unseen."""
    if scene.follow_up and gone:
        raise gone


def needs_context(scene: Scene, batch: Batch) -> bool:
    """Whether words may have been said here that are no mail of ours. A quiet run, which shows no status, always looks:
    it learns so whether it may speak."""
    mail = batch.mail[0]
    if scene.thread.is_dm or (mail.ts == scene.thread.root_ts and len(batch.mail) == 1):
        return False
    if scene.follow_up and scene.follow_up.quiet:
        return True
    hears_all = scene.services.settings.replies_without_mention and scene.record.get("alone") == mail.principal
    return not (hears_all and "read_to" in scene.record)


async def _with_context(scene: Scene, batch: Batch) -> None:
    first = "read_to" not in scene.record
    if first:
        await scene.delivery.status(scene.words.say("status.reading"))
    found = await context.read(
        scene.services,
        scene.slack,
        scene.thread,
        since=scene.record.get("read_to"),
        before=max(mail.ts for mail in batch.mail) or None,
        own={mail.id for mail in (*batch.mail, *scene.claimed.mail)},
    )
    _may_speak(scene, found.gone)
    if not found.later:
        scene.journal.set_thread(read_to=max(found.read_to, _read_to(scene.claimed, batch)))
    if any(user != batch.principal for user in found.users):
        scene.journal.set_thread(alone="")
    await _compose(scene, batch, earlier=found.messages, unread=found.later or (first and found.unreadable))
    if found.later:
        await scene.delivery.note("context", scene.words.say("thread.context_later"))
    elif first and found.unreadable:
        await scene.delivery.note("context", scene.words.say("thread.context_unreadable"))
    elif first and found.messages:
        await scene.delivery.note("context", scene.words.say("thread.context_read", count=len(found.messages)))


def _read_to(claimed: Claimed, batch: Batch) -> str:
    """Up to where the thread is known; mail may be older than that, or no message at all."""
    return max(claimed.record.get("read_to", ""), *(mail.ts for mail in batch.mail))


async def _compose(scene: Scene, batch: Batch, *, earlier: Sequence[SlackMessage], unread: bool) -> None:
    record, journal, services = scene.record, scene.journal, scene.services
    # The mail's own first, then the newest of the thread: there may be more than a turn takes.
    asked = [file for mail in batch.mail for file in mail.files]
    read = await scene.files.read([*asked, *(file for message in reversed(earlier) for file in message.files)])
    begins = not _goes_on(scene)
    journal.set(
        input=inputs.first_input(
            await context.mail_lines(services, batch.mail, scene.person.name, read.lines),
            earlier=await context.lines(services, scene.thread.team, earlier, read.lines),
            unread=unread,
            channel_instructions=scene.channel.instructions if begins else "",
            again=any("again" in mail.about for mail in batch.mail),
            follow_up=follow_up_run.head(scene, batch.mail),
        )
    )
    if problems := files.sentences(scene.words, read, asked, limit_megabytes=services.settings.file_limit):
        await scene.delivery.note("files", "\n".join(problems))
    if not begins and scene.transcript is None:
        journal.set(conversation_id=record["conversation_id"])
        await _say_where_handoffs_run(scene)
        journal.set_request(Request(number=0, kind="append", after=record.get("entry")))
        return
    journal.set_request(Request(number=0, kind="start"))
    if not begins:
        return
    if scene.speaker_is_closed and record.get("conversation_agent") == scene.agent.name:
        # What that agent's tools gave back is not for the principal either.
        journal.set(replay_words="1")
        about = {"agent": scene.cast.title(scene.agent.name), "person": shown_name(scene.person)}
        await scene.delivery.note("closed", scene.words.say("handoff.speaker_closed", **about))
    journal.unset_thread("speaker")
    if "branch_of" not in record:
        journal.unset_thread("handoff_execution")
    if FIELD in record:
        await _take_over_transcript(scene)
    elif "conversation_id" in record:
        journal.set(replay_from=record["conversation_id"])
    elif "branch_of" in record:
        await _branch(scene)
    if scene.transcript is not None:
        journal.unset_thread("conversation_id", "entry")


def _goes_on(scene: Scene) -> bool:
    """Whether the thread's conversation is with this agent, kept where this agent's conversations are kept, and not in
    the hands of one that is closed to the principal."""
    if scene.record.get("conversation_agent") != scene.agent.name or scene.speaker_is_closed:
        return False
    return "conversation_id" in scene.record if scene.transcript is None else bool(scene.transcript.items)


async def _say_where_handoffs_run(scene: Scene) -> None:
    """Where the conversation says; in a turn for somebody who may not use all it may come to, on our side."""
    if execution := scene.record.get("handoff_execution"):
        scene.journal.set(handoff_execution=CLIENT if scene.guests().closed else execution)


async def _branch(scene: Scene) -> None:
    """The thread goes on from an entry of another's: as it is; in words where another agent answers, another person
    asked for it, or Mistral is to keep it no longer."""
    record, journal = scene.record, scene.journal
    carried = ("branch_of", "branch_from", "branch_version")
    journal.set(**{name: record[name] for name in carried if name in record})
    await _say_where_handoffs_run(scene)
    same = record.get("conversation_agent") == scene.agent.name and scene.transcript is None
    if same and "branch_words" not in record:
        journal.set_request(Request(number=0, kind="branch", after=record["branch_from"]))
    else:
        journal.set(replay_from=record["branch_of"])


async def _take_over_transcript(scene: Scene) -> None:
    """The words of a conversation that we kept ourselves go on in one with another agent, or that Mistral keeps."""
    scene.journal.unset_thread(FIELD)
    try:
        words = Transcript(scene.services.settings.vault, scene.thread, scene.record[FIELD]).words()
    except Unreadable:
        await scene.delivery.note("transcript", scene.words.say("thread.transcript_unreadable"))
        return
    scene.journal.set_said("replay", words)


async def begin_anew(scene: Scene) -> None:
    """The conversation is gone: start another, with the thread's own words where they may be read; say so."""
    journal = scene.journal
    found = await context.read(
        scene.services,
        scene.slack,
        scene.thread,
        since=None,
        before=None,
        own={mail.id for mail in (*journal.mail, *scene.claimed.mail)},
        with_ours=True,
    )
    key = "turn.conversation_lost" if found.unreadable or not found.messages else "turn.conversation_rebuilt"
    await scene.delivery.note("lost", scene.words.say(key))
    lines = await context.mail_lines(scene.services, journal.mail, scene.person.name)
    earlier = await context.lines(scene.services, scene.thread.team, found.messages, {})
    told = follow_up_run.head(scene, journal.mail)
    journal.set(input=inputs.first_input(lines, earlier=earlier, unread=found.unreadable, follow_up=told))
    journal.forget("conversation_id", "next_agent", "hop", "handoff_execution")
    journal.unset_thread("speaker", "handoff_execution")
    journal.set_request(Request(number=0, kind="start"))
    await journal.write()
