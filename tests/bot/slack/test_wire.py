"""What a person said, as it comes from Slack."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.slack import rich_text, wire


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("<@U0BOT> what broke?", "what broke?"),
        ("<@U0BOT|threadwind>, what broke?", "what broke?"),
        ("  <@U0BOT> <@U0BOT>: hi", "hi"),
        ("<@U0ADA> <@U0BOT> hi", "<@U0ADA> <@U0BOT> hi"),
        ("ask <@U0BOT> tomorrow", "ask <@U0BOT> tomorrow"),
        ("<@U0BOT>", ""),
    ],
)
def test_only_the_bots_own_leading_mention_is_taken_off(said: str, left: str) -> None:
    assert wire.without_mention(said, "U0BOT") == left


@pytest.mark.parametrize(
    ("said", "agent", "rest"),
    [
        ("+coder fix it", "coder", "fix it"),
        ("+coder: fix it", "coder", "fix it"),
        ("+on-call_2\nfix it", "on-call_2", "fix it"),
        ("+coder", "coder", ""),
        ("+Friend hello", "friend", "hello"),
        ("+ON-CALL, fix it", "on-call", "fix it"),
        ("+1", None, "+1"),
        ("+1 from me", None, "+1 from me"),
        ("+33 6 12 34", None, "+33 6 12 34"),
        ("+c++ is fun", None, "+c++ is fun"),
        ("a +coder b", None, "a +coder b"),
    ],
)
def test_a_plus_and_a_name_at_the_start_pick_an_agent(said: str, agent: str | None, rest: str) -> None:
    assert wire.pick_agent(said) == (agent, rest)


@pytest.mark.parametrize(
    "said",
    [
        "stop",
        "Stop!",
        "STOP.",
        " cancel ",
        "stop please",
        "please stop",
        "Please, stop it now!",
        "stop it",
        "stop now",
        "stop, please.",
        "cancel please",
        "arrête",
        "Arrête !",
        "Arre\u0302te\u202f!",
        "arrete",
        "arrête-toi",
        "arrêtez-vous maintenant",
        "arrête stp",
        "stop svp",
        "stp arrête",
        "arrête, s'il te plaît",
        "s’il vous plait arrêtez",
        "annule",
    ],
)
@pytest.mark.parametrize(
    "named", ["{}", "<@U0BOT> {}", "{} <@U0BOT>", "{}, <@U0BOT|threadwind>!", "<@U0BOT> {} <@U0BOT>"]
)
def test_a_word_for_stopping_is_a_stop_whoever_is_named_around_it(said: str, named: str) -> None:
    assert wire.is_stop(named.format(said), "U0BOT")


@pytest.mark.parametrize(
    "said",
    [
        "",
        "!",
        "please",
        "now",
        "don't stop",
        "stop?",
        "stop the deploy",
        "stop it from deploying",
        "cancel it",
        "please stop the deploy",
        "where is the bus stop",
        "arrête le déploiement",
        "annule la réunion stp",
        "stop <@U0ADA>",
        "+coder stop",
        "stop" + " " * 50_000 + "it all",
    ],
)
@pytest.mark.parametrize("named", ["{}", "<@U0BOT> {}", "{} <@U0BOT>"])
def test_a_sentence_is_no_stop(said: str, named: str) -> None:
    assert not wire.is_stop(named.format(said), "U0BOT")


@pytest.mark.parametrize(
    ("said", "change"),
    [
        ("agent oracle", ("switch", "oracle")),
        ("Agent Oracle.", ("switch", "oracle")),
        ("agent +oracle", ("switch", "oracle")),
        ("agent   o-racle_2", ("switch", "o-racle_2")),
        ("agent", ("switch", "")),
        ("agent!", ("switch", "")),
        ("add oracle", ("add", "oracle")),
        ("Add +Oracle", ("add", "oracle")),
        ("ajoute oracle", ("add", "oracle")),
        ("ajouter oracle", ("add", "oracle")),
        ("add milk", ("add", "milk")),  # who knows the agents knows that this is none
        ("add milk to the list", ("add", "milk to the list")),
        ("remove the second line", ("remove", "the second line")),
        ("agent Technical support", ("switch", "technical support")),  # the name that people see
        ("remove oracle", ("remove", "oracle")),
        ("retire oracle", ("remove", "oracle")),
        ("retirez oracle !", ("remove", "oracle")),
    ],
)
@pytest.mark.parametrize("named", ["{}", "<@U0BOT> {}", "{} <@U0BOT>", "<@U0BOT|threadwind>: {}"])
def test_a_whole_message_may_change_who_answers_or_takes_part(said: str, change: tuple[str, str], named: str) -> None:
    assert wire.change(named.format(said), "U0BOT") == change


@pytest.mark.parametrize(
    "said",
    [
        "",
        "agents",
        "agent?",
        "which agent",
        "agent oracle, please help me",
        "agent, oracle",
        "add",
        "add oracle & friend",
        "please add oracle",
        "+oracle add friend",
        "add <@U0ADA>",
        "add l’été",
        "add /etc/passwd",
        "add" + " " * 50_000 + "oracle",
    ],
)
@pytest.mark.parametrize("named", ["{}", "<@U0BOT> {}", "{} <@U0BOT>"])
def test_a_sentence_changes_nothing(said: str, named: str) -> None:
    assert wire.change(named.format(said), "U0BOT") is None


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("ask <@U07> or <@U08|bob>", "ask @Ada or @bob"),
        ("in <#C01|general> and <#C02>", "in #general and #C02"),
        ("see <https://x.test/a|https://x.test/a>", "see https://x.test/a"),
        ("see <http://x.test|x.test>", "see http://x.test"),
        ("see <https://x.test|the page>", "see [the page](https://x.test)"),
        ("mail <mailto:a@b.test|a@b.test>", "mail a@b.test"),
        ("<!here> <!subteam^S1|@oncall> <!subteam^S2>", "@here @oncall @S2"),
        ("due <!date^1790000000^{date}|21 Sept>", "due 21 Sept"),
        ("a &lt;b&gt; &amp;amp; c", "a <b> &amp; c"),
        ("&lt;@U07&gt;", "<@U07>"),
        ("1 < 2", "1 < 2"),
    ],
)
def test_tokens_become_words(said: str, read: str) -> None:
    assert wire.readable(said, people={"U07": "Ada"}) == read


@given(st.text())
def test_what_was_escaped_reads_back_as_it_was(text: str) -> None:
    assert wire.readable(wire.escape(text)) == text


def rich(*elements: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"type": "rich_text", "elements": list(elements)}]


def section(*parts: dict[str, Any]) -> dict[str, Any]:
    return {"type": "rich_text_section", "elements": list(parts)}


def words(text: str, **style: bool) -> dict[str, Any]:
    return {"type": "text", "text": text} | ({"style": style} if style else {})


def test_code_is_taken_exactly_from_the_rich_text() -> None:
    """In `text`, Slack has put links into it and lost its lines."""
    blocks = rich(
        section({"type": "user", "user_id": "U0BOT"}, words(" what does "), words("this", bold=True), words(" do?")),
        {"type": "rich_text_preformatted", "elements": [words("if a < b:\n    go('x.test')")]},
    )
    text = rich_text.wire_text(blocks)
    assert text == "<@U0BOT> what does **this** do?\n```\nif a &lt; b:\n    go('x.test')\n```"
    assert wire.readable(wire.without_mention(text, "U0BOT")) == (
        "what does **this** do?\n```\nif a < b:\n    go('x.test')\n```"
    )


def test_lists_keep_their_structure() -> None:
    blocks = rich(
        {"type": "rich_text_list", "style": "ordered", "elements": [section(words("one")), section(words("two"))]},
        {"type": "rich_text_list", "style": "bullet", "indent": 1, "elements": [section(words("in"))]},
        {"type": "rich_text_quote", "elements": [words("they said\nso")]},
    )
    assert rich_text.wire_text(blocks) == "1. one\n2. two\n    - in\n&gt; they said\n&gt; so"


def test_marks_stand_inside_the_spaces() -> None:
    assert rich_text.wire_text(rich(section(words(" all ", bold=True, italic=True), words("x", code=True)))) == (
        "**_all_** `x`"
    )


def test_a_link_cannot_break_out_of_its_token() -> None:
    blocks = rich(section({"type": "link", "url": "https://x.test/>|<!here", "text": "a|b>"}))
    assert "<!here" not in str(rich_text.wire_text(blocks))


@pytest.mark.parametrize(
    "blocks",
    [None, [], "x", [{"type": "section"}], rich({"type": "rich_text_video"}), rich(section({"type": "text"})), [[]]],
)
def test_what_is_not_known_rich_text_is_left_to_the_text(blocks: Any) -> None:
    assert rich_text.wire_text(blocks) is None


KEYS = st.sampled_from(["type", "elements", "text", "style", "indent"])
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner),
    max_leaves=10,
)


@given(st.sampled_from(["rich_text_section", "rich_text_list", "rich_text_preformatted", "text"]), json_values)
def test_no_shape_of_blocks_is_an_error(kind: str, inner: Any) -> None:
    rich_text.wire_text(rich({"type": kind, "elements": inner, "indent": inner, "style": inner}))
    rich_text.wire_text(inner)


@pytest.mark.parametrize(
    ("text", "limit", "left"),
    [("ask <@U1ADA> now", 16, "ask <@U1ADA> now"), ("ask <@U1ADA> now", 14, "ask <@U1ADA> n"),
     ("ask <@U1ADA>", 8, "ask "), ("a &lt; b", 4, "a "), ("a &lt; b", 6, "a &lt;"), ("R&amp;D", 2, "R")],
)  # fmt: skip
def test_what_is_cut_ends_before_a_token(text: str, limit: int, left: str) -> None:
    assert wire.cut(text, limit) == left


@pytest.mark.parametrize("word", ["follow-ups", "Followups!", "suivis ?", "<@U0BOT> suivis"])
def test_the_word_for_follow_ups_asks_for_them(word: str) -> None:
    assert wire.asks_for_follow_ups(word, "U0BOT")


@pytest.mark.parametrize("word", ["follow up", "follow-up", "suivi", "Suivi ?", "my follow-ups"])
def test_what_may_be_meant_for_the_agent_does_not(word: str) -> None:
    assert not wire.asks_for_follow_ups(word, "U0BOT")
