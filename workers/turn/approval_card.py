"""The card of a call that needs a yes: who wants what, for whom, with which arguments, who may decide and until when.

Drawn from the record. Its arguments stay when it is decided. Where they are too long, or not for everybody here, a
button shows them in full; where that is not possible either, there is no Approve button.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.approvals.approvers import ASKER, OTHERS, WORDS, Approvers
from bot.approvals.doing import kind
from bot.approvals.readable import Line, lines, pages
from bot.slack import blocks, mentions, questions, text
from bot.slack.clicks import ALWAYS, APPROVE, APPROVE_ALWAYS, APPROVE_THREAD, ARGUMENTS, DENY, DENY_REASON, THREAD
from bot.slack.moments import moment
from workers import granting
from workers.approving import approvers_of
from workers.call_record import CallRecord
from workers.conversations.port import Call
from workers.turn import cards, for_follow_up
from workers.turn.scene import Scene

SHOWN = 2_000  # characters of arguments on the card; more is opened with a button
MOST_SHOWN = 2_000_000  # that anybody can be expected to page through; more can only be denied
NAME_SHOWN = 200
ROW = "ask:"


def row_of(call: Call) -> str:
    return f"{ROW}{call.tool_call_id}"


def asked_about(scene: Scene) -> list[str]:
    """The ids of the calls for which a card was posted, or was about to be."""
    return [row.removeprefix(ROW) for row in scene.ledger.rows if row.startswith(ROW)]


def reminder_of(call: Call) -> str:
    return f"remind:{call.tool_call_id}"


async def put(scene: Scene, call: Call, record: CallRecord) -> None:
    """Post the card, once, and call those who are named to decide."""
    called, notes = _called(scene, record), _notes(scene, record)
    card = _card(scene, call, record, notes, buttons=_buttons(scene, record), calls=called)
    await scene.delivery.ask(row_of(call), _asked(scene, record), card, calls=called)


async def remind(scene: Scene, call: Call, record: CallRecord) -> None:
    """Call, once, those who may decide: half of the time is over."""
    called, words = _reminded(scene, record), _reminder(scene, record)
    await scene.delivery.ask(reminder_of(call), words, [*mentions.calling(called), *blocks.notice(words)], calls=called)


async def close(scene: Scene, call: Call, record: CallRecord, words: str) -> bool:
    """Say the decision in every copy of the card; its buttons go, but for the one that shows all.

    Whether Slack took all of it.
    """
    rest = [one for one in _buttons(scene, record) if one[0] == ARGUMENTS]
    card, spoken = _card(scene, call, record, [words], buttons=rest), _text(scene, record, [words])
    taken = await cards.change(
        scene, row_of(call), spoken, card, posted=_asked(scene, record), calls=_called(scene, record)
    )
    card, posted = blocks.notice(f"{question(scene, record)}\n{words}"), _reminder(scene, record)
    reminded = await cards.change(scene, reminder_of(call), words, card, posted=posted, calls=_reminded(scene, record))
    return taken and reminded


def question(scene: Scene, record: CallRecord) -> str:
    """Who wants to do what, where, for whom, in which follow-up. Titles are a server's words: quoted as plain text."""
    say, person = scene.words.say, text.shown(scene.person.name, NAME_SHOWN)
    agent = text.shown(scene.cast.title(record.agent or scene.agent.name), NAME_SHOWN)
    tool = text.shown(record.name, NAME_SHOWN)
    what = f"{text.bold(record.title, NAME_SHOWN)} (`{tool}`)" if record.title not in ("", record.name) else f"`{tool}`"
    if record.server:
        what = say("asking.of_server", tool=what, server=text.shown(record.server, NAME_SHOWN))
    return for_follow_up.below(say("asking.card", agent=agent, tool=what, principal=person), scene, scene.words)


def until(scene: Scene, record: CallRecord) -> float:
    """When the question counts as denied."""
    return (record.asked_at or scene.now()) + scene.services.settings.asking_limit.total_seconds()


def _called(scene: Scene, record: CallRecord) -> Sequence[str]:
    """Those who are named to decide."""
    approvers = approvers_of(scene.catalog, record)
    return approvers.called if approvers else ()


def _reminded(scene: Scene, record: CallRecord) -> Sequence[str]:
    """Those, and the asker where the asker may decide."""
    approvers, principal = approvers_of(scene.catalog, record), scene.journal.get("principal") or ""
    asker = [principal] if approvers and approvers.may_include(principal) else []
    return [*asker, *_called(scene, record)]


def _asked(scene: Scene, record: CallRecord) -> str:
    """The card in plain words, as it is posted."""
    labels = " / ".join(label for _, label in _buttons(scene, record))
    return "\n".join([_text(scene, record, _notes(scene, record)), labels])


def _reminder(scene: Scene, record: CallRecord) -> str:
    """The reminder, as it is posted."""
    ends = _moment(scene, until(scene, record))
    return scene.words.say("asking.reminder", question=question(scene, record), until=ends)


def _card(
    scene: Scene,
    call: Call,
    record: CallRecord,
    notes: Sequence[str],
    *,
    buttons: Sequence[tuple[str, str]],
    calls: Sequence[str] = (),
) -> blocks.Blocks:
    value = f"{scene.journal.id}:{call.tool_call_id}"
    return questions.card(
        question(scene, record), _shown(scene, record), notes, calls=calls, value=value, buttons=buttons
    )


def _shown(scene: Scene, record: CallRecord) -> Sequence[Line]:
    """What of the arguments stands on the card."""
    found = lines(record.arguments)
    return [] if record.private or _too_long(found) else pages(found, SHOWN)[0]


def _text(scene: Scene, record: CallRecord, notes: Sequence[str]) -> str:
    """The card in plain words."""
    sent = [text.shown(line.plain(), 2 * line.size + NAME_SHOWN) for line in _shown(scene, record)]
    return "\n".join([question(scene, record), *sent, *notes])


def _notes(scene: Scene, record: CallRecord) -> list[str]:
    say, found = scene.words.say, lines(record.arguments)
    notes = []
    if _too_long(found):
        notes.append(say("asking.arguments_too_long"))
    elif record.private:
        notes.append(say("asking.arguments_private"))
    elif not found:
        notes.append(say("asking.no_arguments"))
    elif len(pages(found, SHOWN)) > 1:
        notes.append(say("asking.arguments_more"))
    who = who_decides(scene, approvers_of(scene.catalog, record))
    return [*notes, say("asking.who", who=who, until=_moment(scene, until(scene, record)))]


def who_decides(scene: Scene, approvers: Approvers | None) -> str:
    """Those who may decide, in words."""
    say, person = scene.words.say, text.shown(scene.person.name, NAME_SHOWN)
    if approvers is None:
        return say("asking.by_nobody")
    lists = []
    for names in approvers.lists:
        parts = [person] if ASKER in names else []
        parts += [say("asking.by_others", principal=person)] if OTHERS in names else []
        parts += [say("asking.by_called")] if set(names) - WORDS else []
        lists.append(scene.words.names(parts, any_of=True))
    return lists[0] if len(lists) == 1 else say("asking.by_both", first=lists[0], second=lists[1])


def _buttons(scene: Scene, record: CallRecord) -> list[tuple[str, str]]:
    say, found = scene.words.say, lines(record.arguments)
    deny = [(DENY, say("button.deny")), (DENY_REASON, say("button.deny_reason"))]
    if _too_long(found):
        return deny
    hidden = record.private or len(pages(found, SHOWN)) > 1
    show = [(ARGUMENTS, say("button.arguments"))] if hidden and found else []
    holding = granting.offered(scene.services, record, asker=scene.journal.get("principal") or "")
    always = f"button.approve_{kind(record.does) or 'always'}"
    approve = [(APPROVE, say("button.approve"))]
    approve += [(APPROVE_THREAD, say("button.approve_thread"))] if THREAD in holding else []
    approve += [(APPROVE_ALWAYS, say(always, does=record.does))] if ALWAYS in holding else []
    return [*approve, *deny, *show]


def _too_long(found: Sequence[Line]) -> bool:
    return sum(line.size for line in found) > MOST_SHOWN


def _moment(scene: Scene, at: float) -> str:
    written = scene.words.time(datetime.fromtimestamp(at).astimezone(), scene.person.tz)
    return moment(at, written)


def decided_at(scene: Scene, record: CallRecord) -> str:
    return _moment(scene, record.decided_at)
