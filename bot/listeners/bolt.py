"""Bolt, as this bot uses it: parsing, handshakes, both transports; what is heard goes to the reception.

Its own signature check is off because the guard has made it, on the raw bytes (and a socket carries no signature).
What it would attach to each request for listeners of its own is off as well: nobody uses it, everybody waits for it.
"""

from __future__ import annotations

import logging

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.web.async_client import AsyncWebClient

from bot.listeners.reception import Reception
from bot.slack.installations import Installations
from bot.web.guard import Answer, Refusal


def make_bolt(client: AsyncWebClient, installations: Installations, reception: Reception) -> AsyncApp:
    """The Bolt application. `client` carries no token: it only opens sockets."""

    async def authorize(enterprise_id: str | None, team_id: str) -> AuthorizeResult:
        """From the process's cache, where Bolt would ask auth.test at every request."""
        identity = await installations.identity(team_id)
        return AuthorizeResult(
            enterprise_id=enterprise_id,
            team_id=identity.team,
            bot_user_id=identity.user_id,
            bot_id=identity.bot_id,
            bot_token=installations.token.get_secret_value(),
        )

    logger = logging.getLogger("slack_bolt")
    logger.setLevel(logging.ERROR)  # Bolt looks at SLACK_BOT_TOKEN by itself, and warns that it will not use it
    app = LeanApp(
        name="threadwind",
        logger=logger,
        client=client,
        authorize=authorize,
        before_authorize=reception,
        process_before_response=True,
        request_verification_enabled=False,
        attaching_function_token_enabled=False,
        attaching_conversation_kwargs_enabled=False,
    )
    logger.setLevel(logging.WARNING)  # never lower: at DEBUG, Bolt costs more than all the rest of a request
    return app


class LeanApp(AsyncApp):
    """Bolt makes a Slack client for every request, which reads the environment for proxies each time: a tenth of its
    cost, for a client nobody uses here. https://github.com/slackapi/bolt-python/issues/714
    """

    def _init_context(self, req: AsyncBoltRequest) -> None:
        req.context["logger"] = self.logger
        req.context["client"] = self.client
        req.context["listener_runner"] = self.listener_runner


class OverHttp:
    """What the guard lets through, given to Bolt, and Bolt's answer."""

    def __init__(self, app: AsyncApp) -> None:
        self._app = app

    async def __call__(self, body: bytes, content_type: str) -> Answer:
        try:
            request = AsyncBoltRequest(body=body.decode(), headers={"content-type": content_type})
        except Exception:  # Bolt reads before it checks: what a wrong shape raises depends on the shape
            raise Refusal(400, "The body is neither JSON nor a form of Slack's.") from None
        if not request.body:
            raise Refusal(400, "The body is empty.")
        answer = await self._app.async_dispatch(request)
        headers = [(name.encode(), value.encode()) for name, value in answer.first_headers().items()]
        return answer.status, headers, answer.body.encode()
