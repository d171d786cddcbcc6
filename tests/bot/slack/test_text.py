"""Text on its way to Slack."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.slack.text import JOINER, bold, code, defuse, fallback, mended, safe_prefix, shortened, shown
from bot.slack.wire import escape

PARTS = (
    "< ! @ here her channel everyone subteam^S1 > & lt; &lt; &#60; &#33; \\ U07 |x a <!here> <@U07> @channel 😀 &amp;"
)
pieces = st.sampled_from([*PARTS.split(), " ", "\n", "\ud83d", "\ude00"])
hostile = st.lists(pieces, max_size=12).map("".join)


@pytest.mark.parametrize(
    "text",
    [
        "<!here>",
        "<!channel|channel>",
        "<!everyone>",
        "<!group>",
        "<!subteam^S123|@oncall>",
        "<!HERE>",
        "\\<!here>",
        "<\\!here>",
        "&lt;!here&gt;",
        "&#60;!channel>",
        "&#x3C;!channel>",
        "<&#33;channel>",
        "<&excl;channel>",
        "`<!here>`",
    ],
)
def test_a_mass_mention_calls_nobody(text: str) -> None:
    harmless = defuse(f"hello {text}!")
    assert JOINER in harmless
    assert harmless.replace(JOINER, "") == f"hello {text}!"
    assert defuse(harmless) == harmless


def test_only_people_we_know_are_mentioned() -> None:
    assert defuse("<@U07> and <@U08>", known={"U07"}) == f"<@U07> and <{JOINER}@U08>"
    assert defuse("&lt;@U07&gt;", known={"U07"}) == f"&lt;{JOINER}@U07&gt;"


@pytest.mark.parametrize("text", ["@channel", "(@here)", "hey @everyone!"])
def test_plain_mass_mentions_are_broken(text: str) -> None:
    assert defuse(text) == text.replace("@", f"@{JOINER}")


@pytest.mark.parametrize(
    "text",
    ["bob@heremaps.test", "<!-- a comment -->", "<!DOCTYPE html>", "a < b", "x <= y", "@ada", "<https://x.test|x>", ""],
)
def test_what_calls_nobody_stays_as_it_is(text: str) -> None:
    assert defuse(text) == text


@given(hostile, st.lists(st.integers(0, 60), max_size=6))
@example("a <!he" + "re> b", [4, 6])
@example("&lt" + ";!here", [3, 4])
def test_a_stream_is_as_harmless_as_the_whole(text: str, moments: list[int]) -> None:
    """What is defused piece by piece, as far as each moment allows, is what defusing the whole gives."""
    sent, streamed = 0, ""
    for moment in sorted(moments):
        ready = safe_prefix(text[:moment])
        assert ready >= sent
        streamed += defuse(text[:ready])[len(defuse(text[:sent])) :]
        assert defuse(text[:ready]) == streamed
        sent = ready
    assert streamed + defuse(text)[len(streamed) :] == defuse(text)


@given(hostile, st.lists(st.integers(0, 60), max_size=6))
def test_pieces_that_are_made_harmless_alone_call_nobody_together(text: str, moments: list[int]) -> None:
    """A stream need not keep what it sent. (An address cut before its @ may get a joiner too many.)"""
    ends = [safe_prefix(text[:moment]) for moment in sorted(moments)]
    together = "".join(defuse(text[start:end]) for start, end in pairwise([0, *ends, len(text)]))
    assert defuse(together) == together
    assert together.replace(JOINER, "") == text


def test_plain_text_is_held_back_only_at_a_possible_token() -> None:
    assert safe_prefix("hello world") == 11
    assert safe_prefix("hello <!he") == 6
    assert safe_prefix("hello <!here> you") == 17
    assert safe_prefix("me@") == 2
    assert safe_prefix("fish &am") == 5
    assert safe_prefix("\ud83d") == 0


def test_halves_of_a_character_are_joined_or_replaced() -> None:
    assert mended("\ud83d\ude00 ok") == "😀 ok"
    assert mended("\ud83d!") == "\ufffd!"
    assert mended("plain") == "plain"


@given(st.text(max_size=300) | hostile, st.integers(5, 80))
def test_what_is_shown_fits(text: str, limit: int) -> None:
    assert len(shown(text, limit)) <= limit
    assert len(shortened(text, limit)) <= limit


@given(st.text(alphabet="ab &<@", max_size=200))
def test_short_words_are_shown_whole(text: str) -> None:
    assert shown(text, 2_000) == defuse(escape(text))


def test_the_fallback_reads_as_plain_words() -> None:
    markdown = """# The deploy

**Two** pods are _down_ since `14:02`, see [the log](https://x.test/log).

> Nobody noticed.

| pod | state |
| --- | --- |
| a_b | down |

```python
print("**kept** <b>")
```
"""
    assert fallback(markdown) == (
        "The deploy\n\nTwo pods are down since 14:02, see the log (https://x.test/log).\n\nNobody noticed.\n\n"
        '| pod | state |\n| a_b | down |\n\nprint("**kept** &lt;b&gt;")'
    )


@given(st.text(max_size=400) | hostile)
def test_a_fallback_is_never_empty_or_too_long(markdown: str) -> None:
    assert 0 < len(fallback(markdown, 200)) <= 200
    assert 0 < len(fallback(markdown * 60)) <= 3_000


def test_nothing_formats_within_bold_words() -> None:
    """A tool's title is its server's."""
    assert bold("Create issue", 80) == "*Create issue*"
    assert bold("get_issue of a_b", 80) == "*get_issue of a_b*"
    assert bold("Read* already `allowed` ~by~ _your admin_\n> now <!here>", 80) == (
        f"*{shown('Read already allowed by your admin > now <!here>', 80)}*"
    )
    assert bold("***", 80) == "*…*"
    assert len(bold("&" * 200, 80)) <= 82


def test_nothing_ends_a_code_span_but_its_own_end() -> None:
    """An event's name and a tool's title are others' words."""
    assert code("issues.closed", 80) == "`issues.closed`"
    assert code("a` *b* `<!channel>\n> c", 80) == f"`{shown('a *b* <!channel> > c', 80)}`"
    assert code("```", 80) == "`…`"
    assert len(code("&" * 200, 80)) <= 82
