"""A conversation that is kept with us, sealed in the thread's record: each request begins it anew with all of it.

Mistral stores nothing, so there is nothing to be looked up, nor to be said twice.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence

from workers.conversations.errors import Refused
from workers.conversations.port import Confirm, Conversations, Done, Entry, Event, Input, Opening, Result
from workers.journal import Journal
from workers.recorded import Request
from workers.rounds.keeping import Send
from workers.transcript import FIELD, Transcript


class WithUs:
    """`agent` is the name of who answers here."""

    is_begun = True

    def __init__(self, conversations: Conversations, journal: Journal, transcript: Transcript, agent: str) -> None:
        self._conversations = conversations
        self._journal = journal
        self._transcript = transcript
        self._agent = agent

    def opens(self, request: Request) -> bool:
        return True

    def send(self, request: Request, said: Sequence[Input], opening: Opening | None) -> AsyncGenerator[Event, None]:
        assert opening is not None, "each request opens"
        return self._conversations.start(opening, [*self._transcript.items, *said])

    async def began(self, conversation_id: str) -> None:
        """Mistral forgets it."""

    async def look_up(self, request: Request, said: Sequence[Input]) -> Done | Send:
        return Send.SAME

    async def refused(self, request: Request, error: Refused) -> bool:
        return False

    def answered(self, said: Sequence[Input], entries: Sequence[Entry]) -> None:
        self._transcript.add(said, entries)
        self._record(conversation_agent=self._agent)

    async def close(self, results: Sequence[Result | Confirm]) -> Done | None:
        self._transcript.close(one for one in results if isinstance(one, Result))
        self._record()
        return None

    def _record(self, **fields: str) -> None:
        self._journal.set_thread(**{FIELD: self._transcript.sealed()}, **fields)
