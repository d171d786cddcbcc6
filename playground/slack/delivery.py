"""Brings events and interactions to the app: signed HTTP posts, or envelopes over its sockets.

An event nobody acknowledged in time is repeated three times, with the same event_id; an interaction is not. Events are
sent as they happen, none waits for the one before. Runs inside `async with`; leaving it drops the undelivered.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

import aiohttp

from playground.faults import Fault, Faults, delay, kill
from playground.slack import changes, events
from playground.slack.ids import Ids
from playground.slack.models import Json
from playground.slack.request_url import Heard, Kind, RequestUrl
from playground.slack.seed import TEAM_ID
from playground.slack.settings import Settings
from playground.slack.socket_mode import Sockets
from playground.slack.traffic import Kind as Recorded
from playground.slack.traffic import Traffic

LONGEST_HOLD_SECONDS = 5.0  # a reordered event goes out alone when no other one comes


class Delivery:
    def __init__(
        self,
        settings: Settings,
        traffic: Traffic,
        faults: Faults,
        sockets: Sockets,
        tell: Callable[[changes.Change], None],
    ) -> None:
        self.settings = settings
        self.traffic = traffic
        self.faults = faults
        self.sockets = sockets
        self.events_url = settings.events_url
        self.interactivity_url = settings.interactivity_url
        self.connected = True
        self._tell = tell
        self._ids = Ids()
        self._tasks: set[asyncio.Task[None]] = set()
        self._sent = asyncio.Event()  # replaced whenever an event went out
        self._group = asyncio.TaskGroup()
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0),
            timeout=aiohttp.ClientTimeout(total=self.settings.ack_seconds),
            cookie_jar=aiohttp.DummyCookieJar(),
        )
        await self._group.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.forget()
        try:
            await self._group.__aexit__(kind, error, traceback)
        finally:
            if self._session is not None:
                await self._session.close()

    def forget(self) -> None:
        for task in self._tasks:
            task.cancel()

    @property
    def underway(self) -> int:
        """Events neither acknowledged nor given up."""
        return len(self._tasks)

    def send(self, event: Json, *, is_shared: bool = False) -> None:
        """Deliver `event`, until it is heard or given up."""
        if self.settings.kind == "http" and self.events_url is None:
            return
        envelope = events.envelope(event, team_id=TEAM_ID, event_id=self._ids.new("Ev"), is_shared=is_shared)
        task = self._group.create_task(self._deliver(event["type"], envelope))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def interact(self, payload: Json) -> Heard:
        """Bring a click, a shortcut or a form to the app, once."""
        return await self._once("interactive", "interaction", payload["type"], payload)

    async def command(self, fields: dict[str, str]) -> Heard:
        """Bring a slash command to the app, once."""
        return await self._once("slash_commands", "command", fields["command"], fields)

    async def _once(self, kind: Kind, recorded: Recorded, name: str, payload: Json) -> Heard:
        started = time.perf_counter()
        heard = await self._attempt(kind, payload, 0, "")
        if self.traffic.on:
            self._record(recorded, name, payload, heard, started, 0)
        return heard

    async def _deliver(self, name: str, envelope: Json) -> None:
        reason = ""
        for attempt in range(len(self.settings.retry_after_seconds) + 1):
            if attempt:
                await asyncio.sleep(self.settings.retry_after_seconds[attempt - 1])
            started = time.perf_counter()
            rules = self.faults.hit("events")
            heard = await (
                self._faulty(rules, envelope, attempt, reason) if rules else self._event(envelope, attempt, reason)
            )
            if self.traffic.on:
                self._record("event", name, envelope, heard, started, attempt)
            self._reached(heard.ok)
            if heard.ok or not heard.may_repeat:
                return
            reason = heard.reason

    async def _event(self, envelope: Json, attempt: int, reason: str) -> Heard:
        heard = await self._attempt("events_api", envelope, attempt, reason)
        sent, self._sent = self._sent, asyncio.Event()
        sent.set()
        return heard

    async def _faulty(self, rules: list[Fault], envelope: Json, attempt: int, reason: str) -> Heard:
        kinds = {rule.kind for rule in rules}
        await delay(rules)
        for rule in rules:
            if rule.kind == "reorder":
                await self._hold(rule.seconds or LONGEST_HOLD_SECONDS)
            elif rule.kind == "kill" and rule.when == "before":
                kill(rule)
        if "cut" in kinds:
            await self.sockets.drop_one()
        if kinds & {"status", "error"}:
            return Heard(False, reason="connection_failed")
        heard = await self._event(envelope, attempt, reason)
        if "duplicate" in kinds:
            await self._event(envelope, attempt, reason)
        for rule in rules:
            if rule.kind == "kill" and rule.when == "after":
                kill(rule)
        return Heard(False, heard.status, "http_timeout") if "lost" in kinds else heard

    async def _hold(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._sent.wait()
        except TimeoutError:
            return

    async def _attempt(self, kind: Kind, payload: Json, attempt: int, reason: str) -> Heard:
        if self.settings.kind == "socket":
            answer = await self.sockets.deliver(kind, payload, attempt=attempt, reason=reason)
            said = "" if answer.payload is None else json.dumps(answer.payload)
            return Heard(answer.ok, None, answer.reason, may_repeat=answer.may_repeat, body=said)
        url = self.events_url if kind == "events_api" else self.interactivity_url or self.events_url
        if url is None:
            return Heard(False, reason="connection_failed", may_repeat=False)
        assert self._session is not None, "a delivery outside of its `async with`"
        there = RequestUrl(self._session, self.settings.signing_secret)
        return await there.post(url, payload, attempt, reason, kind=kind)

    def _reached(self, ok: bool) -> None:
        if self.settings.kind == "http" and ok != self.connected:
            self.connected = ok
            self._tell(changes.BotReached(ok))

    def _record(
        self,
        kind: Recorded,
        name: str,
        request: Json,
        heard: Heard,
        started: float,
        attempt: int,
    ) -> None:
        error = None if heard.ok else heard.reason or "http_error"
        self.traffic.add(
            kind,
            name,
            started=started,
            request=request,
            response=heard.body or None,
            status=heard.status,
            error=error,
            attempt=attempt,
            to_bot=True,
        )
