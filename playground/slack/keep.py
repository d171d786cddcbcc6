"""What a workspace keeps over a restart: conversations with their messages, files, sessions. Not people: the seed has
them; not ephemerals, statuses, faults or traffic: they pass.

A stream that was open when the workspace stopped has ended, as one does whose life is over; the app is told when it
next touches it. Pages that were open read everything again.
"""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Literal

from pydantic import BaseModel

from playground import keeping
from playground.slack import changes
from playground.slack.models import Conversation, File, Json, Message, Session
from playground.slack.pieces import Stream
from playground.slack.standin import Standin

NEWS_GAP = 1_000_000  # more than ever happens in one run: cursors of the run before are never taken for ones of this


class KeptStream(BaseModel):
    recipient: str | None
    display: Literal["timeline", "plan"]
    stopped_by_user: bool


class KeptMessage(BaseModel):
    message: Message  # without its stream and files
    stream: KeptStream | None
    files: list[str]


class KeptConversation(BaseModel):
    conversation: Conversation  # without its messages and prompts
    messages: list[KeptMessage]
    prompts: list[tuple[str | None, Json]]  # JSON has no null for a name


class KeptFile(BaseModel):
    file: File  # without its content
    content: str | None  # base64


class State(BaseModel):
    version: Literal[1] = 1
    cursor: int
    conversations: list[KeptConversation]
    files: list[KeptFile]
    sessions: list[Session]


@asynccontextmanager
async def kept(standin: Standin, path: Path | None) -> AsyncIterator[None]:
    """Go on from what `path` holds, and keep it up to date while the block is open."""
    if path is None:
        yield
        return
    state = keeping.read(path, State)
    if state is not None:
        _resume(standin, state)
    keeper = keeping.Keeper(path, lambda: snapshot(standin))

    def hear(_: changes.Change) -> None:
        keeper.changed()

    standin.workspace.observers.append(hear)
    async with keeper.keeping():
        yield


def snapshot(standin: Standin) -> State:
    workspace = standin.workspace
    return State(
        cursor=standin.news.cursor,
        conversations=[_conversation(each) for each in workspace.conversations.values()],
        files=[_file(each) for each in workspace.files.values()],
        sessions=list(standin.statuses.sessions.values()),
    )


def _conversation(each: Conversation) -> KeptConversation:
    bare = replace(each, messages={}, prompts={})
    messages = [_message(message) for message in each.messages.values()]
    return KeptConversation(conversation=bare, messages=messages, prompts=list(each.prompts.items()))


def _message(each: Message) -> KeptMessage:
    stream: Stream | None = each.stream
    told = stream and KeptStream(
        recipient=stream.recipient, display=stream.display, stopped_by_user=stream.stopped_by_user
    )
    return KeptMessage(
        message=replace(each, stream=None, files=[]), stream=told, files=[file.id for file in each.files]
    )


def _file(each: File) -> KeptFile:
    content = None if each.content is None else base64.b64encode(each.content).decode()
    return KeptFile(file=replace(each, content=None), content=content)


def _resume(standin: Standin, state: State) -> None:
    files = {each.file.id: _resumed_file(each) for each in state.files}
    conversations = [_resumed(each, files, standin) for each in state.conversations]
    standin.workspace.resume(conversations, files)
    for session in state.sessions:
        standin.statuses.set_session(
            *(session.channel, session.thread_ts, session.status),
            title=session.title,
            username=session.username,
            icons=session.icons,
        )
    standin.news.cursor = state.cursor + NEWS_GAP


def _resumed(each: KeptConversation, files: dict[str, File], standin: Standin) -> Conversation:
    greeting = standin.workspace.seed.greeting
    conversation = each.conversation
    conversation.prompts = dict(each.prompts)
    for one in each.messages:
        message = one.message
        message.files = [files[file] for file in one.files if file in files]
        if one.stream is not None:
            message.stream = Stream(live=False, **one.stream.model_dump())
        if message.prompts is not None and greeting is not None:  # what the bot says of itself may have changed
            message.text, message.prompts = greeting.text, [starter.model_dump() for starter in greeting.starters]
        conversation.messages[message.ts] = message
    return conversation


def _resumed_file(each: KeptFile) -> File:
    return replace(each.file, content=None if each.content is None else base64.b64decode(each.content))
