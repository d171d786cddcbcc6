"""Two people in one thread, one of them signed in: the other gets nothing of it by words, modal, export or branch."""

from __future__ import annotations

import json

import httpx2
from mcp.server.mcpserver import Image

from bot.threads import audit
from playground.services.odd.contents import PIXEL
from tests.stories.house import LIST, House, MakeHouse, signed_in
from tests.stories.test_branching import branched
from tests.stories.test_showing import shown
from tests.world import ADA, CAMILLE, DM, TEAM, Thread, until
from workers.tools.results import RESULT_LIMIT

READ = "Groceries"  # the title of a note of Ada's


async def read_by_ada(house: House, browser: httpx2.AsyncClient) -> Thread:
    """A thread in which Ada signed in and her notes were read; its answer does not repeat them."""
    script = house.world.mistral.script
    script.will_call(LIST, {})
    script.will_say("You have some notes.")
    thread = await house.world.mention("what are my notes?")
    await signed_in(house, await house.link(), browser)
    await until(lambda: "You have some notes." in thread.said[-1], seen=lambda: thread.said)
    await thread.rests()
    assert READ in results(house), "the model has read them"
    return thread


def results(house: House) -> str:
    return str([request.body for request in house.world.mistral.log.requests("conversations.append")])


def seen_in(thread: Thread) -> str:
    return str([(message.text, message.blocks) for message in thread.messages])


async def test_a_call_of_the_others_turn_asks_the_other_to_sign_in(
    house: House,
    browser: httpx2.AsyncClient,
) -> None:
    thread = await read_by_ada(house, browser)
    before = results(house).count(READ)
    house.world.mistral.script.will_call(LIST, {})
    house.world.mistral.script.will_say("Yours are these.")
    whispered = len(house.world.whispered)
    await thread.reply("<@U0BOT> and list them for me", user=CAMILLE)
    link = await house.link(CAMILLE, after=whispered)
    assert (await thread.rests())["state"] == "asking"
    assert results(house).count(READ) == before
    async with httpx2.AsyncClient(follow_redirects=False, trust_env=False, timeout=15) as other:
        await signed_in(house, link, other, person="camille")
    await until(lambda: "Yours are these." in thread.said[-1], seen=lambda: thread.said)
    assert results(house).count(READ) == before
    assert READ not in seen_in(thread)
    logged = [row.action async for row in audit.rows(house.world.redis, TEAM, since=0)]
    assert [(action.person, action.account) for action in logged] == [(ADA, "person"), (CAMILLE, "person")]


async def test_what_would_be_sent_with_a_sign_in_stands_on_no_card_before_anybody_has_signed_in(
    make_house: MakeHouse,
) -> None:
    house = await make_house(approvals="{notes__*: ask}")
    house.world.mistral.script.will_call("notes__save_note", {"title": "Salaries", "text": "Ada earns 100"})
    thread = await house.world.mention("note what I earn")
    await until(lambda: "approve" in str([message.blocks for message in thread.ours]), seen=lambda: thread.said)
    assert "Salaries" not in seen_in(thread)
    assert "Ada earns" not in seen_in(thread)


async def test_words_that_come_while_one_signs_in_are_not_run_with_that_sign_in(
    house: House,
    browser: httpx2.AsyncClient,
) -> None:
    script = house.world.mistral.script
    script.will_call(LIST, {})
    script.will_say("You have some notes.")
    thread = await house.world.mention("what are my notes?")
    link = await house.link()
    await thread.rests()
    await thread.reply("<@U0BOT> print all of them here", user=CAMILLE)
    await until(lambda: any(user == CAMILLE for user, _ in house.world.whispers), seen=lambda: thread.said)
    script.will_call(LIST, {})
    whispered = len(house.world.whispered)
    await signed_in(house, link, browser)
    await house.link(CAMILLE, after=whispered)
    [first, second] = [request.body or {} for request in house.world.mistral.log.requests("conversations.append")]
    assert READ in str(first)
    assert "print all of them" not in str(first)
    assert "print all of them" in str(second)
    assert READ not in str(second)
    assert READ not in seen_in(thread)


async def test_what_was_read_is_in_no_modal_and_no_export_of_another_person(
    house: House,
    browser: httpx2.AsyncClient,
) -> None:
    thread = await read_by_ada(house, browser)
    world = house.world
    assert READ in await shown(world, thread)  # Ada is alone with the bot
    assert READ not in await shown(world, thread, user=CAMILLE)
    view = await world.view(CAMILLE)
    await world.use(view, "export:json", "json")
    await world.use(view, "export:markdown", "markdown")
    files = world.slack.workspace.files

    def sent() -> dict[str, bytes]:
        return {file.name: file.content or b"" for file in files.values() if file.shares}

    await until(lambda: {"conversation.json", "conversation.md"} <= set(sent()), seen=sent)
    assert READ not in str(sent())
    assert json.loads(sent()["conversation.json"])["entries"]

    await thread.reply("<@U0BOT> hello", user=CAMILLE)
    await until(lambda: "hello" in thread.said[-1], seen=lambda: thread.said)
    assert READ not in await shown(world, thread), "no longer alone: nobody is shown whose results they are"


async def test_what_was_read_is_in_no_branch_of_another_person(
    house: House,
    browser: httpx2.AsyncClient,
) -> None:
    thread = await read_by_ada(house, browser)
    world = house.world
    mine = await branched(world, thread, -1, user=CAMILLE)
    asked = len(world.mistral.log.requests())
    await mine.reply("<@U0BOT> what do you know?", user=CAMILLE)
    await until(lambda: "what do you know" in str(mine.said), seen=lambda: mine.said)
    later = world.mistral.log.requests()[asked:]
    assert "You have some notes." in str([request.body for request in later])
    assert READ not in str([request.body for request in later])
    assert READ not in seen_in(mine)
    assert ADA in str([message.user for message in thread.messages])


def picture() -> Image:
    """A picture that the server has for whoever asks."""
    return Image(data=PIXEL, format="png")


def report() -> str:
    """A text that is longer than a model is shown at once."""
    return "Salaries of all. " * RESULT_LIMIT


async def test_a_picture_that_was_read_goes_to_its_person_alone_and_the_model_is_told_so(
    make_house: MakeHouse, browser: httpx2.AsyncClient
) -> None:
    house = await make_house(tools=[picture])
    world = house.world
    world.mistral.script.will_call("notes__picture")
    world.mistral.script.will_say("I have looked.")
    thread = await world.mention("show it")
    await signed_in(house, await house.link(), browser)
    await until(lambda: "I have looked." in thread.said[-1], seen=lambda: thread.said)
    await thread.rests()
    assert world.files_in(thread) == []
    [given] = [message for message in world.slack.workspace.conversations[DM].messages.values() if message.files]
    assert [file.name for file in given.files] == ["picture.png"]
    assert thread.root.replace(".", "") in given.text, "where it was asked for"
    assert "nobody else sees it" in given.text
    assert 'only the person whose sign-in you used sees it, as the file "picture.png" in their direct' in results(house)
    assert "the people in the thread see it" not in results(house)

    world.slack_fault("conversations.open", "error", code="missing_scope", times=0)
    world.mistral.script.will_call("notes__picture")
    world.mistral.script.will_say("You cannot see it.")
    await thread.reply("<@U0BOT> again")
    await until(lambda: "You cannot see it." in thread.said[-1], seen=lambda: thread.said)
    assert "[picture.png could not be given to the person, so nobody sees it.]" in results(house)
    assert world.files_in(thread) == []


async def test_the_rest_of_what_was_read_stands_on_no_card(make_house: MakeHouse, browser: httpx2.AsyncClient) -> None:
    house = await make_house(tools=[report], functions=["read_more"])
    world = house.world
    world.mistral.script.will_call("notes__report")
    world.mistral.script.will_say("There is more.")
    thread = await world.mention("what do we earn?")
    await signed_in(house, await house.link(), browser)
    await until(lambda: "There is more." in thread.said[-1], seen=lambda: thread.said)
    rest_id = results(house).partition('id "')[2].partition('"')[0]
    world.mistral.script.will_call("read_more", {"id": rest_id, "offset": RESULT_LIMIT})
    world.mistral.script.will_say("That is all.")
    await thread.reply("<@U0BOT> go on")
    await until(lambda: "That is all." in thread.said[-1], seen=lambda: thread.said)
    assert results(house).count("[Cut here: ") == 2, "the model reads on"
    assert rest_id in seen_in(thread)
    assert "Salaries" not in seen_in(thread)
