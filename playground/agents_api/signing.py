"""URLs that need no key: signed with the owner's, for one thing and until a moment."""

from __future__ import annotations

import hashlib
import hmac
import time
from urllib.parse import urlencode, urlsplit

from starlette.datastructures import QueryParams

from playground.agents_api.errors import ApiError, detail

SIGNED = "/signed"


def url(base_url: str, what: str, owner: str, *, seconds: float) -> str:
    """`what` is the path below `/signed`, such as `files/ID`."""
    until = str(int(time.time() + seconds))
    return f"{base_url}{SIGNED}/{what}?{urlencode({'expires': until, 'signature': _signature(what, owner, until)})}"


def check(what: str, owner: str, query: QueryParams) -> None:
    """Answers 403 to a signature that is not ours, or is over."""
    until = query.get("expires", "")
    good = hmac.compare_digest(query.get("signature", "").encode(), _signature(what, owner, until).encode())
    if not good or not until.isdigit() or int(until) < time.time():
        raise forbidden()


def forbidden() -> ApiError:
    return detail(403, "The signature is not valid, or no longer")


def file_id(address: str) -> str | None:
    """Which file a signed URL of ours names."""
    path = urlsplit(address).path
    prefix = f"{SIGNED}/files/"
    return path.removeprefix(prefix) if path.startswith(prefix) else None


def _signature(what: str, owner: str, until: str) -> str:
    return hmac.new(owner.encode(), f"{what}|{until}".encode(), hashlib.sha256).hexdigest()
