"""Which store a talk uses: another database of the same server. No I/O."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode, urlsplit

OWN, OTHER = "15", "14"  # of Redis' usual sixteen; the second where the product itself has the first


def beside(url: str) -> str:
    """The address of a database beside that of `url`, on the same server."""
    address, _, rest = url.partition("?")
    query = dict(parse_qsl(rest))
    parts = urlsplit(address)
    is_socket = parts.scheme == "unix"  # there the path is the socket's, and the query names the database
    used = query.pop("db", None) or ("" if is_socket else parts.path.strip("/")) or "0"
    own = OTHER if used == OWN else OWN
    if is_socket:
        return f"{address}?{urlencode(query | {'db': own})}"
    return f"{parts.scheme}://{parts.netloc}/{own}{f'?{urlencode(query)}' if query else ''}"
