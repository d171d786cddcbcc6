"""How text becomes nodes: the page's own modules, run in the browser, in tables of source and result."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import expect

from tests.browser import Windows
from tests.playground.page.conftest import Room, Visit

Draw = Callable[[str, Any], Awaitable[str]]
pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="package")]

DRAW = """async ([name, source]) => {
  const draw = (await import(`/render/${name}.js`))[name];
  const personName = (id) => ({U1: "Ada"})[id] ?? null;
  const context = {t: (key) => key, me: "U1", locale: "en-US", personName, channelName: () => null};
  const box = document.createElement("div");
  box.append(...draw(source, context));
  return box.innerHTML;
}"""

LINK = 'target="_blank" rel="noopener noreferrer nofollow"'
MARKDOWN = [
    ("**b** *i* _i_ ~~s~~ `c`", "<p><strong>b</strong> <em>i</em> <em>i</em> <s>s</s> <code>c</code></p>"),
    ("snake_case_name and 2*3*4", "<p>snake_case_name and 2<em>3</em>4</p>"),
    ("**open and `open", "<p>**open and `open</p>"),
    ("`` a`b ``", "<p><code>a`b</code></p>"),
    ("one\ntwo\n\nthree", "<p>one<br>two</p><p>three</p>"),
    ("## Title ##", '<p class="md-heading" role="heading" aria-level="4">Title</p>'),
    ("> a\n> b", "<blockquote><p>a<br>b</p></blockquote>"),
    ("- a\n  - b\n- c", "<ul><li>a<ul><li>b</li></ul></li><li>c</li></ul>"),
    ("3. a\n4. b", '<ol start="3"><li>a</li><li>b</li></ol>'),
    ("---", "<hr>"),
    ("[x](https://a.example/?q=1)", f'<p><a href="https://a.example/?q=1" {LINK}>x</a></p>'),
    ("see https://a.example/b.", f'<p>see <a href="https://a.example/b" {LINK}>https://a.example/b</a>.</p>'),
    ("![alt](https://a.example/i.png)", f'<p><a href="https://a.example/i.png" {LINK}>alt</a></p>'),
    ("[x](javascript:alert(1))", "<p><span>x</span></p>"),
    ("<b onclick=x>hi</b>", "<p>&lt;b onclick=x&gt;hi&lt;/b&gt;</p>"),
    ("<@U1> \\*not\\*", '<p><span class="mention me" data-user="U1">@Ada</span> *not*</p>'),
]
MRKDWN = [
    ("*b* _i_ ~s~ `c`", "<p><strong>b</strong> <em>i</em> <s>s</s> <code>c</code></p>"),
    ("2*3*4 snake_case_x", "<p>2*3*4 snake_case_x</p>"),
    ("a &lt;b&gt; &amp;amp;", "<p>a &lt;b&gt; &amp;amp;</p>"),
    ("&gt; q\nr", "<blockquote>q</blockquote><p>r</p>"),
    ("<https://a.example|here>", f'<p><a href="https://a.example/" {LINK}>here</a></p>'),
    ("<javascript:alert(1)|x>", "<p>&lt;javascript:alert(1)|x&gt;</p>"),
    (
        "<@U9|bob> <#C1|dev> <!here>",
        '<p><span class="mention" data-user="U9">@bob</span> <span class="mention">#dev</span> '
        '<span class="mention">@here</span></p>',
    ),
]


@pytest_asyncio.fixture(loop_scope="package")
async def draw(windows: Windows, room: Room) -> AsyncIterator[Draw]:
    """Runs one of the page's drawing modules, without the page around it; the HTML it would be."""
    async with windows.lent({}) as page:
        await page.goto(f"{room.url}/_control/state?as=U0ADA")  # any document of this origin will do

        async def drawn(name: str, source: Any) -> str:
            return str(await page.evaluate(DRAW, [name, source]))

        yield drawn


async def test_text_becomes_the_nodes_it_means_and_never_markup(draw: Draw) -> None:
    for name, table in (("markdown", MARKDOWN), ("mrkdwn", MRKDWN)):
        for source, wanted in table:
            assert await draw(name, source) == wanted, source


async def test_half_a_stream_is_drawn_as_far_as_it_goes(draw: Draw) -> None:
    source = "A table:\n\n| a | b |\n|--|--:|\n| 1 | 2 |\n\n```py\nx = 1\n```\n- [x] done\n1. one\n\n   more"
    for length in range(len(source) + 1):
        assert isinstance(await draw("markdown", source[:length]), str)
    whole = await draw("markdown", source)
    for part in (
        '<th class="to-right" scope="col">b</th>',
        "<code>x = 1</code>",
        'aria-label="task.done"',
        "<p>more</p>",
    ):
        assert part in whole


async def test_a_hostile_text_is_drawn_in_reasonable_time(draw: Draw) -> None:
    for piece in ("*", "_a", "[", "`", "<", "> ", "- ", "**a", "![](", "| a ", "~~", "(@", "\\"):
        source = piece * 3_000
        assert isinstance(await draw("markdown", source), str)
        assert isinstance(await draw("mrkdwn", source), str)


async def test_every_block_is_drawn_and_an_unknown_one_is_named(draw: Draw) -> None:
    words = {"type": "plain_text", "text": "words"}
    rich = {
        "type": "rich_text",
        "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "rich"}]}],
    }
    blocks: list[dict[str, Any]] = [
        {"type": "header", "text": words},
        {"type": "section", "text": {"type": "mrkdwn", "text": "*s*"}, "fields": [words, words]},
        {"type": "divider"},
        {"type": "context", "elements": [words]},
        {"type": "image", "image_url": "https://elsewhere.example/x.png", "alt_text": "a chart"},
        {"type": "table", "rows": [[{"type": "raw_text", "text": "h"}], [rich]]},
        {"type": "task_card", "task_id": "1", "title": "T", "status": "error", "output": rich},
        {"type": "plan", "title": "P", "tasks": [{"task_id": "1", "title": "T", "status": "pending"}]},
        rich,
        {"type": "holodeck", "x": "<script>"},
    ]
    drawn = await draw("blocks", blocks)
    assert "elsewhere.example" not in drawn
    for part in (
        "words",
        "<strong>s</strong>",
        "a chart",
        "task.error",
        "task.pending",
        "block.unknown",
        "&lt;script&gt;",
    ):
        assert part in drawn, part


async def test_the_words_of_the_page_are_complete_in_both_languages(windows: Windows, room: Room) -> None:
    async with windows.lent({}) as page:
        await page.goto(f"{room.url}/_control/state?as=U0ADA")
        words = await page.evaluate("async () => (await import('/words.js')).WORDS")
    assert words["en"].keys() == words["fr"].keys()
    for key, english in words["en"].items():
        holes = [sorted(part.split("}")[0] for part in text.split("{")[1:]) for text in (english, words["fr"][key])]
        assert holes[0] == holes[1], key


async def test_long_words_lines_and_tables_do_not_break_the_layout(visit: Visit, room: Room) -> None:
    row = "| " + " | ".join(["a rather long cell"] * 12) + " |"
    table = f"{row}\n{'|--' * 12}|\n{row}"
    text = f"{'x' * 300}\n\n{table}\n\n```\n{'y' * 400}\n```\n\nhttps://example.com/{'path/' * 60}"
    root = await room.mention("w" * 200)
    await room.bot.says("long", thread_ts=root, blocks=[{"type": "markdown", "text": text}])
    page = await visit(where=f"&in=C0GENERAL&thread={root}")
    await expect(page.locator("#thread article")).to_have_count(2)
    for width in (1440, 1000, 390):
        await page.set_viewport_size({"width": width, "height": 800})
        for box in ("document.documentElement", "document.querySelector('#thread .scroller')"):
            shown, wanted = await page.evaluate(f"[{box}.clientWidth, {box}.scrollWidth]")
            assert wanted <= shown, (width, box)
