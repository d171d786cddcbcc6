"""GitHub's webhooks: who hears of what happened, and how that is signed. There are no retries: people ask for them.

https://docs.github.com/en/webhooks/webhook-events-and-payloads#delivery-headers
"""

from __future__ import annotations

import hmac
import json
import uuid
from dataclasses import dataclass
from urllib.parse import urlencode

from playground.services.github.acts.hooks import ALL
from playground.services.github.happenings import Happened
from playground.services.github.models import Hook
from playground.services.github.shapes import events
from playground.services.github.shapes.shapes import Shapes
from playground.services.github.store import GitHub
from playground.services.letters import Letter
from playground.services.outbox import Outbox

AGENT = "GitHub-Hookshot/0play01"
CONTENT = {"json": "application/json", "form": "application/x-www-form-urlencoded"}


@dataclass(frozen=True, kw_only=True)
class GitHubLetter(Letter):
    """One delivery: a redelivery has the same body and the same id."""

    body: bytes
    content_type: str
    secret: str | None
    target: int

    def written(self, now: float) -> tuple[dict[str, str], bytes]:
        headers = {
            "Accept": "*/*",
            "Content-Type": self.content_type,
            "User-Agent": AGENT,
            "X-GitHub-Delivery": self.guid,
            "X-GitHub-Event": self.event,
            "X-GitHub-Hook-ID": self.hook,
            "X-GitHub-Hook-Installation-Target-ID": str(self.target),
            "X-GitHub-Hook-Installation-Target-Type": "repository",
        }
        if self.secret:
            for name, how in (("X-Hub-Signature", "sha1"), ("X-Hub-Signature-256", "sha256")):
                headers[name] = f"{how}={hmac.digest(self.secret.encode(), self.body, how).hex()}"
        return headers, self.body


class Webhooks:
    """Hears what the acts of `hub` tell, and writes letters."""

    def __init__(self, hub: GitHub, outbox: Outbox) -> None:
        self._hub = hub
        self._outbox = outbox

    def __call__(self, happened: Happened) -> None:
        for hook in happened.repository.hooks:
            if hook.active and _hears(hook, happened):
                self._outbox.send(self._letter(hook, happened))

    def _letter(self, hook: Hook, happened: Happened) -> GitHubLetter:
        said = json.dumps(events.body(Shapes(self._hub, hook.base_url), happened), ensure_ascii=False)
        body = said if hook.content_type == "json" else urlencode({"payload": said})
        return GitHubLetter(
            hook=str(hook.id),
            url=hook.url,
            event=happened.event,
            action=happened.action,
            guid=str(uuid.uuid4()),
            insecure=hook.insecure_ssl,
            body=body.encode(),
            content_type=CONTENT[hook.content_type],
            secret=hook.secret,
            target=happened.repository.id,
        )


def _hears(hook: Hook, happened: Happened) -> bool:
    if happened.only is not None:
        return hook is happened.only
    return happened.event in hook.events or ALL in hook.events
