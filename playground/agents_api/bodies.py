"""Request bodies: checked on the way in, and turned into what is stored."""

from __future__ import annotations

from typing import TypeVar

from pydantic import BaseModel, ValidationError

from playground.agents_api.errors import invalid
from playground.agents_api.ids import Json, new_id, now
from playground.agents_api.turns import PREFIXES
from playground.agents_api.wire.entries import Inputs

Body = TypeVar("Body", bound=BaseModel)


def read(model: type[Body], body: Json) -> Body:
    """The body as `model`; 422 when it does not fit."""
    try:
        return model.model_validate(body)
    except ValidationError as problem:
        raise invalid(problem) from None


def sent(part: BaseModel | None) -> Json:
    """What a client sent of `part`, and nothing it left out."""
    return {} if part is None else part.model_dump(mode="json", exclude_unset=True, by_alias=True)


def stored(inputs: Inputs | None) -> list[Json]:
    """Inputs as entries: with ids of ours, and short forms written out."""
    if inputs is None:
        return []
    if isinstance(inputs, str):
        return [made({"type": "message.input", "role": "user", "content": inputs, "prefix": False})]
    return [made(entry.model_dump(mode="json", exclude_none=True, exclude={"id", "created_at"})) for entry in inputs]


def made(fields: Json) -> Json:
    prefix = "msg" if fields["type"] == "message.input" else PREFIXES.get(fields["type"], "fr")
    return {"object": "entry", "completed_at": None, **fields, "id": new_id(prefix), "created_at": now()}
