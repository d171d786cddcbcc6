"""The messages we show, as Block Kit and stream chunks, each within Slack's limits. No I/O.

Answers are Markdown (already made harmless by `text.defuse`). All other words are ours; what they quote from
elsewhere, such as the names of people, files and tools, calls nobody. Limits:
https://docs.slack.dev/reference/block-kit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from bot.slack import mentions
from bot.slack.clicks import AGAIN, OPENED
from bot.slack.text import defuse, shortened, shown

SECTION_LIMIT = 3_000
MARKDOWN_LIMIT = 12_000  # of all markdown blocks of a message together
BUTTON_LIMIT = 75
VALUE_LIMIT = 2_000
TASK_LIMIT = 256  # of each string of a task card
BLOCKS_LIMIT = 50
ALT_LIMIT = 2_000
CARDS_LIMIT = 40  # task cards of one message; the rest of its blocks is the answer
CONTEXT_LIMIT = 10  # elements of one context block

Block = dict[str, Any]
Blocks = list[Block]
Chunk = dict[str, Any]
TaskStatus = Literal["pending", "in_progress", "complete", "error"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A tool call's card. `state` is its status in people's words, for where no card is drawn."""

    id: str
    title: str
    status: TaskStatus
    details: str = ""
    output: str = ""
    state: str = ""


def answer(markdown: str, label: str | None = None) -> Blocks:
    """A piece of an agent's answer; `label` says below it that a machine wrote it."""
    return [{"type": "markdown", "text": markdown[:MARKDOWN_LIMIT]}, *(footer(label) if label else [])]


def footer(label: str) -> Blocks:
    return [_context([label])]


def offer(action_id: str, label: str) -> Blocks:
    """One button that is about the thread it stands in."""
    return [{"type": "actions", "elements": [button_for(action_id, label, action_id)]}]


def small_print(lines: Sequence[str]) -> Blocks:
    """Notes of ours, one below the other, in mrkdwn."""
    return [_context([line]) for line in lines]


def notice(words: str) -> Blocks:
    """A sentence of ours, in mrkdwn."""
    return [_section(words)]


def divider() -> Block:
    """A line between what stands above and below."""
    return {"type": "divider"}


def entry(words: str, *, icon: str, alt: str) -> Blocks:
    """A section with a picture beside it, where `icon` is a picture's address; an emoji stands in the words."""
    section = _section(words)
    if icon.startswith("https://"):
        section["accessory"] = {"type": "image", "image_url": icon, "alt_text": shortened(alt, ALT_LIMIT)}
    return [section]


def failure(words: str, *, turn_id: str, button: str) -> Blocks:
    """Why a turn ended, and a button to try it again."""
    return [_section(words), {"type": "actions", "elements": [button_for(AGAIN, button, turn_id)]}]


def handed_over(
    words: str, *, calls: Sequence[str] = (), value: str = "", buttons: Sequence[tuple[str, str]] = ()
) -> Blocks:
    """A thread that a person is to take: why, whom it `calls`, and `buttons` (action, label), the foremost first."""
    if len(value) > VALUE_LIMIT:
        raise ValueError(f"a button's value is at most {VALUE_LIMIT} characters; this call's ids take {len(value)}")
    drawn = [
        button_for(action, label, value, style="primary" if number == 0 else None)
        for number, (action, label) in enumerate(buttons)
    ]
    actions = [{"type": "actions", "elements": drawn}] if drawn else []
    return [*mentions.calling(calls), _section(words), *actions]


def with_buttons(
    words: str, buttons: Sequence[tuple[str, str]], *, value: str, link: tuple[str, str] | None = None
) -> Blocks:
    """A sentence and `buttons` (action, label); `link` (label, address) opens in the browser, and stands first.

    Slack tells us of a press of that one, too; it means nothing to us.
    """
    if len(value) > VALUE_LIMIT:
        raise ValueError(f"a button's value is at most {VALUE_LIMIT} characters; this one has {len(value)}")
    drawn = [{**button_for(OPENED, link[0], OPENED), "url": link[1]}] if link else []
    drawn += [button_for(action, label, value) for action, label in buttons]
    return [_section(words), {"type": "actions", "elements": drawn}]


def task_cards(tasks: Sequence[Task]) -> Blocks:
    """The cards as blocks of a message that was not streamed."""
    cards: Blocks = []
    for task in tasks[-CARDS_LIMIT:]:
        card: Block = {
            "type": "task_card",
            "task_id": shortened(task.id, TASK_LIMIT),
            "title": _harmless(task.title, TASK_LIMIT),
            "status": task.status,
        }
        for name, text in (("details", task.details), ("output", task.output)):
            if text:
                card[name] = _rich_text(shortened(text, TASK_LIMIT))
        cards.append(card)
    return cards


def _rich_text(words: str) -> Block:
    section = {"type": "rich_text_section", "elements": [{"type": "text", "text": words}]}
    return {"type": "rich_text", "elements": [section]}


def task_lines(tasks: Sequence[Task]) -> Blocks:
    """Task cards as small print, for messages that cannot hold cards; the oldest are left out if they are too many."""
    lines = [shown(task.state or f"{task.title}: {task.status}", TASK_LIMIT) for task in tasks]
    groups = [lines[start : start + CONTEXT_LIMIT] for start in range(0, len(lines), CONTEXT_LIMIT)]
    return [_context(group) for group in groups[-5:]]


def task_chunk(task: Task) -> Chunk:
    """The card for a stream. Sending an id again replaces title and status, but Slack appends `details`."""
    texts = {"title": task.title, "details": task.details, "output": task.output}
    chunk = {name: _harmless(text, TASK_LIMIT) for name, text in texts.items() if text}
    return {"type": "task_update", "id": shortened(task.id, TASK_LIMIT), "status": task.status, **chunk}


def text_chunk(markdown: str) -> Chunk:
    return {"type": "markdown_text", "text": markdown}


def _section(words: str) -> Block:
    return {
        "type": "section",
        "text": {"type": "mrkdwn", "text": _harmless(words, SECTION_LIMIT), "verbatim": True},
        "expand": True,
    }


def _context(lines: Sequence[str]) -> Block:
    words = [{"type": "mrkdwn", "text": defuse(line), "verbatim": True} for line in lines]
    return {"type": "context", "elements": words}


def _harmless(words: str, limit: int) -> str:
    """Cut last: the beginning of harmless words is harmless."""
    return shortened(defuse(words), limit)


def button_for(action_id: str, label: str, value: str, *, style: str | None = None) -> Block:
    """A button for an `actions` block; `value` comes back with the click, and anybody may read it."""
    made: Block = {
        "type": "button",
        "action_id": action_id,
        "text": {"type": "plain_text", "text": shortened(label, BUTTON_LIMIT), "emoji": False},
        "value": value[:VALUE_LIMIT],
    }
    return made | ({"style": style} if style else {})
