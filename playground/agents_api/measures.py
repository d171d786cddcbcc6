"""Counting and cutting text: usage in rough tokens, parts of about equal length, deltas folded into chunks."""

from __future__ import annotations

from playground.agents_api.ids import CHARACTERS_PER_TOKEN, Json, tokens

TOKENS_OF_IMAGE, TOKENS_OF_DOCUMENT = 1_000, 2_000  # whatever their bytes: a model reads pixels and pages


class Meter:
    """What a turn costs. Connector tokens are in the total, not in the prompt's count."""

    def __init__(self, prompt_tokens: int) -> None:
        self.characters = 0
        self._prompt = self._prompt_of_one = prompt_tokens
        self._connector = 0
        self._connectors: dict[str, int] = {}

    def spend(self, text: str) -> None:
        self.characters += len(text)

    def read_again(self, more: int) -> None:
        """Another agent reads the conversation, with what was said so far and its own instructions."""
        self._prompt += self._prompt_of_one + -(-self.characters // CHARACTERS_PER_TOKEN) + more

    def use(self, connector: str, connector_tokens: int) -> None:
        self._connector += connector_tokens
        self._connectors[connector] = self._connectors.get(connector, 0) + 1

    def usage(self) -> Json:
        completion = -(-self.characters // CHARACTERS_PER_TOKEN)
        return {
            "prompt_tokens": self._prompt,
            "completion_tokens": completion,
            "total_tokens": self._prompt + completion + self._connector,
            "connector_tokens": self._connector if self._connectors else None,
            "connectors": self._connectors or None,
        }


def folded(parts: list[str | Json]) -> list[Json]:
    """Deltas as chunks: neighbouring texts are one."""
    chunks: list[Json] = []
    for part in parts:
        if not isinstance(part, str):
            chunks.append(part)
        elif chunks and chunks[-1]["type"] == "text":
            chunks[-1] = {"type": "text", "text": chunks[-1]["text"] + part}
        else:
            chunks.append({"type": "text", "text": part})
    return chunks


def split(text: str, pieces: int) -> list[str]:
    """`text` in at most `pieces` parts of about equal length; an empty text is one empty part."""
    size = max(1, -(-len(text) // max(1, pieces)))
    return [text[start : start + size] for start in range(0, len(text), size)] or [""]


def size_of(entry: Json) -> int:
    """Roughly how many tokens an entry costs as prompt."""
    content = entry.get("content", entry.get("result", entry.get("arguments", "")))
    if isinstance(content, list):
        return sum(_size_of_chunk(chunk) for chunk in content)
    return tokens(content if isinstance(content, str) else str(content))


def _size_of_chunk(chunk: Json) -> int:
    match chunk["type"]:
        case "image_url":
            return TOKENS_OF_IMAGE
        case "document_url" | "tool_file":
            return TOKENS_OF_DOCUMENT
    return tokens(chunk.get("text", ""))
