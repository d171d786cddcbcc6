"""The text of an answer is the same however its stream was cut, and holds nothing that is not for people."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.conversations.drafts import MessageDraft
from workers.conversations.port import FileMade, Message, Other, Part, Reference, Speaker, Text, Thinking
from workers.delivery.written import Source, Written, list_of, of_entries

ONE = Reference("web_search", "One", "https://one.example/a")
TWO = Reference("web_search", "Two", "https://two.example")
DOCUMENT = Reference("document_library", "Handbook.pdf")
IMAGE = "![Image](__emitted_0.png)"


def message(*parts: Part, id: str = "msg_1") -> Message:
    return Message(id=id, speaker=Speaker.ASSISTANT, parts=parts)


def text_of(*parts: Part, said: str = "") -> str:
    return of_entries(said, (), [message(*parts)])[0]


@pytest.mark.parametrize(
    ("parts", "text"),
    [
        ([Text("Spain won"), ONE, Text(".")], "Spain won[1]."),
        ([Text("a"), ONE, Text("b"), TWO, Text("c"), ONE], "a[1]b[2]c[1]"),
        ([Text("a"), ONE, ONE, TWO, ONE, Text(" b")], "a[1][2] b"),
        ([Text("so"), DOCUMENT, Text("it is"), Reference("document_library", "Handbook.pdf")], "so[1]it is[1]"),
        ([Text("see"), ONE, Text("(really)")], "see[1]\u2060(really)"),
        ([Text("A plot:\n"), Text(f"{IMAGE}\n"), Text("Done")], "A plot:\n\nDone"),
        ([Text("A plot: ![Ima"), Text("ge](__emi"), Text("tted_0.png) done")], "A plot:  done"),
        ([Text("Look! ![a"), ONE, Text("](__emitted_0.png)")], "Look! ![a[1]](__emitted_0.png)"),
        ([Text("It ends with !")], "It ends with !"),
        ([Text("![A cat](https://cats.example/1.png)")], "![A cat](https://cats.example/1.png)"),
        ([Thinking("hm"), Text("yes"), Other("shiny", {"type": "shiny"})], "yes"),
        ([FileMade("code_interpreter", "f1", "plot_0.png", "png")], ""),
    ],
)
def test_parts_become_text(parts: Sequence[Part], text: str) -> None:
    assert text_of(*parts) == text


def test_messages_stand_apart_and_numbers_go_on_through_the_rounds_of_a_turn() -> None:
    added, written = of_entries(
        "Before.", [Source("One", "https://one.example/a")], [message(Text("a"), TWO), message(Text("b"), ONE, id="m2")]
    )
    assert added == "\n\na[2]\n\nb[1]"
    assert [source.title for source in written.sources] == ["One", "Two"]


def test_each_file_is_kept_once() -> None:
    made = FileMade("image_generation", "f1", "image_generated_0", "png")
    _, written = of_entries("", (), [message(made, Text("Here."), made)])
    assert written.files == [made]


parts = st.lists(
    st.one_of(
        st.sampled_from(
            [Text("!"), Text("!["), Text(f"a {IMAGE}"), Text(f"{IMAGE}{IMAGE}("), Text("x ![a ![b](__emitted_1.csv)")]
        ),
        st.text(alphabet="ab!![]()_emitd.0\n", max_size=30).map(Text),
        st.sampled_from([ONE, TWO, DOCUMENT, Thinking("hm"), FileMade("code_interpreter", "f1", "a.png")]),
    ),
    max_size=8,
)


@given(parts, st.data())
def test_what_is_streamed_is_what_is_folded(whole: list[Part], data: st.DataObject) -> None:
    """Texts are cut anywhere, chunks stand where they stand; the fold joins what the stream cut."""
    draft, streamed, written = MessageDraft(0), "", Written()
    for index, part in enumerate(whole):
        for piece in cut(part, data):
            if piece != Text(""):
                draft.pieces.append((index, piece))
                streamed += written.take("msg_1", piece)
    streamed += written.end()
    entry = draft.entry()
    assert isinstance(entry, Message)
    folded, at_end = of_entries("", (), [message(*entry.parts)])
    assert streamed == folded
    assert written.sources == at_end.sources


def cut(part: Part, data: st.DataObject) -> list[Part]:
    if not isinstance(part, Text) or len(part.text) < 2:
        return [part]
    at = sorted(data.draw(st.sets(st.integers(1, len(part.text) - 1), max_size=4)))
    return [Text(part.text[start:end]) for start, end in zip([0, *at], [*at, len(part.text)], strict=True)]


def test_sources_are_listed_with_titles_that_are_data() -> None:
    sources = [
        Source("A [link](https://evil.example) *and* more", "https://one.example/a_b"),
        Source("Handbook.pdf", tool="document_library"),
    ]
    assert list_of(sources, "Sources", "library handbook").splitlines() == [
        "**Sources**",
        "",
        "1. [A \\[link\\](https://evil.example) \\*and\\* more](https://one.example/a_b)",
        "2. Handbook.pdf (library handbook)",
    ]
    assert list_of([], "Sources", "") == ""


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://en.wikipedia.org/wiki/Euro_(2024)", "https://en.wikipedia.org/wiki/Euro_%282024%29"),
        ("javascript:alert(1)", None),
        ("https://x.example/> <!channel>", "https://x.example/%3E%20%3C!channel%3E"),
        ("https://x.example/@here", "https://x.example/%40here"),
        ("https://x.example/" + "a" * 2000, None),
    ],
)
def test_addresses_are_links_to_the_web_or_none(url: str, kept: str | None) -> None:
    _, written = of_entries("", (), [message(Text("a"), Reference("web_search", "T " * 200, url))])
    [source] = written.sources
    assert source.url == kept
    assert len(source.title) <= 150
