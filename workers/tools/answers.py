"""What the SDK raised during a call, as one of our errors: who is at fault, and may the tool have run?

Pure. Careful on one side only: what cannot be told apart counts as "it may have run".
"""

from __future__ import annotations

import re

from mcp import MCPError
from mcp_types import (
    CONNECTION_CLOSED,
    HEADER_MISMATCH,
    METHOD_NOT_FOUND,
    MISSING_REQUIRED_CLIENT_CAPABILITY,
    REQUEST_TIMEOUT,
    UNSUPPORTED_PROTOCOL_VERSION,
    URL_ELICITATION_REQUIRED,
)

from workers.tools.errors import Needed, NotRenewed, NotSent, Rejected, ToolError, Unheard, Unreachable
from workers.tools.needs import SignIn
from workers.tools.soft_http import Heard

# Of sessions over HTTP. TypeScript servers give it the code of a time-out, so the words decide, before the code.
SESSION_LOST = re.compile(r"session (not found|terminated|expired)|no valid session", re.IGNORECASE)
WANTED = {"sampling": "a model's words", "roots": "to know folders of ours"}
LONGEST_MESSAGE = 1000  # characters of a server's own words
NO_STATUS = "Server returned an error response"  # the SDK's words for a refused status without a reason
NO_REASON = re.compile(rf"{NO_STATUS}|Session terminated|Not Found|network: \w+")  # the SDK's words, and ours
BROKE_OFF = "SSE stream "  # so the SDK begins when an answer ended early, and when nobody gave the rest of it


def translated(
    cause: BaseException,
    heard: Heard,
    *,
    server: str,
    what: str,
    timeout_seconds: float,
    personal: bool = False,
    did: str = "",
) -> ToolError:
    """The error for a call (`what`) to `server` that raised `cause`. `personal`: people may sign in there; `did`: by
    what the server ended the connection, where it did not just stop.
    """
    if personal and (refused := lacking(heard, server=server)):
        return refused
    place = f'The tool server "{server}"'
    if not isinstance(cause, MCPError):
        # The answer had come and could not be used: it broke the protocol or the tool's own output schema.
        return Rejected(f"{place} gave an answer to {what} that breaks its own rules, so it cannot be used.")
    if heard.unread:
        return Rejected(f"{place} gave an answer to {what} that {heard.unread}, so it was not read.")
    code, words = cause.code, cause.message[:LONGEST_MESSAGE]
    if code == CONNECTION_CLOSED and words == "Connection closed":
        return Unheard(f"{place} {did or 'stopped'} while {what} was running.", ends_connection=True)
    if code == CONNECTION_CLOSED and words.startswith(BROKE_OFF):
        return Unheard(f"{place} broke off its answer to {what}.")
    if heard.later_refused and NO_REASON.fullmatch(words):
        return Unheard(_half_way(place, what))
    if heard.session_lost or (heard.status in (400, 404) and SESSION_LOST.search(words)):
        return NotSent(f"{place} no longer knew our session.", ends_connection=True)
    if code == REQUEST_TIMEOUT:
        return Unheard(f"{place} gave no answer to {what} within {timeout_seconds:g} seconds.")
    if heard.failure:
        if not heard.sent:
            return NotSent(f"{place} cannot be reached ({heard.failure}).", ends_connection=True)
        return Unheard(f"The network failed while {what} was running ({heard.failure}).")
    if words == NO_STATUS and heard.status is not None:
        return _of_status(heard, place=place, what=what)
    if code == CONNECTION_CLOSED:
        return Unheard(f"{place} broke off its answer to {what}.")
    if code in (URL_ELICITATION_REQUIRED, MISSING_REQUIRED_CLIENT_CAPABILITY):
        return Rejected(f"{place} wants {_wanted(cause)} before {what}, which is not possible here.", ran="no")
    never_ran = code in (METHOD_NOT_FOUND, HEADER_MISMATCH, UNSUPPORTED_PROTOCOL_VERSION) and not heard.later_refused
    return Rejected(f"{place} refused {what}: {words}", ran="no" if never_ran else "yes", quotes=True)


def _wanted(cause: MCPError) -> str:
    """What the server wants of us, by the abilities that it misses."""
    missing = (cause.data or {}).get("requiredCapabilities") if isinstance(cause.data, dict) else None
    for ability, words in WANTED.items():
        if isinstance(missing, dict) and ability in missing:
            return words
    return "to ask a person something"


def unanswered(heard: Heard, *, server: str, what: str, personal: bool) -> ToolError | None:
    """The error of a call whose message HTTP refused, and which waited in vain; None where it was only too slow."""
    if personal and (refused := lacking(heard, server=server)):
        return refused
    place = f'The tool server "{server}"'
    if heard.later_refused:
        return Unheard(_half_way(place, what))
    if heard.failure:
        if not heard.sent:
            return NotSent(f"{place} cannot be reached ({heard.failure}).", ends_connection=True)
        return Unheard(f"The network failed while {what} was running ({heard.failure}).")
    if heard.session_lost or heard.status == 404:
        return NotSent(f"{place} no longer knew our session.", ends_connection=True)
    return _of_status(heard, place=place, what=what) if heard.status is not None and heard.status >= 400 else None


def _half_way(place: str, what: str) -> str:
    return f"{place} took {what}, but not what we sent it about that afterwards."


def _of_status(heard: Heard, *, place: str, what: str) -> ToolError:
    match heard.status:
        case 401 | 403:
            return Rejected(f"{place} refuses our credentials (HTTP {heard.status}).", ran="no")
        case 429:
            after = f" Try again after {heard.retry_after} seconds." if heard.retry_after.isdigit() else ""
            return Rejected(f"{place} takes no more requests for now (HTTP 429).{after}", ran="no")
        case status if status is not None and status < 500:
            return Rejected(f"{place} refused {what} (HTTP {status}).", ran="no")
        case status:
            return Unheard(f"{place} failed during {what} (HTTP {status}).")


def lacking(heard: Heard, *, server: str) -> ToolError | None:
    """The error of a request that was refused for want of a sign-in or of rights (RFC 6750); None of any other."""
    if (refused := heard.refused) is None:
        return None
    if heard.cannot_renew:
        return NotRenewed(f'The sign-in at the tool server "{server}" has run out and cannot be renewed now.')
    need = SignIn(server=server, status=refused.status, challenge=refused.challenge, protocol=refused.protocol)
    return Needed(f'The tool server "{server}" wants the person to sign in.', need)


def unreachable(
    cause: BaseException | None, heard: Heard, *, server: str, connect_seconds: float, personal: bool = False
) -> ToolError:
    """The error of a connection that could not be opened. `personal`: people may sign in there."""
    if personal and (refused := lacking(heard, server=server)):
        return refused
    place = f'The tool server "{server}"'
    if isinstance(cause, Unreachable):
        return cause
    if heard.failure:
        return Unreachable(f"{place} cannot be reached ({heard.failure}).")
    if heard.status in (401, 403):
        return Unreachable(f"{place} refuses our credentials (HTTP {heard.status}).")
    if heard.status is not None and heard.status >= 400:
        return Unreachable(f"{place} does not take connections now (HTTP {heard.status}).")
    if isinstance(cause, TimeoutError):
        return Unreachable(f"{place} did not answer within {connect_seconds:g} seconds of connecting.")
    if isinstance(cause, OSError):
        return Unreachable(f"{place} cannot be started ({cause.strerror or type(cause).__name__}).")
    if isinstance(cause, MCPError) and cause.code == CONNECTION_CLOSED:
        return Unreachable(f"{place} stopped while it was starting.")
    return Unreachable(f"{place} cannot be reached ({type(cause).__name__}).")
