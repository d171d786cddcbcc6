"""How a follow-up looks: what, when, where, as whom, by which agent, its state and why, and what can be pressed.

The prompt is a person's, or a model's: quoted as plain words, cut.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bot.follow_ups.models import FollowUp, Status, Why
from bot.slack import blocks
from bot.slack import follow_up_clicks as clicks
from bot.slack.ahead import AHEAD
from bot.slack.text import shown
from bot.texts import Words
from workers.follow_ups import ahead, described
from workers.follow_ups.facts import Facts

PROMPT_SHOWN = 700
UNTIL_SHOWN = 200

Buttons = Sequence[tuple[str, str]]  # action id, label


def card(follow_up: FollowUp, facts: Facts, words: Words, *, note: str = "", more: Buttons = ()) -> blocks.Blocks:
    """With Change and Cancel as long as it is open; `note` stands at its end, `more` buttons before them."""
    text = words_of(follow_up, facts, words, note=note)
    if not follow_up.is_open:
        return blocks.notice(text)
    owners = () if facts.owner_gone else (clicks.ADDRESS, clicks.CHANGE) if follow_up.when.hook else (clicks.CHANGE,)
    buttons = [*_to_allow(facts, words), *more, *_buttons((*owners, clicks.CANCEL), clicks.CARD, words)]
    return blocks.with_buttons(text, buttons, value=_value(follow_up))


def row(follow_up: FollowUp, facts: Facts, words: Words, *, place: str, link: str = "") -> blocks.Blocks:
    """One of a list, with all that can be done with it now."""
    text, offered = words_of(follow_up, facts, words, link=link), _acts(follow_up, facts)
    if facts.running:  # a card is not drawn anew when that is over
        text += "\n" + words.say("follow_up.card.running")
    buttons = [*_to_allow(facts, words), *_buttons(offered, place, words, follow_up.id)]
    return blocks.with_buttons(text, buttons, value=_value(follow_up))


def _to_allow(facts: Facts, words: Words) -> Buttons:
    """Where calls of its runs would ask, and may be allowed ahead."""
    return [(AHEAD, words.say("follow_up.ahead.button"))] if facts.asks else []


def _acts(follow_up: FollowUp, facts: Facts) -> list[str]:
    """Without those that `acts.py` would refuse as it stands, whoever presses."""
    is_paused = follow_up.status is Status.PAUSED
    offered = {
        clicks.CHANGE: not facts.owner_gone,
        clicks.ADDRESS: follow_up.when.hook and not facts.owner_gone,
        clicks.PAUSE: not is_paused,
        clicks.RESUME: is_paused and not facts.nobody_answers,
        clicks.RUN: not (is_paused or facts.running or facts.owner_gone),
        clicks.CANCEL: True,
    }
    return [act for act, may_be in offered.items() if may_be]


def words_of(follow_up: FollowUp, facts: Facts, words: Words, *, note: str = "", link: str = "") -> str:
    say = words.say
    agent = facts.agent or say("follow_up.card.nobody")
    quoted = "\n".join(f"> {line}" for line in shown(facts.prompt, PROMPT_SHOWN).splitlines())
    lines = [
        say("follow_up.card.head", person=facts.owner, agent=agent),
        quoted,
        _when(follow_up, facts, words),
        link or _where(follow_up, words),
        *_ends(follow_up, facts, words),
        *([say("follow_up.card.quiet")] if follow_up.quiet else []),
        *([say("follow_up.card.as_is")] if follow_up.version else []),
        *_ahead(facts, words),
        *([state] if (state := state_of(follow_up, facts, words)) else []),
        *([note] if note else []),
    ]
    return "\n".join(lines)


def _ahead(facts: Facts, words: Words) -> list[str]:
    """Which calls of its runs were allowed ahead, and which ask then whatever anybody allows."""
    kinds = (("allowed", facts.allowed), ("asked_then", facts.asked_then))
    return [words.say(f"follow_up.ahead.{key}", tools=ahead.listed(those, words)) for key, those in kinds if those]


def says_state(follow_up: FollowUp) -> bool:
    """Whether its words say that, and why, it is not simply waiting for its time."""
    return follow_up.status is not Status.ACTIVE and follow_up.why is not None


def state_of(follow_up: FollowUp, facts: Facts, words: Words) -> str:
    """Empty where it waits for its time."""
    if not says_state(follow_up):
        return ""
    if follow_up.when.at and follow_up.runs and follow_up.why is Why.DONE:
        return words.say("follow_up.ended.ran_failed" if follow_up.failures else "follow_up.ended.ran")
    return words.say(f"follow_up.{follow_up.status}.{follow_up.why}", person=facts.by)


def _when(follow_up: FollowUp, facts: Facts, words: Words) -> str:
    """In words; of what comes again also the next time, where the reader is."""
    said = when_of(follow_up, facts, words)
    if not (follow_up.when.recurs and follow_up.due):
        return words.say("follow_up.card.when", when=said)
    named = f"({facts.now.tzinfo})" in said  # once is enough
    following = _moment(follow_up.due, replace(facts, names_zone=facts.names_zone and not named), words)
    return words.say("follow_up.card.when_again", when=said, next=following)


def when_of(follow_up: FollowUp, facts: Facts, words: Words) -> str:
    """A clause."""
    if follow_up.when.hook:
        return described.woken(follow_up.events, words)
    return described.when(follow_up.when, words, now=facts.now, names_zone=facts.names_zone)


def _moment(at: int, facts: Facts, words: Words) -> str:
    there = datetime.fromtimestamp(at, facts.now.tzinfo)
    return described.moment(there, words, now=facts.now, names_zone=facts.names_zone)


def _where(follow_up: FollowUp, words: Words) -> str:
    if follow_up.thread_ts:
        return words.say("follow_up.card.in_thread")
    again = "" if follow_up.when.at else "_again"
    if follow_up.in_dm:
        return words.say(f"follow_up.card.in_dm{again}")
    return words.say(f"follow_up.card.in_channel{again}", channel=f"<#{follow_up.channel}>")


def _ends(follow_up: FollowUp, facts: Facts, words: Words) -> list[str]:
    lines = []
    if follow_up.until:
        lines.append(words.say("follow_up.card.until", until=shown(follow_up.until, UNTIL_SHOWN)))
    if follow_up.ends_at:
        lines.append(words.say("follow_up.card.ends_at", moment=_moment(follow_up.ends_at, facts, words)))
    if follow_up.most_runs and follow_up.runs:
        lines.append(words.say("follow_up.card.runs", count=follow_up.most_runs, done=follow_up.runs))
    elif follow_up.most_runs:
        lines.append(words.say("follow_up.card.runs_to_come", count=follow_up.most_runs))
    return lines


def _buttons(acts: Sequence[str], place: str, words: Words, follow_up_id: str = "") -> list[tuple[str, str]]:
    say, tag = words.say, words.tag
    return [(clicks.action_id(act, place, follow_up_id, tag=tag), say(f"follow_up.button.{act}")) for act in acts]


def _value(follow_up: FollowUp) -> str:
    return f"{follow_up.team}:{follow_up.id}"
