"""The line "<app> is thinking…" under a thread, and the sessions of an agent app.

A status goes with the app's next message in the thread, or after its life. A session that is `processing` stays so
until it is set otherwise, its stream ends, or its own, longer life is over; a posted message does not end it.
"""

from __future__ import annotations

import asyncio

from playground.slack import changes
from playground.slack.models import Json, Session, Status
from playground.slack.settings import Settings
from playground.slack.workspace import Workspace

Thread = tuple[str, str]


class Statuses:
    def __init__(self, workspace: Workspace, settings: Settings) -> None:
        self.workspace = workspace
        self.settings = settings
        self.shown: dict[Thread, Status] = {}
        self.sessions: dict[Thread, Session] = {}
        self._timers: dict[tuple[str, Thread], asyncio.TimerHandle] = {}
        workspace.observers.append(self._hear)

    def set(self, status: Status) -> None:
        thread = (status.channel, status.thread_ts)
        if not status.status:
            self._clear(thread)
            return
        self.shown[thread] = status
        self._after(self.settings.status_life_seconds, "status", thread)
        self.workspace.tell(changes.StatusSet(status.channel, status.thread_ts, status))

    def set_session(
        self,
        channel: str,
        thread_ts: str,
        status: str,
        *,
        title: str | None = None,
        username: str | None = None,
        icons: Json | None = None,
    ) -> Session:
        """Set a session's status, creating it if need be; `title` counts on creation only, a name and icon stay."""
        thread = (channel, thread_ts)
        session = self.sessions.get(thread)
        if session is None:
            session = self.sessions[thread] = Session(
                channel=channel, thread_ts=thread_ts, status=status, title=title or None
            )
        session.status = status
        session.username, session.icons = username or session.username, icons or session.icons
        if status == "processing":
            self._after(self.settings.processing_life_seconds, "session", thread)
        else:
            self._cancel("session", thread)
        self.workspace.tell(changes.SessionSet(session))
        return session

    def rest(self) -> None:
        """Let no more time pass."""
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()

    def forget(self) -> None:
        self.rest()
        self.shown.clear()
        self.sessions.clear()

    def _hear(self, change: changes.Change) -> None:
        if isinstance(change, changes.Posted) and change.message.bot_id and self.shown:
            thread = (change.message.channel, change.message.root_ts)
            if thread in self.shown:
                self._clear(thread)

    def _clear(self, thread: Thread) -> None:
        self._cancel("status", thread)
        if self.shown.pop(thread, None) is not None:
            self.workspace.tell(changes.StatusSet(*thread, None))

    def _after(self, seconds: float, what: str, thread: Thread) -> None:
        self._cancel(what, thread)
        self._timers[what, thread] = asyncio.get_running_loop().call_later(seconds, self._over, what, thread)

    def _over(self, what: str, thread: Thread) -> None:
        if what == "status":
            self._clear(thread)
        else:
            self.set_session(*thread, "active")

    def _cancel(self, what: str, thread: Thread) -> None:
        timer = self._timers.pop((what, thread), None)
        if timer is not None:
            timer.cancel()
