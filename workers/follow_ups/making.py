"""Makes a follow-up: within what its owner and its place may have, with an address where a webhook wakes it.

What always holds: one that is wished for twice under one id is made once.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import structlog

from bot.follow_ups.hook_store import NoVault
from bot.follow_ups.models import FollowUp
from bot.follow_ups.store import Added
from workers.follow_ups import wishes
from workers.follow_ups.wishes import Refused, Wish
from workers.services import Services

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Made:
    follow_up: FollowUp


async def make(services: Services, wish: Wish) -> Made | Refused:
    """Keep a new one, if it may be. With the id of one that there is already, that one."""
    if wish.id and (known := await services.follow_ups.get(wish.team, wish.id)):
        return Made(known.follow_up)
    bare = FollowUp(
        id=wish.id or services.new_id(),
        team=wish.team,
        channel=wish.channel,
        thread_ts=wish.thread_ts,
        owner=wish.owner,
        owner_team=wish.owner_team,
        prompt=wish.prompt,
        when=wish.when,
        made_at=int(services.calendar()),
        made_by=wish.made_by,
    )
    new = await wishes.granted(services, wish, before=bare)
    if not isinstance(new, Refused):
        new = await addressed(services, new)
    return new if isinstance(new, Refused) else await _added(services, new)


async def addressed(services: Services, new: FollowUp) -> FollowUp | Refused:
    """The same with an address, if a webhook is to wake it; one that had one before keeps that. It expires where the
    follow-up is not kept with it."""
    if not new.when.hook or new.hook:
        return new
    if services.settings.hooks_at is None:
        return Refused("follow_up.refused.no_address", {})
    try:
        return replace(new, hook=(await services.hooks.make(new.team, new.id)).id)
    except NoVault:
        return Refused("follow_up.refused.no_vault", {})


async def _added(services: Services, new: FollowUp) -> Made | Refused:
    of_person, in_thread = services.settings.follow_ups_per_person, services.settings.follow_ups_per_thread
    added = await services.follow_ups.add(new, most_of_person=of_person, most_in_thread=in_thread)
    if added is Added.FULL_PERSON:
        return Refused("follow_up.refused.full_person", {"count": of_person})
    if added is Added.FULL_THREAD:
        key = "follow_up.refused.full_thread" if new.thread_ts else "follow_up.refused.full_channel"
        return Refused(key, {"count": in_thread})
    if added is Added.TAKEN and (known := await services.follow_ups.get(new.team, new.id)):
        return Made(known.follow_up)
    log.info("follow_up.made", follow_up=new.id, owner=new.owner, by=new.made_by, due=new.due)
    return Made(new)
