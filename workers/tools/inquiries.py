"""What a server asks of a person, and what the person answered: values that a journal keeps. Independent of `mcp`.

`asked` is an `InputRequiredResult` as JSON (2026-07-28), or in the same shape, with `byError`, what error -32042 says.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

Action = Literal["accept", "decline", "cancel"]

ELICIT = "elicitation/create"
BY_ERROR = "byError"  # the call is simply made again; there is nobody to tell of a no


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """`form` is the schema that was asked for, None where a person is to open `url`."""

    message: str
    form: dict[str, Any] | None = None
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """`content` is a form's, by field."""

    action: Action
    content: dict[str, Any] | None = None


def question(params: Mapping[str, Any]) -> Question:
    """Of an elicitation's parameters as they are on the wire."""
    if params.get("mode") == "url":
        return Question(message=str(params.get("message", "")), url=str(params.get("url", "")))
    form = params.get("requestedSchema")
    return Question(message=str(params.get("message", "")), form=form if isinstance(form, dict) else {})


def questions(asked: str) -> dict[str, Question]:
    """By the server's own keys, in its order."""
    requests = json.loads(asked).get("inputRequests") or {}
    return {key: question(request["params"]) for key, request in requests.items() if request["method"] == ELICIT}


def by_error(asked: str) -> bool:
    return bool(json.loads(asked).get(BY_ERROR))


def given(asked: str, answers: Mapping[str, Answer]) -> str:
    """What the call is made again with."""
    told = json.loads(asked)
    if told.get(BY_ERROR):
        return json.dumps({})
    responses = {
        key: {name: value for name, value in asdict(answer).items() if value is not None}
        for key, answer in answers.items()
    }
    return json.dumps(
        {"asked": told.get("inputRequests") or {}, "responses": responses, "state": told.get("requestState")},
        ensure_ascii=False,
    )
