"""The arguments of one Web API call, wherever the caller put them.

Slack merges the query string with a JSON, urlencoded or multipart body; structured values may come as JSON text, and
booleans as `true`, `1`, `0` or real ones. Methods read them here by type and meet `invalid_arguments` on nonsense.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qsl

from starlette.datastructures import UploadFile
from starlette.requests import Request

from playground.slack.web_api.errors import SlackError

STRUCTURED = ("attachments", "blocks", "chunks", "files", "loading_messages", "metadata", "prompts", "unfurls", "view")


async def read(request: Request) -> Arguments:
    query = request.scope["query_string"]
    values: dict[str, Any] = dict(parse_qsl(query.decode(), keep_blank_values=True)) if query else {}
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "multipart/form-data":
        async with request.form() as form:
            for name, value in form.items():
                values[name] = await value.read() if isinstance(value, UploadFile) else value
        return Arguments(values)
    body = await request.body()
    if not body:
        return Arguments(values)
    if kind == "application/json":
        try:
            decoded = json.loads(body)
        except ValueError:
            raise SlackError("invalid_json") from None
        if not isinstance(decoded, dict):
            raise SlackError("json_not_object")
        values.update(decoded)
    elif kind in ("application/x-www-form-urlencoded", ""):
        values.update(parse_qsl(body.decode(errors="replace"), keep_blank_values=True))
    else:
        raise SlackError("invalid_post_type")
    return Arguments(values)


class Arguments:
    def __init__(self, values: dict[str, Any]) -> None:
        self.values = {name: value for name, value in values.items() if value is not None}
        for name in STRUCTURED:
            text = self.values.get(name)
            if isinstance(text, str):
                try:
                    self.values[name] = json.loads(text) if text else None
                except ValueError:
                    continue  # the method names the fault in its own words

    def __contains__(self, name: str) -> bool:
        return self.values.get(name) is not None

    def get(self, name: str) -> Any:
        return self.values.get(name)

    def text(self, name: str, default: str = "") -> str:
        value = self.values.get(name, default)
        if isinstance(value, (dict, list, bytes)):
            raise SlackError("invalid_arguments", f"must be a string: {name}")
        return str(value)

    def required(self, name: str, *, code: str = "invalid_arguments") -> str:
        value = self.text(name)
        if not value:
            raise SlackError(code, f"missing required field: {name}")
        return value

    def flag(self, name: str, default: bool = False) -> bool:
        value = self.values.get(name)
        return default if value is None else str(value).lower() in ("1", "true", "yes")

    def number(self, name: str, default: int) -> int:
        try:
            return int(self.values.get(name, default))
        except (TypeError, ValueError):
            raise SlackError("invalid_arguments", f"must be a number: {name}") from None

    def objects(self, name: str, *, code: str) -> list[dict[str, Any]] | None:
        """A list of JSON objects, or None when it was not given."""
        value = self.values.get(name)
        if value is None:
            return None
        if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
            raise SlackError(code)
        return value
