"""A request whose answer nobody heard, in a conversation that Mistral keeps: found, sent again, or gone on beside.

What always holds: nothing is sent again that the history holds, and a request without an answer is waited for as long
as the API may lock the conversation; after that it will have none.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

from workers.conversations import patience
from workers.conversations.port import Call, Done, Entry, Input, Usage, WaitReason
from workers.conversations.recovery import Finished, Unfinished, first_unseen, outcome, replay
from workers.handoffs.continuing import Continuing
from workers.handoffs.handoffs import Handoffs
from workers.journal import Journal
from workers.recorded import Request
from workers.rounds.keeping import Send
from workers.rounds.waits import LOOK_EVERY, Waits
from workers.services import Services


class Unheard:
    """Of one turn."""

    def __init__(
        self,
        services: Services,
        journal: Journal,
        handoffs: Handoffs,
        continuing: Continuing,
        waits: Waits,
        *,
        before_call: Callable[[], Awaitable[None]],
    ) -> None:
        self._services = services
        self._journal = journal
        self._handoffs = handoffs
        self._continuing = continuing
        self._waits = waits
        self._before_call = before_call

    async def look_up(self, conversation_id: str, request: Request, said: Sequence[Input]) -> Done | Send:
        """What the history says of `request`, as soon as it can be told."""
        lock = self._services.settings.conversation_lock + patience.LOCK_MARGIN
        give_up = self._services.now() + lock.total_seconds()
        while True:
            await self._before_call()
            history = await self._services.conversations.history(conversation_id)
            found = outcome(history, after=request.after, inputs=said, handoff_ends=self._continuing.is_ours)
            if isinstance(found, Finished):
                self._journal.step(self._services.now(), "found_in_history")
                return Done(conversation_id=conversation_id, entries=found.entries, usage=Usage())
            if not isinstance(found, Unfinished):
                if request.kind in ("start", "branch"):
                    # The conversation exists and is empty: go on in it rather than beside it.
                    self._journal.set_request(replace(request, kind="append"))
                    await self._journal.write()
                return Send.SAME
            if self._services.now() > give_up:
                await self._go_on_beside(request, history)
                return Send.ANOTHER
            await self._waits.tell(WaitReason.BUSY, give_up)
            await self._services.sleep(LOOK_EVERY.total_seconds())

    async def _go_on_beside(self, request: Request, history: Sequence[Entry]) -> None:
        """Our input is stored and will never be answered: another conversation begins with what was before it."""
        journal = self._journal
        journal.step(self._services.now(), "branched")
        if request.brings == "nothing":
            await self._continuing.take_over(request.number)
            return
        seen = history[: first_unseen(history, request.after) or 0]
        # Calls whose results are what we were about to say go along as calls, not as words about them.
        ours = {call.tool_call_id for call in journal.open_calls} if request.number else set()
        replayed = replay([entry for entry in seen if not (isinstance(entry, Call) and entry.tool_call_id in ours)])
        journal.set_said("replay", replayed)
        if request.brings == "words" and request.kind != "start":  # a start's words hold what was said already
            journal.set_said("words", [*replayed, *journal.said("words")])
        if not journal.get("next_agent"):
            await self._handoffs.begin_anew()
        journal.forget("conversation_id")
        journal.set_request(replace(request, kind="start", after=None))
        await journal.write()
