"""Opens everything that a turn may use, once a process; the stack that is given closes it in reverse order."""

from __future__ import annotations

import time
from contextlib import AsyncExitStack
from datetime import timedelta

import structlog
from redis.asyncio import Redis

from bot.approvals.grants import Grants
from bot.catalog.catalog import Catalogs
from bot.connections import addresses
from bot.connections.signed_in import Connections
from bot.connections.tickets import Tickets
from bot.follow_ups.due_list import DueList
from bot.follow_ups.hook_store import HookStore
from bot.follow_ups.store import FollowUps
from bot.inquiries.inquiries import Inquiries
from bot.picking.choices import Choices
from bot.settings import Settings
from bot.slack.budget import Budget
from bot.slack.groups import Groups
from bot.slack.installations import Installations
from bot.slack.people import People
from bot.slack.shared import SharedChannels
from bot.start import environment
from bot.threads.defaults import Defaults
from bot.threads.mailbox import Mailbox
from bot.threads.told import Told
from bot.threads.turns import Turns
from workers.agents.client import MistralAgents
from workers.agents.libraries import Libraries
from workers.agents.objects import AgentObjects
from workers.agents.sources import gather
from workers.agents.variants import Variants
from workers.agents.wanted import libraries as library_names
from workers.conversations.client import MistralConversations
from workers.conversations.http import http_client
from workers.conversations.made_files import MadeFiles
from workers.conversations.patience import Limits
from workers.holdings import Holdings
from workers.ids import new_id
from workers.operators import Operators
from workers.services import Services
from workers.tools import registered
from workers.tools.asked import PEOPLE
from workers.tools.asks import Asks
from workers.tools.calls import Tools
from workers.tools.gate import Gate
from workers.tools.oauth.personal import Personal
from workers.tools.oauth.sign_ins import SignIns
from workers.tools.pins import Pins
from workers.tools.rests import Rests
from workers.tools.sessions import ToolSessions

log = structlog.get_logger()


async def open_services(
    stack: AsyncExitStack,
    settings: Settings,
    redis: Redis,
    *,
    worker: str,
    installations: Installations | None = None,
) -> Services:
    """Everything a turn may use; `stack` closes it in reverse order. `installations` stand in the place of Slack's."""
    functions, wrong = registered.load(settings)
    catalogs = Catalogs(settings, environment(), functions=functions.specs)
    for problem in (*wrong, *catalogs.now.problems):
        log.error("catalog.problem", problem=str(problem))
    installations = await stack.enter_async_context(installations or Installations(settings))
    turns = Turns(
        redis,
        worker=worker,
        lease=settings.lease,
        thread_life=settings.thread_life,
        audit_life=timedelta(days=settings.audit_days),
    )
    http = await stack.enter_async_context(http_client(settings.mistral_api_url, settings.mistral_api_key))
    limits = Limits(wait=settings.mistral_wait_limit, lock=settings.conversation_lock)
    libraries = Libraries(http, limits=limits)
    sign_ins = SignIns(
        Connections(redis, settings.vault), now=time.time, client_document=addresses.client_document(settings)
    )
    sessions = ToolSessions(timeout=settings.tool_timeout, answering=PEOPLE, credentials=Personal(sign_ins, time.time))
    stack.push_async_callback(sessions.aclose)
    agents = MistralAgents(http, limits=limits)
    people, groups = People(installations), Groups(installations)
    told = Told(redis)
    operators = Operators(told, installations, people, settings.operators)
    tools = Tools(
        lambda: catalogs.now.servers,
        sessions,
        functions,
        rests=Rests(redis, settings.vault),
        pins=Pins(settings.tools_lock),
        tell=operators.tools_differ,
        gate=Gate(people, groups, SharedChannels(installations)),
    )
    objects = AgentObjects(
        agents,
        deployment=settings.deployment,
        sources=lambda: gather(catalogs.now, functions.specs, settings.tools_lock, libraries),
    )
    variants = Variants(
        agents,
        objects,
        deployment=settings.deployment,
        offered=tools.offered,
        library_ids=lambda agent: libraries.ids_of(library_names([agent])),
    )
    follow_ups = FollowUps(redis, thread_life=settings.thread_life)
    return Services(
        settings=settings,
        turns=turns,
        mailbox=Mailbox(redis, limit=settings.mailbox_limit, thread_life=settings.thread_life),
        holdings=Holdings(turns, lease=settings.lease, now=time.time),
        installations=installations,
        people=people,
        budget=Budget(redis),
        catalogs=catalogs,
        tools=tools,
        sign_ins=sign_ins,
        asks=Asks(sessions, time.time),
        tickets=Tickets(redis, settings.vault),
        conversations=MistralConversations(http, limits=limits),
        made_files=MadeFiles(http),
        objects=objects,
        libraries=libraries,
        groups=groups,
        grants=Grants(redis, follow_ups),
        follow_ups=follow_ups,
        due_list=DueList(redis),
        hooks=HookStore(redis, settings.vault, follow_ups, now=time.time),
        told=told,
        inquiries=Inquiries(redis),
        choices=Choices(catalogs, people, groups, Defaults(redis)),
        variants=variants,
        now=time.time,
        calendar=settings.follow_up_clock.now,
        new_id=new_id,
    )
