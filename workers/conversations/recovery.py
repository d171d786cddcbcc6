"""What a history says about a request that nobody heard the answer of, and how to go on from it. Rules, no I/O."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from workers.conversations.port import (
    Answer,
    Call,
    Called,
    Confirm,
    Entry,
    Execution,
    FileMade,
    Handoff,
    Input,
    Message,
    Other,
    Result,
    Say,
    Speaker,
    Text,
)

REPLAYED_LIMIT = 4000  # characters of one call's arguments or result that a replay takes along


@dataclass(frozen=True, slots=True)
class Absent:
    """The request was not stored: it may be made again."""


@dataclass(frozen=True, slots=True)
class Unfinished:
    """Stored without an end of its answer: it still runs, or its answer is lost. Never made again as it was."""


@dataclass(frozen=True, slots=True)
class Finished:
    """Stored and answered; `entries` are what the stream would have ended with."""

    entries: tuple[Entry, ...]


Outcome = Absent | Unfinished | Finished


def outcome(
    history: Sequence[Entry], *, after: str | None, inputs: Sequence[Input], handoff_ends: bool = False
) -> Outcome:
    """What became of the request with `inputs`, made when `after` was the newest known entry (`None`: there was none).

    Results and decisions are found by their `tool_call_id`, messages by their words among the entries after `after`.
    Where the history does not know `after`, no message counts as stored: showing the answer to an earlier message of
    the same words would be worse than asking twice. A request without inputs was taken when anything stands behind
    `after`. `handoff_ends`: an answer may end in a handoff, which is executed on our side.
    """
    known = first_unseen(history, after)
    if not inputs:
        behind = _until_next_input(history[known:]) if known is not None else ()
        return (Finished(behind) if _has_ended(behind, handoff_ends) else Unfinished()) if behind else Absent()
    words_from = len(history) if known is None else known
    last = -1
    for item in inputs:
        position = _find(history, item, words_from if isinstance(item, Say) else 0)
        if position is not None:
            last = max(last, position)
            words_from = max(words_from, position + 1)
    if last < 0:
        return Absent()
    answer = _until_next_input(history[max(last + 1, known or 0) :])
    return Finished(answer) if _has_ended(answer, handoff_ends) else Unfinished()


def _has_ended(answer: Sequence[Entry], handoff_ends: bool) -> bool:
    told = [entry for entry in answer if not isinstance(entry, Other)]
    if told and handoff_ends and isinstance(told[-1], Handoff):
        return True
    return bool(told) and (isinstance(told[-1], Message) or bool(open_calls(told)))


def first_unseen(history: Sequence[Entry], newest: str | None) -> int | None:
    """Where the entries begin that nobody has seen; `None` when the history does not know `newest`."""
    if newest is None:
        return 0
    return next((index + 1 for index, entry in enumerate(history) if id_of(entry) == newest), None)


def id_of(entry: Entry) -> str:
    return str(entry.raw.get("id") or "") if isinstance(entry, Other) else entry.id


def _find(history: Sequence[Entry], item: Input, begin: int) -> int | None:
    return next((index for index in range(begin, len(history)) if _is(history[index], item)), None)


def _is(entry: Entry, item: Input) -> bool:
    match item, entry:
        case Say(text, role), Message():
            return entry.speaker.value == role and entry.text.strip() == text.strip()
        case Called(tool_call_id), Call():
            return entry.tool_call_id == tool_call_id
        case Result(tool_call_id), Answer():
            return entry.tool_call_id == tool_call_id
        case Confirm(tool_call_id), Call():
            return entry.tool_call_id == tool_call_id and entry.decided
    return False


def _until_next_input(entries: Sequence[Entry]) -> tuple[Entry, ...]:
    """The outputs up to what somebody else put in."""
    for index, entry in enumerate(entries):
        if isinstance(entry, Answer) or (isinstance(entry, Message) and entry.speaker is Speaker.USER):
            return tuple(entries[:index])
    return tuple(entries)


def open_calls(history: Sequence[Entry]) -> tuple[Call, ...]:
    """Calls that wait for a `Result`, or (`pending`) for a `Confirm`. They are closed before anything else is said."""
    answered = {entry.tool_call_id for entry in history if isinstance(entry, Answer)}
    return tuple(
        entry
        for entry in history
        if isinstance(entry, Call) and not entry.decided and entry.tool_call_id not in answered
    )


def until_entry(history: Sequence[Entry], entry_id: str | None) -> Sequence[Entry]:
    """The history up to and including an entry; all of it where there is no such entry, or none is named."""
    for index, entry in enumerate(history):
        if entry_id and id_of(entry) == entry_id:
            return history[: index + 1]
    return history


def replay(history: Sequence[Entry]) -> list[Say]:
    """The conversation so far as messages, for the start of a new one; what is to be said next follows them.

    Words only: reasoning and references are refused by some models, and what tools did reads as a labelled note of
    the assistant, never of the user. Neighbours of one speaker become one message.
    """
    answers = {entry.tool_call_id: entry.text for entry in history if isinstance(entry, Answer)}
    said: list[Say] = []
    for entry in history:
        role, text = _told(entry, answers)
        if not text:
            continue
        if said and said[-1].role == role:
            said[-1] = Say(f"{said[-1].text}\n\n{text}", role)
        else:
            said.append(Say(text, role))
    return said


def _told(entry: Entry, answers: dict[str, str]) -> tuple[str, str]:
    """The role and words that stand for `entry`; no words for what is not replayed."""
    role = Speaker.ASSISTANT.value
    match entry:
        case Message():
            return entry.speaker.value, "".join(map(_words, entry.parts)).strip()
        case Call():
            result = answers.get(entry.tool_call_id)
            came = "no result came back" if result is None else f"result: {_cut(result)}"
            return role, f"[tool {entry.name}({_cut(entry.arguments)}), {came}]"
        case Execution():
            return role, f"[tool {entry.name}({_cut(entry.arguments)})]"
        case Handoff():
            return role, f"[passed on to {entry.to_name}]"
    return role, ""


def _words(part: object) -> str:
    match part:
        case Text(text):
            return text
        case FileMade():
            return f"[file {part.file_name or part.file_id}]"
        case Other("image_url" | "document_url"):
            return f"[{part.type.removesuffix('_url')}]"
    return ""


def _cut(text: str) -> str:
    return text if len(text) <= REPLAYED_LIMIT else f"{text[:REPLAYED_LIMIT]} [cut]"
