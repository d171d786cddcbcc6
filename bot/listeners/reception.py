"""Where every payload from Slack arrives: it finds the listener in the table, lets it finish, and answers.

A Bolt middleware that stands before Bolt's authorization, because what listeners do here needs no token: translate,
and put into a thread's mailbox. It answers everything itself but Slack's handshakes, which are Bolt's. No 200 before
the listener is done, so what Slack got a 200 for is stored; when Redis is away the answer is a 503 and Slack repeats.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import structlog
from redis.exceptions import RedisError
from slack_bolt.middleware.async_middleware import AsyncMiddleware
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse

from bot.listeners.ears import Body, Ears, Listener
from bot.slack.commands import slash
from bot.slack.errors import Refused, SlackError
from bot.slack.payloads import Malformed

log = structlog.get_logger()

HANDSHAKES = ("url_verification",)  # `ssl_check`, the other one, has been answered by Bolt before


def named(body: Body, *, command_prefix: str = "") -> str:
    """What the payload is, as the table names it: `event app_mention`, `action approve`, `command agent`; else ""."""
    kind = body.get("type")
    match kind:
        case "event_callback":
            kind, within = "event", (body.get("event"), "type")
        case "block_actions":
            actions = body.get("actions")
            kind, within = "action", (actions[0] if isinstance(actions, list) and actions else None, "action_id")
        case "view_submission" | "view_closed":
            within = (body.get("view"), "callback_id")
        case "shortcut" | "message_action" | "block_suggestion":
            within = (body, "callback_id")
        case None:
            kind, within = "command", (body, "command")
        case _:
            return kind if isinstance(kind, str) else ""
    inner, field = within
    name = inner.get(field) if isinstance(inner, dict) else None
    if kind == "command":
        ours = slash("", command_prefix)
        return f"command {name.removeprefix(ours)}" if isinstance(name, str) and name.startswith(ours) else kind
    # What follows a colon only tells buttons of one kind apart.
    return f"{kind} {name.partition(':')[0]}" if isinstance(name, str) else ""


class Reception(AsyncMiddleware):
    """Hears for one process.

    A row of the table may name a kind alone, for all of it that has no row of its own. `others` takes what the table
    does not name: it is acknowledged all the same.
    """

    def __init__(self, ears: Ears, table: Mapping[str, Listener], others: Listener) -> None:
        self._ears = ears
        self._table = table
        self._others = others

    async def async_process(
        self, *, req: AsyncBoltRequest, resp: BoltResponse, next: Callable[[], Awaitable[BoltResponse]]
    ) -> BoltResponse:
        body: dict[str, Any] = req.body
        if body.get("type") in HANDSHAKES:
            return await next()
        name = named(body, command_prefix=self._ears.command_prefix)
        try:
            listener = self._table.get(name) or self._table.get(name.partition(" ")[0], self._others)
            reply = await listener(self._ears, body)
            if reply is not None:
                return BoltResponse(status=200, body=dict(reply.body()))
        except (RedisError, TimeoutError, ConnectionError) as exc:
            # Not stored: Slack must hear that, so that it sends this again.
            log.error("store.away", heard=name, error=type(exc).__name__, detail=str(exc))
            return BoltResponse(status=503, body="The store does not answer; please send this again.")
        except SlackError as exc:
            # Asked only where the envelope does not say who we are.
            log.error("slack.unsure", heard=name, error=str(exc))
            if not (isinstance(exc, Refused) and exc.code == "not_installed"):
                return BoltResponse(status=503, body="Slack does not say who this bot is; please send this again.")
        except ValueError as exc:
            # Signed, but not as documented. Repeating it would not make it readable, so it is acknowledged.
            # Malformed names fields only; other errors of this kind may quote what was said.
            log.warning("payload.unreadable", heard=name, detail=str(exc) if isinstance(exc, Malformed) else "")
        return BoltResponse(status=200)
