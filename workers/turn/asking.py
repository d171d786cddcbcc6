"""Calls that need a person's yes: the question, the decision, and the turn that waits without a worker.

Fails closed: only the principal decides, anything but a clear yes is a no, and nobody there in time is a no. What
would be sent is shown in full, or there is no Approve button.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from bot.slack import blocks, text
from bot.slack.errors import SlackError
from bot.threads.models import CallState, Mail, MailKind
from workers.conversations.port import Call
from workers.journal import CallRecord
from workers.turn.scene import Scene

ARGUMENTS_SHOWN = 2000  # of a section's 3,000 characters; longer ones cannot be approved
QUESTION_SHOWN = 500


async def hear(scene: Scene, mail: Sequence[Mail]) -> None:
    """Take in mail about this turn: decisions, time-outs, stops."""
    for item in mail:
        about_us = item.about.get("turn") == scene.journal.id
        if item.kind is MailKind.DECISION and about_us:
            scene.journal.take([item])
            await _decision(scene, item)
        elif item.kind is MailKind.TIME_OUT:
            scene.journal.take([item])
            for call in _overdue(scene) if about_us else ():
                await decide(scene, call, "denied", scene.words.say("asking.timed_out"), by="")
        elif item.kind is MailKind.STOP:
            scene.journal.take([item])


def waiting(scene: Scene) -> list[Call]:
    """The open calls that wait for a yes or a no."""
    calls = []
    for call in scene.journal.open_calls:
        record = scene.journal.call(call.tool_call_id)
        if record and record.asks and record.decision is None and record.state is CallState.ASKED:
            calls.append(call)
    return calls


def _overdue(scene: Scene) -> list[Call]:
    limit = scene.services.settings.asking_limit.total_seconds()
    return [call for call in waiting(scene) if _known(scene, call).asked_at + limit <= scene.now() + 1]


def _known(scene: Scene, call: Call) -> CallRecord:
    record = scene.journal.call(call.tool_call_id)
    assert record is not None, "a call that waits is on record"
    return record


async def decide(scene: Scene, call: Call, decision: str, words: str, *, by: str) -> None:
    """Put a decision on record, then say it in the question's own message, whose buttons go."""
    scene.journal.set_call(call.tool_call_id, replace(_known(scene, call), decision=decision, by=by))
    scene.step("decided", tool=call.name, decision=decision)
    await scene.journal.write()
    if ts := scene.ledger.accepted(f"ask:{call.tool_call_id}"):
        lines = [text.shown(line, QUESTION_SHOWN) for line in (_question(scene, call), words)]
        with suppress(SlackError):
            card = blocks.notice("\n".join(lines))
            await scene.slack.update(scene.thread.channel, ts, text=words, blocks=card)


async def ask(scene: Scene) -> None:
    """Post a card for each call that waits, once."""
    for call in waiting(scene):
        await scene.delivery.ask(f"ask:{call.tool_call_id}", *_card(scene, call))
        record = _known(scene, call)
        if not record.asked_at:
            scene.journal.set_call(call.tool_call_id, replace(record, asked_at=scene.now()))


def deadline(scene: Scene) -> datetime | None:
    """When the first unanswered question counts as denied."""
    limit = scene.services.settings.asking_limit
    moments = [_known(scene, call).asked_at or scene.now() for call in waiting(scene)]
    return datetime.fromtimestamp(min(moments)).astimezone() + limit if moments else None


async def stop(scene: Scene) -> None:
    for call in waiting(scene):
        words = scene.words.say("asking.stopped")
        await decide(scene, call, "denied", words, by=scene.hold.stopped_by or "")


def told(scene: Scene) -> tuple[str, dict[str, str]]:
    tools = scene.words.names([call.name for call in waiting(scene)])
    return "asking.waiting_for", {"principal": scene.person.name, "tool": tools}


async def _decision(scene: Scene, mail: Mail) -> None:
    call = next((c for c in waiting(scene) if c.tool_call_id == mail.about.get("tool_call_id")), None)
    if mail.principal != scene.journal.get("principal"):
        await scene.whisper(mail.principal, "asking.not_you", principal=scene.person.name)
    elif call is None:
        await scene.whisper(mail.principal, "asking.already_decided")
    else:
        allowed = mail.about.get("decision") == "allowed"
        said = scene.words.say("asking.approved" if allowed else "asking.denied")
        words = scene.words.say("asking.decided", person=scene.person.name, decision=said)
        await decide(scene, call, "allowed" if allowed else "denied", words, by=mail.principal)


def _question(scene: Scene, call: Call) -> str:
    name = scene.cast.title(_known(scene, call).agent or scene.agent.name)
    return scene.words.say("asking.card", agent=name, tool=call.name, principal=scene.person.name)


def _card(scene: Scene, call: Call) -> tuple[str, blocks.Blocks]:
    """The question in words and as a card: the full arguments before Approve, or no such button."""
    words = scene.words
    too_long = len(text.shown(call.arguments, 10**6)) > ARGUMENTS_SHOWN
    lines = [text.shown(_question(scene, call), QUESTION_SHOWN)]
    lines.append(words.say("asking.arguments_too_long" if too_long else "asking.arguments"))
    if not too_long:
        lines.append(text.shown(call.arguments, ARGUMENTS_SHOWN))
    approve, deny = None if too_long else words.say("button.approve"), words.say("button.deny")
    question = "\n".join(lines)
    card = blocks.ask(question, turn_id=scene.journal.id, tool_call_id=call.tool_call_id, approve=approve, deny=deny)
    return f"{question}\n{' / '.join(filter(None, (approve, deny)))}", card
