"""What can go wrong in a conversation, by what the caller can do.

ConversationError
├── TryLater        the same request may succeed later: 5xx, refused connections; `.after` says when, if known
│   ├── Busy        409 for longer than a dropped stream can hold its lock
│   └── RateLimited 429: the key's requests or tokens are used up for the moment
├── Unanswered      the request may have run, nobody heard: read the history before anything else
│   └── CutShort    the stream broke or ended without an end; the text already shown stays
└── Refused         the request is at fault; repeating it cannot help. `.code` and `.status` are the API's
    ├── Vanished    no such conversation (404)
    ├── AgentGone   no such agent object any more, or none was ever pushed
    ├── LibraryGone no such document library; `.library` is its name
    ├── ModelRetired no such model, or none any more (400, 404)
    ├── KeyRejected the key is missing, wrong or has no access (401, 403 without a guardrail)
    ├── Blocked     a guardrail blocked the input (403)
    ├── Bookkeeping calls and results do not match (400, 3230): rebuild from the history
    └── TooLarge    a file holds more than was wanted
"""

from __future__ import annotations

from datetime import timedelta


class ConversationError(Exception):
    """`message` is the API's own words, for the log only; people get a sentence of ours.

    `taken`: the stream had begun, so the request was taken and its inputs may be stored. Whatever the class says,
    read the history before the request is made again.
    """

    def __init__(self, message: str, *, status: int | None = None, code: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.taken = False


class TryLater(ConversationError):
    def __init__(
        self, message: str, *, status: int | None = None, code: str | None = None, after: timedelta | None = None
    ) -> None:
        super().__init__(message, status=status, code=code)
        self.after = after


class Busy(TryLater):
    pass


class RateLimited(TryLater):
    pass


class Unanswered(ConversationError):
    pass


class CutShort(Unanswered):
    pass


class Refused(ConversationError):
    pass


class Vanished(Refused):
    pass


class AgentGone(Refused):
    pass


class LibraryGone(Refused):
    def __init__(self, message: str, *, library: str, status: int | None = None, code: str | None = None) -> None:
        super().__init__(message, status=status, code=code)
        self.library = library


class ModelRetired(Refused):
    pass


class KeyRejected(Refused):
    pass


class Blocked(Refused):
    pass


class Bookkeeping(Refused):
    pass


class TooLarge(Refused):
    pass
