"""Questions of servers that hold a call open while the person answers: the worker waits, for two minutes at most.

Always holds: only the principal answers; a question ends in an answer, a no, or a cancel that the thread is told of;
none outlives its call, nor its worker: the call went with it, and is not made again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress

import structlog

from bot.slack.errors import SlackError
from bot.threads.models import Mail, MailKind
from bot.threads.owned import Lost
from workers.conversations.port import Call
from workers.tools.asking import ANSWER_WITHIN
from workers.tools.inquiries import Answer, Question
from workers.turn import inquiry_card
from workers.turn.inquiring import answer_in, said_of
from workers.turn.scene import Scene

CLOSE_SECONDS = 5.0  # for the line that says how it ended

OPEN = "inquiring:"  # with a question's id, the journal's field with the server that asks it

log = structlog.get_logger()


class LiveInquiries:
    """Those of one turn. `hear` gets the mail that comes while it runs."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._count = 0
        self._open: dict[str, asyncio.Future[Answer]] = {}
        self._heard: set[str] = set()

    @property
    def who(self) -> str:
        return f"{self._scene.journal.id}:{self._scene.person.id}"

    async def put(self, call: Call, server: str, question: Question) -> Answer:
        """What the person answers; a cancel when nobody does, or the question cannot be put."""
        self._count += 1
        inquiry_id = f"{self._scene.journal.id}:{call.tool_call_id}:open-{self._count}"
        self._open[inquiry_id] = asyncio.get_running_loop().create_future()
        self._scene.journal.put({f"{OPEN}{inquiry_id}": server})
        said = "inquiry.gone"
        try:
            if why := await inquiry_card.put(self._scene, inquiry_id, server, question, limit=ANSWER_WITHIN):
                await self._scene.whisper(self._scene.person.id, why, server=server)
                return Answer(action="cancel")
            self._scene.step("inquired", tool=call.name, server=server)
            async with asyncio.timeout(ANSWER_WITHIN.total_seconds()):
                answer = await self._open[inquiry_id]
            said = said_of(answer)
            return answer
        except TimeoutError:
            said = "inquiry.nobody"
            return Answer(action="cancel")
        except (SlackError, Lost) as error:
            log.warning("inquiry.not_put", error=type(error).__name__)
            return Answer(action="cancel")
        finally:
            del self._open[inquiry_id]
            await self._close(inquiry_id, said, server)

    async def hear(self, mail: Sequence[Mail]) -> None:
        for item in mail:
            if item.kind is not MailKind.ANSWER or item.id in self._heard:
                continue
            self._heard.add(item.id)
            self._scene.journal.take([item])
            waits = self._open.get(item.about.get("inquiry", ""))
            if waits is None or waits.done():
                await self._scene.whisper(item.principal, "inquiry.over")
            elif item.principal != self._scene.person.id:
                await self._scene.whisper(item.principal, "inquiry.not_you")
            else:
                waits.set_result(answer_in(item))

    async def close_left(self) -> None:
        """The turn is taken up: whoever asked before is gone, and nobody waits for the answers."""
        for field in [name for name in self._scene.journal.fields if name.startswith(OPEN)]:
            await self._close(field.removeprefix(OPEN), "inquiry.gone", self._scene.journal.fields[field])

    async def _close(self, inquiry_id: str, key: str, server: str) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_SECONDS):
                await inquiry_card.close(self._scene, inquiry_id, server, key, limit=ANSWER_WITHIN)
                self._scene.journal.forget(f"{OPEN}{inquiry_id}")
