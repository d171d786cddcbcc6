"""A turn's and a thread's record as lines for an operator: rules, no I/O.

Only what is named here is printed: an open turn's journal also holds what people and tools said.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from bot.threads.models import State
from workers.commands.lookup import FoundThread, FoundTurn
from workers.commands.terminal import fields, moment, plain
from workers.usage import Used

STATES = {
    State.IDLE: "idle: nothing is open",
    State.WAITING: "waiting for a worker",
    State.WORKING: "working",
    State.ASKING: "asking a person for a yes; no worker waits",
    State.STOPPING: "stopping",
}
ENDS = {
    "answered": "answered",
    "stopped": "stopped by a person",
    "failed": "failed; the thread was told",
    "undeliverable": "failed: Slack would take nothing more, so the thread could not be told",
    "cut": "answered up to the agent's max_tokens; the thread was told",
    "dead": "put aside, because its workers died three times; see `threadwind dead list`",
    "too_old": "ended unanswered: it was taken up too late; the thread was told",
    "limit_rounds": "ended at ROUND_LIMIT; the thread was told",
    "limit_time": "ended at TURN_LIMIT; the thread was told",
    "limit_tokens": "ended at TOKEN_LIMIT; the thread was told",
}
STEPS = {
    "claimed": "a worker took the mail",
    "taken_up": "another worker, or this one later, took the turn up where it was",
    "tried_again": "a person pressed Try again",
    "answered": "Mistral answered",
    "unanswered": "Mistral gave no answer",
    "found_in_history": "the answer was found in the conversation's history",
    "branched": "the conversation went on in a branch",
    "call": "a tool was called",
    "called": "the tool was done",
    "asked_again": "the answer lacked its form and was asked for once more",
    "asking": "a person was asked for a yes",
    "decided": "the person decided",
    "granted": "a yes of before covers the tool",
    "needs": "the tool needs something of the person",
    "sign_in_asked": "the person was given a link to sign in",
    "signed_in": "the person has signed in",
    "not_signed_in": "the person has not signed in",
    "inquired": "the person was asked what a tool's server wants to know",
    "steered": "more mail joined the turn",
    "stopping": "a person said stop",
    "cut_off": "time was up in the middle of an answer",
    "stopped": "the turn ended, stopped",
    "failed": "the turn failed",
    "broke": "a bug ended the turn",
    "undeliverable": "Slack would take nothing more",
    "cut": "the answer was cut off by the agent's max_tokens",
    "dead": "the turn was put aside",
    "handed_to_person": "the agent handed the thread to a person",
    "person": "the turn waits for that person",
    "person_done": "the person gave the thread back; the agent goes on with what was said",
    "nobody_took_over": "no person took the thread in time; the agent goes on",
    "too_old": "the turn was too old to go on with",
    "limit_rounds": "the limit of rounds was reached",
    "limit_time": "the limit of time was reached",
    "limit_tokens": "the limit of tokens was reached",
}
# What a step tells besides its name: counts, names and codes. A fact that is not listed here is not printed.
FACTS = ("tool", "decision", "failed", "ran", "calls", "mail", "tokens", "waited", "error", "status", "code")


def lines(found: FoundTurn, permalink: str) -> list[str]:
    """The journey of one turn."""
    journal = found.journal
    head = fields(
        [
            ("Turn", found.id),
            ("State", _state(found)),
            ("Thread", found.thread),
            ("Permalink", permalink),
            ("Follow-up", journal.get("follow_up")),
            ("Agent", journal.get("agent")),
            ("Principal", journal.get("principal")),
            ("Began", _moment(journal.get("began"))),
            ("Ended", _moment(_ended_at(journal))),
            *_used(journal),
        ]
    )
    return [*head, "Steps, in seconds since it began", *_steps(journal)]


def _used(journal: Mapping[str, str]) -> list[tuple[str, str | None]]:
    """What the turn used and what it costs; an open turn's price is not known yet."""
    try:
        used = Used.load(journal.get("used"))
    except (ValueError, TypeError):
        return [("Tokens", "(they cannot be read)")]
    tokens = used.tokens
    if not used.models and not used.calls:
        return [("Tokens", "unknown: no answer told its usage" if used.incomplete else None)]
    counts = f"{tokens.total} ({tokens.prompt} prompt, {tokens.completion} completion, {tokens.connector} connectors)"
    calls = ", ".join(f"{plain(name)} {count}" for name, count in used.calls.items())
    price = journal.get("price") or ("unknown: prices.toml lacks a model or tool" if "ended" in journal else None)
    at_least = "at least " if used.incomplete else ""
    return [
        ("Tokens", at_least + counts + ("; some answers told no usage" if used.incomplete else "")),
        ("Connector calls", calls or None),
        ("Price", price and (at_least if "price" in journal else "") + price),
    ]


def thread_lines(found: FoundThread, permalink: str) -> list[str]:
    """What is known of a thread."""
    record = found.record
    state = record.get("state", "")
    return fields(
        [
            ("Thread", found.thread),
            ("Permalink", permalink),
            ("State", STATES[State(state)] if state in STATES else state or "unknown"),
            ("Agent", record.get("agent") or "none yet"),
            ("Conversation", record.get("conversation_id") or "none yet"),
            ("Open turn", record.get("turn") or "none"),
            ("Last turn", record.get("last_turn")),
            ("Worker", record.get("worker")),
            ("Mail waiting", found.mail),
        ]
    )


def _ended_at(journal: Mapping[str, str]) -> str | None:
    """Seconds since the epoch: the last step is the end."""
    if "ended" not in journal or not (steps := json.loads(journal.get("steps") or "[]")):
        return None
    return str(float(journal.get("began") or 0) + float(steps[-1][0]))


def _state(found: FoundTurn) -> str:
    if ended := found.journal.get("ended"):
        return ENDS.get(ended, ended)
    if found.record.get("turn") != found.id:
        return "left open: its thread has gone on without it"
    state = found.record.get("state", "")
    return f"open; its thread is {STATES[State(state)] if state in STATES else state}"


def _steps(journal: Mapping[str, str]) -> list[str]:
    try:
        steps: list[Any] = json.loads(journal.get("steps", "[]"))
    except ValueError:
        return ["  (they cannot be read)"]
    return [_step(step) for step in steps] or ["  (none)"]


def _step(step: list[Any]) -> str:
    seconds, name, *rest = step
    facts: Mapping[str, Any] = rest[0] if rest else {}
    said = ", ".join(f"{fact} {_value(facts[fact])}" for fact in FACTS if facts.get(fact) is not None)
    # A turn's last step is its end: no facts, and for an answer the name that the rounds use too.
    words = "the answer was delivered" if name == "answered" and not facts else STEPS.get(name, plain(name))
    return f"{seconds:>10.3f}  {words}{f' ({said})' if said else ''}"


def _value(value: object) -> str:
    return ("yes" if value else "no") if isinstance(value, bool) else plain(value)


def _moment(seconds: str | None) -> str | None:
    return moment(float(seconds)) if seconds else None
