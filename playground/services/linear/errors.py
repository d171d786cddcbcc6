"""What Linear says when it refuses: GraphQL errors with a type, a code and words for people.

https://linear.app/developers/graphql and the SDK's parsing of errors.
"""

from __future__ import annotations

from typing import Any

from playground.services.refused import Refused

Json = dict[str, Any]


class LinearError(Refused):
    """`status` is that of the HTTP answer where nothing was resolved."""

    def __init__(self, status: int, said: str, *, kind: str, code: str, for_people: str = "") -> None:
        super().__init__(status, said)
        self.extensions: Json = {
            "type": kind,
            "code": code,
            "statusCode": status,
            "userError": status < 500,
            "userPresentableMessage": for_people or said,
        }

    def told_to_model(self) -> str:
        return str(self.extensions["userPresentableMessage"])

    @property
    def body(self) -> Json:
        return {"errors": [{"message": self.said, "extensions": {**self.extensions, "http": {"status": self.status}}}]}


def not_authenticated() -> LinearError:
    return LinearError(
        401,
        "Authentication required, not authenticated",
        kind="authentication error",
        code="AUTHENTICATION_ERROR",
        for_people="You need to authenticate to access this operation.",
    )


def wants_scope(scope: str) -> LinearError:
    return LinearError(403, f"Invalid scope: `{scope}` required", kind="forbidden", code="FORBIDDEN")


def forbidden(said: str) -> LinearError:
    return LinearError(403, said, kind="forbidden", code="FORBIDDEN")


def not_found(kind: str) -> LinearError:
    return LinearError(
        400,
        f"Entity not found: {kind}",
        kind="invalid input",
        code="INPUT_ERROR",
        for_people=f"Could not find referenced {kind}.",
    )


def invalid(said: str) -> LinearError:
    return LinearError(400, "Argument Validation Error", kind="invalid input", code="INVALID_INPUT", for_people=said)


def of_status(status: int, code: str | None) -> LinearError:
    """What a fault asks for."""
    match status:
        case 401:
            return not_authenticated()
        case 403:
            return forbidden("You do not have access")
        case 429:
            return LinearError(429, "Rate limit exceeded", kind="ratelimited", code=code or "RATELIMITED")
        case _:
            return LinearError(status, "Internal server error", kind="internal error", code=code or "INTERNAL")
