"""Linear's webhooks: who hears of a change, how that is signed, and that a failure is tried again.

https://linear.app/developers/webhooks. A body says when it was sent, so one that is tried again says so anew and is
signed anew, under the same `Linear-Delivery`: else nobody who checks that time could ever take it.
"""

from __future__ import annotations

import hmac
import json
import uuid
from dataclasses import dataclass
from typing import Any

from playground.services.letters import HookSwitches, Letter
from playground.services.linear import told
from playground.services.linear.changes import Changed
from playground.services.linear.graph.answers import Eyes
from playground.services.linear.graph.reading import name_of
from playground.services.linear.models import Comment, Issue, Project, Webhook
from playground.services.linear.store import Linear, View
from playground.services.outbox import Outbox

SENDS = HookSwitches(timeout_seconds=5, retry_seconds=[60, 3600, 6 * 3600])

Json = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class LinearLetter(Letter):
    said: Json
    webhook: Webhook
    linear: Linear

    def written(self, now: float) -> tuple[dict[str, str], bytes]:
        sent_at = int(now * 1000)
        said = {**self.said, "webhookTimestamp": sent_at, "webhookId": self.webhook.id}
        body = json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": "Linear-Webhook",
            "Linear-Delivery": self.guid,
            "Linear-Event": self.event,
            "Linear-Signature": hmac.digest(self.webhook.secret.encode(), body, "sha256").hex(),
            "Linear-Timestamp": str(sent_at),
        }
        return headers, body

    def arrived(self, status: int) -> bool:
        return status == 200

    def is_wanted(self) -> bool:
        return self.webhook.enabled and self.webhook.id in self.linear.contents.webhooks


class Webhooks:
    """Hears what the acts of `linear` tell, and writes letters."""

    def __init__(self, linear: Linear, outbox: Outbox) -> None:
        self._linear = linear
        self._outbox = outbox

    def __call__(self, changed: Changed) -> None:
        for webhook in self._linear.contents.webhooks.values():
            if webhook.enabled and self._hears(webhook, changed):
                self._outbox.send(self._letter(webhook, changed))

    def _hears(self, webhook: Webhook, changed: Changed) -> bool:
        teams = self._teams(changed.thing)
        public = any(not self._linear.contents.teams[one].private for one in teams)
        of_team = webhook.team_id in teams if webhook.team_id else public
        return of_team and name_of(changed.thing) in webhook.resource_types

    def _teams(self, thing: Issue | Comment | Project) -> list[str]:
        match thing:
            case Issue():
                return [thing.team_id]
            case Comment():
                return [self._linear.contents.issues[thing.issue_id].team_id]
            case Project():
                return thing.team_ids

    def _letter(self, webhook: Webhook, changed: Changed) -> LinearLetter:
        maker = self._linear.contents.users[webhook.creator_id]
        eyes = Eyes(View(self._linear, maker, frozenset()), webhook.base_url)
        return LinearLetter(
            hook=webhook.id,
            url=webhook.url,
            event=name_of(changed.thing),
            action=changed.action,
            guid=str(uuid.uuid4()),
            said=told.body(eyes, changed),
            webhook=webhook,
            linear=self._linear,
        )
