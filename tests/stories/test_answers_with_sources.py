"""What an answer cites, and the tools that Mistral runs itself, as a thread shows them."""

from __future__ import annotations

from typing import Any

from playground.agents_api.brains.steps import AddChunk, RunTool, Say, SendUnknown
from tests.stories.conftest import MakeWorld
from tests.world import Thread, World, until

EURO = "https://en.wikipedia.org/wiki/UEFA_Euro_2024"


def reference(title: str, url: str | None = None, tool: str = "web_search") -> AddChunk:
    return AddChunk(chunk={"type": "tool_reference", "tool": tool, "title": title, "url": url, "source": "brave"})


def cards(thread: Thread) -> list[dict[str, Any]]:
    return [block for message in thread.ours for block in message.blocks if block["type"] == "task_card"]


CITED = (
    RunTool(name="web_search", arguments={"query": "euro 2024"}, tokens=7112),
    Say(text="Spain won", pieces=2),
    reference("UEFA Euro 2024", EURO),
    Say(text=", as "),
    reference("A *second* [source]", "https://b.example/x"),
    Say(text=" and the first"),
    reference("The first again", EURO),
    Say(text=" say."),
)


async def test_citations_are_numbered_where_they_stand_and_listed_with_titles(world: World) -> None:
    world.mistral.script.will(*CITED)
    thread = await world.mention("who won?")
    [said] = await thread.answered()
    assert said.splitlines() == [
        "Spain won[1], as [2] and the first[1] say.",
        "",
        "**Sources**",
        "",
        f"1. [UEFA Euro 2024]({EURO})",
        "2. [A \\*second\\* \\[source\\]](https://b.example/x)",
    ]


async def test_what_streams_is_what_stands_in_the_end(world: World) -> None:
    world.mistral.script.hold(after=8)
    world.mistral.script.will(*CITED)
    thread = await world.dm("who won?")
    await world.mistral.script.until_held()
    await until(lambda: "Spain won[1], as [2]" in "".join(thread.said), seen=lambda: thread.said)
    world.mistral.script.release()
    [said] = await thread.answered()
    assert said.startswith("Spain won[1], as [2] and the first[1] say.\n\n**Sources**")
    assert world.calls("chat.update") == 0  # nothing had to be written anew


async def test_a_search_is_a_card_in_plain_words(world: World) -> None:
    world.mistral.script.will(*CITED)
    thread = await world.mention("who won?")
    await thread.answered()
    [card] = cards(thread)
    assert (card["title"], card["status"]) == ("Searching the web: euro 2024", "complete")


async def test_the_words_of_cards_are_the_readers_language(world: World) -> None:
    world.mistral.script.will(*CITED)
    thread = await world.mention("qui a gagné ?", user="U0CAMILLE")
    [said] = await thread.answered()
    assert cards(thread)[0]["title"] == "Recherche sur le web\u00a0: euro 2024"
    assert "**Sources**" in said


async def test_code_and_what_it_printed_are_folded_into_the_card(world: World) -> None:
    world.mistral.script.will(
        RunTool(name="code_interpreter", info={"code": "print(6 * 7)", "code_output": "42"}), Say(text="It is 42.")
    )
    thread = await world.mention("compute")
    assert await thread.answered() == ["It is 42."]
    [card] = cards(thread)
    assert card["title"] == "Running code"
    assert "print(6 * 7)" in str(card["details"])
    assert "42" in str(card["output"])


async def test_long_code_is_a_file_in_the_thread(world: World) -> None:
    code = "total = 0\n" + "total += 1\n" * 100 + "print(total)"
    world.mistral.script.will(
        RunTool(name="code_interpreter", info={"code": code, "code_output": "100"}), Say(text="It is 100.")
    )
    thread = await world.mention("compute")
    await thread.answered(2)
    [file] = [file for message in thread.ours for file in message.files]
    assert (file.name, file.content) == ("code.py", code.encode())


async def test_documents_of_a_library_are_cited_by_title(world: World) -> None:
    world.mistral.script.will(
        RunTool(name="document_library", arguments={"query": "holidays"}),
        Say(text="Thirty days"),
        reference("Handbook.pdf", tool="document_library"),
        Say(text="."),
    )
    thread = await world.mention("how many?")
    [said] = await thread.answered()
    assert said == "Thirty days[1].\n\n**Sources**\n\n1. Handbook.pdf (document library)"
    [card] = cards(thread)
    assert card["title"] == "Searching the documents: holidays"
    assert "Cited: Handbook.pdf" in str(card["output"])


async def test_a_connectors_tool_is_named_readably(world: World) -> None:
    world.mistral.script.will(RunTool(name="gmail_search", arguments={"limit": 3}), Say(text="Nothing new."))
    thread = await world.mention("mail?")
    await thread.answered()
    [card] = cards(thread)
    assert card["title"] == "Using gmail search"
    assert "limit: 3" in str(card["details"])


async def test_thinking_and_chunks_of_unknown_types_are_no_words(world: World) -> None:
    world.mistral.script.will(
        AddChunk(chunk={"type": "thinking", "thinking": [{"type": "text", "text": "SECRET THOUGHTS"}]}),
        SendUnknown(event={"type": "quantum.leap", "id": "q1"}, entry={"type": "quantum", "id": "q1"}),
        AddChunk(chunk={"type": "hologram", "data": "SECRET DATA"}),
        Say(text="Here is ![Image](__emitted_0.png)the answer.", pieces=9),
    )
    thread = await world.dm("think")
    assert await thread.answered() == ["Here is the answer."]
    await thread.reply("and again")
    assert "again" in (await thread.answered(2))[-1]


async def test_a_source_calls_nobody_and_links_nowhere_but_the_web(world: World) -> None:
    world.mistral.script.will(
        Say(text="So"),
        reference("<!channel> @here", "javascript:alert(1)"),
        reference("x](https://evil.example) " * 30, "https://a.example/(a) b"),
    )
    thread = await world.mention("sources?")
    [said] = await thread.answered()
    assert "<!channel>" not in said
    assert "@here" not in said
    assert "javascript" not in said
    assert "https://a.example/%28a%29%20b" in said
    assert "](https://evil" not in said.replace("\\]", "")


async def test_numbers_go_on_when_the_turn_is_taken_up(make_world: MakeWorld) -> None:
    """The worker falls between the two rounds; sources of the first are still counted and listed."""
    world = await make_world(mistral={"lock_seconds": 0.2, "on_drop": "store"}, lease=30)
    world.mistral.script.will(*CITED)
    world.mistral.script.hold(after=8)
    thread = await world.dm("who won?")
    await world.mistral.script.until_held()
    await world.end_worker(0)
    world.mistral.script.release()
    await world.start_worker()
    said = "\n".join(await thread.answered())
    assert said.count("Spain won[1]") == 1
    assert said.count("**Sources**") == 1
    assert cards(thread)[0]["title"] == "Searching the web: euro 2024"
