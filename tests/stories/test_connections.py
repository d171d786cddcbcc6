"""/connections: a person sees, alone, where they are signed in and what they allowed for longer, and ends it."""

from __future__ import annotations

import asyncio
import json
from dataclasses import asdict, replace
from pathlib import Path
from urllib.parse import urlsplit

import httpx2
import pytest

from bot.approvals.grants import Grant, Grants
from bot.connections.models import Principal
from bot.connections.signed_in import Connections
from bot.follow_ups.store import FollowUps
from bot.threads import keys
from playground.slack.control.acts import Close
from playground.slack.models import View
from tests.stories.conftest import MakeWorld
from tests.stories.desk import services_of
from tests.stories.house import House, MakeHouse, back, signed_in
from tests.stories.tools import ODD_JOBS, agent, runs
from tests.world import ADA, BOT, GENERAL, GRACE, TEAM, World, until, until_true, words_in
from workers.tools import client_task

GRANT = Grant(
    user=ADA, agent="assistant", tool="odd__save", does="", definition="abc", title="Save", server="odd",
    by=ADA, at=1.0,
)  # fmt: skip


async def listed(world: World, *, user: str = ADA) -> View:
    """The modal, once it is filled in."""
    assert await world.command("/connections", user=user) == ""
    await shows(world, "Only you see this", user=user)
    return await world.view(user)


async def shows(world: World, *words: str, user: str = ADA) -> str:
    def seen() -> str:
        return "\n".join(words_in(world.views(user)[-1].definition["blocks"])) if world.views(user) else ""

    await until(lambda: all(each in seen() for each in words), seen=seen)
    return seen()


async def link_in(view: View) -> str:
    buttons = [e for block in view.definition["blocks"] for e in block.get("elements", [])]
    return next(str(button["url"]) for button in buttons if "url" in button)


async def is_signed_in(house: House, browser: httpx2.AsyncClient) -> None:
    thread = await house.asks()
    await signed_in(house, await house.link(), browser)
    await until(lambda: "Groceries" in thread.said[-1], seen=lambda: thread.said)
    await thread.rests()


async def test_a_person_connects_from_the_list_and_the_next_call_needs_no_sign_in(
    house: House, browser: httpx2.AsyncClient
) -> None:
    view = await listed(house.world)
    await shows(house.world, "*notes*: you are not signed in", "You have allowed nothing for longer")
    before = len(house.world.slack.workspace.conversations[GENERAL].timeline)
    await house.world.use(view, "connect:notes")
    await shows(house.world, "notes:read", "everybody there can see it")
    await signed_in(house, await link_in(await house.world.view()), browser)
    await shows(house.world, "You are now signed in at notes", "signed in since", "Rights: ", "notes:read")
    assert (await house.signed_in()).refresh_token
    assert len(house.world.slack.workspace.conversations[GENERAL].timeline) == before, "nothing stands in the channel"
    assert not house.world.whispers

    assert "Groceries" in (await (await house.asks()).answered())[-1]


async def test_a_call_that_waits_for_a_sign_in_goes_on_when_its_person_connects_from_the_list(
    house: House, browser: httpx2.AsyncClient
) -> None:
    threads = [await house.asks(), await house.asks()]
    hers = await house.asks(user=GRACE)
    for thread in (*threads, hers):
        assert (await thread.rests())["state"] == "asking"
    await house.world.use(await listed(house.world), "connect:notes")
    await shows(house.world, "notes:read")
    await signed_in(house, await link_in(await house.world.view()), browser)
    await until(lambda: all("Groceries" in thread.said[-1] for thread in threads), seen=lambda: threads[-1].said)
    assert (await hers.record())["state"] == "asking", "she has signed in nowhere"


async def test_who_closed_the_list_is_told_by_direct_message(house: House, browser: httpx2.AsyncClient) -> None:
    await house.world.use(await listed(house.world), "connect:notes")
    await shows(house.world, "notes:read")
    link = await link_in(await house.world.view())
    await Close(user=ADA, view_id=(await house.world.view()).id).apply(house.world.slack)
    await signed_in(house, link, browser)

    def told() -> bool:
        messages = house.world.slack.workspace.conversations["D0ADA"].messages.values()
        return any("now signed in at notes" in message.text for message in messages)

    await until(told)


async def test_who_disconnects_is_asked_again_by_every_worker_and_the_server_is_told(
    house: House, browser: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client_task, "LOOK_SECONDS", 0.05)
    await is_signed_in(house, browser)
    signed_in = await house.signed_in()
    await house.world.start_worker()
    view = await listed(house.world)
    await house.world.use(view, "disconnect:notes")
    await shows(
        house.world, "You are no longer signed in at notes", "the server has been told", "you are not signed in"
    )
    assert await house.signed_in() is None
    assert house.issuer.tokens.known(signed_in.access_token) is None

    def open_ones() -> list[str]:
        pools = [worker.ctx["services"].asks._sessions.pool for worker in house.world.workers]
        keys = [connection.owner._credential.key for pool in pools for connection in pool]
        return [key for key in keys if key.startswith(f"{TEAM}:{ADA}")]

    await until(lambda: not open_ones(), seen=open_ones)
    for _ in range(2):
        whispers = len(house.world.whispered)
        thread = await house.asks()
        await house.link(after=whispers)
        assert (await thread.rests())["state"] == "asking"


async def test_a_server_that_cannot_be_told_does_not_keep_a_person_connected(
    house: House, browser: httpx2.AsyncClient
) -> None:
    await is_signed_in(house, browser)
    signed_in = await house.signed_in()
    documents = json.loads(json.dumps(signed_in.documents))
    documents["server"].pop("revocation_endpoint")
    connections = Connections(house.world.redis, house.world.settings.vault)
    await connections.put(Principal(TEAM, ADA), "notes", replace(signed_in, documents=documents))
    await house.world.use(await listed(house.world), "disconnect:notes")
    await shows(house.world, "I could not tell the server")
    assert await house.signed_in() is None


async def test_a_renewal_under_way_does_not_bring_an_ended_connection_back(
    house: House, browser: httpx2.AsyncClient
) -> None:
    await is_signed_in(house, browser)
    connections, ada = Connections(house.world.redis, house.world.settings.vault), Principal(TEAM, ADA)
    async with connections.refreshing(ada, "notes"):
        signed_in = await connections.get(ada, "notes")
        assert signed_in is not None
        ending = asyncio.create_task(services_of(house.world).sign_ins.end(ada, "notes"))
        done, _ = await asyncio.wait({ending}, timeout=0.5)
        assert not done, "it waits for whoever renews"
        await connections.put(ada, "notes", replace(signed_in, access_token="renewed"))
    ended = await ending
    assert ended is not None
    assert ended.access_token == "renewed", "this one is revoked at the server"
    assert await connections.get(ada, "notes") is None


async def test_a_refused_sign_in_is_said_in_the_list(house: House, browser: httpx2.AsyncClient) -> None:
    await house.world.use(await listed(house.world), "connect:notes")
    await shows(house.world, "notes:read")
    house.issuer.switch(denies=True)
    link = await link_in(await house.world.view())
    leads_to = (await browser.post(f"{house.world.url}{urlsplit(link).path}")).headers["location"]
    await back(house, leads_to, browser)
    await shows(house.world, "The sign-in at notes was refused", "you are not signed in")


async def test_without_keys_it_is_said_what_to_set(make_house: MakeHouse) -> None:
    house = await make_house(vault_keys=None)
    await house.world.use(await listed(house.world), "connect:notes")
    await shows(house.world, "VAULT_KEYS")


async def test_servers_that_want_nobody_to_sign_in_are_not_listed(make_world: MakeWorld) -> None:
    world = await make_world(agents=agent(), servers=ODD_JOBS)
    await listed(world)
    assert "odd" not in await shows(world, "No tool server here asks you to sign in")


async def test_standing_yeses_are_listed_and_a_revoked_one_counts_no_more(make_world: MakeWorld) -> None:
    world = await make_world(agents=agent(), servers=ODD_JOBS)
    thread = await world.mention("hello")
    await thread.answered()
    grants = Grants(world.redis, FollowUps(world.redis))
    here = replace(GRANT, tool="odd__count", title="Count", thread=thread.key)
    gone = replace(GRANT, tool="odd__echo", title="Echo", thread=f"{TEAM}:{GENERAL}:1.0")
    await grants.give(TEAM, here)
    await grants.give(TEAM, GRANT)
    await world.redis.hset(keys.grants(TEAM, ADA), gone.id, json.dumps(asdict(gone)))  # type: ignore[misc]  # sync or async to mypy
    await grants.give(TEAM, replace(GRANT, user=GRACE, title="Hers"))
    view = await listed(world)
    words = await shows(world, "Assistant may use *Save* (`odd__save`) without asking", "Everywhere", "one thread")
    assert thread.root.replace(".", "") in words, "the thread's link"
    assert "Hers" not in words
    assert "Echo" not in words, "its thread is forgotten"

    await world.use(view, f"revoke:{GRANT.id}")
    await shows(world, "I ask you again before I use Save")
    assert await grants.of(TEAM, ADA) == [here]
    assert len(await grants.of(TEAM, GRACE)) == 1


async def test_a_yes_for_the_thread_that_is_revoked_is_asked_for_again_at_the_next_call(
    make_world: MakeWorld, tmp_path: Path
) -> None:
    world = await make_world(agents=agent("{odd__*: ask}"), servers=ODD_JOBS)
    await world.start_worker()
    world.mistral.script.will_call("odd__count", {"journal": str(tmp_path / "ran")})
    thread = await world.mention("count")
    await until(lambda: "approve_thread" in str(thread.ours[-1].blocks) if thread.ours else False)
    await thread.rests()
    await world.click(thread.ours[-1], "approve_thread")
    await until(lambda: runs(tmp_path / "ran") == 1)
    await thread.rests()

    view = await listed(world)
    [grant] = await Grants(world.redis, FollowUps(world.redis)).of(TEAM, ADA)
    assert grant.thread == thread.key
    await world.use(view, f"revoke:{grant.id}")
    await shows(world, "I ask you again before I use count")
    said = len(thread.ours)
    world.mistral.script.will_call("odd__count", {"journal": str(tmp_path / "ran")})
    await thread.reply(f"<@{BOT}> again")
    await until(lambda: any("approve_thread" in str(message.blocks) for message in thread.ours[said:]))
    assert runs(tmp_path / "ran") == 1


async def test_a_press_by_somebody_else_decides_nothing(make_world: MakeWorld) -> None:
    world = await make_world(agents=agent(), servers=ODD_JOBS)
    grants = Grants(world.redis, FollowUps(world.redis))
    await grants.give(TEAM, GRANT)
    view = await listed(world)
    hers = replace(view, user=GRACE)  # as if she had it open
    await world.slack.interactions.use(hers, action_id=f"revoke:{GRANT.id}", block_id=None, value=None, values={})
    assert "Save" not in str((await listed(world, user=GRACE)).definition)
    assert await grants.of(TEAM, ADA) == [GRANT]


async def test_fifty_servers_and_a_hundred_yeses_are_shown_page_by_page(make_world: MakeWorld) -> None:
    registered = {"url": "http://localhost:1/mcp", "oauth": {"client_id": "ours"}}
    servers = {f"server-{number:02}": registered for number in range(50)}
    world = await make_world(agents=agent(tools=f"[{', '.join(servers)}]"), servers=servers)
    grants = Grants(world.redis, FollowUps(world.redis))
    for number in range(100):
        long = f"Tool-{number:03} " + "x" * 300
        await grants.give(TEAM, replace(GRANT, tool=f"odd__t{number}", title=long, at=float(number)))
    view, seen = await listed(world), ""
    for number in range(2, 9):
        seen += await shows(world, "Only you see this")
        await world.use(world.views()[-1], f"connections_page:{number}")
        await shows_another(world, seen)
    seen += await shows(world, "Only you see this")
    assert all(f"*{name}*" in seen for name in servers)
    assert all(f"Tool-{number:03}" in seen for number in range(100))
    assert view.user == ADA


async def shows_another(world: World, before: str) -> None:
    async def changed() -> bool:
        last = words_in(world.views()[-1].definition["blocks"])
        return "\n".join(last) not in before

    await until_true(changed, seen=lambda: before[-200:])
