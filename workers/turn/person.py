"""A thread that an agent handed to a person: the card that calls them, who takes it, and what the agent gets back.

What always holds: only people on the agent's escalation list may take the thread, one at a time; every change goes on
record before the card says it, and the card is drawn from the record, so whoever looks sees who has it. While it is
out, the agent is silent: what anybody writes is kept for the result of its call, as data. Nobody there in time ends it
too. Fails closed: members of a group that cannot be read may not take it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import structlog

from bot.slack import mentions
from bot.slack.clicks import GIVE_BACK, RESOLVE, TAKE_OVER
from bot.threads.models import CallState, Mail, MailKind
from workers import inputs
from workers.call_record import CallRecord
from workers.conversations.port import Call
from workers.turn import person_card, person_words
from workers.turn.person_card import name_of, row_of, wish_of
from workers.turn.scene import Scene

RESOLVED = "{who} says that it is resolved; go on from there, and answer what is still open"
LEFT_OPEN = "{who} did not say whether it is resolved, and the time is up; go on by yourself"
NOBODY = "[Nobody took this thread over in time. Go on by yourself, and say that nobody was there.]"

log = structlog.get_logger()


def waiting(scene: Scene) -> list[Call]:
    """The open calls that handed the thread to a person who has not resolved it."""
    return [call for call in scene.journal.open_calls if (record := _record(scene, call)) and _is_open(record)]


def deadline(scene: Scene) -> datetime | None:
    """When the first of them is given up."""
    records = [_record(scene, call) for call in waiting(scene)]
    moments = [_until(scene, record) for record in records if record]
    return datetime.fromtimestamp(min(moments)).astimezone() if moments else None


async def ask(scene: Scene) -> None:
    """Call the people in charge, once; what the agent said before stands above."""
    for call in waiting(scene):
        record, is_new = scene.journal.recorded(call), not scene.ledger.accepted(row_of(call))
        if is_new and not record.asked_at:
            record = replace(record, asked_at=scene.now())
            scene.journal.set_call(call.tool_call_id, record)
        if is_new:
            await scene.delivery.settle()
        await person_card.put(scene, call, record)
        await _call_again(scene, call, record)
        if is_new:
            scene.step("handed_to_person")
            log.info("person.called", agent=record.agent, urgency=wish_of(record).urgency)


async def hear(scene: Scene, mail: Sequence[Mail]) -> None:
    """Take in what was pressed and what was written while a person has the thread, in order."""
    for item in mail:
        if item.kind is MailKind.PERSON:
            scene.journal.take([item])
            await _pressed(scene, item)
        elif item.kind is MailKind.TIME_OUT and item.about.get("turn") == scene.journal.id:
            await _give_up_overdue(scene)
        elif item.kind is MailKind.MESSAGE and waiting(scene):
            holder = next((r.taken_by for call in waiting(scene) if (r := _record(scene, call)) and r.taken_by), "")
            await person_words.keep(scene, item, holder)


async def stop(scene: Scene) -> None:
    """Somebody said stop: nobody has the thread any more."""
    for call in waiting(scene):
        record = replace(scene.journal.recorded(call), to_person=False)
        scene.journal.set_call(call.tool_call_id, record)
        await person_card.close(scene, call, record, scene.words.say("person.stopped"))


def told(scene: Scene, writer: str) -> None:
    """Nothing more: whoever writes is told who has the thread when it is kept for the agent."""


async def _pressed(scene: Scene, mail: Mail) -> None:
    call = next((c for c in waiting(scene) if c.tool_call_id == mail.about.get("tool_call_id")), None)
    if call is None or mail.about.get("turn") != scene.journal.id:
        await scene.whisper(mail.principal, "person.over")
        return
    record, clicker = scene.journal.recorded(call), mail.principal
    if mail.about["act"] == TAKE_OVER:
        await _take(scene, call, record, clicker)
    elif record.taken_by != clicker:
        who = await name_of(scene, record.taken_by)
        await scene.whisper(clicker, "person.not_yours" if who else "person.nobodys", person=who)
    elif mail.about["act"] == RESOLVE:
        await _close(scene, call, record, "person.resolved", RESOLVED)
    elif mail.about["act"] == GIVE_BACK:
        given = replace(record, given_back=record.given_back + 1, given_back_by=clicker)
        await _change(scene, call, replace(given, taken_by="", taken_at=0.0, asked_at=scene.now()))


async def _take(scene: Scene, call: Call, record: CallRecord, clicker: str) -> None:
    """One person has it: the thread's owner decides one press after the other, each in one fenced write."""
    if record.taken_by == clicker:
        return
    if record.taken_by:
        await scene.whisper(clicker, "person.has_it", person=await name_of(scene, record.taken_by))
    elif not await _is_in_charge(scene, record, clicker):
        await scene.whisper(clicker, "person.not_you")
    else:
        log.info("person.took_over")
        await _change(scene, call, replace(record, taken_by=clicker, taken_at=scene.now()))


async def _is_in_charge(scene: Scene, record: CallRecord, user: str) -> bool:
    agent = scene.catalog.find(record.agent)
    if agent is None:
        return False
    groups = [who for who in agent.escalation if mentions.is_group(who)]
    return user in agent.escalation or bool(await scene.services.groups.of(scene.thread.team, user, groups))


async def _give_up_overdue(scene: Scene) -> None:
    for call in waiting(scene):
        record = scene.journal.recorded(call)
        if _until(scene, record) > scene.now() + 1:
            continue
        if record.taken_by:
            await _close(scene, call, record, "person.left_open", LEFT_OPEN)
        else:
            scene.step("nobody_took_over")
            await _done(scene, call, record, NOBODY, scene.words.say("person.nobody"))


async def _close(scene: Scene, call: Call, record: CallRecord, key: str, end: str) -> None:
    who = await name_of(scene, record.taken_by)
    result = await person_words.result(scene, call, record, who=who, end=end)
    await _done(scene, call, record, result, scene.words.say(key, person=inputs.flat(who)))


async def _done(scene: Scene, call: Call, record: CallRecord, result: str, words: str) -> None:
    scene.journal.set_call(call.tool_call_id, replace(record, state=CallState.DONE, result=result))
    person_words.forget(scene)
    await scene.journal.write()
    await person_card.close(scene, call, record, words)


async def _change(scene: Scene, call: Call, record: CallRecord) -> None:
    scene.journal.set_call(call.tool_call_id, record)
    scene.step("person", taken=bool(record.taken_by))
    await scene.journal.write()
    await _show(scene, call, record)


async def _show(scene: Scene, call: Call, record: CallRecord) -> None:
    """What is on record, in the thread."""
    await person_card.draw(scene, call, record)
    await _call_again(scene, call, record)


async def _call_again(scene: Scene, call: Call, record: CallRecord) -> None:
    """A worker that takes the turn up says what its last owner could not."""
    if record.given_back and not record.taken_by:
        await person_card.call_again(scene, call, record)


def _until(scene: Scene, record: CallRecord) -> float:
    settings = scene.services.settings
    if record.taken_by:
        return record.taken_at + settings.person_limit.total_seconds()
    return (record.asked_at or scene.now()) + settings.asking_limit.total_seconds()


def _is_open(record: CallRecord) -> bool:
    return record.to_person and record.state is CallState.ASKED


def _record(scene: Scene, call: Call) -> CallRecord | None:
    return scene.journal.call(call.tool_call_id)
