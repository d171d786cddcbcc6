"""Servers that ask the person something before they go on: a form or a link, parked or while the call is open."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from playground.services.odd.server import a_bench
from playground.serving import serve
from playground.slack.models import Message, View
from tests.stories.conftest import MakeWorld
from tests.stories.falling import Fall, turn, turn_key
from tests.stories.tools import agent, results, said
from tests.world import ADA, CAMILLE, Thread, World, until, words_in
from workers import owner
from workers.turn import live_inquiries

CURIOUS: dict[str, Any] = {"odd": lambda: a_bench().mcp}


@contextlib.asynccontextmanager
async def of_an_older_protocol() -> AsyncIterator[dict[str, Any]]:
    async with serve(a_bench().mcp.streamable_http_app()) as url:
        yield {"odd": {"url": f"{url}/mcp", "protocol": "legacy"}}


def question_in(thread: Thread) -> Message | None:
    return next((message for message in thread.ours[::-1] if "answer_it" in str(message.blocks)), None)


async def asked(thread: Thread) -> Message:
    found: Message = await until(lambda: question_in(thread), seen=lambda: thread.said)
    return found


async def parked(thread: Thread) -> Message:
    question = await asked(thread)
    assert (await thread.rests())["state"] == "asking"
    return question


async def reopened(world: World, question: Message) -> View:
    """The form, opened again after it was closed, which the question says decides nothing."""
    assert "Closing the window decides nothing: *Answer* opens it again." in str(question.blocks)
    await world.click(question, "answer_it")
    await world.close(await world.view())
    assert not world.views()
    await world.click(question, "answer_it")
    return await world.view()


async def ask_every_field(world: World) -> tuple[Thread, Message]:
    world.mistral.script.will_call("odd__fill_in")
    world.mistral.script.will_say("Thank you.")
    thread = await world.mention("sign me up")
    return thread, await parked(thread)


GOOD = {
    "field-0": "Ada",
    "field-1": "36",
    "field-2": "1",
    "field-12": ["1"],
}


async def test_a_form_is_filled_in_while_no_worker_waits_and_the_call_goes_on_with_it(make_world: MakeWorld) -> None:
    world = await make_world(agents=agent(), servers=CURIOUS)
    thread, question = await ask_every_field(world)
    assert "Please fill this in" not in str(question.blocks)  # what is asked is for the asked person alone
    told = await world.command("/threadwind", "waiting")
    assert "For you to decide or to do" in told
    assert "odd asks Ada" in told
    assert question.ts.replace(".", "") in told
    assert "Rien n’est en attente" in await world.command("/threadwind", "waiting", user=CAMILLE)
    await world.end_workers()  # nobody waits
    view = await reopened(world, question)
    assert "Please fill this in." in str(view.definition["blocks"])
    assert await world.submit(view, GOOD) == {}
    await world.start_worker()
    await until(lambda: "Thank you." in thread.said, seen=lambda: thread.said)
    [result] = said(world)
    assert '"name": "Ada", "age": 36, "size": "large", "email": "ada@example.com"' in result
    assert '"weight": 1.5, "agreed": false, "colour": "#0c5c60", "team": "engines", "fruits": ["plum"]' in result
    assert '"days": ["friday"], "remark": null' in result
    assert '"moment": "2026-11-23T12:00:00Z"' in result
    assert "answer_it" not in str(question.blocks)
    assert "answered the question" in str(question.blocks)


async def test_mistakes_are_said_at_their_fields_and_the_form_stays_open(make_world: MakeWorld) -> None:
    world = await make_world(agents=agent(), servers=CURIOUS)
    thread, question = await ask_every_field(world)
    await world.click(question, "answer_it")
    view = await world.view()
    wrong = {"field-0": "A", "field-1": "12", "field-3": "nobody", "field-7": "100", "field-4": "example"}
    assert await world.submit(view, {**GOOD, **wrong}) == {
        "field-0": "Enter at least 2 characters.",
        "field-1": "Enter 18 or more.",
        "field-3": "Enter an e-mail address.",
        "field-4": "Enter a whole address, such as https://example.com.",
        "field-7": "Enter 99.5 or less.",
    }
    assert (await thread.rests())["state"] == "asking"
    assert world.views()


async def test_a_no_is_told_to_the_server(make_world: MakeWorld) -> None:
    world = await make_world(agents=agent(), servers=CURIOUS)
    thread, question = await ask_every_field(world)
    await world.click(question, "decline_it")
    await until(lambda: "Thank you." in thread.said, seen=lambda: thread.said)
    assert said(world) == ["The person answered: decline."]


async def test_silence_is_told_to_the_server_as_well(make_world: MakeWorld) -> None:
    world = await make_world(agents=agent(), servers=CURIOUS, asking_limit=0.3)
    world.mistral.script.will_call("odd__fill_in")
    world.mistral.script.will_say("Then not.")
    thread = await world.mention("sign me up")
    await until(lambda: "Then not." in thread.said, seen=lambda: thread.said)
    assert said(world) == ["The person answered: cancel."]
    assert any("Nobody answered the question" in said for said in thread.said)


async def test_nobody_else_sees_the_form_or_answers(make_world: MakeWorld) -> None:
    world = await make_world(agents=agent(), servers=CURIOUS)
    thread, question = await ask_every_field(world)
    await world.click(question, "answer_it", user=CAMILLE)
    await until(lambda: [text for user, text in world.whispers if user == CAMILLE], seen=lambda: world.whispers)
    assert not world.views(CAMILLE)
    await world.click(question, "decline_it", user=CAMILLE)
    await until(lambda: len([text for user, text in world.whispers if user == CAMILLE]) == 2)
    assert all("quelqu’un d’autre" in text for user, text in world.whispers if user == CAMILLE)
    assert (await thread.rests())["state"] == "asking"


async def test_a_stop_ends_the_question_and_a_late_answer_is_told_so(make_world: MakeWorld) -> None:
    world = await make_world(agents=agent(), servers=CURIOUS)
    thread, question = await ask_every_field(world)
    await world.click(question, "answer_it")
    view = await world.view()
    await world.press_stop(thread)
    await until(lambda: "no longer open" in str(question.blocks), seen=lambda: thread.said)
    await world.submit(view, GOOD)
    assert (await thread.rests())["state"] == "idle"
    assert "Thank you." not in thread.said


@pytest.mark.parametrize("without_metadata", [False, True])
@pytest.mark.parametrize(("end", "words"), [("decline", "Ada declined the question"), ("stop", "no longer open")])
async def test_the_question_of_a_worker_that_fell_before_it_heard_of_its_post_says_how_it_ended(
    make_world: MakeWorld, end: str, words: str, without_metadata: bool
) -> None:
    world = await make_world(agents=agent(), servers=CURIOUS)
    fall = Fall(world, "answer_it", without_metadata=without_metadata)
    world.mistral.script.will_call("odd__fill_in")
    world.mistral.script.will_say("Thank you.")
    thread = await world.mention("sign me up")
    question = await fall.over(thread)
    await (world.click(question, "decline_it") if end == "decline" else world.press_stop(thread))
    await world.start_worker()
    await until(lambda: "answer_it" not in str(question.blocks), seen=lambda: question.blocks)
    assert words in question.text
    assert (await thread.rests())["state"] == "idle"


async def test_two_questions_come_one_after_the_other(make_world: MakeWorld) -> None:
    world = await make_world(agents=agent(), servers=CURIOUS)
    world.mistral.script.will_call("odd__greet_in_full")
    world.mistral.script.will_say("Done.")
    thread = await world.mention("greet me")
    for name in ("Ada", "Lovelace"):
        question = await parked(thread)
        await world.click(question, "answer_it")
        await world.submit(await world.view(), {"field-0": name})
        await until(lambda: question_in(thread) is not question)  # noqa: B023  # awaited here
    await until(lambda: "Done." in thread.said, seen=lambda: thread.said)
    assert said(world) == ["hello Ada Lovelace"]


@pytest.mark.parametrize("press", ["done_it", "decline_it"])
async def test_a_link_is_shown_to_the_asked_person_alone_with_its_host(make_world: MakeWorld, press: str) -> None:
    async with serve(a_bench().mcp.streamable_http_app()) as url:
        world = await make_world(agents=agent(), servers={"odd": {"url": f"{url}/mcp"}})
        world.mistral.script.will_call("odd__visit")
        world.mistral.script.will_say("Done.")
        thread = await world.mention("go there")
        question = await parked(thread)
        [whisper] = [each for each in world.whispered if each.ephemeral_for == ADA]
        assert "Open " in str(words_in(whisper.blocks))
        assert "/visit/" not in str([message.blocks for message in thread.ours])
        await world.click(whisper, press)
        await until(lambda: "Done." in thread.said, seen=lambda: thread.said)
        assert said(world) == [f"The person answered: {'accept' if press == 'done_it' else 'decline'}."]
        assert "answer_it" not in str(question.blocks)


async def test_an_open_call_waits_for_the_form_and_gets_the_answer(make_world: MakeWorld) -> None:
    async with of_an_older_protocol() as servers:
        world = await make_world(agents=agent(), servers=servers)
        world.mistral.script.will_call("odd__greet_the_old_way")
        world.mistral.script.will_say("Done.")
        thread = await world.mention("greet me")
        question = await asked(thread)
        await world.click(question, "answer_it", user=CAMILLE)
        await world.submit(await reopened(world, question), {"field-0": "Ada"})
        await until(lambda: "Done." in thread.said, seen=lambda: thread.said)
        assert said(world) == ["hello Ada"]
        assert "answered the question" in str(question.blocks)
        assert not world.views(CAMILLE)


async def test_an_open_call_is_told_of_a_no(make_world: MakeWorld) -> None:
    async with of_an_older_protocol() as servers:
        world = await make_world(agents=agent(), servers=servers)
        world.mistral.script.will_call("odd__greet_the_old_way")
        world.mistral.script.will_say("Done.")
        thread = await world.mention("greet me")
        await world.click(await asked(thread), "decline_it")
        await until(lambda: "Done." in thread.said, seen=lambda: thread.said)
        assert said(world) == ["hello decline"]


async def test_an_open_call_that_nobody_answers_is_cancelled_and_the_thread_is_told(
    make_world: MakeWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_inquiries, "ANSWER_WITHIN", timedelta(seconds=0.2))
    async with of_an_older_protocol() as servers:
        world = await make_world(agents=agent(), servers=servers)
        world.mistral.script.will_call("odd__greet_the_old_way")
        world.mistral.script.will_say("Done.")
        thread = await world.mention("greet me")
        await until(lambda: "Done." in thread.said, seen=lambda: thread.said)
        assert said(world) == ["hello cancel"]
        assert any("Nobody answered the question" in said for said in thread.said)


@pytest.mark.parametrize("killed", [False, True])
async def test_an_open_call_whose_worker_goes_is_not_made_again_and_its_question_is_over(
    make_world: MakeWorld, monkeypatch: pytest.MonkeyPatch, killed: bool
) -> None:
    bench = a_bench()
    async with serve(bench.mcp.streamable_http_app()) as url:
        world = await make_world(agents=agent(), servers={"odd": {"url": f"{url}/mcp", "protocol": "legacy"}})
        world.mistral.script.will_call("odd__greet_the_old_way")
        world.mistral.script.will_say("I could not greet you.")
        thread = await world.mention("greet me")
        question = await asked(thread)
        await world.click(question, "answer_it")
        view = await world.view()
        if killed:
            await end_as_killed(world, monkeypatch)
            assert "answer_it" in str(question.blocks)
        else:
            await world.end_workers()
        await world.submit(view, {"field-0": "Ada"})  # nobody hears it yet
        await world.start_worker()
        await until(lambda: "I could not greet you." in thread.said, seen=lambda: thread.said)
        await thread.rests()
        assert "not known whether it took effect" in results(world)[0]
        assert bench.journal.counts["greet_the_old_way"] == 1
        assert "answer_it" not in str(question.blocks)
        assert "The question of the tool server odd is no longer open." in str(question.blocks)
        assert any("cannot tell whether it took effect" in line for line in thread.said)
        if killed:  # else the form found the question gone, and closed
            assert "This question is no longer open." in [text for _, text in world.whispers]


@pytest.mark.parametrize("without_metadata", [False, True])
async def test_the_question_of_an_open_call_is_over_also_where_its_post_was_not_on_record(
    make_world: MakeWorld, monkeypatch: pytest.MonkeyPatch, without_metadata: bool
) -> None:
    async with of_an_older_protocol() as servers:
        world = await make_world(agents=agent(), servers=servers)
        world.mistral.script.will_call("odd__greet_the_old_way")
        world.mistral.script.will_say("I could not greet you.")
        thread = await world.mention("greet me")
        question = await asked(thread)
        await end_as_killed(world, monkeypatch)
        [row] = [name for name in await turn(thread) if name.startswith("row:inquiry:")]
        await world.redis.hset(await turn_key(thread), row, '{"kind": "post", "state": "intent"}')  # type: ignore[misc]  # sync or async to mypy
        if without_metadata:
            question.metadata = None
        await world.start_worker()
        await until(lambda: "answer_it" not in str(question.blocks), seen=lambda: question.blocks)
        assert "The question of the tool server odd is no longer open." in str(question.blocks)
        await until(lambda: "I could not greet you." in thread.said, seen=lambda: thread.said)


async def end_as_killed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """End the workers so that they say nothing more, neither to Slack nor to the store."""

    async def say_nothing(*_: object, **__: object) -> None:
        pass

    with monkeypatch.context() as silent:
        silent.setattr(live_inquiries.LiveInquiries, "_close", say_nothing)
        silent.setattr(owner, "_hand_on", say_nothing)
        await world.end_workers()


async def test_a_person_is_asked_for_longer_than_the_server_may_take(make_world: MakeWorld) -> None:
    async with serve(a_bench().mcp.streamable_http_app()) as url:
        servers = {"odd": {"url": f"{url}/mcp", "protocol": "legacy", "timeout": 0.5}}
        world = await make_world(agents=agent(), servers=servers)
        world.mistral.script.will_call("odd__greet_the_old_way")
        world.mistral.script.will_say("Done.")
        thread = await world.mention("greet me")
        question = await asked(thread)
        began = question.ts
        await until(lambda: float(world.slack.ids.now()) - float(began) > 4)
        await world.click(question, "answer_it")
        await world.submit(await world.view(), {"field-0": "Ada"})
        await until(lambda: "Done." in thread.said, seen=lambda: thread.said)
        assert said(world) == ["hello Ada"]


async def test_a_page_that_has_to_be_opened_first_is_asked_for_and_the_call_made_again(make_world: MakeWorld) -> None:
    bench = a_bench()
    async with serve(bench.mcp.streamable_http_app()) as url:
        servers = {"odd": {"url": f"{url}/mcp", "protocol": "legacy"}}
        bench.url = url
        world = await make_world(agents=agent(), servers=servers)
        world.mistral.script.will_call("odd__visit", {"id": "first"})
        world.mistral.script.will_say("Done.")
        thread = await world.mention("go there")
        await parked(thread)
        bench.visited.add("first")
        [whisper] = [each for each in world.whispered if each.ephemeral_for == ADA]
        await world.click(whisper, "done_it")
        await until(lambda: "Done." in thread.said, seen=lambda: thread.said)
        assert said(world) == ["The link was opened."]
