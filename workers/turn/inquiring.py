"""Calls that came back with a question of their server's: put to the person while no worker waits, then made again.

Always holds: only the principal answers; one question of a call is put at a time; what the person says, a no and
silence are all told to the server. What was answered is kept until the call is made, and no longer.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime

from bot.threads.models import CallState, Mail, MailKind
from workers.conversations.port import Call
from workers.tools import inquiries
from workers.tools.inquiries import Answer
from workers.tools.needs import Input
from workers.turn import inquiry_card, needed
from workers.turn.scene import Scene

MOST_QUESTIONS = 10  # of one call: a server that asks again and again would never let the turn end
RESULT = "Error: the call was not made: {why} Do not call it again; say so."
TOO_MANY = "its server asked the person {count} questions and did not stop."
DECLINED = "it needs a page to be opened by the person, who did not agree."


@dataclass(kw_only=True)
class _State:
    """Of one call: how many questions were put, the one that is open, and the answers to its round by key."""

    count: int = 0
    open: str = ""
    key: str = ""
    answers: dict[str, dict[str, object]] = field(default_factory=dict)


def waiting(scene: Scene) -> list[Call]:
    """The open calls whose server wants to know something."""
    return needed.waiting(scene, Input)


async def ask(scene: Scene) -> None:
    for call in waiting(scene):
        await _go_on(scene, call)


async def hear(scene: Scene, mail: Sequence[Mail]) -> None:
    for item in mail:
        if item.kind is MailKind.ANSWER:
            scene.journal.take([item])
            await _heard(scene, item)
        elif item.kind is MailKind.TIME_OUT and item.about.get("turn") == scene.journal.id:
            for call in needed.overdue(scene, waiting(scene), scene.services.settings.asking_limit):
                await _take(scene, call, Answer(action="cancel"), "inquiry.nobody")


def deadline(scene: Scene) -> datetime | None:
    return needed.deadline(scene, waiting(scene), scene.services.settings.asking_limit)


async def stop(scene: Scene) -> None:
    """The calls are closed with the turn."""
    for call in waiting(scene):
        need, opened = needed.of(scene, call, Input), _state(scene, call).open
        if need and opened:
            await _say(scene, need, opened, "inquiry.stopped")


def told(scene: Scene, writer: str) -> tuple[str, dict[str, str]]:
    servers = scene.words.names(needed.servers(scene, Input))
    return "inquiry.waiting_for", {"principal": scene.person.name, "server": servers}


async def _heard(scene: Scene, mail: Mail) -> None:
    wanted = mail.about.get("inquiry")
    call = next((call for call in waiting(scene) if _state(scene, call).open == wanted), None)
    if call is None:
        await scene.whisper(mail.principal, "inquiry.over")
    elif mail.principal != scene.journal.get("principal"):
        await scene.whisper(mail.principal, "inquiry.not_you")
    else:
        answer = answer_in(mail)
        await _take(scene, call, answer, said_of(answer))


def answer_in(mail: Mail) -> Answer:
    """Anything but a clear yes is a no."""
    content = mail.about.get("content")
    if mail.about.get("action") != "accept":
        return Answer(action="decline")
    return Answer(action="accept", content=json.loads(content) if content else None)


def said_of(answer: Answer) -> str:
    return "inquiry.answered" if answer.action == "accept" else "inquiry.declined"


async def _take(scene: Scene, call: Call, answer: Answer, key: str) -> None:
    """Put an answer on record, then say that there is one; the next question, or the call, follows."""
    state, need = _state(scene, call), needed.of(scene, call, Input)
    assert need is not None, "it waits for an answer"
    opened = state.open
    _note(scene, call, need, replace(state, open="", answers={**state.answers, state.key: asdict(answer)}))
    scene.step("answered", tool=call.name, action=answer.action)
    await scene.journal.write()
    if opened:
        await _say(scene, need, opened, key)
    if needed.of(scene, call, Input):
        await _go_on(scene, call)


async def _say(scene: Scene, need: Input, opened: str, key: str) -> None:
    """What became of the question that is open, in its card."""
    await inquiry_card.close(scene, opened, need.server, key, limit=scene.services.settings.asking_limit)


async def _go_on(scene: Scene, call: Call) -> None:
    """Put the next question, if none is open. One that cannot be shown is answered with a cancel at once."""
    need, state = needed.of(scene, call, Input), _state(scene, call)
    assert need is not None, "it waits for an answer"
    key, question = next(
        (key, each) for key, each in inquiries.questions(need.asked).items() if key not in state.answers
    )
    if not state.open and state.count >= MOST_QUESTIONS:
        _close(scene, call, TOO_MANY.format(count=state.count))
        await scene.journal.write()
        return
    if not state.open:
        number = state.count + 1
        state = replace(state, count=number, open=f"{scene.journal.id}:{call.tool_call_id}:{number}", key=key)
        _keep(scene, call, state)
        scene.journal.set_call(call.tool_call_id, replace(scene.journal.recorded(call), asked_at=scene.now()))
        scene.step("inquired", tool=call.name, server=need.server)
        await scene.delivery.settle()  # what was said before stands above
    limit = scene.services.settings.asking_limit
    if why := await inquiry_card.put(scene, state.open, need.server, question, limit=limit):
        await scene.whisper(scene.person.id, why, server=need.server)
        await _take(scene, call, Answer(action="cancel"), why)


def _note(scene: Scene, call: Call, need: Input, state: _State) -> None:
    """With the last answer of its round the call may be made again."""
    answers = {key: Answer(**told) for key, told in state.answers.items()}  # type: ignore[arg-type]  # as it was dumped
    if set(inquiries.questions(need.asked)) - set(answers):
        _keep(scene, call, state)
        return
    _keep(scene, call, _State(count=state.count))
    if inquiries.by_error(need.asked) and any(answer.action != "accept" for answer in answers.values()):
        _close(scene, call, DECLINED)
        return
    given = inquiries.given(need.asked, answers)
    scene.journal.set_call(call.tool_call_id, replace(scene.journal.recorded(call), given=given))


def _close(scene: Scene, call: Call, why: str) -> None:
    record = replace(scene.journal.recorded(call), state=CallState.DONE, result=RESULT.format(why=why))
    scene.journal.set_call(call.tool_call_id, record)


def _state(scene: Scene, call: Call) -> _State:
    text = scene.journal.get(_field(call))
    return _State(**json.loads(text)) if text else _State()


def _keep(scene: Scene, call: Call, state: _State) -> None:
    scene.journal.put({_field(call): json.dumps(asdict(state), ensure_ascii=False)})


def _field(call: Call) -> str:
    return f"inquiry:{call.tool_call_id}"
