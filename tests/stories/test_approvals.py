"""Nothing runs that nobody allowed, and what was allowed runs once. The server counts how often it was called."""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from mcp.server import MCPServer

from bot.approvals.grants import Grants
from playground.agents_api.brains.steps import CallFunction
from playground.services.odd.journal import note
from playground.slack.models import Message, UserGroup
from playground.slack.settings import ALL_SCOPES
from tests.stories.conftest import MakeWorld
from tests.stories.falling import Fall, turn
from tests.stories.tools import ODD_JOBS, agent, results, runs
from tests.world import ADA, BOT, CAMILLE, GENERAL, GRACE, HUGO, Thread, World, until, words_in

TEAM = "T0PLAY"
GROUP = "S0LEADS"


def an_agent(*fields: str, approvals: str = "{odd__*: ask}") -> Mapping[str, str]:
    return {name: file.replace("tools:", "\n".join((*fields, "tools:"))) for name, file in agent(approvals).items()}


def count(journal: Path, name: str = "call-1", **more: Any) -> CallFunction:
    return CallFunction(name="odd__count", arguments={"journal": str(journal), **more}, tool_call_id=name)


def cards(thread: Thread) -> list[Message]:
    """The messages that can still be answered with a button."""
    return [message for message in thread.ours if "deny_reason" in str(message.blocks)]


async def asked(world: World, *calls: CallFunction, text: str = "count") -> tuple[Thread, list[Message]]:
    world.mistral.script.will(*calls)
    thread = await world.mention(text)
    return thread, await waiting(thread, len(calls))


async def waiting(thread: Thread, times: int = 1) -> list[Message]:
    await until(lambda: len(cards(thread)) == times, seen=lambda: thread.said)
    assert (await thread.rests())["state"] == "asking"
    return cards(thread)


async def says(thread: Thread, words: str) -> None:
    await until(lambda: any(words in said for said in thread.said), seen=lambda: thread.said)


async def whispered(world: World, user: str, words: str) -> None:
    await until(lambda: any(u == user and words in said for u, said in world.whispers), seen=lambda: world.whispers)


def shown_to(world: World, user: str) -> str:
    """The words of the modal that this person has in sight."""
    return " ".join(words_in(world.views(user)[-1].definition["blocks"])) if world.views(user) else ""


async def shows_page(world: World, number: int) -> None:
    await until(lambda: f"Page {number} of" in shown_to(world, ADA))


async def test_a_worker_that_is_replaced_between_card_and_click_costs_nothing(
    make_world: MakeWorld, tmp_path: Path
) -> None:
    world = await make_world(agents=an_agent(), servers=ODD_JOBS)
    thread, [card] = await asked(world, count(tmp_path / "ran"))
    await world.end_worker(0)
    await world.click(card, "approve")
    await world.start_worker()
    await says(thread, "counted")
    assert runs(tmp_path / "ran") == 1
    assert "Ada approved this" in str(card.blocks)


async def test_a_card_that_slack_did_not_take_says_the_decision_before_the_turn_ends(
    make_world: MakeWorld, tmp_path: Path
) -> None:
    world = await make_world(agents=an_agent(), servers=ODD_JOBS)
    thread, [card] = await asked(world, count(tmp_path / "ran"))
    world.slack_fault("chat.update", "error", code="internal_error", times=1)
    await world.click(card, "approve")
    await says(thread, "counted")
    await thread.rests()
    assert "Ada approved this" in str(card.blocks)
    assert cards(thread) == []


async def test_whoever_takes_the_turn_up_says_the_decision_that_a_card_does_not_show(
    make_world: MakeWorld, tmp_path: Path
) -> None:
    world = await make_world(agents=an_agent(), servers=ODD_JOBS)
    thread, [first, second] = await asked(world, count(tmp_path / "ran"), count(tmp_path / "ran", "call-2"))
    updates = world.calls("chat.update")
    world.slack_fault("chat.update", "error", code="internal_error", times=2)
    await world.click(first, "approve")
    await until(lambda: world.calls("chat.update") == updates + 2)  # at the click, and before the turn waits again
    await thread.rests()
    assert cards(thread) == [first, second]
    await world.click(second, "deny")
    await until(lambda: "Ada approved this" in str(first.blocks), seen=lambda: first.blocks)
    assert first not in cards(thread)


async def fallen(
    world: World, *calls: CallFunction, mark: str = "deny_reason", then: str = "Well.", **how: Any
) -> tuple[Thread, Message]:
    """A thread whose worker fell with the post that has `mark` in it, and that post; `then` the agent goes on."""
    fall = Fall(world, mark, **how)
    world.mistral.script.will(*calls)
    world.mistral.script.will_say(then)
    thread = await world.mention("count")
    return thread, await fall.over(thread)


@pytest.mark.parametrize("without_metadata", [False, True])
@pytest.mark.parametrize(("action", "words", "times"), [("approve", "Ada approved", 1), ("deny", "Ada denied", 0)])
async def test_a_decision_stands_on_the_card_of_a_worker_that_fell_before_it_heard_of_its_post(
    make_world: MakeWorld, tmp_path: Path, action: str, words: str, times: int, without_metadata: bool
) -> None:
    world = await make_world(agents=an_agent(f"approvers: [asker, {CAMILLE}]"), servers=ODD_JOBS)
    thread, card = await fallen(world, count(tmp_path / "ran"), without_metadata=without_metadata)
    await world.click(card, action)
    await world.start_worker()
    await until(lambda: words in str(card.blocks), seen=lambda: card.blocks)
    await thread.rests()
    assert cards(thread) == []
    assert [message.ts for message in thread.ours if "would like to use" in message.text] == [card.ts]
    assert runs(tmp_path / "ran") == times


async def test_a_stop_stands_on_the_card_of_a_worker_that_fell_before_it_heard_of_its_post(
    make_world: MakeWorld, tmp_path: Path
) -> None:
    world = await make_world(agents=an_agent(), servers=ODD_JOBS)
    thread, card = await fallen(world, count(tmp_path / "ran"))
    await thread.reply(f"<@{BOT}> stop")
    await world.start_worker()
    await until(lambda: "Ada said stop" in str(card.blocks), seen=lambda: card.blocks)
    assert (await thread.rests())["state"] == "idle"
    assert cards(thread) == []


async def test_a_click_after_the_time_is_said_on_the_card_of_a_worker_that_fell_before_it_heard_of_its_post(
    make_world: MakeWorld, tmp_path: Path
) -> None:
    world = await make_world(agents=an_agent(), servers=ODD_JOBS, asking_limit=1)
    thread, card = await fallen(world, count(tmp_path / "ran"), then="Then not.")
    await until(lambda: time.time() > float(card.ts) + 1.5)
    await world.click(card, "approve")
    await world.start_worker()
    await until(lambda: "Nobody decided in time" in str(card.blocks), seen=lambda: card.blocks)
    await says(thread, "Then not.")
    assert runs(tmp_path / "ran") == 0


async def test_a_decision_stands_on_the_reminder_of_a_worker_that_fell_before_it_heard_of_its_post(
    make_world: MakeWorld, tmp_path: Path
) -> None:
    world = await make_world(agents=an_agent(), servers=ODD_JOBS, asking_limit=6)
    thread, reminder = await fallen(world, count(tmp_path / "ran"), mark="This still waits")
    [card] = cards(thread)
    await world.click(card, "approve")
    await world.start_worker()
    await until(lambda: "Ada approved" in str(reminder.blocks), seen=lambda: reminder.blocks)
    await says(thread, "Well.")
    assert "Ada approved" in str(card.blocks)


async def test_a_question_that_is_over_says_so_on_the_card_of_a_worker_that_fell_before_it_heard_of_its_post(
    make_world: MakeWorld, tmp_path: Path
) -> None:
    server = Changing(tmp_path / "ran")
    world = await make_world(agents=an_agent(), servers={"odd": lambda: server.mcp})
    thread, card = await fallen(world, count(tmp_path / "ran"), then="It has gone.")
    server.mcp.remove_tool("count")
    await world.start_worker()
    await says(thread, "It has gone.")
    await thread.rests()
    assert "This can no longer be done" in str(card.blocks)
    assert cards(thread) == []


async def test_a_decision_waits_on_record_until_slack_says_where_the_card_of_a_fallen_worker_is(
    make_world: MakeWorld, tmp_path: Path
) -> None:
    world = await make_world(agents=an_agent(), servers=ODD_JOBS)
    calls = count(tmp_path / "ran"), count(tmp_path / "ran", "call-2")
    thread, second = await fallen(world, *calls, mark="call-2", then="Both are decided.")
    [first] = [message for message in cards(thread) if message is not second]
    reads = world.calls("conversations.replies")
    world.slack_fault("conversations.replies", "status", status=500, times=2)  # at the click, and before it waits again
    await world.click(second, "deny")
    await world.start_worker()
    await until(lambda: world.calls("conversations.replies") == reads + 2)
    assert (await thread.rests())["state"] == "asking"
    assert "unsaid:call-2" in await turn(thread)
    assert second in cards(thread)
    await world.click(first, "deny")
    await says(thread, "Both are decided.")
    assert "Ada denied" in str(second.blocks)
    assert cards(thread) == []


async def test_a_decision_counts_also_where_nobody_may_read_where_the_card_of_a_fallen_worker_is(
    make_world: MakeWorld, tmp_path: Path
) -> None:
    scopes = ALL_SCOPES - {"channels:history"}
    world = await make_world(agents=an_agent(), servers=ODD_JOBS, slack={"scopes": scopes})
    calls = count(tmp_path / "ran"), count(tmp_path / "ran", "call-2")
    thread, second = await fallen(world, *calls, mark="call-2", then="Both are decided.")
    [first] = [message for message in cards(thread) if message is not second]
    await world.click(second, "approve")
    await world.start_worker()
    assert (await thread.rests())["state"] == "asking"
    assert "unsaid:call-2" in await turn(thread)
    await world.click(first, "deny")
    await says(thread, "Both are decided.")
    assert (await thread.rests())["state"] == "idle"
    assert runs(tmp_path / "ran") == 1
    assert cards(thread) == [second], "it cannot be told where it is"


async def test_a_double_click_runs_it_once_and_is_no_news(make_world: MakeWorld, tmp_path: Path) -> None:
    world = await make_world(agents=an_agent(), servers=ODD_JOBS)
    thread, [card] = await asked(world, count(tmp_path / "ran"))
    await asyncio.gather(*(world.click(card, "approve") for _ in range(3)))
    await says(thread, "counted")
    await thread.rests()
    assert runs(tmp_path / "ran") == 1
    assert world.whispers == []


async def test_of_two_approvers_at_once_one_decides_and_the_other_is_told_who(
    make_world: MakeWorld, tmp_path: Path
) -> None:
    world = await make_world(agents=an_agent(f"approvers: [{CAMILLE}, {GRACE}]"), servers=ODD_JOBS)
    world.slack.workspace.conversations[GENERAL].members.append(GRACE)
    thread, [card] = await asked(world, count(tmp_path / "ran"))
    await world.click(card, "approve")
    await whispered(world, ADA, "not yours to decide")
    assert f"<@{CAMILLE}> <@{GRACE}>" in str(card.blocks), "they are called"
    await asyncio.gather(world.click(card, "deny", user=GRACE), world.click(card, "approve", user=CAMILLE))
    await until(lambda: "approved this" in str(card.blocks) or "denied this" in str(card.blocks))
    await thread.rests()
    allowed = "approved this" in str(card.blocks)
    assert runs(tmp_path / "ran") == int(allowed)
    late, words = (GRACE, "Camille has approved this already") if allowed else (CAMILLE, "Grace l’a déjà refusé")
    await whispered(world, late, words)


async def test_others_may_decide_and_members_of_a_group_but_never_a_guest(
    make_world: MakeWorld, tmp_path: Path
) -> None:
    world = await make_world(agents=an_agent(f"approvers: [others, {GROUP}]"), servers=ODD_JOBS)
    members = world.slack.workspace.conversations[GENERAL].members
    members += [user for user in (GRACE, HUGO) if user not in members]
    world.slack.workspace.groups[GROUP] = UserGroup(id=GROUP, handle="leads", name="Leads", users=[])
    thread, [card] = await asked(world, count(tmp_path / "ran"))
    await world.click(card, "approve")
    await whispered(world, ADA, "not yours to decide")
    await world.click(card, "approve", user=HUGO)  # a guest
    await until(lambda: any(user == HUGO for user, _ in world.whispers))
    assert runs(tmp_path / "ran") == 0
    await world.click(card, "approve", user=GRACE)
    await says(thread, "counted")
    assert runs(tmp_path / "ran") == 1


async def test_whatever_somebody_else_clicks_decides_nothing(make_world: MakeWorld, tmp_path: Path) -> None:
    world = await make_world(agents=an_agent(), servers=ODD_JOBS)
    thread, [card] = await asked(world, count(tmp_path / "ran"))
    for action in ("approve", "approve_thread", "approve_always", "deny"):
        world.whispers.clear()
        await world.click(card, action, user=CAMILLE)
        await until(lambda: any(user == CAMILLE for user, _ in world.whispers))
    assert (await thread.rests())["state"] == "asking"
    assert runs(tmp_path / "ran") == 0
    assert await Grants(world.redis).of(TEAM, ADA) == await Grants(world.redis).of(TEAM, CAMILLE) == []
    await world.click(card, "approve")
    await says(thread, "counted")
    assert runs(tmp_path / "ran") == 1


async def test_a_click_after_the_time_is_a_no_even_if_nobody_looked_in_between(
    make_world: MakeWorld, tmp_path: Path
) -> None:
    world = await make_world(agents=an_agent(), servers=ODD_JOBS, asking_limit=3)
    world.mistral.script.will(count(tmp_path / "ran"))
    world.mistral.script.will_say("Then not.")
    thread = await world.mention("count")
    [card] = await waiting(thread)
    await world.end_worker(0)
    record = await world.hash(f"tw:thread:{thread.key}")
    asked_at = float((await world.hash(f"tw:turn:{TEAM}:{record['turn']}"))["parked"])
    await until(lambda: time.time() > asked_at + 3.5)
    await world.click(card, "approve")
    await world.start_worker()
    await says(thread, "Then not.")
    assert "Nobody decided in time" in str(card.blocks)
    assert runs(tmp_path / "ran") == 0


async def test_a_click_in_time_counts_however_late_it_is_looked_at(make_world: MakeWorld, tmp_path: Path) -> None:
    world = await make_world(agents=an_agent(), servers=ODD_JOBS, asking_limit=3)
    thread, [card] = await asked(world, count(tmp_path / "ran"))
    await world.end_worker(0)
    await world.click(card, "approve")
    record = await world.hash(f"tw:thread:{thread.key}")
    asked_at = float((await world.hash(f"tw:turn:{TEAM}:{record['turn']}"))["parked"])
    await until(lambda: time.time() > asked_at + 3)
    await world.start_worker()
    await says(thread, "counted")
    assert runs(tmp_path / "ran") == 1


async def test_after_half_of_the_time_one_reminder_and_after_all_of_it_a_no(
    make_world: MakeWorld, tmp_path: Path
) -> None:
    world = await make_world(agents=an_agent(), servers=ODD_JOBS, asking_limit=6)
    world.mistral.script.will(count(tmp_path / "ran"))
    world.mistral.script.will_say("Then not.")
    thread = await world.mention("count")
    [card] = await waiting(thread)
    await says(thread, "This still waits for a yes or a no")
    await world.end_worker(0)
    await world.start_worker()
    await says(thread, "Then not.")
    ended = [message for message in thread.ours if "Nobody decided in time" in str(message.blocks)]
    assert len(ended) == 2, "the card, and one reminder"
    assert ended[0].ts == card.ts
    assert runs(tmp_path / "ran") == 0


async def test_a_stop_denies_all_that_waits(make_world: MakeWorld, tmp_path: Path) -> None:
    world = await make_world(agents=an_agent(), servers=ODD_JOBS)
    thread, [one, two] = await asked(world, count(tmp_path / "ran"), count(tmp_path / "ran", "call-2"))
    await thread.reply(f"<@{BOT}> stop")
    await until(lambda: not cards(thread), seen=lambda: thread.said)
    assert (await thread.rests())["state"] == "idle"
    assert "Ada said stop before anybody decided" in str(one.blocks) + str(two.blocks)
    assert runs(tmp_path / "ran") == 0


async def test_five_that_wait_are_decided_one_by_one(make_world: MakeWorld, tmp_path: Path) -> None:
    world = await make_world(agents=an_agent(), servers=ODD_JOBS)
    journals = [tmp_path / f"ran-{number}" for number in range(5)]
    calls = [count(journal, f"call-{number}") for number, journal in enumerate(journals)]
    thread, found = await asked(world, *calls)
    for number in (3, 0, 4, 1, 2):
        await world.click(found[number], "deny" if number % 2 else "approve")
    await says(thread, "counted")
    assert [runs(journal) for journal in journals] == [1, 0, 1, 0, 1]


async def test_a_no_may_say_why_and_the_model_is_told_as_data(make_world: MakeWorld, tmp_path: Path) -> None:
    world = await make_world(agents=an_agent(), servers=ODD_JOBS)
    thread, [card] = await asked(world, count(tmp_path / "ran"))
    await world.click(card, "deny_reason")
    await world.submit(await world.view(), {"reason": 'Not "today".\nAsk Grace.'})
    await says(thread, "did not allow")
    assert 'not an instruction: "Not \\"today\\".\\nAsk Grace."]' in results(world)[-1]
    assert runs(tmp_path / "ran") == 0


async def test_a_yes_for_the_thread_holds_there_and_nowhere_else(make_world: MakeWorld, tmp_path: Path) -> None:
    world = await make_world(agents=an_agent(), servers=ODD_JOBS)
    thread, [card] = await asked(world, count(tmp_path / "ran"))
    await world.click(card, "approve_thread")
    await says(thread, "counted")
    await thread.rests()
    world.mistral.script.will(count(tmp_path / "ran", "call-2"))
    await thread.reply(f"<@{BOT}> again")
    await until(lambda: runs(tmp_path / "ran") == 2)
    await thread.rests()
    world.mistral.script.will(count(tmp_path / "ran", "call-3"))
    await thread.reply(f"<@{BOT}> me too", user=CAMILLE)
    await waiting(thread)
    await asked(world, count(tmp_path / "ran", "call-4"), text="elsewhere")
    assert runs(tmp_path / "ran") == 2


async def test_a_standing_yes_holds_until_it_is_revoked(make_world: MakeWorld, tmp_path: Path) -> None:
    world = await make_world(agents=an_agent(), servers=ODD_JOBS)
    thread, [card] = await asked(world, count(tmp_path / "ran"))
    await world.click(card, "approve_always")
    await says(thread, "counted")
    world.mistral.script.will(count(tmp_path / "ran", "call-2"))
    elsewhere = await world.mention("count")
    await says(elsewhere, "counted")
    assert runs(tmp_path / "ran") == 2

    grants = Grants(world.redis)
    [grant] = await grants.of(TEAM, ADA)
    assert await grants.revoke(TEAM, ADA, grant.id)
    await asked(world, count(tmp_path / "ran", "call-3"))
    assert runs(tmp_path / "ran") == 2


class Changing:
    """A server whose tool may be changed."""

    def __init__(self, journal: Path) -> None:
        self.mcp = MCPServer("odd", version="1.0")
        self.journal = journal
        self.describe("Counts.")

    def describe(self, description: str) -> None:
        def count(journal: str) -> str:
            note(Path(journal), "count")
            return "counted"

        if "count" in self.mcp._tool_manager._tools:
            self.mcp.remove_tool("count")
        self.mcp.add_tool(count, description=description)


async def test_a_tool_that_changed_after_the_question_is_not_called_and_a_standing_yes_is_void(
    make_world: MakeWorld, tmp_path: Path
) -> None:
    server = Changing(tmp_path / "ran")
    world = await make_world(agents=an_agent(), servers={"odd": lambda: server.mcp})
    _, [card] = await asked(world, count(tmp_path / "ran"))
    await world.click(card, "approve_always")
    await until(lambda: runs(tmp_path / "ran") == 1)

    server.describe("Counts, and tells everybody.")
    await world.end_worker(0)
    await world.start_worker()
    thread, [card] = await asked(world, count(tmp_path / "ran", "call-2"))
    server.describe("Counts backwards.")
    await world.end_worker(len(world.running) - 1)
    world.mistral.script.will_say("It has changed.")
    await world.click(card, "approve")
    await world.start_worker()
    await says(thread, "It has changed.")
    assert "has changed since a person was asked" in results(world)[-1]
    assert runs(tmp_path / "ran") == 1


async def test_a_question_is_over_where_its_tool_has_gone_while_others_go_on(
    make_world: MakeWorld, tmp_path: Path
) -> None:
    going, staying = Changing(tmp_path), Changing(tmp_path)
    world = await make_world(
        agents=agent("{'*': ask}", tools="[odd, calm]"), servers={"odd": lambda: going.mcp, "calm": lambda: staying.mcp}
    )
    calm = [
        CallFunction(name="calm__count", arguments={"journal": str(tmp_path / "ran")}, tool_call_id=f"calm-{number}")
        for number in (1, 2)
    ]
    thread, [first, second, third] = await asked(world, count(tmp_path / "ran"), *calm)
    await world.end_worker(0)
    going.mcp.remove_tool("count")
    await world.click(second, "approve")
    await world.start_worker()
    await until(lambda: cards(thread) == [third], seen=lambda: [card.blocks for card in cards(thread)])
    assert "This can no longer be done" in str(first.blocks)
    assert "Ada approved this" in str(second.blocks)
    await world.click(third, "approve")
    await until(lambda: runs(tmp_path / "ran") == 2)


async def test_no_button_is_left_of_a_turn_that_was_put_aside(make_world: MakeWorld, tmp_path: Path) -> None:
    world = await make_world(agents=an_agent(), servers=ODD_JOBS)
    thread, [card] = await asked(world, count(tmp_path / "ran"))
    await world.end_worker(0)
    await world.redis.hset(f"tw:thread:{thread.key}", "lost_workers", "3")  # type: ignore[misc]  # sync or async to mypy
    await world.click(card, "approve")
    await world.start_worker()
    await until(lambda: cards(thread) == [], seen=lambda: thread.said)
    assert (await thread.rests())["state"] == "idle"
    assert runs(tmp_path / "ran") == 0


@pytest.mark.parametrize("text", ["line\n" * 20_000, "<!channel> " * 9_000], ids=["lines", "words"])
async def test_a_hundred_kilobytes_are_shown_to_their_end_before_they_are_allowed(
    make_world: MakeWorld, tmp_path: Path, text: str
) -> None:
    world = await make_world(agents=an_agent(), servers=ODD_JOBS)
    thread, [card] = await asked(world, count(tmp_path / "ran", note=text + "the end"))
    assert "the end" not in str(card.blocks)
    assert "<!channel>" not in thread.said[-1]
    await world.click(card, "arguments")
    page = await until(lambda: "Page 1 of" in shown_to(world, ADA) and shown_to(world, ADA))
    last = int(re.findall(r"Page 1 of (\d+)", page)[0])
    for number in range(2, last + 1):
        await world.use(await world.view(), f"arguments_page:{number}")
        await shows_page(world, number)
    assert "the end" in shown_to(world, ADA)
    await world.click(card, "approve")
    await says(thread, "counted")
    assert runs(tmp_path / "ran") == 1


async def test_what_goes_to_a_server_with_sign_ins_is_shown_to_the_asker_and_those_who_decide_only(
    make_world: MakeWorld, tmp_path: Path
) -> None:
    world = await make_world(agents=an_agent(), servers=ODD_JOBS, worker=False)
    described = json.loads(world.settings.mcp_config[0].read_text())
    described["mcpServers"]["odd"]["oauth"] = {"client_id": "threadwind"}
    world.settings.mcp_config[0].write_text(json.dumps(described))
    await world.start_worker()
    thread, [card] = await asked(world, count(tmp_path / "ran"))
    assert str(tmp_path) not in str(card.blocks) + "".join(thread.said)
    await world.click(card, "arguments", user=CAMILLE)
    await until(lambda: "Ceci ne concerne que" in shown_to(world, CAMILLE))
    await world.click(card, "arguments")
    await until(lambda: str(tmp_path) in shown_to(world, ADA))
    await world.click(card, "approve")
    await until(lambda: runs(tmp_path / "ran") == 1)
    await thread.rests()
    assert str(tmp_path) not in str([message.blocks for message in thread.ours])


async def test_who_writes_meanwhile_is_told_whose_yes_is_waited_for(make_world: MakeWorld, tmp_path: Path) -> None:
    world = await make_world(agents=an_agent(), servers=ODD_JOBS)
    thread, _ = await asked(world, count(tmp_path / "ran"))
    await thread.reply(f"<@{BOT}> and?")
    await whispered(world, ADA, "I need your yes or no about odd__count")
    await thread.reply(f"<@{BOT}> me too", user=CAMILLE)
    await whispered(world, CAMILLE, "un oui ou un non de Ada")
