"""How a turn ends: with its answer, with a sentence that says why not, or among the dead letters.

Every end closes or keeps the open calls, leaves no status behind, and gives the thread up in the same step that
looks at the mailbox for the last time. Each returns the mail that came meanwhile, None when the thread was given up.
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import replace
from typing import Any

import structlog
from redis.exceptions import RedisError

from bot.slack import text
from bot.slack.errors import CHANNEL_GONE, Refused, SlackError
from bot.slack.ledger import Unread
from bot.threads import keys
from bot.threads.models import Mail
from bot.threads.owned import Lost, Owned
from workers.calling.closing import audit_closed, closed_with
from workers.conversations import errors
from workers.conversations.port import Result
from workers.handoffs.opening import PUSH, NotPushed
from workers.journal import Journal
from workers.rounds.rounds import CANCELLED, Rounds
from workers.services import Services
from workers.turn import follow_up_run, waits
from workers.turn.follow_up_cards import confirm
from workers.turn.scene import Scene
from workers.usage import Used, price_of, written_price

# What an ended turn keeps for `threadwind turn ID`: no message text, no arguments, no results.
KEPT = frozenset(
    {"agent", "principal", "thread", "follow_up", "occurrence", "began", "ended", "tried", "steps", "used", "price"}
    | {"decided"}
)
NAME_SHOWN = 100  # characters

log = structlog.get_logger()


async def finish(scene: Scene, end: str, *, keep: bool = False, dead_letter: str = "") -> list[Mail] | None:
    """Give the turn up. With `keep` its words stay for a while, so that it can be tried again."""
    await scene.still_ours()  # a follow-up is told below that its run is over
    if unknown := scene.journal.get("unknown_effect"):
        await scene.delivery.note("unknown", scene.words.say("turn.effect_unknown", tool=unknown))
    await confirm(scene)
    scene.journal.set_thread(our_ts=scene.ledger.newest_ts)
    prices = scene.services.catalogs.now.prices
    if "used" in scene.journal.fields and (price := price_of(Used.load(scene.journal.get("used")), prices)) is not None:
        scene.journal.set(price=written_price(price, prices.currency))
    return await give_up(scene.services, scene.journal, scene.claimed.owned, end, keep=keep, dead_letter=dead_letter)


async def give_up(
    services: Services, journal: Journal, owned: Owned, end: str, *, keep: bool = False, dead_letter: str = ""
) -> list[Mail] | None:
    """The last write of a turn, also of one that never got as far as a scene."""
    now = services.now()
    await follow_up_run.over(services, journal, end)
    journal.step(now, end)
    used = Used.load(journal.get("used"))
    log.info(
        "turn.ended",
        end=end,
        seconds=round(now - journal.began, 3),
        rounds=journal.get("round"),
        prompt_tokens=used.tokens.prompt,
        completion_tokens=used.tokens.completion,
        connector_tokens=used.tokens.connector,
        connector_calls=dict(used.calls),
        models=sorted(used.models),
        complete=not used.incomplete,
        price=journal.get("price") or "unknown",
    )
    journal.set(ended=end)
    journal.set_thread(last_turn=journal.id)
    journal.unset_thread("turn", "stop", "lost_workers")
    change = journal.collected(life=keys.ENDED_TURN_FOR)
    if not keep:
        change = replace(change, ended=_kept(journal))
    return await journal.turns.finish(owned, journal.id, change, dead_letter=dead_letter) or None


def _kept(journal: Journal) -> dict[str, Any]:
    kept: dict[str, Any] = {name: value for name, value in journal.fields.items() if name in KEPT}
    # As they are, not as text in text, which would be full of backslashes.
    if "steps" in kept:
        kept["steps"] = json.loads(kept["steps"])
    if "used" in kept:
        kept["used"] = Used.load(kept["used"]).in_short()
    return kept


async def fail(scene: Scene, error: errors.ConversationError) -> list[Mail] | None:
    """Mistral did not answer, or refused: one sentence, and a button where trying again can help."""
    journal = scene.journal
    log.warning("turn.refused", error=str(error), kind=type(error).__name__)
    scene.step("failed", error=type(error).__name__, status=error.status, code=error.code)
    later = isinstance(error, errors.TryLater | errors.Unanswered | NotPushed)
    await _leave(scene)
    if isinstance(error, errors.ModelRetired):
        # What an operator must change stands in the log; people in the thread can change nothing.
        agent = scene.agent
        log.error("model.gone", agent=agent.name, model=agent.model, file=str(agent.source), said=str(error))
        # The model is fixed in the conversation: with the file mended, the next message begins one with its words.
        journal.set_thread(conversation_agent="")
    if isinstance(error, errors.LibraryGone):
        log.error("library.gone", agent=scene.agent.name, file=str(scene.agent.source), said=str(error))
        scene.services.libraries.forget()
    await _say_failed(scene, _told(scene, error), again=later)
    return await finish(scene, "failed", keep=later)


def _told(scene: Scene, error: errors.ConversationError) -> str:
    if isinstance(error, NotPushed):
        agent = scene.cast.title(error.agent)
        return scene.words.say("agent.not_pushed", agent=agent, command=PUSH, id=scene.journal.id)
    agent = scene.cast.title(scene.agent.name)
    return scene.words.say(sentence(error), id=scene.journal.id, agent=agent, library=_library(scene, error))


def _library(scene: Scene, error: errors.ConversationError) -> str:
    """The library that is missing; where the API does not say which, those that the agent has."""
    named = error.library if isinstance(error, errors.LibraryGone) else ""
    names = [named] if named else [name for connector in scene.agent.connectors for name in connector.libraries]
    return text.shown(scene.words.names(names), NAME_SHOWN) if names else ""


async def too_old(scene: Scene) -> list[Mail] | None:
    await _leave(scene)
    closing = await follow_up_run.under(scene, scene.words.say("turn.too_old", id=scene.journal.id), end="too_old")
    await scene.delivery.finish("", closing=closing)
    return await finish(scene, "too_old")


async def dead(scene: Scene) -> list[Mail] | None:
    """It cost too many workers: it is put aside, for an operator to look at."""
    journal = scene.journal
    await _leave(scene)
    await _say_failed(scene, scene.words.say("turn.dead", id=journal.id), again=False)
    letter = {
        "turn": journal.id,
        "thread": str(scene.thread),
        "principal": journal.get("principal"),
        "agent": journal.get("agent"),
        "mail": [mail.dump() for mail in journal.mail],
        "at": scene.now(),
    }
    log.error("turn.dead")
    return await finish(scene, "dead", keep=True, dead_letter=json.dumps(letter, ensure_ascii=False))


async def undeliverable(scene: Scene, error: Exception) -> list[Mail] | None:
    """Slack takes nothing more of this turn: keep it on record and let the thread go on."""
    if isinstance(error, Refused) and error.code in CHANNEL_GONE:
        await follow_up_run.channel_gone(scene)
    await _leave(scene)
    with suppress(SlackError):
        await scene.delivery.clear()
    scene.journal.forget("unknown_effect")
    return await finish(scene, "undeliverable", keep=True)


async def broke(scene: Scene, error: Exception) -> list[Mail] | None:
    """A bug of ours: say so once, and let the thread go on."""
    log.exception("turn.broke", exc_info=error)
    scene.step("broke", error=type(error).__name__)
    await _leave(scene)
    with suppress(SlackError, Unread):
        await _say_failed(scene, scene.words.say("turn.failed", id=scene.journal.id), again=True)
    return await finish(scene, "failed", keep=True)


async def _say_failed(scene: Scene, words: str, *, again: bool) -> None:
    told = await follow_up_run.under(scene, words, end="failed")
    await scene.delivery.fail(told, turn_id=scene.journal.id, again=again)


async def _leave(scene: Scene) -> None:
    """Nobody is waited for any more, and each open call is kept with what it will be answered."""
    try:
        await waits.stop(scene)
    except (Lost, RedisError):
        raise
    except Exception as error:  # a bug of ours keeps no turn from its end
        log.warning("questions.left_open", cause=type(error).__name__)
    keep_open(scene.journal, CANCELLED)


async def close_or_keep(journal: Journal, rounds: Rounds, result: str) -> None:
    """Close the open calls now, or leave them on the thread's record for the next turn to close first."""
    if not journal.open_calls:
        return
    try:
        await rounds.close(result)
    except errors.ConversationError as error:
        log.warning("calls.left_open", error=str(error))
    keep_open(journal, result)


def keep_open(journal: Journal, result: str) -> None:
    """Leave what is still open on the thread's record, each call with what it will be answered."""
    calls = journal.open_calls
    audit_closed(journal, calls)
    closed = [closed_with(call, journal.call(call.tool_call_id), result) for call in calls]
    known = {one.tool_call_id: one.text if isinstance(one, Result) else None for one in closed}
    if known:
        journal.set_thread(open_calls=json.dumps(known, ensure_ascii=False))


def sentence(error: errors.ConversationError) -> str:
    """The key of the sentence that a person gets."""
    match error:
        case errors.TryLater() if error.taken:
            return "turn.broke_off"
        case errors.RateLimited():
            return "turn.rate_limited"
        case errors.TryLater() | errors.Unanswered():
            return "turn.gave_up"
        case errors.Vanished():
            return "turn.refused.vanished"
        case errors.AgentGone():
            return "turn.refused.agent_gone"
        case errors.LibraryGone():
            return "turn.refused.library_gone"
        case errors.ModelRetired():
            return "turn.refused.model_retired"
        case errors.KeyRejected():
            return "turn.refused.key_rejected"
        case errors.Blocked():
            return "turn.refused.blocked"
        case _:
            return "turn.refused.request"
