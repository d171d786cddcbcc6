"""Calls that need a person's yes: the question, the decision, and the turn that waits without a worker.

Fails closed: only those who may decide do, which is checked at the click; anything but a clear yes is a no, and nobody
there in time is a no. The thread's one owner decides in order, each decision in one fenced write: so two clicks, and
two people, leave one decision, and whoever came too late is told whose it was.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import structlog

from bot.slack import text
from bot.slack.clicks import ALWAYS, ONCE
from bot.threads.models import CallState, Mail, MailKind
from workers import granting
from workers.approving import approvers_of, late, may_decide
from workers.call_record import CallRecord
from workers.conversations.port import Call
from workers.turn import approval_card, for_follow_up
from workers.turn.person_card import name_of
from workers.turn.scene import Scene

SOON = 1.0  # seconds: a deadline's mail may come a little before the time that it is about
NAME_SHOWN = 100
UNSAID = "unsaid:"  # with a call's id, the journal's field with a decision that its card does not show yet

log = structlog.get_logger()


async def hear(scene: Scene, mail: Sequence[Mail]) -> None:
    """Take in mail about this turn: decisions, time-outs, stops."""
    await redraw(scene)
    for item in mail:
        about_us = item.about.get("turn") == scene.journal.id
        if item.kind is MailKind.DECISION and about_us:
            scene.journal.take([item])
            await _decision(scene, item)
        elif item.kind is MailKind.TIME_OUT:
            scene.journal.take([item])
            for call in _overdue(scene) if about_us else ():
                unanswered = json.loads(scene.journal.get("unanswered") or "[]")
                scene.journal.set(unanswered=json.dumps([*unanswered, call.name]))
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
    soon = scene.now() + SOON
    return [call for call in waiting(scene) if approval_card.until(scene, scene.journal.recorded(call)) <= soon]


async def decide(scene: Scene, call: Call, decision: str, words: str, *, by: str, reason: str = "") -> None:
    """Put a decision on record, then say it in every copy of the question, whose buttons go."""
    at = scene.now()
    record = replace(scene.journal.recorded(call), decision=decision, by=by, decided_at=at, reason=reason)
    scene.journal.set_call(call.tool_call_id, record)
    decided = json.loads(scene.journal.get("decided") or "{}")
    decided[call.tool_call_id] = [decision, by]  # kept when the turn is over, for whoever clicks too late
    said = f"{words} {approval_card.decided_at(scene, record)}" if by else words
    scene.journal.set(decided=json.dumps(decided), **{f"{UNSAID}{call.tool_call_id}": said})
    scene.step("decided", tool=call.name, decision=decision)
    await scene.journal.write()
    log.info("call.decided", tool=call.name, decision=decision, by=by, waited=round(at - record.asked_at, 3))
    await redraw(scene)


async def redraw(scene: Scene) -> None:
    """Say each decision that its card does not show: Slack did not take it, or a worker ended in between."""
    await _lapse(scene)
    for field in [name for name in scene.journal.fields if name.startswith(UNSAID)]:
        call_id = field.removeprefix(UNSAID)
        if record := scene.journal.call(call_id):
            call = Call(id="", tool_call_id=call_id, name=record.name, arguments=record.arguments)
            if await approval_card.close(scene, call, record, scene.journal.fields[field]):
                scene.journal.forget(field)


async def _lapse(scene: Scene) -> None:
    """Close the questions whose calls were refused without an answer, since a tool or a rule has changed."""
    for call_id in approval_card.asked_about(scene):
        record = scene.journal.call(call_id)
        if record and record.decision is None and record.state is CallState.DONE:
            call = Call(id="", tool_call_id=call_id, name=record.name, arguments=record.arguments)
            await decide(scene, call, "denied", scene.words.say("asking.lapsed"), by="")


async def ask(scene: Scene) -> None:
    """Post a card for each call that waits, once, and at half time one reminder."""
    await for_follow_up.note(scene)
    await redraw(scene)
    for call in waiting(scene):
        record = scene.journal.recorded(call)
        if not record.asked_at:
            record = replace(record, asked_at=scene.now())
            scene.journal.set_call(call.tool_call_id, record)
        await approval_card.put(scene, call, record)
        if not record.reminded and _half_time(scene, record) <= scene.now() + SOON:
            await approval_card.remind(scene, call, record)
            scene.journal.set_call(call.tool_call_id, replace(record, reminded=True))


def deadline(scene: Scene) -> datetime | None:
    """When the first unanswered question is to be called to mind, or counts as denied."""
    moments = []
    for call in waiting(scene):
        record = scene.journal.recorded(call)
        moments.append(approval_card.until(scene, record) if record.reminded else _half_time(scene, record))
    return datetime.fromtimestamp(min(moments)).astimezone() if moments else None


def _half_time(scene: Scene, record: CallRecord) -> float:
    return approval_card.until(scene, record) - scene.services.settings.asking_limit.total_seconds() / 2


async def stop(scene: Scene) -> None:
    by = scene.hold.stopped_by or ""
    person = text.shown(await name_of(scene, by), NAME_SHOWN) if by else ""
    words = scene.words.say("asking.stopped_by" if by else "asking.stopped", person=person)
    for call in waiting(scene):
        await decide(scene, call, "denied", words, by=by)


def told(scene: Scene, writer: str) -> tuple[str, dict[str, str]]:
    tools = scene.words.names([text.shown(call.name, NAME_SHOWN) for call in waiting(scene)])
    lists = [approvers_of(scene.catalog, scene.journal.recorded(call)) for call in waiting(scene)]
    principal = scene.journal.get("principal") or ""
    if not any(approvers and approvers.may_include(principal) for approvers in lists):
        return "asking.waiting_for_others", {"tool": tools}
    if writer == principal:
        return "asking.waiting_for_you", {"tool": tools}
    return "asking.waiting_for", {"principal": scene.person.name, "tool": tools}


async def _decision(scene: Scene, mail: Mail) -> None:
    call = next((c for c in scene.journal.open_calls if c.tool_call_id == mail.about.get("tool_call_id")), None)
    record = scene.journal.call(call.tool_call_id) if call else None
    asker, decision = scene.journal.get("principal") or "", mail.about.get("decision") or "denied"
    if call is None or record is None or not record.asks:
        await scene.whisper(mail.principal, "asking.already_decided")
    elif record.decision is not None:
        if (mail.principal, decision) != (record.by, record.decision):  # a double click needs no words
            key, values = await late(scene.services, scene.thread.team, record.decision, record.by or "")
            await scene.whisper(mail.principal, key, **values)
    elif not await may_decide(scene.services, record, team=scene.thread.team, user=mail.principal, asker=asker):
        who = approval_card.who_decides(scene, approvers_of(scene.catalog, record))
        await scene.whisper(mail.principal, "asking.not_you", who=who)
    elif mail.at > approval_card.until(scene, record):
        await decide(scene, call, "denied", scene.words.say("asking.timed_out"), by="")
    else:
        person = text.shown(await name_of(scene, mail.principal), NAME_SHOWN)
        words = scene.words.say("asking.approved" if decision == "allowed" else "asking.denied", person=person)
        holds = mail.about.get("holds", ONCE)
        if decision == "allowed" and holds in granting.offered(scene.services, record, asker=asker):
            if holds == ALWAYS and mail.principal != asker:
                await scene.whisper(mail.principal, "asking.always_is_theirs", principal=scene.person.name)
                return
            await scene.still_ours()
            await granting.give(scene.services, scene.journal, record, by=mail.principal, holds=holds)
            key = "asking.approved_always" if holds == ALWAYS else "asking.approved_thread"
            words = scene.words.say(key, person=person)
        reason = mail.about.get("reason", "")
        await decide(scene, call, decision, words, by=mail.principal, reason=reason)
