"""Folds the events of one stream into its entries, in order. No I/O.

Section 5.3 of the reference. Messages, executions and handoffs are known by their `id`, calls by their
`tool_call_id`; all are ordered by `output_index`, which defaults to 0 and so is no key. What is folded equals what the
same answer holds when it comes whole.
"""

from __future__ import annotations

from typing import TypeVar

from workers.conversations.drafts import CallDraft, Draft, ExecutionDraft, HandoffDraft, MessageDraft
from workers.conversations.errors import CutShort
from workers.conversations.events import (
    Began,
    CallPiece,
    Ended,
    ExecutionPiece,
    Failed,
    HandoffPiece,
    Heard,
    MessagePiece,
    Piece,
)
from workers.conversations.port import (
    Delta,
    Done,
    Event,
    ExecutionDone,
    ExecutionStarted,
    HandoffDone,
    HandoffStarted,
    Other,
    Started,
    Text,
    Usage,
)

D = TypeVar("D", bound=Draft)


class Fold:
    """One answer on its way. `known_id` is the conversation's, where the request named one."""

    def __init__(self, known_id: str | None = None) -> None:
        self.conversation_id = known_id
        self.ended = False
        self._drafts: list[Draft] = []
        self._messages: dict[str, MessageDraft] = {}
        self._calls: dict[str, CallDraft] = {}
        self._executions: dict[str, ExecutionDraft] = {}
        self._handoffs: dict[str, HandoffDraft] = {}

    def take(self, heard: Heard) -> Event | None:
        """Add one event; returns what a listener hears of it, `None` for what only counts in the end."""
        if self.ended:
            return None
        match heard:
            case MessagePiece():
                return self._message(heard)
            case CallPiece():
                self._call(heard)
                return None
            case ExecutionPiece():
                return self._execution(heard)
            case HandoffPiece():
                return self._handoff(heard)
            case Began(conversation_id):
                self.conversation_id = conversation_id or self.conversation_id
                return Started(conversation_id) if conversation_id else None
            case Ended(usage):
                self.ended = True
                return self._done(usage)
            case Failed():  # an end too, but one that is raised (`failures.of_event`)
                self.ended = True
                return None
            case Other():
                return heard

    def at_end_of_stream(self) -> None:
        """Nothing more comes: `CutShort` unless the answer had ended."""
        if not self.ended:
            raise CutShort("the stream ended without conversation.response.done")

    def _done(self, usage: Usage) -> Done:
        if not self.conversation_id:
            raise CutShort("the stream ended without saying which conversation it was")
        drafts = sorted(self._drafts, key=lambda draft: draft.output_index)  # stable: ties stay as they came
        return Done(self.conversation_id, tuple(draft.entry() for draft in drafts), usage)

    def _message(self, piece: MessagePiece) -> Event | None:
        draft = self._draft(self._messages, _key(piece), MessageDraft, piece)
        if piece.part == Text(""):
            return None
        draft.pieces.append((piece.content_index, piece.part))
        return Delta(piece.id, piece.part, draft.agent_id)

    def _call(self, piece: CallPiece) -> None:
        key = piece.tool_call_id or self._tool_call_id(piece.id)
        draft = self._draft(self._calls, key, CallDraft, piece)
        draft.tool_call_id = key
        draft.name = draft.name or piece.name  # repeated in each piece
        draft.arguments.append(piece.arguments)
        draft.status = piece.status or draft.status

    def _tool_call_id(self, entry_id: str) -> str:
        """What an earlier piece of the same entry gave."""
        return next((key for key, draft in self._calls.items() if draft.id == entry_id), "")

    def _execution(self, piece: ExecutionPiece) -> Event | None:
        draft = self._draft(self._executions, _key(piece), ExecutionDraft, piece)
        draft.name = draft.name or piece.name
        draft.arguments.append(piece.arguments)
        draft.info.update(piece.info or {})
        if piece.started:
            return ExecutionStarted(draft.id, draft.name, draft.agent_id)
        return ExecutionDone(draft.id, draft.name, "".join(draft.arguments), draft.info) if piece.done else None

    def _handoff(self, piece: HandoffPiece) -> Event:
        draft = self._draft(self._handoffs, _key(piece), HandoffDraft, piece)
        if piece.done:
            draft.to_id, draft.to_name = piece.other_id, piece.other_name
            return HandoffDone(piece.id, piece.other_id, piece.other_name)
        draft.from_id, draft.from_name = piece.other_id, piece.other_name
        return HandoffStarted(piece.id, piece.other_id, piece.other_name)

    def _draft(self, known: dict[str, D], key: str, kind: type[D], piece: Piece) -> D:
        draft = known.get(key)
        if draft is None:
            draft = known[key] = kind(piece.output_index)
            self._drafts.append(draft)
        draft.id = piece.id or draft.id
        draft.agent_id = piece.agent_id or draft.agent_id
        return draft


def _key(piece: Piece) -> str:
    return piece.id or f"#{piece.output_index}"
