"""A connector's tool that needs a yes: Mistral would run it, the person is asked here, and Mistral is told."""

from __future__ import annotations

from tests.stories.conftest import MakeWorld
from tests.world import CAMILLE, Thread, World, until

SECRETARY = {
    "assistant": (
        "---\nmodel: mistral-medium-latest\ndescription: Helps.\nconnectors:\n"
        "  - connector: {id: gmail, requires_confirmation: [gmail_send]}\n---\nHelp the people in this thread.\n"
    )
}
SEND = "send a mail to bo@example.org: the invoice is paid"


async def asked(make_world: MakeWorld, **settings: float) -> tuple[World, Thread]:
    world = await make_world(agents=SECRETARY, mistral={"brain": "rules"}, **settings)
    thread = await world.mention(SEND)
    await until(lambda: any("approve" in str(message.blocks) for message in thread.ours), seen=lambda: thread.said)
    assert (await thread.rests())["state"] == "asking"
    return world, thread


def decisions(world: World) -> list[str]:
    appends = [request.body or {} for request in world.mistral.requests("conversations.append")]
    return [told["confirmation"] for append in appends for told in append.get("tool_confirmations", [])]


async def test_it_waits_for_a_yes_with_what_would_be_sent_and_then_mistral_runs_it(make_world: MakeWorld) -> None:
    world, thread = await asked(make_world)
    card = thread.ours[-1]
    assert "bo@example.org" in str(card.blocks)
    await world.click(card, "approve", user=CAMILLE)
    await until(lambda: any(user == CAMILLE for user, _ in world.whispers))
    assert decisions(world) == []
    await world.click(card, "approve")
    assert "nothing leaves it" in (await thread.answered(2))[-1]
    assert decisions(world) == ["allow"]
    await thread.reply("<@U0BOT> thank you")
    assert (await thread.answered(3))[-1] == "You are welcome."


async def test_a_no_is_told_and_the_thread_goes_on(make_world: MakeWorld) -> None:
    world, thread = await asked(make_world)
    await world.click(thread.ours[-1], "deny")
    assert "you said no" in (await thread.answered(2))[-1]
    await thread.reply("<@U0BOT> thank you")
    assert (await thread.answered(3))[-1] == "You are welcome."


async def test_who_stops_instead_has_said_no(make_world: MakeWorld) -> None:
    world, thread = await asked(make_world)
    await thread.reply("<@U0BOT> stop")
    await until(lambda: len(decisions(world)) == 1, seen=lambda: thread.said)
    assert (await thread.rests())["state"] == "idle"
    assert decisions(world) == ["deny"]
    await thread.reply("<@U0BOT> thank you")
    await until(lambda: "You are welcome." in thread.said, seen=lambda: thread.said)
