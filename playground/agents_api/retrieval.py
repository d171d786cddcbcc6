"""Finding by words: the same question finds the same passages, in the same order. No model, no index."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Sequence
from typing import TypeVar

from playground.agents_api.brains.zones import plain

STOPPED = """
a about after all an and any are as at be been but by can could did do does for from get give had has have how i
in into is it its latest look me my news no not of on or our out over please say says search show so some tell
than that the their them then there these they this to up us was we web were what when where which who why will
with would you your
au aux avec ce ces cette cherche comment dans de des dit donne du elle en est et il ils je la le les leur l lui
ma mais me mes moi mon ne nos notre nous on ou par pas pour pourquoi qu quand que quel quelle quelles quels qui sa
se ses si son sont sur ta te toi tu un une vous y actualites dernieres nouvelles
handbook guide document documents file library manuel bibliotheque
"""
STOP_WORDS = frozenset(STOPPED.split())
PARAGRAPH = re.compile(r"\n\s*\n")
HEADING = re.compile(r"#{1,6} .*|[^\n.!?:]{1,60}")
PARAGRAPH_MAX = 900  # a paragraph that is longer is cut at sentences
SENTENCE_END = re.compile(r"(?<=[.!?])\s+")
NEAR = 0.5  # what scores less than this share of the best is about something else
STEM = 4  # what a plural or a verb's ending leaves of a word that is longer

Item = TypeVar("Item")


def words_of(text: str) -> list[str]:
    """The words that tell something, without endings."""
    return [stem(word) for word in re.findall(r"[a-z0-9]+", plain(text)) if word not in STOP_WORDS]


def stem(word: str) -> str:
    """Without the endings of plurals and verbs: the same for "invoice", "invoices" and "invoiced"."""
    if word.endswith("ies") and len(word) > STEM:
        return word.removesuffix("ies") + "y"
    for ending in ("ing", "ed", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= STEM:
            word = word.removesuffix(ending)
            break
    return word.removesuffix("e") if len(word) > STEM else word


def rank(query: str, items: Sequence[Item], text_of: Callable[[Item], str], *, most: int) -> list[Item]:
    """The items that share words with the query, best first; rare words count for more."""
    wanted = set(words_of(query))
    counted = [Counter(words_of(text_of(item))) for item in items]
    common = {word: sum(word in counts for counts in counted) for word in wanted}
    scored = []
    for place, (item, counts) in enumerate(zip(items, counted, strict=True)):
        score = sum(
            math.log(1 + len(items) / common[word]) * (1 + math.log(counts[word])) for word in wanted if counts[word]
        )
        if score > 0:
            scored.append((-score, place, item))
    scored.sort(key=lambda one: one[:2])
    return [item for score, _, item in scored[:most] if score <= scored[0][0] * NEAR]


def paragraphs(text: str) -> list[str]:
    """The parts of a text that can be quoted; a heading goes with what follows it."""
    parts: list[str] = []
    heading = ""
    for paragraph in PARAGRAPH.split(text):
        block = paragraph.strip()
        if HEADING.fullmatch(block):
            heading = block.lstrip("# ")
            continue
        parts += _cut(f"{heading}: {block}" if heading else block)
        heading = ""
    return [*parts, heading] if heading else parts


def _cut(block: str) -> list[str]:
    parts, part = [], ""
    for sentence in SENTENCE_END.split(block):
        if part and len(part) + len(sentence) > PARAGRAPH_MAX:
            parts.append(part)
            part = ""
        part = f"{part} {sentence}".strip()
    return [*parts, part] if part else parts
