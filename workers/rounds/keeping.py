"""Where a conversation is kept, and what follows from it for each request.

At Mistral (`at_mistral.py`) a request starts a conversation, is appended to it or branches off another, and one that
nobody heard an answer to is looked up. With us (`with_us.py`, agents with `store: false`) each request says all of it.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from enum import Enum
from typing import Protocol

from workers.conversations.errors import Refused
from workers.conversations.port import Confirm, Done, Entry, Event, Input, Opening, Result
from workers.recorded import Request


class Send(Enum):
    """What is to be sent when no answer to a request was found."""

    SAME = "the request, which was not taken or is not there yet"
    ANOTHER = "the one that is on record in its place"


class Keeping(Protocol):
    @property
    def is_begun(self) -> bool:
        """Whether there is a conversation whose calls can be closed."""
        ...

    def opens(self, request: Request) -> bool:
        """Whether `request` is sent with an opening."""
        ...

    def send(self, request: Request, said: Sequence[Input], opening: Opening | None) -> AsyncGenerator[Event, None]:
        """Send `said`; `opening` is given where `request` opens."""
        ...

    async def began(self, conversation_id: str) -> None:
        """The conversation has an id."""
        ...

    async def look_up(self, request: Request, said: Sequence[Input]) -> Done | Send:
        """What became of `request`, of which nobody heard the end."""
        ...

    async def refused(self, request: Request, error: Refused) -> bool:
        """Whether there is another request for what the API refused; it is on record then."""
        ...

    def answered(self, said: Sequence[Input], entries: Sequence[Entry]) -> None:
        """`entries` answered what was `said`; on record with the next write."""
        ...

    async def close(self, results: Sequence[Result | Confirm]) -> Done | None:
        """Answer open calls without wanting an answer; what came all the same. Raises the conversation's errors."""
        ...
