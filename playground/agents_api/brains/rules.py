"""Answers by rules, and says so. The same words always get the same answer; what is not understood is asked back.

A client's tool is called for a question about the time, to fetch a person, for an errand whose words were used
(`errands.py`), or because somebody wrote `!tool key=value`; a tool of the service because its words were used. Nothing
that might write is ever called for any other reason.
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from dataclasses import replace

from playground.agents_api.brains import handing_over, structured, zones
from playground.agents_api.brains.answering import Answer, asked_of
from playground.agents_api.brains.handing_over import HANDOFFS_MAX, Course
from playground.agents_api.brains.port import (
    AgentView,
    Call,
    Chunk,
    Execution,
    Fail,
    Handoff,
    Pause,
    Piece,
    Question,
    Refuse,
    Text,
)
from playground.agents_api.brains.prompts import Speaker
from playground.agents_api.brains.understanding import CIRCLE, Heard, Intent, denied_handoffs, hear, said_by_user
from playground.agents_api.ids import Json

PIECES_MAX = 150  # a long text comes in longer pieces, so that it is still watchable
PIECE_CHARACTERS = 6
PIECES_OF_TOOL = 20  # a tool of the service takes as long as so many pieces of text


class Rules:
    """`piece_seconds` is asked before each answer: how long each piece of text takes."""

    live = False

    def __init__(self, piece_seconds: Callable[[], float]) -> None:
        self._piece_seconds = piece_seconds

    async def answer(self, question: Question) -> AsyncGenerator[Piece, None]:
        seconds = self._piece_seconds()
        for piece in answers(question):
            if isinstance(piece, Execution):
                yield replace(piece, seconds=seconds * PIECES_OF_TOOL)
                continue
            if not isinstance(piece, Text):
                yield piece
                continue
            for part in words_of(piece.text):
                if seconds:
                    yield Pause(seconds)
                yield Text(part)


def answers(question: Question) -> Iterator[Piece]:
    """What each agent says, from the one whose turn it is to the last that the question is handed to."""
    heard, course = hear(question.entries), Course.of(question.entries)
    course.denied += [one.id for name in denied_handoffs(question.entries) if (one := question.agent_named(name))]
    speaker = Speaker(question.agent, question.tools, question.completion_args)
    while True:
        to = None if speaker.agent is None else first_to(speaker.agent, speaker.tools, question, heard, course)
        if to is None:
            waits = False
            for piece in spoken(Answer(question, heard, speaker, course), speaker, question):
                waits = waits or isinstance(piece, Call | Fail | Refuse)
                yield piece
            if waits or speaker.agent is None or course.passed >= HANDOFFS_MAX:
                return
            asked = asked_of(heard)
            to = handing_over.remaining(speaker.agent, asked, course, question.agent_named)
        if to is None or speaker.agent is None:
            return
        yield Handoff(to.id)
        if question.handoff_execution == "client":
            return
        course = Course([*course.reached, speaker.agent.id, to.id], course.passed + 1, course.denied)
        speaker = Speaker(to, to.tools, to.completion_args)


def first_to(
    agent: AgentView, tools: Sequence[Json], question: Question, heard: Heard, course: Course
) -> AgentView | None:
    """To whom `agent` hands over before it says anything: what it was handed, and its own business, it answers."""
    if not agent.handoffs or course.passed >= HANDOFFS_MAX or question.results or question.decided:
        return None
    if CIRCLE.search(zones.plain(heard.text)):
        allowed = [id_ for id_ in agent.handoffs if id_ not in course.denied]
        return question.agent_named(allowed[0]) if allowed else None
    asked = asked_of(heard)
    if agent.id in course.reached or heard.calls or asked.intent is Intent.ERROR:
        return None
    if handing_over.is_own(agent, tools, asked):
        return None
    return handing_over.best(agent, asked, course, question.agent_named)


def spoken(answer: Answer, speaker: Speaker, question: Question) -> Iterator[Piece]:
    """What is said; under a response format as JSON, after the tools that it took."""
    wanted = speaker.response_format
    if wanted is None:
        yield from answer.pieces()
        return
    said: list[str] = []
    for piece in answer.pieces():
        if isinstance(piece, Text):
            said.append(piece.text)
        elif not isinstance(piece, Chunk):
            yield piece
            if isinstance(piece, Call | Fail | Refuse):
                return
    texts = said_by_user(question.entries)
    source = structured.Source(answer.heard.text, "".join(said).strip(), answer.heard.language)
    made = structured.answer(wanted, source, broken=structured.is_broken(texts))
    yield Text(json.dumps(made, ensure_ascii=False))


def words_of(text: str) -> Iterator[str]:
    """The text in pieces that end between words."""
    least = max(PIECE_CHARACTERS, len(text) // PIECES_MAX)
    yield from re.findall(rf".{{{least},}}?(?:\s+|$)|.+$", text, re.DOTALL)
