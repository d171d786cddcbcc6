"""The steps of a scripted answer. As JSON they come through the control API; in process they are the same objects."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field

from playground.agents_api.brains.port import (
    Call,
    Chunk,
    Cut,
    Execution,
    Fail,
    Handoff,
    Pause,
    Piece,
    Question,
    Refuse,
    Text,
    Unknown,
    last_user_text,
    text_of,
)
from playground.agents_api.measures import split

PIECES = 4  # deltas of a text for which the script names no number


class Step(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Say(Step):
    """`{user}`, `{results}` and `{conversation}` in the text are replaced; `seconds` pass before each further piece."""

    do: Literal["say"] = "say"
    text: str
    pieces: int = Field(default=PIECES, ge=1)
    seconds: float = Field(default=0, ge=0)

    def play(self, question: Question) -> Iterator[Piece]:
        for index, part in enumerate(split(filled(self.text, question), self.pieces)):
            if index and self.seconds:
                yield Pause(self.seconds)
            yield Text(part)


class AddChunk(Step):
    do: Literal["chunk"] = "chunk"
    chunk: dict[str, Any]

    def play(self, question: Question) -> Iterator[Piece]:
        yield Chunk(dict(self.chunk))


class CallFunction(Step):
    """`arguments` as a string go out as they are, malformed or not; `pending` asks for a confirmation."""

    do: Literal["call"] = "call"
    name: str
    arguments: dict[str, Any] | str = ""
    tool_call_id: str | None = None
    fragments: int = Field(default=2, ge=1)
    pending: bool = False

    def play(self, question: Question) -> Iterator[Piece]:
        arguments = self.arguments if isinstance(self.arguments, str) else json.dumps(self.arguments)
        yield Call(
            name=self.name,
            arguments=filled(arguments, question),
            tool_call_id=self.tool_call_id,
            fragments=self.fragments,
            pending=self.pending,
        )


class RunTool(Step):
    """The service runs one of its own tools."""

    do: Literal["tool"] = "tool"
    name: str
    arguments: dict[str, Any] = Field(default_factory=dict)
    info: dict[str, Any] = Field(default_factory=dict)
    tokens: int = Field(default=0, ge=0)

    def play(self, question: Question) -> Iterator[Piece]:
        yield Execution(name=self.name, arguments=json.dumps(self.arguments), info=dict(self.info), tokens=self.tokens)


class HandOff(Step):
    do: Literal["handoff"] = "handoff"
    to: str

    def play(self, question: Question) -> Iterator[Piece]:
        yield Handoff(self.to)


class Wait(Step):
    do: Literal["wait"] = "wait"
    seconds: float = Field(ge=0, le=600)

    def play(self, question: Question) -> Iterator[Piece]:
        yield Pause(self.seconds)


class FailInStream(Step):
    do: Literal["fail"] = "fail"
    message: str = "The turn failed"
    code: int = 3000
    status: int = 500

    def play(self, question: Question) -> Iterator[Piece]:
        yield Fail(self.message, self.code, self.status)


class RefuseRequest(Step):
    do: Literal["refuse"] = "refuse"
    status: int
    message: str | None = None
    code: int | None = None
    retry_after: float | None = None

    def play(self, question: Question) -> Iterator[Piece]:
        yield Refuse(self.status, self.message, self.code, self.retry_after)


class CutStream(Step):
    do: Literal["cut"] = "cut"
    clean: bool = False

    def play(self, question: Question) -> Iterator[Piece]:
        yield Cut(self.clean)


class SendUnknown(Step):
    """An event, and an entry, of a type from the future."""

    do: Literal["unknown"] = "unknown"
    event: dict[str, Any]
    entry: dict[str, Any] | None = None

    def play(self, question: Question) -> Iterator[Piece]:
        yield Unknown(dict(self.event), self.entry)


AnyStep = Annotated[
    Say | AddChunk | CallFunction | RunTool | HandOff | Wait | FailInStream | RefuseRequest | CutStream | SendUnknown,
    Discriminator("do"),
]


def filled(text: str, question: Question) -> str:
    if "{" not in text:
        return text
    results = "; ".join(text_of(entry) for entry in question.results)
    return (
        text.replace("{user}", last_user_text(question.entries))
        .replace("{results}", results)
        .replace("{conversation}", question.conversation_id)
    )
