"""What can go wrong on Mistral's side, each with its plain sentence and its way on; and what a turn costs."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from playground.agents_api.app import KEY
from playground.agents_api.brains.steps import (
    AddChunk,
    CallFunction,
    HandOff,
    RefuseRequest,
    RunTool,
    Say,
    SendUnknown,
)
from playground.agents_api.shelves import Document, Library
from playground.services.odd import server as odd_jobs
from tests.stories.conftest import MakeWorld
from tests.stories.desk import a_file, push, services_of
from tests.stories.tools import ODD_JOBS, agent, runs, said_by
from tests.world import CAMILLE, Thread, World, until, until_true
from workers.conversations import patience
from workers.tools import lock

MEDIUM = "mistral-medium-latest"


def an_agent(front: str, *, model: str = MEDIUM) -> dict[str, str]:
    return {"assistant": f"---\nmodel: {model}\ndescription: Helps.\n{front}\n---\nHelp the people in this thread.\n"}


async def next_message_works(thread: Thread) -> None:
    await thread.reply("<@U0BOT> hello again")
    await until(lambda: any("hello again" in said for said in thread.said), seen=lambda: thread.said)
    await thread.rests()


REFUSED = [
    (RefuseRequest(status=401), "does not accept my key", "n’accepte pas ma clé"),
    (RefuseRequest(status=403, message="Workspace has no access"), "does not accept my key", "n’accepte pas ma clé"),
    (
        RefuseRequest(status=400, message="Invalid model: mistral-medium-2312", code=1500),
        "The model that Assistant runs on is not available",
        "Le modèle de Assistant n’est pas",
    ),
    (
        RefuseRequest(status=404, message="The model mistral-old does not exist"),
        "The model that Assistant runs on is not available",
        "Le modèle de Assistant n’est pas",
    ),
    (RefuseRequest(status=422, message="Extra inputs"), "could not work with this request", "n’a pas pu traiter"),
]


@pytest.mark.parametrize(("refuse", "english", "french"), REFUSED)
async def test_each_refusal_is_one_plain_sentence_and_the_next_message_works(
    world: World, refuse: RefuseRequest, english: str, french: str
) -> None:
    world.mistral.script.will(refuse)
    world.mistral.script.will(refuse)
    thread = await world.mention("hello")
    [said] = await thread.answered()
    assert english in said
    autre = await world.mention("bonjour", user=CAMILLE)
    [dit] = await autre.answered()
    assert french in dit
    await next_message_works(thread)


async def test_a_guardrail_is_told_as_such_and_the_conversation_goes_on(make_world: MakeWorld) -> None:
    guard = json.dumps([{"moderation_llm_v2": {"action": "block"}}])
    world = await make_world(agents=an_agent(f"guardrails: {guard}"))
    thread = await world.mention("hello")
    await thread.answered()
    conversation = (await thread.record())["conversation_id"]
    [start] = world.mistral.log.requests("conversations.start")
    assert start.body is not None
    assert start.body["guardrails"] == json.loads(guard)

    world.mistral.script.will(RefuseRequest(status=403, message="Content blocked by guardrail", code=3201))
    await thread.reply("<@U0BOT> something bad")
    said = await thread.answered(2)
    assert "did not accept this message" in said[1]
    assert "Put it another way" in said[1]
    await next_message_works(thread)
    assert (await thread.record())["conversation_id"] == conversation


async def test_a_guardrail_that_blocks_the_first_message_leaves_the_thread_usable(world: World) -> None:
    world.mistral.script.will(RefuseRequest(status=403, message="Content blocked by guardrail", code=3201))
    thread = await world.mention("something bad")
    [said] = await thread.answered()
    assert "did not accept this message" in said
    await next_message_works(thread)


async def test_a_retired_model_names_the_file_to_change_and_a_new_model_goes_on_with_the_words(
    make_world: MakeWorld, tmp_path: Path
) -> None:
    world = await make_world(agents=an_agent(""), reload_agents=True)
    thread = await world.mention("remember 41")
    await thread.answered()
    world.mistral.script.will(RefuseRequest(status=400, message="Invalid model: mistral-medium-latest", code=1500))
    with capture_logs() as logs:
        await thread.reply("<@U0BOT> which number?")
        await until(
            lambda: any("is not available at Mistral" in said for said in thread.said), seen=lambda: thread.said
        )
        await thread.rests()
    [told] = [line for line in logs if line["event"] == "model.gone"]
    assert (told["agent"], told["model"]) == ("assistant", MEDIUM)
    assert told["file"].endswith("assistant.md")

    await thread.reply("<@U0BOT> and now?")
    await until(lambda: any("and now?" in said for said in thread.said), seen=lambda: thread.said)
    newest = world.mistral.log.requests("conversations.start")[-1]
    assert "remember 41" in str(newest.body)


@pytest.mark.parametrize("status", [400, 404])
async def test_a_model_that_is_gone_is_told_however_mistral_says_it(make_world: MakeWorld, status: int) -> None:
    world = await make_world(mistral={"retired_models": [MEDIUM], "retired_status": status})
    thread = await world.mention("hello")
    [said] = await thread.answered()
    assert said.startswith("The model that Assistant runs on is not available at Mistral")


async def test_a_model_that_will_be_removed_is_told_to_the_operator(make_world: MakeWorld) -> None:
    world = await make_world(mistral={"deprecated_models": {MEDIUM: "2026-12-31T00:00:00Z"}})
    with capture_logs() as logs:
        thread = await world.mention("hello")
        await thread.answered()
    [told] = [line for line in logs if line["event"] == "model.ends"]
    assert (told["model"], told["at"]) == (MEDIUM, "2026-12-31T00:00:00Z")
    assert told["file"].endswith("assistant.md")


async def test_a_rate_limit_and_an_overload_are_told_apart(make_world: MakeWorld) -> None:
    world = await make_world(mistral_wait_limit=0.3)
    world.mistral_fault("conversations.start", "status", times=0, status=429)
    limited = await world.mention("hello")
    [said] = await limited.answered()
    assert said.startswith("Mistral has taken as many requests as this key may send")
    world.mistral.faults.clear()
    world.mistral_fault("conversations.start", "status", times=0, status=503)
    overloaded = await world.mention("hello")
    [said] = await overloaded.answered()
    assert said.startswith("I could not reach Mistral")
    world.mistral.faults.clear()
    await next_message_works(limited)


async def test_a_library_that_is_missing_is_named_and_found_again_when_it_is_there(make_world: MakeWorld) -> None:
    world = await make_world(agents=an_agent("connectors: [{document_library: [handbook]}]"))
    thread = await world.mention("how many?")
    [said] = await thread.answered()
    assert said.startswith("The document library handbook of Assistant is not there")
    library = Library(owner=KEY, name="handbook")
    world.mistral.shelves.add(library)
    await next_message_works(thread)
    [start] = world.mistral.log.requests("conversations.start")
    assert start.body is not None
    assert start.body["tools"] == [{"type": "document_library", "library_ids": [library.id]}]


async def test_documents_that_are_not_processed_are_named_when_a_conversation_begins(make_world: MakeWorld) -> None:
    world = await make_world(
        agents=an_agent("connectors: [{document_library: [handbook]}, web_search]"),
        mistral={"processing_reads": 1000, "processing_seconds": 1000},
    )
    library = Library(owner=KEY, name="handbook")
    for name in ("a.txt", "b.txt", "c.txt", "d<!channel>.txt"):
        document = Document(name=name, content=b"words", mimetype="text/plain", uploaded_by=KEY)
        library.documents[document.id] = document
    world.mistral.shelves.add(library)
    thread = await world.mention("how many?")
    said = await thread.answered(2)
    assert said[0].startswith("In the library handbook, 4 documents are not processed yet")
    assert "a.txt, b.txt, c.txt" in said[0]
    await thread.reply("<@U0BOT> and now?")
    assert "and now?" in (await thread.answered(3))[2]


async def test_an_agent_object_that_is_gone_is_told(make_world: MakeWorld) -> None:
    world = await make_world(agents=an_agent("object: true"))
    thread = await world.mention("hello")
    [said] = await thread.answered()
    assert "Assistant" in said
    assert "Mistral" in said
    assert world.mistral.log.requests("conversations.start") == []


async def test_what_is_unknown_is_passed_over(world: World) -> None:
    odd = {"type": "quantum.leap", "id": "q1", "content": "SECRET"}
    world.mistral.script.will(
        SendUnknown(event=odd, entry={**odd, "type": "quantum"}),
        Say(text="All"),
        AddChunk(chunk={"type": "hologram", "data": "SECRET"}),
        Say(text=" well."),
        SendUnknown(event=odd, entry={**odd, "id": "q2", "type": "quantum"}),
    )
    thread = await world.mention("odd")
    assert await thread.answered() == ["All well."]
    await next_message_works(thread)


# ---- a stream cut at every event -------------------------------------------------------------------------------------

# started · execution (3) · text (2) · reference · text · handoff (2) · text · call (2) · done
FIRST = (
    RunTool(name="web_search", arguments={"query": "euro"}),
    Say(text="Spain won ", pieces=2),
    AddChunk(chunk={"type": "tool_reference", "tool": "web_search", "title": "Euro", "url": "https://e.example"}),
    Say(text=". I pass it on.", pieces=1),
    HandOff(to="counting"),
    Say(text="I count.", pieces=1),
)
EVENTS_OF_FIRST = 13
DESK = {
    "assistant": a_file("Answers", handoffs="[counting]"),
    "counting": a_file("Counts", tools="[odd]", approvals="{odd__*: auto}", object="true"),
}


@pytest.fixture
def short_margin(monkeypatch: pytest.MonkeyPatch) -> None:
    """The lock of these stand-ins holds for a fifth of a second."""
    monkeypatch.setattr(patience, "LOCK_MARGIN", timedelta(seconds=1))


async def counting(make_world: MakeWorld, ran: Path, on_drop: str) -> World:
    tools_lock = ran.with_name("tools.lock.json")
    lock.write(tools_lock, lock.Lock().replaced("odd", await said_by(odd_jobs.build())))
    world = await make_world(
        agents=DESK,
        servers=ODD_JOBS,
        mistral={"on_drop": on_drop, "lock_seconds": 0.2},
        conversation_lock=1,
        tools_lock=tools_lock,
    )
    await until(lambda: "services" in world.workers[0].ctx)
    await push(world)
    services = services_of(world)
    agent = services.catalogs.now.agents["counting"]

    async def listed() -> bool:
        await services.tools.offered(agent)
        return not services.tools.missing(agent)

    await until_true(listed, seen=lambda: "the tool server is slow")
    world.mistral.script.when("count", *FIRST, CallFunction(name="odd__count", arguments={"journal": str(ran)}))
    world.mistral.script.when("count", Say(text="Counted once.", pieces=2), results=True)
    return world


async def counted(thread: Thread, ran: Path) -> None:
    await until(lambda: any("Counted once." in said for said in thread.said), seen=lambda: thread.said)
    await thread.rests()
    said = "\n".join(thread.said)
    assert said.count("Spain won [1]. I pass it on.") == 1
    assert said.count("has handed over to") == 1
    assert said.count("I count.") == 1
    assert said.count("Counted once.") == 1
    assert said.count("1. [Euro](https://e.example)") == 1
    assert runs(ran) == 1
    await thread.reply("hello again")
    await until(lambda: any("hello again" in said for said in thread.said), seen=lambda: thread.said)


@pytest.mark.parametrize(
    ("events", "on_drop"),
    [*((events, "store") for events in range(EVENTS_OF_FIRST)), *((events, "discard") for events in (0, 5, 9, 11))],
)
async def test_a_first_answer_that_is_cut_after_any_event_ends_whole_and_once(
    make_world: MakeWorld, tmp_path: Path, events: int, on_drop: str
) -> None:
    world = await counting(make_world, tmp_path / "ran", on_drop)
    world.mistral_fault("conversations.start", "cut", events=events)
    await counted(await world.dm("count"), tmp_path / "ran")


@pytest.mark.parametrize(
    ("events", "on_drop"), [*((events, "store") for events in range(4)), (1, "discard"), (1, "inputs"), (3, "inputs")]
)
@pytest.mark.usefixtures("short_margin")
async def test_an_answer_to_results_that_is_cut_after_any_event_ends_whole_and_once(
    make_world: MakeWorld, tmp_path: Path, events: int, on_drop: str
) -> None:
    world = await counting(make_world, tmp_path / "ran", on_drop)
    world.mistral_fault("conversations.append", "cut", events=events)
    await counted(await world.dm("count"), tmp_path / "ran")


# ---- what a turn costs -----------------------------------------------------------------------------------------------

PRICES = f'[models."{MEDIUM}"]\nprompt = 1000.0\ncompletion = 2000.0\n[connectors]\nweb_search = 0.5\n'


async def ended(world: World, thread: Thread) -> dict[str, Any]:
    turn = (await thread.record())["last_turn"]
    kept = await world.redis.get(f"tw:ended:T0PLAY:{turn}")
    return dict(json.loads(kept or "{}"))


async def test_tokens_and_connector_calls_of_all_rounds_are_counted_and_priced(
    make_world: MakeWorld, tmp_path: Path
) -> None:
    prices = tmp_path / "prices.toml"
    prices.write_text(PRICES)
    world = await make_world(agents=agent(), servers=ODD_JOBS, prices=prices)
    world.mistral.script.will(
        RunTool(name="web_search", tokens=100),
        CallFunction(name="odd__count", arguments={"journal": str(tmp_path / "r")}),
    )
    world.mistral.script.will(RunTool(name="web_search", tokens=50), Say(text="Done."))
    with capture_logs() as logs:
        thread = await world.mention("count")
        await thread.answered()
    [told] = [line for line in logs if line["event"] == "turn.ended"]
    assert told["connector_tokens"] == 150
    assert told["connector_calls"] == {"web_search": 2}
    assert told["complete"]
    cost = (told["prompt_tokens"] + 150) * 0.001 + told["completion_tokens"] * 0.002 + 1.0
    assert told["price"] == f"{cost:.6f}".rstrip("0") + " USD"
    kept = await ended(world, thread)
    assert kept["price"] == told["price"]
    assert kept["used"] == [told["prompt_tokens"], told["completion_tokens"], 150, {"web_search": 2}]
    assert told["models"] == [MEDIUM]


async def test_what_has_no_price_makes_the_price_unknown(make_world: MakeWorld, tmp_path: Path) -> None:
    prices = tmp_path / "prices.toml"
    prices.write_text(PRICES)
    world = await make_world(prices=prices)
    world.mistral.script.will(RunTool(name="code_interpreter"), Say(text="Done."))
    thread = await world.mention("compute")
    await thread.answered()
    kept = await ended(world, thread)
    assert "price" not in kept
    assert kept["used"][3] == {"code_interpreter": 1}


async def test_an_answer_from_the_history_makes_the_count_incomplete(make_world: MakeWorld) -> None:
    world = await make_world(mistral={"on_drop": "store", "lock_seconds": 0.2}, conversation_lock=1)
    world.mistral_fault("conversations.start", "cut", events=2)
    thread = await world.mention("hello")
    await thread.answered()
    assert (await ended(world, thread))["used"] == [0, 0, 0, {}, 1]
