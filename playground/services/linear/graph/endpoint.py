"""`/graphql`: whose key it is, the operation, and what Linear says when something is wrong.

A personal key stands bare in `Authorization`, an access token after `Bearer`. What does not fit the schema is a 400,
who is not known gets a 401; what an operation refuses comes as a 200 with errors beside the data.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from graphql import DocumentNode, ExecutionResult, GraphQLError, OperationDefinitionNode, execute, parse, validate
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from playground.authorization.grants import Verifier
from playground.faults import Fault
from playground.services.door import SEEN
from playground.services.linear.errors import LinearError, not_authenticated, of_status
from playground.services.linear.graph.answers import Eyes
from playground.services.linear.graph.schema import schema
from playground.services.linear.store import Linear, View

HOUR_MS = 3_600_000
KNOWN_QUERIES = 256
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Endpoint:
    linear: Callable[[], Linear]
    verifier: Verifier

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        try:
            view = await self._view(request)
            body = _asked(await request.body())
            eyes = Eyes(view, str(request.base_url).rstrip("/"))
            status, said = _answered(eyes, body)
        except LinearError as error:
            status, said = error.status, error.body
        await JSONResponse(said, status_code=status, headers=limits(0))(scope, receive, send)

    async def _view(self, request: Request) -> View:
        header = request.headers.get("authorization", "")
        token = header.partition(" ")[2] if header.lower().startswith("bearer ") else header
        grant = await self.verifier.person_of(token.strip()) if token.strip() else None
        linear = self.linear()
        user = linear.user_named(grant.person) if grant else None
        if grant is None or user is None or grant.resource is not None:  # a token for the MCP face is none for the API
            raise not_authenticated()
        if SEEN in request.scope:
            request.scope[SEEN].person = grant.person
        return View(linear, user, grant.scopes)


def operation_name(scope: Scope, body: bytes) -> str:
    """How faults and the log call a request: by the first thing it asks for, `graphql.issueCreate`."""
    try:
        document = parse(str(json.loads(body)["query"]), no_location=True)
        operation = next(one for one in document.definitions if isinstance(one, OperationDefinitionNode))
        first = next(iter(operation.selection_set.selections))
        return f"graphql.{getattr(first, 'name').value}"  # noqa: B009  # a selection is not always a field
    except (ValueError, KeyError, TypeError, GraphQLError, StopIteration, AttributeError):
        return "graphql"


def wording(fault: Fault) -> Response:
    """What a fault says at this face; a 429 tells by Linear's headers when the next window begins."""
    error = of_status(fault.status, fault.code if fault.kind == "error" else None)
    wait = round((fault.retry_after or 0) * 1000)
    return JSONResponse(error.body, status_code=error.status, headers=limits(wait) if error.status == 429 else None)


def limits(wait_ms: int) -> dict[str, str]:
    """https://linear.app/developers/rate-limiting: 5000 requests an hour for each person."""
    reset = int(time.time() * 1000) + (wait_ms or HOUR_MS)
    return {
        "x-ratelimit-requests-limit": "5000",
        "x-ratelimit-requests-remaining": "0" if wait_ms else "4999",
        "x-ratelimit-requests-reset": str(reset),
    }


def _asked(raw: bytes) -> Json:
    try:
        body = json.loads(raw)
    except ValueError:
        body = None
    if not isinstance(body, dict) or not isinstance(body.get("query"), str):
        raise LinearError(400, "The body should be JSON with a query", kind="graphql error", code="BAD_REQUEST")
    return body


@lru_cache(maxsize=KNOWN_QUERIES)
def _understood(query: str) -> DocumentNode | Json:
    """A document that fits the schema, or what is said of one that does not. A client's library sends the same ones."""
    try:
        document = parse(query)
    except GraphQLError as problem:
        return _refused([problem], "GRAPHQL_PARSE_FAILED")
    problems = validate(schema(), document)
    return _refused(problems, "GRAPHQL_VALIDATION_FAILED") if problems else document


def _answered(eyes: Eyes, body: Json) -> tuple[int, Json]:
    document = _understood(body["query"])
    if not isinstance(document, DocumentNode):
        return 400, document
    result = execute(
        schema(),
        document,
        context_value=eyes,
        variable_values=body.get("variables"),
        operation_name=body.get("operationName"),
    )
    assert isinstance(result, ExecutionResult)
    return _said(result)


def _said(result: ExecutionResult) -> tuple[int, Json]:
    for problem in result.errors or []:
        if problem.original_error is not None and not isinstance(problem.original_error, LinearError | GraphQLError):
            raise problem.original_error  # a mistake of ours: rather a 500 than a sentence for somebody else
    if result.errors and not any(isinstance(one.original_error, LinearError) for one in result.errors):
        return 400, _refused(result.errors, "BAD_USER_INPUT")  # variables that do not fit
    errors = {"errors": [one.formatted for one in result.errors]} if result.errors else {}
    return 200, {"data": result.data, **errors}


def _refused(problems: list[GraphQLError], code: str) -> Json:
    extensions = {"type": "graphql error", "code": code, "userError": True, "http": {"status": 400}}
    return {"errors": [{**one.formatted, "extensions": extensions} for one in problems]}
