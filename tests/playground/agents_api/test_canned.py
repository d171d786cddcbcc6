"""The bare rules behind the canned tools: sums, pictures, ranking, paragraphs, and that the corpus is whole."""

from __future__ import annotations

import pytest

from playground.agents_api.connectors import arithmetic, corpus, painting, png
from playground.agents_api.retrieval import paragraphs, rank, stem


@pytest.mark.parametrize(
    ("text", "expression", "result"),
    [
        ("calculate 17 * 23", "17 * 23", "391"),
        ("what is (3+4)/2 - 1?", "(3+4)/2 - 1", "2.5"),
        ("2^10", "2**10", "1024"),
        ("12,5 × 2", "12.5 * 2", "25"),
        ("7 ÷ 2", "7 / 2", "3.5"),
        ("-3 + 5", "-3 + 5", "2"),
        ("10 % 4", "10 % 4", "2"),
        ("1 / 0", "1 / 0", None),
        ("9 ** 99", "9 ** 99", None),
        ("99999 ** 3", "99999 ** 3", None),
        ("3 trains", None, None),
        ("1 + 1" + " + 1" * 60, None, None),
    ],
)
def test_sums_are_found_and_worked_out(text: str, expression: str | None, result: str | None) -> None:
    assert arithmetic.found_in(text) == expression
    if expression is not None:
        assert arithmetic.result_of(expression) == result


@pytest.mark.parametrize(
    "code", ["a + 1", "print(1)", "[1]", "'a' * 9", "True + 1", "(lambda: 1)()", "1 if 1 else 2", ""]
)
def test_what_is_not_a_sum_has_no_result(code: str) -> None:
    assert arithmetic.result_of(code) is None


@pytest.mark.parametrize(
    "prompt",
    ["a red boat on the sea at sunset", "une maison la nuit avec un chat", "mountains and a forest", "a balloon", ""],
)
def test_a_picture_is_a_png_that_depends_on_its_words_alone(prompt: str) -> None:
    drawn = painting.picture(prompt)
    assert png.size(drawn) == (painting.WIDTH, painting.HEIGHT)
    assert drawn == painting.picture(prompt)
    assert drawn != painting.picture(f"{prompt} green night")


def test_drawing_beyond_the_canvas_is_cut_off() -> None:
    canvas = png.Canvas(4, 4, (0, 0, 0))
    canvas.rectangle(-5, -5, 50, 50, (255, 255, 255))
    assert canvas.png() == png.Canvas(4, 4, (255, 255, 255)).png()


def test_the_size_of_other_files_is_unknown() -> None:
    assert png.size(b"GIF89a" + b"\0" * 40) is None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("invoice", "invoices"),
        ("charge", "charged"),
        ("crash", "crashes"),
        ("delivery", "deliveries"),
        ("conge", "conges"),
    ],
)
def test_endings_do_not_matter(one: str, other: str) -> None:
    assert stem(one) == stem(other)


def test_the_best_comes_first_and_what_is_about_something_else_not_at_all() -> None:
    items = ["the moon and the tides", "night trains cross borders", "trains by day", "bread"]
    assert rank("night trains", items, str, most=3)[0] == "night trains cross borders"
    assert rank("bread", items, str, most=3) == ["bread"]
    assert rank("the and of", items, str, most=3) == []


def test_a_heading_goes_with_what_follows_it_and_long_parts_are_cut() -> None:
    text = "# Holidays\n\n28 days. Ask early.\n\nLast words"
    assert paragraphs(text) == ["Holidays: 28 days. Ask early.", "Last words"]
    assert all(len(part) <= 1000 for part in paragraphs("A sentence of some length. " * 200))


def test_the_corpus_is_whole() -> None:
    assert len(corpus.pages()) >= 15
    assert len({page.url for page in [*corpus.pages(), *corpus.news()]}) == len(corpus.pages()) + len(corpus.news())
    for page in [*corpus.pages(), *corpus.news()]:
        assert page.url.startswith("https://")
        assert ".example.org/" in page.url
    assert any(recording.plot for recording in corpus.recordings())
    for connector in corpus.remotes():
        assert {True, False} == {tool.writes for tool in connector.tools}


def test_what_was_recorded_is_what_the_code_says() -> None:
    """Checked here by working it out, so that no recording tells something that is not so."""
    told = {recording.id: recording.output for recording in corpus.recordings()}
    primes = [n for n in range(2, 100) if all(n % d for d in range(2, n))]
    assert told["primes"] == f"{len(primes)} {primes}\n"
    assert told["interest"] == f"{1000 * 1.05**10:.2f}\n"
    assert told["csv"] == f"{(128 + 141 + 119 + 156 + 171) / 5:g}\n"
    assert told["sales"] == f"{42 + 58 + 51 + 77}\n"
