"""Messages that are written while people watch: chat.startStream, appendStream, stopStream.

A stream is in text mode or in chunk mode from its first payload on. It ends when the app stops it or when its life is
over, however busy it is.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace

from playground.slack import changes
from playground.slack.models import Json, Message
from playground.slack.pieces import Payload, Stream, add
from playground.slack.settings import Settings
from playground.slack.web_api.errors import SlackError
from playground.slack.workspace import Workspace


class Streams:
    def __init__(self, workspace: Workspace, settings: Settings, ended: Callable[[Message, str], None]) -> None:
        """`ended` hears of every stream that ended, with the session status that follows."""
        self.workspace = workspace
        self.settings = settings
        self.ended = ended
        self.live: dict[tuple[str, str], dict[str, Message]] = {}  # by channel and thread, then ts
        self.appending: set[tuple[str, str]] = set()

    def start(self, message: Message, stream: Stream, piece: Payload) -> None:
        message.stream = stream
        add(message, piece, most_characters=self.settings.stream_characters)
        stream.first = json.loads(json.dumps(message.blocks))
        self.live.setdefault((message.channel, message.root_ts), {})[message.ts] = message
        stream.expiry = asyncio.get_running_loop().call_later(self.settings.stream_life_seconds, self._expire, message)
        self.workspace.post(message)

    def append(self, message: Message, piece: Payload) -> None:
        if message.stream is not None and message.stream.stopped_by_user:
            raise SlackError("stopped_by_user")
        self._must_be_live(message)
        add(message, piece, most_characters=self.settings.stream_characters)
        self.workspace.tell(changes.Streamed(message, piece.chunks))

    def stop(
        self, message: Message, piece: Payload, *, blocks: list[Json], metadata: Json | None, session_status: str
    ) -> None:
        self._must_be_live(message)
        previous = replace(message, blocks=list(message.blocks))
        add(message, piece, most_characters=self.settings.stream_characters)
        message.blocks.extend(blocks)
        if metadata is not None:
            message.metadata = metadata
        self._end(message, previous, session_status)

    def stop_pressed(self, channel: str, thread_ts: str) -> list[str]:
        """A person pressed Stop: further appends are refused. Returns the ts of the streams that were live."""
        streaming = self.live.get((channel, thread_ts), {})
        for message in streaming.values():
            message.stream.stopped_by_user = True
        return list(streaming)

    def forget(self) -> None:
        for streaming in self.live.values():
            for message in streaming.values():
                message.stream.expiry.cancel()
        self.live.clear()
        self.appending.clear()

    def _must_be_live(self, message: Message) -> None:
        if message.stream is None or not message.stream.live:
            raise SlackError("message_not_in_streaming_state")

    def _expire(self, message: Message) -> None:
        self._end(message, replace(message, blocks=list(message.blocks)), "active")

    def _end(self, message: Message, previous: Message, session_status: str) -> None:
        stream: Stream = message.stream
        stream.live = False
        if stream.expiry is not None:
            stream.expiry.cancel()
        streaming = self.live[message.channel, message.root_ts]
        del streaming[message.ts]
        if not streaming:
            del self.live[message.channel, message.root_ts]
        self.workspace.tell(changes.Changed(message, previous, "streamed"))
        self.ended(message, session_status)
