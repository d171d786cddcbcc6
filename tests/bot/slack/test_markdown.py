"""Long answers in pieces."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from bot.slack.markdown import split, units_of


def is_complete(piece: str) -> bool:
    """Does a paragraph after the piece stand outside of any fence?"""
    tokens = MarkdownIt("commonmark").enable("table").parse(f"{piece}\n\nSENTINEL\n")
    return any(token.type == "inline" and token.content == "SENTINEL" for token in tokens)


def test_a_short_answer_is_one_message_unchanged() -> None:
    assert split("  *hello*\n") == split("  *hello*\n", limit=100)
    assert split("  *hello*\n").messages == ["  *hello*\n"]
    assert split(" \n").messages == []


def test_a_long_answer_is_cut_between_blocks() -> None:
    paragraphs = [f"Paragraph {number}: " + "word " * 30 for number in range(6)]
    pieces = split("\n\n".join(paragraphs), limit=400, messages=9)
    assert [[part.strip() for part in piece.split("\n\n")] for piece in pieces.messages] == [
        [paragraph.strip() for paragraph in paragraphs[start : start + 2]] for start in (0, 2, 4)
    ]


def test_a_fence_that_fits_is_never_cut() -> None:
    fence = "```\n" + "code\n" * 60 + "```"
    pieces = split(f"{'word ' * 30}\n\n{fence}\n\nend", limit=400)
    assert pieces.messages[1].startswith(fence)


def test_a_fence_longer_than_a_message_is_closed_and_opened_again() -> None:
    code = "\n".join(f"line {number}" for number in range(100))
    pieces = split(f"```python title\n{code}\n```\n\nend", limit=400, messages=9)
    assert len(pieces.messages) == 3
    assert all(piece.startswith("```python") and "\n```" in piece for piece in pieces.messages)
    assert re.findall(r"line (\d+)", "\n".join(pieces.messages)) == [str(number) for number in range(100)]
    assert pieces.messages[-1].endswith("```\n\nend")


def test_a_table_longer_than_a_message_repeats_its_head() -> None:
    rows = "\n".join(f"| {number} | x |" for number in range(100))
    pieces = split(f"intro\n\n| n | v |\n|---|---|\n{rows}", limit=400, messages=9)
    assert all(piece.startswith("| n | v |\n|---|---|\n") for piece in pieces.messages[1:])
    assert re.findall(r"\| (\d+) \|", "\n".join(pieces.messages)) == [str(number) for number in range(100)]


def test_a_nested_list_stays_a_list_after_a_cut() -> None:
    items = "\n".join(f"    - inner item {number} with words" for number in range(40))
    pieces = split(f"- outer\n{items}", limit=400, messages=9)
    assert all(piece.startswith("- ") for piece in pieces.messages)


def test_a_fence_within_a_list_is_whole_in_every_piece() -> None:
    code = "\n".join(f"  line {number}" for number in range(100))
    pieces = split(f"- item\n\n  ```sh\n{code}\n  ```\n\n- last", limit=400, messages=9)
    assert all(is_complete(piece) for piece in pieces.messages)
    assert pieces.messages[-1].endswith("- last")


def test_a_fence_that_the_answer_left_open_is_closed() -> None:
    pieces = split("```\n" + "code\n" * 200, limit=400, messages=9)
    assert all(is_complete(piece) and piece.endswith("```") for piece in pieces.messages)


def test_what_does_not_fit_into_the_messages_is_the_rest() -> None:
    text = "\n\n".join(f"paragraph {number} " + "word " * 20 for number in range(40))
    pieces = split(text, limit=400, messages=3)
    assert len(pieces.messages) == 3
    assert pieces.rest.startswith("paragraph 9 ")
    numbers = re.findall(r"paragraph (\d+)", "\n\n".join([*pieces.messages, pieces.rest]))
    assert numbers == [str(number) for number in range(40)]


def test_the_rest_of_a_very_long_answer_is_whole() -> None:
    lines = [f"line {number}" for number in range(5_000)]
    pieces = split("```py\n" + "\n".join(lines) + "\n```\n\nend", limit=400, messages=2)
    assert pieces.rest.startswith("```py\nline ")
    assert pieces.rest.endswith("\n```\n\nend")
    assert re.findall(r"line \d+", "\n".join([*pieces.messages, pieces.rest])) == lines


def test_words_are_not_cut_where_there_are_spaces() -> None:
    pieces = split("wonderful " * 200, limit=400, messages=9)
    assert set(" ".join(pieces.messages).split()) == {"wonderful"}


def test_any_line_endings_are_counted_as_lines() -> None:
    text = "```\r\n" + "code\r\n" * 100 + "```\rafter"
    pieces = split(text, limit=400, messages=9)
    assert all(is_complete(piece) for piece in pieces.messages)
    assert pieces.messages[-1].endswith("```\nafter")


@pytest.mark.parametrize("gap", ["\n\n", "\n"])
@pytest.mark.parametrize("heading", ["## The findings", "The findings\n===", "# One\n\n## The findings"])
@pytest.mark.parametrize(
    "content",
    [
        "it was " * 20,
        "- one\n- two\n- three",
        "```\ncode\ncode\n```",
        "> quoted\n> more",
        "| a | b |\n|---|---|\n| 1 | 2 |",
    ],
)
def test_a_heading_is_never_parted_from_what_it_is_the_heading_of(heading: str, content: str, gap: str) -> None:
    first_line = content.split("\n")[0][:6]
    for size in range(150, 420, 5):  # the cut comes at every place around the heading
        before = "\n\n".join("word " * 10 for _ in range(size // 50)) + "\n\n" + "x" * (size % 50)
        pieces = split(f"{before}\n\n{heading}{gap}{content}\n\nend", limit=400, messages=9).messages
        [piece] = [piece for piece in pieces if "findings" in piece]
        assert heading in piece
        assert first_line in piece.split(heading)[1], pieces


def test_a_heading_before_code_longer_than_a_message_stays_with_its_beginning() -> None:
    code = "\n".join(f"line {number}" for number in range(100))
    pieces = split(f"{'word ' * 30}\n\n# Code\n\n```\n{code}\n```", limit=400, messages=9)
    assert pieces.messages[1].startswith("# Code\n\n```\nline 0\n")


def test_a_limit_that_holds_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 80"):
        split("x", limit=10)


LINES = """word word word word word word word word
wwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwww


```
```py
~~~~
- item
  - inner
    code
1. one
> quote
> ```
| a | b |
|---|---|
| 1 | 2 |
# head
---
<div>
</div>
  ```
      ```
- ```sh
\t- tab"""
documents = st.lists(st.sampled_from(LINES.split("\n")), min_size=5, max_size=60).map("\n".join)


@settings(max_examples=300)
@given(documents, st.integers(120, 400))
def test_no_text_is_lost_and_every_piece_fits_and_is_complete(text: str, limit: int) -> None:
    assert "".join(unit.text for unit in units_of(text, limit)) == text
    pieces = split(text, limit=limit, messages=1000)
    assert pieces.rest == ""
    for piece in pieces.messages:
        assert len(piece) <= limit
        assert is_complete(piece) or len(text) <= limit  # a short answer is left as it is
    # All words and marks but those of fences and tables, which may be repeated.
    visible = re.compile(r"w|\bitem\b|\binner\b|\bquote\b|\bhead\b|\bone\b|#")
    assert visible.findall("\n".join(pieces.messages)) == visible.findall(text)
