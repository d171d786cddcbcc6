"""People sign in at a server by themselves: a private link, a browser, and the call that waited is made."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx2
import pytest

from bot.connections.models import Principal
from bot.connections.signed_in import Connections
from bot.threads import keys
from playground.agents_api.brains.steps import CallFunction
from playground.authorization import profiles
from tests.stories.falling import Fall
from tests.stories.house import LIST, House, MakeHouse, back, opened, signed_in
from tests.stories.tools import results
from tests.world import ADA, CAMILLE, TEAM, Thread, until, until_true
from workers.tools.oauth.sign_ins import SignIns
from workers.turn import signing_in


async def test_a_person_signs_in_and_the_call_that_waited_is_made(house: House, browser: httpx2.AsyncClient) -> None:
    thread = await house.asks()
    link = await house.link()
    assert (await thread.rests())["state"] == "asking"
    assert any("sign in at notes" in said for said in thread.said)
    assert link not in str([message.blocks for message in thread.messages])
    assert "only in a browser on the machine where I run" in house.world.whispers[-1][1]
    assert "an operator has to set PUBLIC_URL" in house.world.whispers[-1][1]
    page = await browser.get(f"{house.world.url}{urlsplit(link).path}")
    assert page.status_code == 200
    assert "notes:read" in page.text
    assert "becomes part of this thread" in page.text

    done = await signed_in(house, link, browser)
    assert "go back to Slack" in done.text
    await until(lambda: "Groceries" in thread.said[-1], seen=lambda: thread.said)
    assert "Ada signed in at notes." in thread.said
    assert (await house.signed_in()).refresh_token


@pytest.mark.parametrize("entry", [{}, {"type": "sse"}, {"protocol": "legacy"}])
async def test_a_call_that_needs_more_rights_asks_once_more_and_says_why(
    make_house: MakeHouse, browser: httpx2.AsyncClient, entry: dict[str, str]
) -> None:
    """Over either transport and in either era: the server's 401 and its 403 become the person's to answer."""
    house = await make_house(entry=entry)
    thread = await house.asks()
    await signed_in(house, await house.link(), browser)
    await until(lambda: "Groceries" in thread.said[-1], seen=lambda: thread.said)
    assert "notes:write" not in (await house.signed_in()).scope
    first, whispers = await house.signed_in(), len(house.world.whispered)

    house.world.mistral.script.will_call("notes__save_note", {"title": "Ada wrote this", "text": "and more"})
    thread = await house.world.mention("note it")
    link = await house.link(after=whispers)
    [asked] = [said for _, said in house.world.whispers[whispers:] if "sign in" in said.lower()]
    assert "it lacks rights" in asked
    assert "notes:write" in asked
    await signed_in(house, link, browser)
    await until(lambda: "Ada wrote this" in thread.said[-1], seen=lambda: thread.said)
    wider = await house.signed_in()
    assert wider.id != first.id
    assert {"notes:read", "notes:write"} <= set(wider.scope.split())


async def test_a_second_call_needs_no_second_sign_in_and_nobody_else_is_signed_in_by_it(
    house: House, browser: httpx2.AsyncClient
) -> None:
    thread = await house.asks()
    await signed_in(house, await house.link(), browser)
    await until(lambda: "Groceries" in thread.said[-1], seen=lambda: thread.said)
    assert "Groceries" in (await (await house.asks()).answered())[-1]

    await house.asks(user=CAMILLE)
    await house.link(CAMILLE)
    assert await house.signed_in(CAMILLE) is None


AS_GITHUB = replace(
    profiles.github(callbacks=("http://localhost:3000/oauth/callback",)), scopes=profiles.notes().scopes
)


async def test_people_sign_in_with_the_client_that_an_operator_registered(
    make_house: MakeHouse, browser: httpx2.AsyncClient
) -> None:
    """As at GitHub, which registers nobody by itself; the secret goes to the token endpoint and nowhere else."""
    ours = {"client_id": profiles.GITHUB_ID, "client_secret": profiles.GITHUB_SECRET, "scopes": ["notes:read"]}
    house = await make_house(signs_in=AS_GITHUB, entry={"oauth": ours})
    thread = await house.asks()
    leads_to = (await opened(house, await house.link(), browser)).headers["location"]
    asked = dict(parse_qsl(urlsplit(leads_to).query))
    assert (asked["client_id"], asked["scope"]) == (profiles.GITHUB_ID, "notes:read")

    house.issuer.switch(answered_by="ada")
    await back(house, leads_to, browser)
    await until(lambda: "Groceries" in thread.said[-1], seen=lambda: thread.said)
    counts = house.issuer.log.counts()
    assert counts["token.authorization_code"]["granted"] == 1
    assert "register" not in counts
    told = [request.body for request in house.world.mistral.log.requests("conversations.append")]
    slack = [message.blocks for message in thread.messages] + house.world.whispered
    assert profiles.GITHUB_SECRET not in leads_to + str(told) + str(slack)


async def test_a_wrong_secret_of_the_client_is_said_and_signs_nobody_in(
    make_house: MakeHouse, browser: httpx2.AsyncClient
) -> None:
    ours = {"client_id": profiles.GITHUB_ID, "client_secret": "mistyped"}
    house = await make_house(signs_in=AS_GITHUB, entry={"oauth": ours})
    thread = await house.asks()
    await signed_in(house, await house.link(), browser)
    await until(lambda: "operator" in thread.said[-1], seen=lambda: thread.said)
    assert await house.signed_in() is None
    assert "mistyped" not in str(thread.said)


async def test_without_keys_nobody_can_sign_in_and_it_is_said_what_to_set(make_house: MakeHouse) -> None:
    house = await make_house(vault_keys=None)
    thread = await house.asks()
    await thread.answered()
    assert any("VAULT_KEYS" in said for _, said in house.world.whispers)


async def five_at_once(house: House) -> Thread:
    calls = [CallFunction(name=LIST, arguments={}, tool_call_id=f"call-{number}") for number in range(5)]
    house.world.mistral.script.will(*calls)
    return await house.world.mention("read them five times")


async def test_five_calls_that_wait_for_one_server_get_one_link_and_are_all_made(
    house: House, browser: httpx2.AsyncClient
) -> None:
    thread = await five_at_once(house)
    link = await house.link()
    assert (await thread.rests())["state"] == "asking"
    assert len(house.world.whispers) == 1
    assert sum("sign in at notes" in said for said in thread.said) == 1
    await signed_in(house, link, browser)
    await until(lambda: len(results(house.world)) == 5, seen=lambda: results(house.world))
    assert all("Groceries" in said for said in results(house.world))
    assert (await thread.rests())["state"] != "asking"


@pytest.mark.parametrize("moment", ["before_the_link", "as_the_link_is_made"])
async def test_who_signs_in_elsewhere_before_the_turn_is_parked_is_not_waited_for(
    house: House, browser: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    thread = await house.asks()
    await signed_in(house, await house.link(), browser)
    await until(lambda: "Groceries" in thread.said[-1], seen=lambda: thread.said)
    connections, ada = Connections(house.world.redis, house.world.settings.vault), Principal(TEAM, ADA)
    before, whispers = await connections.drop(ada, "notes"), len(house.world.whispered)
    assert before is not None
    begin, ask = SignIns.begin, signing_in.ask

    async def elsewhere() -> None:
        await connections.put(ada, "notes", replace(before, id="another", at=time.time()))

    async def begun(*args: Any, **named: Any) -> Any:
        if moment == "as_the_link_is_made":
            await elsewhere()
        return await begin(*args, **named)

    async def asked(scene: Any) -> None:
        if moment == "before_the_link":
            await elsewhere()
        await ask(scene)

    monkeypatch.setattr(SignIns, "begin", begun)
    monkeypatch.setattr(signing_in, "ask", asked)
    assert "Groceries" in (await (await house.asks()).answered())[-1]
    assert len(house.world.whispered) - whispers == (moment == "as_the_link_is_made")


async def test_a_refused_sign_in_closes_all_calls_that_wait_for_the_server(
    house: House, browser: httpx2.AsyncClient
) -> None:
    thread = await five_at_once(house)
    link = await house.link()
    house.issuer.switch(denies=True)
    await back(house, (await opened(house, link, browser)).headers["location"], browser)
    await until(lambda: len(results(house.world)) == 5, seen=lambda: results(house.world))
    assert all("was refused" in said for said in results(house.world))
    assert len([said for _, said in house.world.whispers if "was refused" in said]) == 1
    assert (await thread.rests())["state"] != "asking"


async def test_a_refused_sign_in_closes_the_call(house: House, browser: httpx2.AsyncClient) -> None:
    thread = await house.asks()
    link = await house.link()
    house.issuer.switch(denies=True)
    page = await back(house, (await opened(house, link, browser)).headers["location"], browser)
    assert "was refused" in page.text
    await until(lambda: "was refused" in thread.said[-1], seen=lambda: thread.said)
    assert await house.signed_in() is None


async def test_a_sign_in_that_comes_back_in_another_browser_is_refused(
    house: House, browser: httpx2.AsyncClient
) -> None:
    """A stolen or forwarded state would otherwise bind somebody's account to another person of the workspace."""
    thread = await house.asks()
    leads_to = (await opened(house, await house.link(), browser)).headers["location"]
    house.issuer.switch(answered_by="camille")
    async with httpx2.AsyncClient(follow_redirects=False, trust_env=False) as other:
        page = await back(house, leads_to, other)
    assert page.status_code == 403
    assert "another browser" in page.text
    assert (await thread.rests())["state"] == "asking"
    assert await house.signed_in() is None
    house.issuer.switch(answered_by="ada")
    await back(house, leads_to, browser)
    await until(lambda: "Groceries" in thread.said[-1], seen=lambda: thread.said)


async def test_a_link_is_good_once_and_not_for_ever(house: House, browser: httpx2.AsyncClient) -> None:
    await house.asks()
    link = await house.link()
    assert (await opened(house, link, browser)).status_code == 303
    assert (await opened(house, link, browser)).status_code == 410

    await house.asks("and once more?", user=CAMILLE)
    link = await house.link(CAMILLE)
    async for key in house.world.redis.scan_iter(match=keys.sign_in("*")):
        await house.world.redis.pexpire(key, 1)

    async def is_over() -> bool:
        return (await browser.get(f"{house.world.url}{urlsplit(link).path}")).status_code == 410

    await until_true(is_over, seen=lambda: link)


async def test_another_worker_goes_on_from_the_link(house: House, browser: httpx2.AsyncClient) -> None:
    thread = await house.asks()
    link = await house.link()
    await thread.rests()
    await house.world.end_workers()
    house.issuer.switch(answered_by="ada")
    await back(house, (await opened(house, link, browser)).headers["location"], browser)
    await house.world.start_worker()
    await until(lambda: "Groceries" in thread.said[-1], seen=lambda: thread.said)


async def test_four_workers_renew_an_expired_token_once(house: House, browser: httpx2.AsyncClient) -> None:
    thread = await house.asks()
    await signed_in(house, await house.link(), browser)
    await until(lambda: "Groceries" in thread.said[-1], seen=lambda: thread.said)
    connections = Connections(house.world.redis, house.world.settings.vault)
    ada = Principal(TEAM, ADA)
    held = await house.signed_in()
    await connections.put(ada, "notes", replace(held, expires_at=1.0))
    house.issuer.tokens.expire()
    for _ in range(3):
        await house.world.start_worker()
    threads = [await house.asks() for _ in range(4)]
    for each in threads:
        assert "Groceries" in (await each.answered())[-1]
    assert len(house.issuer.requests("token.refresh_token")) == 1


async def test_metadata_that_point_at_a_private_address_are_not_followed(house: House) -> None:
    house.issuer.switch(endpoints_at="http://10.1.2.3:8000")
    thread = await house.asks()
    assert "does not work as it should" in (await thread.answered())[-1]


@pytest.mark.parametrize("without_metadata", [False, True])
async def test_the_notice_of_a_worker_that_fell_before_it_heard_of_its_post_says_that_the_wait_is_over(
    house: House, without_metadata: bool
) -> None:
    fall = Fall(house.world, "I wait for Ada to sign in", without_metadata=without_metadata)
    thread = await house.asks()
    notice = await fall.over(thread)
    await house.world.press_stop(thread)
    await house.world.start_worker()
    await until(lambda: "no longer wait" in notice.text, seen=lambda: thread.said)
    assert (await thread.rests())["state"] == "idle"


async def test_stop_ends_the_wait_and_a_late_sign_in_is_not_used(house: House, browser: httpx2.AsyncClient) -> None:
    thread = await house.asks()
    link = await house.link()
    await thread.rests()
    await house.world.press_stop(thread)
    await until(lambda: any("topped" in said for said in thread.said), seen=lambda: thread.said)
    await thread.rests()
    assert "I no longer wait for Ada to sign in at notes." in thread.said
    await signed_in(house, link, browser)
    await until(lambda: any("no longer wait" in said for _, said in house.world.whispers))
    assert await house.signed_in() is None
