"""One exchange with who signs people in: what is sent, and its answer as JSON, whatever form the server prefers.

Redirects are followed by nobody here; of an error only the words below are known, and nothing else is passed on.
"""

from __future__ import annotations

import json
from urllib.parse import parse_qsl

import httpx2
from pydantic import BaseModel, ValidationError

# RFC 6749, section 5.2, and beside each what GitHub says in its place, mostly under 200.
# https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/refreshing-user-access-tokens
CLIENT_GONE = frozenset({"invalid_client", "incorrect_client_credentials"})
VOID = frozenset({"invalid_grant", "bad_refresh_token"})
TOKEN_ERRORS = frozenset(  # whatever else a server says stays out of the log
    {*CLIENT_GONE, *VOID, "invalid_request", "unauthorized_client", "unsupported_grant_type", "invalid_scope"}
)


async def sent(http: httpx2.AsyncClient, request: httpx2.Request) -> httpx2.Response:
    request.headers["accept"] = "application/json"  # without it GitHub answers with a form
    response = await http.send(request, follow_redirects=False)
    if response.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        body = dict(parse_qsl(response.text))
        return httpx2.Response(response.status_code, text=json.dumps(body), request=request)
    return response


def said_error(answer: httpx2.Response) -> str:
    """The error of a token endpoint's answer, one of the words above; empty for any other answer."""
    try:
        said = _Refusal.model_validate_json(answer.content).error
    except ValidationError:
        return ""
    return said if said in TOKEN_ERRORS else ""


class _Refusal(BaseModel):
    error: str
