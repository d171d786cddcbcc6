"""Everything one running stand-in holds, in one place: its workspace and what goes on around it."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass

from playground.faults import Faults
from playground.slack import changes, events
from playground.slack.delivery import Delivery
from playground.slack.feed import Ring
from playground.slack.ids import Ids
from playground.slack.interactions import Interactions
from playground.slack.limits import Limits
from playground.slack.models import Message, OfferedAgent
from playground.slack.settings import Settings
from playground.slack.socket_mode import Sockets
from playground.slack.statuses import Statuses
from playground.slack.streams import Streams
from playground.slack.traffic import Traffic
from playground.slack.workspace import Workspace

REMEMBERED_CHANGES = 2000  # for pages that reconnect
FAULT_SEED = 20261123


@dataclass(slots=True)
class Grant:
    """What the app has just now; unlike the settings it may change while the stand-in runs."""

    scopes: frozenset[str]
    events: frozenset[str]
    agent: bool


class Standin:
    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.ids = Ids()
        self.base_url = settings.public_url or ""
        self.grant = Grant(settings.scopes, settings.events, settings.agent)
        self.agents: list[OfferedAgent] = []
        self.faults = Faults(random.Random(FAULT_SEED))  # noqa: S311  # repeatable, not secret
        self.traffic = Traffic(on=settings.inspector)
        self.limits = Limits(time.monotonic)
        self.workspace = Workspace(settings.seed, self.ids)
        self.statuses = Statuses(self.workspace, settings)
        self.streams = Streams(self.workspace, settings, self._stream_ended)
        self.news: Ring[changes.Change] = Ring(REMEMBERED_CHANGES)
        self.sockets = Sockets(settings, self.traffic, self.faults, self.workspace.tell)
        self.delivery = Delivery(settings, self.traffic, self.faults, self.sockets, self.workspace.tell)
        self.interactions = Interactions(self)
        self.workspace.observers += [self._hear, self.news.put]

    def reset(self) -> None:
        """Back to the seed; no rule, status, stream or half-delivered event survives."""
        self.streams.forget()
        self.statuses.forget()
        self.faults.clear()
        self.faults.seen.clear()
        self.delivery.forget()
        self.interactions.forget()
        self.workspace.reset()

    def close(self) -> None:
        """End the endless answers and all timers."""
        self.streams.forget()
        self.statuses.rest()
        self.news.close()
        self.traffic.ring.close()

    @property
    def connected(self) -> bool:
        """Whether the app can be reached, as far as one can tell."""
        return self.sockets.connections > 0 if self.settings.kind == "socket" else self.delivery.connected

    def _hear(self, change: changes.Change) -> None:
        for event in events.of(change, self.workspace, self.grant, base_url=self.base_url):
            self.delivery.send(event)

    def _stream_ended(self, message: Message, session_status: str) -> None:
        if self.grant.agent:
            self.statuses.set_session(message.channel, message.root_ts, session_status)
