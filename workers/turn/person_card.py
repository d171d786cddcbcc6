"""The card of a thread that an agent handed to a person: who asks, how urgently and why, who has it, what to press.

Drawn from the record, so whoever looks sees who has the thread.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from bot.slack import blocks, text
from bot.slack.clicks import GIVE_BACK, RESOLVE, TAKE_OVER
from workers.call_record import CallRecord
from workers.conversations.port import Call
from workers.handoffs import person
from workers.turn import cards
from workers.turn.scene import Scene

REASON_SHOWN = 500


async def put(scene: Scene, call: Call, record: CallRecord) -> None:
    """Post the card, once; it calls the people and groups of the agent's escalation list.

    Whoever was called before a worker fell may have pressed its button since: then it shows what is on record by now.
    """
    if not scene.ledger.accepted(row_of(call)):
        words = _words(scene, record)
        await scene.delivery.ask(row_of(call), words, _card(scene, call, record), calls=_called(scene, record))
        scene.journal.set(**{_drawn(call): words})
    await draw(scene, call, record)


async def draw(scene: Scene, call: Call, record: CallRecord) -> None:
    """The card as the record says, if it does not show that already."""
    holder = await name_of(scene, record.taken_by)
    words = _words(scene, record, holder)
    if scene.journal.get(_drawn(call)) != words:
        card = _card(scene, call, record, holder=holder)
        if await _change(scene, call, record, words, card):
            scene.journal.set(**{_drawn(call): words})


async def call_again(scene: Scene, call: Call, record: CallRecord) -> None:
    """Say that the thread was given back, once for each time, and call the same people again.

    A post of its own: Slack tells nobody of a message that is only changed.
    """
    calls, who = _called(scene, record), await name_of(scene, record.given_back_by)
    words = scene.words.say("person.given_back", person=who, button=scene.words.say("button.take_over"))
    body = blocks.handed_over(words, calls=calls)
    await scene.delivery.ask(f"{row_of(call)}:back:{record.given_back}", words, body, calls=calls)


async def close(scene: Scene, call: Call, record: CallRecord, words: str) -> None:
    """The end, in the card's own message: its buttons go, and it stands to whom the thread went and why."""
    shown = f"{_question(scene, record)}\n{text.shown(words, REASON_SHOWN)}"
    await _change(scene, call, record, shown, blocks.notice(shown))


async def _change(scene: Scene, call: Call, record: CallRecord, words: str, card: blocks.Blocks) -> bool:
    posted, called = _words(scene, record), _called(scene, record)
    return await cards.change(scene, row_of(call), words, card, posted=posted, calls=called)


def _words(scene: Scene, record: CallRecord, holder: str = "") -> str:
    if not holder:
        wait = scene.words.say("person.waits", duration=scene.services.settings.asking_limit)
        return f"{_question(scene, record)}\n{wait}"
    limit: timedelta = scene.services.settings.person_limit
    return f"{_question(scene, record)}\n{scene.words.say('person.taken', person=holder, duration=limit)}"


def _question(scene: Scene, record: CallRecord) -> str:
    """Who asks, how urgently and why. The reason is a model's: quoted as plain words, cut."""
    agent = scene.catalog.find(record.agent)
    wish = wish_of(record)
    lines = [
        scene.words.say("person.card", agent=agent.display_name or agent.name if agent else record.agent),
        scene.words.say("person.urgency", urgency=scene.words.say(f"person.urgent.{wish.urgency}")),
        f"> {text.shown(' '.join(wish.reason.split()), REASON_SHOWN)}",
    ]
    return "\n".join(lines)


def _card(scene: Scene, call: Call, record: CallRecord, *, holder: str = "") -> blocks.Blocks:
    say = scene.words.say
    buttons = [(TAKE_OVER, say("button.take_over"))]
    if holder:
        buttons = [(RESOLVE, say("button.resolve")), (GIVE_BACK, say("button.give_back"))]
    value = f"{scene.journal.id}:{call.tool_call_id}"
    words = _words(scene, record, holder)
    return blocks.handed_over(words, calls=_called(scene, record), value=value, buttons=buttons)


def _called(scene: Scene, record: CallRecord) -> Sequence[str]:
    agent = scene.catalog.find(record.agent)
    return agent.escalation if agent else ()


async def name_of(scene: Scene, user: str) -> str:
    if not user:
        return ""
    found = await scene.services.people.person(scene.thread.team, user)
    return found.name if found else user


def wish_of(record: CallRecord) -> person.Wish:
    wish = person.read(record.arguments)
    assert not isinstance(wish, str), "what is on record was read before"
    return wish


def row_of(call: Call) -> str:
    return f"person:{call.tool_call_id}"


def _drawn(call: Call) -> str:
    """The journal's field with the words that the card shows."""
    return f"card:{call.tool_call_id}"
