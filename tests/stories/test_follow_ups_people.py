"""What people do with follow-ups: they make them by a phrase, a form, a message's menu or a button, and look after
them from lists and cards."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any
from zoneinfo import ZoneInfo

from bot.follow_ups.models import FollowUp
from bot.follow_ups.store import FollowUps
from playground.slack.control.acts import Click
from playground.slack.models import Message
from tests.world import ADA, GENERAL, TEAM, World

PARIS = ZoneInfo("Europe/Paris")


def store(world: World) -> FollowUps:
    return FollowUps(world.redis)


async def kept(world: World, user: str = ADA) -> list[FollowUp]:
    return [one.follow_up for one in await store(world).of(TEAM, user)]


async def only(world: World, user: str = ADA) -> FollowUp:
    found = await eventually(lambda: kept(world, user))
    [one] = found
    return one


async def eventually(look: Callable[[], Awaitable[Any]]) -> Any:
    """What `look` gives, as soon as it gives something."""
    found: list[Any] = []

    async def seen() -> bool:
        found[:] = [await look()]
        return bool(found[0])

    from tests.world import until_true

    await until_true(seen, within=10, seen=lambda: found)
    return found[0]


async def press(world: World, message: Message, act: str, *, user: str = ADA, follow_up: str = "") -> None:
    """Press a button of a follow-up; in a list, of this one."""
    block, button = next(
        (block, element)
        for block in message.blocks
        for element in block.get("elements", [])
        if element.get("action_id", "").split(":")[:2] == ["follow_up", act]
        and (not follow_up or element["value"].endswith(f":{follow_up}"))
    )
    await Click(
        user=user,
        channel=message.channel,
        message_ts=message.ts,
        block_id=block.get("block_id"),
        action_id=button["action_id"],
        value=button.get("value"),
    ).apply(world.slack)


def buttons(message: Message) -> list[str]:
    """What the buttons of a message say."""
    elements = [element for block in message.blocks for element in block.get("elements", [])]
    return [element["text"]["text"] for element in elements if element["type"] == "button"]


async def test_a_phrase_becomes_a_follow_up_that_only_who_typed_it_is_told_of(world: World) -> None:
    said = await world.command("/followup", "in 2h check the deploy")
    one = await only(world)
    assert one.prompt == "check the deploy"
    assert (one.channel, one.thread_ts, one.owner) == (GENERAL, "", ADA)
    assert "Follow-up for Ada" in said
    assert "> check the deploy" in said
    assert buttons(world.whispered[-1]) == ["Change", "Cancel"]
