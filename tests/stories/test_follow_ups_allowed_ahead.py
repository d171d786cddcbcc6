"""A follow-up that will write asks for the yes when it is made: what may be allowed ahead, by whom, for how long."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from mcp.server import MCPServer

from bot.approvals.grants import Grant, Grants
from bot.follow_ups.store import FollowUps
from playground.agents_api.brains.steps import CallFunction
from playground.services.odd.server import a_bench
from playground.serving import serve
from playground.slack.models import Message, View
from tests.stories.conftest import MakeWorld
from tests.stories.test_follow_ups_by_agents import again, asked, cards, drawn, kept, later, schedule
from tests.stories.tools import ODD_JOBS, ODD_JOBS_APART
from tests.world import ADA, GRACE, TEAM, Thread, World, until, until_true, words_in

COUNTS = "odd__count"


def files(*fields: str, tools: str = "[odd__count, odd__nothing]") -> Mapping[str, str]:
    head = ["model: mistral-medium-latest", "description: Helps.", "follow_ups: true", f"tools: {tools}", *fields]
    return {"assistant": "\n".join(["---", *head, "---", "Help the people in this thread.", ""])}


ASKS = 'approvals: {"odd__*": ask}'


@pytest.fixture
async def world(make_world: MakeWorld) -> World:
    return await make_world(agents=files(ASKS), servers=ODD_JOBS)


def has_button(card: Message) -> bool:
    return any(each.get("action_id") == "allow_ahead" for block in card.blocks for each in block.get("elements", []))


async def promised(world: World, **arguments: Any) -> tuple[Thread, Message]:
    thread = await asked(world, schedule(at=later(hours=1), **arguments))
    [card] = cards(thread)
    return thread, card


async def opened(world: World, card: Message, *, user: str = ADA) -> View:
    """The modal, as soon as a worker has filled it in."""
    await world.click(card, "allow_ahead", user=user)
    await world.view(user)
    await until(lambda: "One moment" not in shown(world, user), seen=lambda: shown(world, user))
    return world.views(user)[-1]


def shown(world: World, user: str = ADA) -> str:
    return "\n".join(words_in(world.views(user)[-1].definition["blocks"]))


def boxes(view: View) -> dict[str, str]:
    """What may be ticked: what each is called, and its id."""
    inputs = [block["element"] for block in view.definition["blocks"] if block["type"] == "input"]
    return {option["text"]["text"]: option["value"] for element in inputs for option in element["options"]}


async def grants(world: World) -> list[Grant]:
    return await Grants(world.redis, FollowUps(world.redis)).of(TEAM, ADA)


async def test_its_owner_allows_the_named_tool_for_its_runs_alone_and_the_card_says_so(world: World) -> None:
    _, card = await promised(world, tools=[COUNTS])
    [made] = await kept(world)
    assert made.tools == (COUNTS,)
    view = await opened(world, card)
    [(name, box)] = boxes(view).items()
    assert COUNTS in name
    assert "nobody may be there to be asked" in shown(world)
    assert await world.submit(view, {"tools0": [box]}) == {}
    await until(lambda: "Allowed for its runs" in shown(world), seen=lambda: shown(world))
    [grant] = await grants(world)
    assert (grant.follow_up, grant.thread, grant.agent, grant.tool) == (made.id, "", "assistant", COUNTS)
    assert (grant.user, grant.by) == (ADA, ADA)
    asked_for: dict[str, str] = {
        "user": ADA,
        "agent": "assistant",
        "tool": COUNTS,
        "does": "",
        "definition": grant.definition,
        "thread": "anywhere",
    }
    assert grant.covers(**asked_for, follow_up=made.id)
    assert not grant.covers(**asked_for, follow_up="another")
    await until(lambda: "Allowed ahead:" in drawn(card), seen=lambda: drawn(card))
    assert "Ada allowed calls ahead." in drawn(card)
    assert not has_button(card), "nothing is left to allow"


async def test_a_list_offers_it_too(world: World) -> None:
    await promised(world, tools=[COUNTS])
    listed = await world.command("/followup", "list")
    assert "Allow ahead…" in listed
    [message] = [each for each in world.whispered if "You have 1 follow-up" in str(each.blocks)]
    await world.click(message, "allow_ahead")
    await until(lambda: world.views() and boxes(world.views()[-1]), seen=lambda: shown(world))
    assert COUNTS in str(boxes(world.views()[-1]))


async def test_with_a_prefix_the_modal_names_the_command_that_bears_it(make_world: MakeWorld) -> None:
    world = await make_world(agents=files(ASKS), servers=ODD_JOBS, command_prefix="tw-")
    _, card = await promised(world)
    await opened(world, card)
    assert "you revoke it in `/tw-connections`" in shown(world)


def a_server_of(count: int) -> Callable[[], MCPServer]:
    def build() -> MCPServer:
        server = MCPServer("many")
        for number in range(count):
            server.add_tool(lambda: "done", name=f"write{number:03}", description="Writes.")
        return server

    return build


async def with_many(make_world: MakeWorld, count: int, *more: str) -> World:
    agents = files('approvals: {"many__*": ask}', *more, tools="[many]")
    return await make_world(agents=agents, servers={"many": a_server_of(count)})


async def test_more_than_ten_are_offered_in_several_groups_and_the_card_says_how_many_it_does_not_name(
    make_world: MakeWorld,
) -> None:
    world = await with_many(make_world, 23)
    _, card = await promised(world)
    view = await opened(world, card)
    groups = [block for block in view.definition["blocks"] if block["type"] == "input"]
    assert [len(group["element"]["options"]) for group in groups] == [10, 10, 3]
    ticked = {group["block_id"]: [one["value"] for one in group["element"]["options"]] for group in groups}
    del ticked["tools1"]
    assert await world.submit(view, ticked) == {}
    await until(lambda: "Allowed for its runs" in shown(world), seen=lambda: shown(world))
    assert len(await grants(world)) == 13
    await until(lambda: "(many__write009)` and 3 more." in drawn(card).replace(",", ""), seen=lambda: drawn(card))
    assert has_button(card)
    await world.close(world.views(ADA)[-1])
    assert sorted(boxes(await opened(world, card))) == [
        f"write{number:03} (many__write{number:03})" for number in range(10, 20)
    ]


async def test_of_more_than_a_modal_holds_the_rest_is_counted_and_offered_next(make_world: MakeWorld) -> None:
    """More than one agent may have; here it is a person's own follow-up, and no model is asked."""
    world = await with_many(make_world, 203)
    await world.command("/followup", "in 2h count everything")
    card = world.whispered[-1]
    view = await opened(world, card)
    assert len(boxes(view)) == 200
    assert "3 more do not fit here" in shown(world)
    ticked = {f"tools{number}": list(boxes(view).values())[number * 10 : number * 10 + 10] for number in range(20)}
    assert await world.submit(view, ticked) == {}
    await until(lambda: "Allowed for its runs" in shown(world), seen=lambda: shown(world))
    assert len(await grants(world)) == 200
    await world.close(world.views(ADA)[-1])
    assert len(boxes(await opened(world, card))) == 3


async def test_a_title_that_is_too_long_for_a_box_does_not_hide_the_name(make_world: MakeWorld) -> None:
    def build() -> MCPServer:
        server = MCPServer("many")
        server.add_tool(lambda: "done", name="erase", title="Look at the calendar " * 4, description="Erases.")
        return server

    agents = files('approvals: {"many__*": ask}', tools="[many]")
    world = await make_world(agents=agents, servers={"many": build})
    _, card = await promised(world)
    assert list(boxes(await opened(world, card))) == ["many__erase"]


async def test_with_nothing_ticked_the_modal_closes(make_world: MakeWorld) -> None:
    world = await with_many(make_world, 11)
    _, card = await promised(world)
    assert await world.submit(await opened(world, card), {}) == {}
    assert not world.views(ADA)
    assert await grants(world) == []


async def test_what_mistral_calls_itself_is_named_as_what_will_be_asked_for(make_world: MakeWorld) -> None:
    """There is no definition of it here that a yes could be held to."""
    mail = "connectors: [{connector: {id: gmail, requires_confirmation: [gmail_send, gmail_label, gmail_read]}}]"
    approvals = 'approvals: {"odd__*": ask, gmail_label: auto, gmail_read: deny}'
    world = await make_world(agents=files(approvals, mail), servers=ODD_JOBS)
    _, card = await promised(world, tools=[COUNTS])
    sentence = "These calls cannot be allowed ahead, so they are asked for when it runs: `gmail (gmail_send)`."
    assert sentence in drawn(card)
    view = await opened(world, card)
    assert len(boxes(view)) == 1
    assert sentence in shown(world)
    await world.submit(view, {"tools0": list(boxes(view).values())})
    await until(lambda: "Allowed for its runs" in shown(world), seen=lambda: shown(world))
    await until(lambda: "Allowed ahead:" in drawn(card), seen=lambda: drawn(card))
    assert not has_button(card), "nothing is left that could be allowed"
    assert sentence in drawn(card)


async def test_what_a_tool_may_do_has_to_be_known_to_be_allowed(make_world: MakeWorld) -> None:
    """An argument says what it does, and its schema does not say which values there are."""
    servers = {"odd": {**ODD_JOBS_APART["odd"], "methods": {"count": "journal"}}}
    world = await make_world(agents=files(ASKS, tools="[odd__count]"), servers=servers)
    _, card = await promised(world)
    assert "so they are asked for when it runs: `count (odd__count)`." in drawn(card)
    assert not has_button(card)


async def test_a_schema_that_is_no_object_names_nothing_and_a_title_ends_no_code_span(make_world: MakeWorld) -> None:
    """`true` is a schema, too: of anything."""
    bench = a_bench(sets=["jobs"])
    schema = {"type": "object", "properties": {"method": True}}
    bench.redefined["count"] = {"inputSchema": schema, "title": "Count` *all* `"}
    async with serve(bench.mcp.streamable_http_app()) as at:
        servers = {"odd": {"url": f"{at}/mcp", "methods": {"count": "method"}}}
        world = await make_world(agents=files(ASKS, tools="[odd__count]"), servers=servers)
        _, card = await promised(world)
    assert "so they are asked for when it runs: `Count *all* (odd__count)`." in drawn(card)


async def test_without_names_all_that_would_ask_are_offered_and_none_is_ticked(world: World) -> None:
    _, card = await promised(world)
    view = await opened(world, card)
    assert len(boxes(view)) == 2
    assert "initial_options" not in str(view.definition)
    await world.close(view)
    assert await grants(world) == []


async def test_whoever_may_not_decide_is_told_who_is_asked_then(world: World) -> None:
    _, card = await promised(world, tools=[COUNTS])
    view = await opened(world, card, user=GRACE)
    assert boxes(view) == {}
    assert "Others decide about these" in shown(world, GRACE)
    assert COUNTS in shown(world, GRACE)


async def test_where_others_decide_they_allow_it_and_its_owner_does_not(make_world: MakeWorld) -> None:
    world = await make_world(agents=files(ASKS, "approvers: [others]"), servers=ODD_JOBS)
    _, card = await promised(world, tools=[COUNTS])
    assert boxes(await opened(world, card)) == {}
    view = await opened(world, card, user=GRACE)
    await world.submit(view, {"tools0": list(boxes(view).values())})
    await until(lambda: "Allowed for its runs" in shown(world, GRACE), seen=lambda: shown(world, GRACE))
    [grant] = await grants(world)
    assert (grant.user, grant.by) == (ADA, GRACE)


async def test_what_is_allowed_is_so_for_what_it_was_to_do(world: World) -> None:
    """An agent that changes the task cannot take the yes along."""
    thread, card = await promised(world, tools=[COUNTS])
    view = await opened(world, card)
    await world.submit(view, {"tools0": list(boxes(view).values())})
    await until_true(lambda: _any(world), seen=lambda: shown(world))
    [made] = await kept(world)
    await again(world, thread, CallFunction(name="change_follow_up", arguments={"id": made.id, "quiet": True}))
    assert len(await grants(world)) == 1
    change = {"id": made.id, "task": "Count everything."}
    await again(world, thread, CallFunction(name="change_follow_up", arguments=change))
    assert await grants(world) == []
    assert has_button(card)


@pytest.mark.parametrize("change", [{"cron": "*/5 * * * *"}, {"until": "hell freezes over"}], ids=["when", "until"])
async def test_what_is_allowed_is_so_for_when_it_was_to_run(world: World, change: Mapping[str, str]) -> None:
    """A yes to one run is none to one every five minutes."""
    thread, card = await promised(world, tools=[COUNTS])
    view = await opened(world, card)
    await world.submit(view, {"tools0": list(boxes(view).values())})
    await until_true(lambda: _any(world), seen=lambda: shown(world))
    [made] = await kept(world)
    last = {"id": made.id, "ends": later(days=9)}
    await again(world, thread, CallFunction(name="change_follow_up", arguments=last))
    assert len(await grants(world)) == 1
    await again(world, thread, CallFunction(name="change_follow_up", arguments={"id": made.id, **change}))
    assert await grants(world) == []
    assert has_button(card)


async def test_an_agent_that_needs_no_yes_has_no_button(make_world: MakeWorld) -> None:
    world = await make_world(agents=files('approvals: {"odd__*": auto}'), servers=ODD_JOBS)
    _, card = await promised(world)
    assert not has_button(card)


async def test_of_one_that_has_ended_the_modal_says_so(world: World) -> None:
    thread, card = await promised(world, tools=[COUNTS])
    view = await opened(world, card)
    [made] = await kept(world)
    await again(world, thread, CallFunction(name="cancel_follow_up", arguments={"id": made.id, "reason": "No need."}))
    await world.submit(view, {"tools0": list(boxes(view).values())})
    await until(lambda: "It has ended already." in shown(world), seen=lambda: shown(world))
    assert await grants(world) == []


async def _any(world: World) -> bool:
    return bool(await grants(world))
