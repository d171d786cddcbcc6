"""A conversation that Mistral keeps: begun, appended to, branched off another, and looked up where nobody heard.

What always holds: its id is on record as soon as it is known, so a crash does not lose the thread.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import replace

import structlog

from workers.conversations.errors import Refused
from workers.conversations.port import Confirm, Conversations, Done, Entry, Event, Input, Opening, Result
from workers.handoffs.continuing import Continuing
from workers.journal import Journal
from workers.recorded import Request
from workers.rounds.keeping import Send
from workers.rounds.unheard import Unheard

log = structlog.get_logger()


class AtMistral:
    """`agent` is the name of who answers here, `metadata` what a conversation of this turn carries."""

    def __init__(
        self,
        conversations: Conversations,
        journal: Journal,
        continuing: Continuing,
        unheard: Unheard,
        *,
        agent: str,
        metadata: dict[str, str],
    ) -> None:
        self._conversations = conversations
        self._journal = journal
        self._continuing = continuing
        self._unheard = unheard
        self._agent = agent
        self._metadata = metadata

    @property
    def _id(self) -> str | None:
        return self._journal.get("conversation_id")

    @property
    def _execution(self) -> str | None:
        """Each append says again where handoffs are executed; the API's default is its own side."""
        return self._journal.get("handoff_execution")

    @property
    def is_begun(self) -> bool:
        return self._id is not None

    def opens(self, request: Request) -> bool:
        return request.kind == "start" or (self._id is None and request.kind != "branch")

    def send(self, request: Request, said: Sequence[Input], opening: Opening | None) -> AsyncGenerator[Event, None]:
        if opening is not None:
            return self._conversations.start(opening, said)
        if self._id is None:
            return self._branched(said)
        return self._conversations.append(self._id, said, handoff_execution=self._execution)

    def _branched(self, said: Sequence[Input]) -> AsyncGenerator[Event, None]:
        """Go on from an entry of another thread's conversation, with the version of the agent that it began with."""
        get = self._journal.get
        return self._conversations.branch(
            get("branch_of") or "",
            get("branch_from") or "",
            said,
            metadata=self._metadata,
            handoff_execution=self._execution,
            agent_version=self._journal.branch_version,
        )

    async def began(self, conversation_id: str) -> None:
        if conversation_id == self._id:
            return
        self._journal.set(conversation_id=conversation_id)
        self._journal.set_thread(conversation_id=conversation_id, conversation_agent=self._agent)
        self._journal.unset_thread("branch_of", "branch_from", "branch_words", "branch_version")
        await self._journal.write()

    async def look_up(self, request: Request, said: Sequence[Input]) -> Done | Send:
        if self._id is None:
            found = await self._conversations.find(self._continuing.metadata(self._metadata))
            if not found:
                return Send.SAME
            await self.began(found[0])
        assert self._id is not None, "it has begun"
        return await self._unheard.look_up(self._id, request, said)

    async def refused(self, request: Request, error: Refused) -> bool:
        if request.brings == "nothing":
            log.warning("handoff.not_resumed", error=str(error))
            await self._continuing.take_over(request.number)
            return True
        if request.kind == "branch" and self._id is None:
            # One that was never appended to, or is gone, cannot be branched: its words begin a new one.
            log.info("conversation.not_branched", error=str(error))
            self._journal.set(replay_from=self._journal.get("branch_of") or "")
            self._journal.set_request(replace(request, kind="start", after=None))
            await self._journal.write()
            return True
        return False

    def answered(self, said: Sequence[Input], entries: Sequence[Entry]) -> None:
        """Mistral has it."""

    async def close(self, results: Sequence[Result | Confirm]) -> Done | None:
        if self._id is None:
            return None
        closing = self._conversations.append(self._id, results, silent=True, handoff_execution=self._execution)
        done = None
        async with aclosing(closing) as events:
            async for event in events:
                done = event if isinstance(event, Done) else done
        return done
