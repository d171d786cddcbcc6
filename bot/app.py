"""Builds the bot's process, and closes it in reverse order."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Coroutine, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit
from urllib.request import proxy_bypass

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError
from slack_sdk.web.async_client import AsyncWebClient
from starlette.types import ASGIApp

from bot.afterwards import afterwards
from bot.approvals.grants import Grants
from bot.catalog.catalog import Catalogs
from bot.connections.signed_in import Connections
from bot.connections.tickets import Tickets
from bot.deadlines import deadlines
from bot.follow_ups.hook_store import HookStore
from bot.follow_ups.store import FollowUps
from bot.inbox import ACCEPT_LIMIT, Inbox
from bot.inquiries.inquiries import Inquiries
from bot.listeners.bolt import OverHttp, make_bolt
from bot.listeners.ears import Ears
from bot.listeners.lifecycle import passed_over
from bot.listeners.reception import Reception
from bot.listeners.table import TABLE
from bot.picking.choices import Choices
from bot.redis_client import open_redis
from bot.settings import Settings
from bot.slack.groups import Groups
from bot.slack.installations import Installations
from bot.slack.manifest import EVENTS_PATH
from bot.slack.people import People
from bot.store_check import check_store
from bot.texts import words_for
from bot.threads.defaults import Defaults
from bot.threads.mailbox import Mailbox
from bot.web.guard import Guard
from bot.web.hooks import HookDoor
from bot.web.routes import answers, make_routes
from bot.web.sign_in import SignInPages
from bot.web.socket_mode import socket_mode

log = structlog.get_logger()

LOOK_LIMIT = timedelta(seconds=2)  # at the store, when the bot starts


@asynccontextmanager
async def opened(settings: Settings, environment: Mapping[str, str]) -> AsyncIterator[ASGIApp]:
    """The bot, hearing: over HTTP through the application this gives, or over a socket of its own.

    It opens without Redis and without Slack, and says what is missing; it then refuses what it cannot store.
    `environment` fills the variables of mcp.json.
    """
    async with AsyncExitStack() as stack:
        redis = open_redis(settings.redis_url, timeout=None)  # each listener and check has its deadline
        stack.push_async_callback(redis.aclose)
        installations = await stack.enter_async_context(Installations(settings))
        catalogs = Catalogs(settings, environment)
        mailbox = Mailbox(
            redis,
            limit=settings.mailbox_limit,
            follows=settings.replies_without_mention,
            thread_life=settings.thread_life,
        )
        limits = await stack.enter_async_context(deadlines())
        errands = await stack.enter_async_context(afterwards())
        people = People(installations)
        inbox = Inbox(mailbox, time.time, limits)
        follow_ups = FollowUps(redis, thread_life=settings.thread_life)
        hooks = HookDoor(HookStore(redis, settings.vault, follow_ups, now=time.time), time.time, limits)
        pages = [*SignInPages(Tickets(redis, settings.vault), inbox, settings).routes(), *hooks.routes()]
        ears = Ears(
            inbox=inbox,
            afterwards=errands,
            installations=installations,
            people=people,
            catalogs=catalogs,
            choices=Choices(catalogs, people, Groups(installations), Defaults(redis, limit=ACCEPT_LIMIT)),
            grants=Grants(redis, follow_ups, limit=ACCEPT_LIMIT),
            follow_ups=follow_ups,
            connections=Connections(redis, settings.vault),
            inquiries=Inquiries(redis),
            command_prefix=settings.command_prefix,
            calendar=settings.follow_up_clock.now,
            replies_without_mention=settings.replies_without_mention,
        )
        bolt = make_bolt(_opener_of_sockets(settings.slack_api_url), installations, Reception(ears, TABLE, passed_over))
        await _look_at_the_store(redis)
        errands.do("learn who we are", installations.only)
        if settings.reload_agents:
            from bot.catalog import reload  # brings the file watcher, 0.8 MB that only authors of agents need

            await stack.enter_async_context(_alongside(reload.watch(catalogs, reload.tell)))
        if settings.mode == "socket":
            assert settings.slack_app_token is not None, "the settings check this"
            socket = await stack.enter_async_context(socket_mode(bolt, settings.slack_app_token.get_secret_value()))
            yield make_routes(answers(redis), socket.check, more=pages)
        else:
            assert settings.slack_signing_secret is not None, "the settings check this"
            yield Guard(
                make_routes(answers(redis), more=pages),
                path=EVENTS_PATH,
                secret=settings.slack_signing_secret.get_secret_value(),
                hear=OverHttp(bolt),
                now=time.time,
                deadlines=limits,
            )


def _opener_of_sockets(base_url: str) -> AsyncWebClient:
    """Bolt's client: it asks for the address of a socket, and for nothing else."""
    client = AsyncWebClient(base_url=base_url, retry_handlers=[])
    address = urlsplit(base_url)
    if address.scheme != "https" or proxy_bypass(address.hostname or ""):
        client.proxy = None  # slack-sdk would reach even this machine through HTTPS_PROXY
    return client


async def _look_at_the_store(redis: Redis) -> None:
    """What is doubtful about Redis is told to the operator, in the operator's log, in plain words."""
    words = words_for(None)
    try:
        async with asyncio.timeout(LOOK_LIMIT.total_seconds()):
            found = await check_store(redis)
        for doubt in found:
            log.warning("redis.doubtful", problem=words.say(doubt.key, **doubt.values))
    except (RedisError, OSError) as exc:
        log.error(
            "redis.away", error=str(exc) or "no answer", then="events are refused until it is back; Slack repeats them"
        )


@asynccontextmanager
async def _alongside(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Run `work` for exactly as long as the block."""
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])
