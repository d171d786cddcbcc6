"""What people do with a message's buttons and menus, as `block_actions`, and the `response_url` that comes with it."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from playground.slack import render
from playground.slack.models import Json, Message
from playground.slack.seed import APP_ID
from playground.slack.web_api.errors import SlackError

if TYPE_CHECKING:
    from playground.slack.request_url import Heard
    from playground.slack.standin import Standin

MOST_USES = 5


@dataclass(slots=True)
class ResponseUrl:
    """Where an app may answer a click without a token: five times in half an hour."""

    message: Message
    user: str
    until: float
    uses: int = 0


class Interactions:
    def __init__(self, standin: Standin) -> None:
        self._standin = standin
        self._response_urls: dict[str, ResponseUrl] = {}

    def forget(self) -> None:
        self._response_urls.clear()

    async def click(
        self,
        *,
        user: str,
        message: Message,
        action_id: str,
        block_id: str | None,
        value: str | None,
        selected_option: Json | None,
    ) -> Heard:
        """Tell the app that `user` used an element of `message`; raises `action_not_found` when there is none."""
        for block, element in _elements(message.blocks):
            if element.get("action_id") == action_id and block_id in (None, block.get("block_id")):
                break
        else:
            raise SlackError("action_not_found")
        allowed = element.get("visible_to_user_ids")
        if allowed and user not in allowed:
            raise SlackError("action_not_found")
        action = _action(block, element, value, selected_option) | {"action_ts": self._standin.ids.ts()}
        return await self._standin.delivery.interact(self._payload(user, message, action))

    def use(self, key: str) -> ResponseUrl:
        """One use of a response_url; raises `expired_url` or `used_url`."""
        known = self._response_urls.get(key)
        if known is None or known.until < time.monotonic():
            raise SlackError("expired_url")
        if known.uses >= MOST_USES:
            raise SlackError("used_url")
        known.uses += 1
        return known

    def _payload(self, user: str, message: Message, action: Json) -> Json:
        standin = self._standin
        workspace = standin.workspace
        ephemeral = message.ephemeral_for is not None
        conversation = workspace.conversations[message.channel]
        container = {
            "type": "message",
            "message_ts": message.ts,
            "channel_id": message.channel,
            "is_ephemeral": ephemeral,
        }
        if message.thread_ts:
            container["thread_ts"] = message.thread_ts
        name = "directmessage" if conversation.kind == "im" else conversation.name
        payload: Json = {
            "type": "block_actions",
            "api_app_id": APP_ID,
            "token": "playground-verification-token",
            "team": {"id": workspace.team_id, "domain": workspace.seed.team_domain},
            "user": {"id": user, "username": workspace.people[user].name, "team_id": workspace.team_id},
            "enterprise": None,
            "is_enterprise_install": False,
            "container": container,
            "channel": {"id": message.channel, "name": name},
            "trigger_id": f"{standin.ids.new('')}.{secrets.token_hex(8)}",
            "response_url": self._response_url(user, message),
            "state": {"values": {}},
            "actions": [action],
        }
        if not ephemeral:
            payload["message"] = render.message(message, workspace, base_url=standin.base_url)
        return payload

    def _response_url(self, user: str, message: Message) -> str:
        key = secrets.token_urlsafe(18)
        until = time.monotonic() + self._standin.settings.response_url_life_seconds
        self._response_urls[key] = ResponseUrl(message, user, until)
        return f"{self._standin.base_url}/actions/{self._standin.workspace.team_id}/{key}"


def _elements(blocks: list[Json]) -> Iterator[tuple[Json, Json]]:
    for block in blocks:
        for element in block.get("elements", []):
            yield block, element
        for name in ("accessory", "element"):
            if name in block:
                yield block, block[name]


def _action(block: Json, element: Json, value: str | None, selected_option: Json | None) -> Json:
    kind = element["type"]
    action: dict[str, Any] = {"type": kind, "action_id": element["action_id"], "block_id": block.get("block_id", "")}
    if kind == "feedback_buttons":
        sides = [element[side] for side in ("positive_button", "negative_button")]
        for side in sides:
            if side.get("value") == value:
                return action | {"value": value, "text": side["text"]}
        raise SlackError("action_not_found")
    if "value" in element:  # a person cannot make a button say something else
        action["value"] = element["value"]
    if "text" in element:
        action["text"] = element["text"]
    if selected_option is not None:
        action["selected_option"] = selected_option
    return action
