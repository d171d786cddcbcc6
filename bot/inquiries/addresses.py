"""The address that a server wants a person to open. Rules only; nobody here ever opens it.

Only https is shown, and plain http on the person's own machine, where nothing lies between.
"""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import urlsplit

LONGEST = 3_000  # as Slack takes it for a button


def host_of(url: str) -> str | None:
    """The host as a browser will ask for it, look-alikes spelled out; None: the address is not shown."""
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").encode("idna").decode()
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return None
    if not host or len(url) > LONGEST or any(character.isspace() for character in url):
        return None
    if parts.scheme != "https" and not (parts.scheme == "http" and _is_here(host)):
        return None
    return host + port


def _is_here(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
