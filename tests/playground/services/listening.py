"""An address to which webhooks are sent, and what came there."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from playground.serving import serve

COMES_WITHIN_SECONDS = 60
Json = dict[str, Any]


@dataclass(frozen=True)
class Came:
    headers: dict[str, str]
    body: bytes

    @property
    def said(self) -> Json:
        said: Json = json.loads(self.body)
        return said


@dataclass
class Listener:
    """`statuses` are answered in turn, then 200; while it is `deaf` it answers nothing."""

    url: str = ""
    came: list[Came] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    deaf: bool = False
    _news: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def hear(self, request: Request) -> Response:
        body = await request.body()
        async with self._news:
            self.came.append(Came(dict(request.headers), body))
            self._news.notify_all()
        if self.deaf:
            while (await request.receive())["type"] != "http.disconnect":
                pass
        return Response("heard", self.statuses.pop(0) if self.statuses else 200, headers={"location": f"{self.url}/on"})

    async def until(self, count: int) -> list[Came]:
        """What came, when there is so much of it."""
        return await self.when(lambda: len(self.came) >= count)

    async def when(self, condition: Callable[[], bool]) -> list[Came]:
        async with asyncio.timeout(COMES_WITHIN_SECONDS), self._news:
            await self._news.wait_for(condition)
        return list(self.came)


@contextlib.asynccontextmanager
async def listening() -> AsyncIterator[Listener]:
    listener = Listener()
    routes = [Route("/{path:path}", listener.hear, methods=["POST", "GET"])]
    async with serve(Starlette(routes=routes)) as url:
        listener.url = f"{url}/hooks/abc"
        yield listener
