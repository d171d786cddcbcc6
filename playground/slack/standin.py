"""Everything one running stand-in holds, in one place: its workspace and what goes on around it."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass

from playground.faults import Faults
from playground.slack import changes, events, typed
from playground.slack.delivery import Delivery
from playground.slack.feed import Ring
from playground.slack.ids import Ids
from playground.slack.interactions import Interactions
from playground.slack.limits import Limits
from playground.slack.modals import Modals
from playground.slack.models import Command, Message, OfferedAgent, Shortcut
from playground.slack.response_urls import ResponseUrls
from playground.slack.settings import Settings
from playground.slack.socket_mode import Sockets
from playground.slack.statuses import Statuses
from playground.slack.streams import Streams
from playground.slack.traffic import Traffic
from playground.slack.triggers import Triggers
from playground.slack.workspace import Workspace

REMEMBERED_CHANGES = 2000  # for pages that reconnect
FAULT_SEED = 20261123


@dataclass(slots=True)
class Grant:
    """What the app has just now; unlike the settings it may change while the stand-in runs."""

    scopes: frozenset[str]
    events: frozenset[str]
    agent: bool
    commands: tuple[Command, ...] = ()
    shortcuts: tuple[Shortcut, ...] = ()


class Standin:
    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.ids = Ids()
        self.base_url = settings.public_url or ""
        self.grant = Grant(settings.scopes, settings.events, settings.agent, settings.commands, settings.shortcuts)
        self.agents: list[OfferedAgent] = []
        self.faults = Faults(random.Random(FAULT_SEED))  # noqa: S311  # repeatable, not secret
        self.traffic = Traffic(on=settings.inspector)
        self.limits = Limits(time.monotonic)
        self.workspace = Workspace(
            settings.seed, self.ids, customised_names_user=settings.customised_messages_name_user
        )
        self.statuses = Statuses(self.workspace, settings)
        self.streams = Streams(self.workspace, settings, self._stream_ended)
        self.news: Ring[changes.Change] = Ring(REMEMBERED_CHANGES)
        self.sockets = Sockets(settings, self.traffic, self.faults, self.workspace.tell)
        self.delivery = Delivery(settings, self.traffic, self.faults, self.sockets, self.workspace.tell)
        self.triggers = Triggers(self.ids, settings.trigger_life_seconds)
        self.response_urls = ResponseUrls(settings.response_url_life_seconds)
        self.modals = Modals(self.ids, self.workspace.tell)
        self.interactions = Interactions(self)
        self.workspace.observers += [self._hear, self.news.put]

    def reset(self) -> None:
        """Back to the seed; no rule, status, stream or half-delivered event survives."""
        self.streams.forget()
        self.statuses.forget()
        self.faults.clear()
        self.faults.seen.clear()
        self.delivery.forget()
        self.triggers.forget()
        self.response_urls.forget()
        self.modals.forget()
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

    def address_of(self, key: str, kind: str) -> str:
        """A response_url in full."""
        return f"{self.base_url}/{kind}/{self.workspace.team_id}/{key}"

    def tokens(self, text: str) -> str:
        """What a person typed, with Slack's tokens for the names in it."""
        people: dict[str, str] = {}
        for person in self.workspace.people.values():
            people[person.display_name.lower()] = people[person.name.lower()] = person.id
        channels = {each.name: each.id for each in self.workspace.conversations.values() if each.name}
        groups = {each.handle: each.id for each in self.workspace.groups.values() if not each.disabled_at}
        return typed.tokens(text, people=people, channels=channels, groups=groups)

    def _hear(self, change: changes.Change) -> None:
        for event in events.of(change, self.workspace, self.grant, base_url=self.base_url):
            conversation = self.workspace.conversations.get(str(event.get("channel")))
            self.delivery.send(event, is_shared=conversation is not None and conversation.is_shared)

    def _stream_ended(self, message: Message, session_status: str) -> None:
        if self.grant.agent:
            self.statuses.set_session(message.channel, message.root_ts, session_status)
