"""What GitHub says when it refuses: status, message, and the fields at fault.

https://docs.github.com/en/rest/using-the-rest-api/troubleshooting-the-rest-api
"""

from __future__ import annotations

from typing import Any

from playground.services.refused import Refused

DOCS = "https://docs.github.com/rest"
Json = dict[str, Any]


class ApiError(Refused):
    def __init__(self, status: int, said: str, errors: list[Json] | list[str] | None = None) -> None:
        super().__init__(status, said)
        self.errors = errors

    @property
    def body(self) -> Json:
        body: Json = {"message": self.said}
        if self.errors is not None:
            body["errors"] = self.errors
        return {**body, "documentation_url": DOCS, "status": str(self.status)}

    def told_to_model(self) -> str:
        """As the MCP server of GitHub passes on what its API says."""
        return f"{self.status} {self.said} {self.errors or []}"


def not_found() -> ApiError:
    """Also for what is there, but not for this caller: GitHub does not tell that it exists."""
    return ApiError(404, "Not Found")


def bad_credentials() -> ApiError:
    return ApiError(401, "Bad credentials")


def no_credentials() -> ApiError:
    return ApiError(401, "Requires authentication")


def not_an_admin() -> ApiError:
    return ApiError(403, "Must have admin rights to Repository.")


def conflict(said: str) -> ApiError:
    return ApiError(409, said)


def invalid(resource: str, field: str, code: str = "invalid", *, message: str = "") -> ApiError:
    problem = {"resource": resource, "field": field, "code": code}
    return ApiError(422, "Validation Failed", [{**problem, "message": message} if message else problem])


def missing(resource: str, field: str) -> ApiError:
    return invalid(resource, field, "missing_field")


def custom(resource: str, message: str) -> ApiError:
    return ApiError(422, "Validation Failed", [{"resource": resource, "code": "custom", "message": message}])


def unprocessable(said: str) -> ApiError:
    return ApiError(422, said)


def of_status(status: int, code: str | None = None) -> ApiError:
    """What a fault asks for; `code` is the message then."""
    usual = {
        401: "Bad credentials",
        403: "Resource not accessible by personal access token",
        404: "Not Found",
        409: "Conflict",
        422: "Validation Failed",
        429: "API rate limit exceeded. Please wait before you try again.",
        500: "Server Error",
        502: "Server Error",
        503: "Service unavailable",
    }
    return ApiError(status, code or usual.get(status, "Request failed"))
