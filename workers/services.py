"""What a turn may use. Opened once a process (`workers/opening.py`), closed in reverse order."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from bot.approvals.grants import Grants
from bot.catalog.catalog import Catalogs
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
from bot.threads.mailbox import Mailbox
from bot.threads.told import Told
from bot.threads.turns import Turns
from workers.agents.libraries import Libraries
from workers.agents.objects import AgentObjects
from workers.agents.variants import Variants
from workers.conversations.made_files import MadeFiles
from workers.conversations.port import Conversations
from workers.holdings import Holdings
from workers.tools.asks import Asks
from workers.tools.calls import Tools
from workers.tools.oauth.sign_ins import SignIns


@dataclass(frozen=True, kw_only=True)
class Services:
    """`now` is the one clock: seconds since the epoch; `calendar` the one by which follow-ups are due, which is the
    same but in a rehearsal. `new_id` makes the short ids of turns.
    """

    settings: Settings
    turns: Turns
    mailbox: Mailbox
    holdings: Holdings
    installations: Installations
    people: People
    choices: Choices
    budget: Budget
    catalogs: Catalogs
    tools: Tools
    sign_ins: SignIns
    asks: Asks
    tickets: Tickets
    conversations: Conversations
    made_files: MadeFiles
    objects: AgentObjects
    libraries: Libraries
    groups: Groups
    grants: Grants
    follow_ups: FollowUps
    due_list: DueList
    hooks: HookStore
    told: Told
    inquiries: Inquiries
    variants: Variants
    now: Callable[[], float]
    calendar: Callable[[], float]
    new_id: Callable[[], str]
    sleep: Callable[[float], Awaitable[None]] = field(default=asyncio.sleep)
    met: set[str] = field(
        default_factory=set
    )  # what this process has seen of Mistral's ways, each said once in the log
