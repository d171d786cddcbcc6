"""The error bodies of the real service, in its seven shapes, each with the status it was seen with.

Clients must not rely on one shape: that is why none of them is tidied up here.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from pydantic import ValidationError

from playground.agents_api.ids import Json

BUSY = "Conversation is being updated, concurrent requests are not supported"
ORCHESTRATION = "Response failed during handoff orchestration"
BAD_GATEWAY = "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"


class ApiError(Exception):
    """An answer that is not 2xx; `body` is JSON, or HTML where the gateway answers."""

    def __init__(self, status: int, body: Json | str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(f"{status}: {body}")
        self.status, self.body, self.headers = status, body, dict(headers or {})


def coded(status: int, message: str, code: int, type_: str = "invalid_request_error") -> ApiError:
    return ApiError(status, {"object": "Error", "message": message, "type": type_, "code": code})


def raw(status: int, message: str, code: str | None, type_: str = "invalid_request_error") -> ApiError:
    body = {
        "object": "error",
        "message": message,
        "type": type_,
        "param": None,
        "code": code,
        "raw_status_code": status,
    }
    return ApiError(status, body)


def detail(status: int, text: str) -> ApiError:
    return ApiError(status, {"detail": text})


def gateway(status: int, message: str) -> ApiError:
    return ApiError(status, {"message": message, "request_id": uuid.uuid4().hex[:8]})


def blocked(message: str = "Content blocked by guardrail", *, results: Json | None = None) -> ApiError:
    """`results`: what the guardrail found."""
    return ApiError(403, {"error": {"message": message, "status": 403}, "guardrails": {"results": results or {}}})


def invalid(problem: ValidationError) -> ApiError:
    """422 for a body that does not fit; wrapped in `message` when fields are unknown, bare otherwise."""
    found = problem.errors(include_url=False, include_context=False)
    places = [{**error, "loc": ["body", *error["loc"]]} for error in found]
    if not any(error["type"] == "extra_forbidden" for error in found):
        return ApiError(422, {"detail": places})
    listed = [{"loc": place["loc"], "msg": place["msg"], "type": place["type"]} for place in places]
    wrapped = {"detail": listed}
    return ApiError(
        422,
        {"object": "error", "message": wrapped, "type": "invalid_request_error", "param": None, "code": None},
    )


def value_error(message: str, *place: str) -> ApiError:
    return ApiError(
        422, {"detail": [{"type": "value_error", "loc": ["body", *place], "msg": f"Value error, {message}"}]}
    )


def bookkeeping(message: str) -> ApiError:
    return coded(400, message, 3230)


def not_found(what: str, id_: str) -> ApiError:
    return coded(404, f"{what} with id {id_} not found", 3000)


def busy() -> ApiError:
    return raw(409, BUSY, None)


def unauthorized() -> ApiError:
    return detail(401, "Unauthorized")


def of_status(status: int, *, retry_after: float | None = None, code: str | None = None) -> ApiError:
    """The body the service has for `status`, for faults that name nothing else."""
    error = _of_status(status, code)
    if retry_after is not None:
        error.headers["Retry-After"] = f"{retry_after:g}"
    return error


def limited(code: str | None) -> ApiError:
    """429 in the forms seen: by default with a code; `bare` is the gateway's, `3505` an overloaded model."""
    if code == "bare":
        return ApiError(429, {"message": "Requests rate limit exceeded"})
    if code == "3505":
        return raw(429, "Service tier capacity exceeded for this model.", code, "service_tier_capacity_exceeded")
    return raw(429, "Requests rate limit exceeded", code or "1300", "rate_limited")


def retired(model: str, status: int) -> ApiError:
    """A model that is gone is one that nobody knows."""
    return raw(status, f"Invalid model: {model}", "1500", "invalid_model")


def _of_status(status: int, code: str | None) -> ApiError:
    match status:
        case 400:
            return coded(400, "Bad request", int(code) if code and code.isdigit() else 3000)
        case 401:
            return unauthorized()
        case 403:
            return blocked()
        case 404:
            return gateway(404, "no Route matched with those values")
        case 409:
            return busy()
        case 422:
            return value_error("Input should be valid", "inputs")
        case 429:
            return limited(code)
        case 500:
            number = int(code) if code and code.isdigit() else 3000
            return coded(500, ORCHESTRATION, number)
        case 502:
            return ApiError(502, BAD_GATEWAY)
        case 503:
            return raw(503, "Service tier capacity exceeded for this model.", code or "3505", "service_unavailable")
        case 504:
            return gateway(504, "The upstream server is timing out")
        case _:
            return raw(status, f"Request failed with status {status}", code)
