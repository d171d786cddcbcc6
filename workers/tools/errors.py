"""What can go wrong between us and a tool's server, by what the caller can do. Each text is a sentence for the model.

ToolError           `.ran` says whether the tool may have done something
├── NotSent         the connection was gone before the call: a fresh one may take it
├── Unreachable     no connection now: it failed, the server rests after failures, or too many calls wait
│   ├── NoRoom      the server has nothing to do with it: all connections of this worker are in use
│   └── NotRenewed  nor here: one person's sign-in has run out and cannot be renewed now
├── Unheard         the call was sent and no answer came: never repeated by itself
├── Needed          a person has to do something first; `.need` says what
└── Rejected        the server answered, but not with a result
"""

from __future__ import annotations

from workers.tools.needs import Need
from workers.tools.specs import Ran


class ToolError(Exception):
    """`ends_connection`: the connection it came over is of no more use. `quotes`: the text holds the server's words."""

    default_ran: Ran = "unknown"

    def __init__(
        self, message: str, *, ran: Ran | None = None, ends_connection: bool = False, quotes: bool = False
    ) -> None:
        super().__init__(message)
        self.ran: Ran = ran or self.default_ran
        self.ends_connection = ends_connection
        self.quotes = quotes


class NotSent(ToolError):
    default_ran = "no"


class Unreachable(ToolError):
    default_ran = "no"


class NoRoom(Unreachable):
    pass


class NotRenewed(Unreachable):
    pass


class Unheard(ToolError):
    default_ran = "unknown"


class Needed(ToolError):
    default_ran = "no"

    def __init__(self, message: str, need: Need) -> None:
        super().__init__(message)
        self.need = need


class Rejected(ToolError):
    default_ran = "yes"


def root_cause(exc: BaseException) -> BaseException:
    """The first error inside nested groups: all that leaves an MCP client's block is wrapped in them."""
    while isinstance(exc, BaseExceptionGroup):
        exc = exc.exceptions[0]
    return exc
