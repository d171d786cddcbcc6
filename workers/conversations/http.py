"""The HTTP client for Mistral and how long it may wait for what; whoever opens it closes it."""

from __future__ import annotations

import ssl
from datetime import timedelta

import httpx2
from pydantic import SecretStr

CONNECT_LIMIT = timedelta(seconds=10)
SEND_LIMIT = timedelta(seconds=30)  # a long replay over a slow line
SILENCE_LIMIT = timedelta(seconds=120)  # between two events; reasoning or a tool of Mistral's may take this long
ANSWER_LIMIT = timedelta(seconds=300)  # a plain answer is silent until it is whole; the official SDK's limit
READ_LIMIT = timedelta(seconds=30)  # reads run no model
KEPT_WARM = 120  # idle connections; turns at once are more only in a burst
IDLE_LIMIT = timedelta(seconds=45)  # gateways drop idle connections after 60 s or more; we are first, so no race


def http_client(api_url: str, key: SecretStr, *, connections: int | None = None) -> httpx2.AsyncClient:
    """One a process, opened in its event loop; its connections stay warm.

    None: as many `connections` at once as there are requests. The worker's own limit on turns bounds them, and a turn
    that waited here for a connection would look as if the API were away.
    """
    outside = api_url.startswith("https:")
    return httpx2.AsyncClient(
        base_url=api_url,
        headers={
            "accept": "application/json",  # what streams and files do not ask for themselves
            "authorization": f"Bearer {key.get_secret_value()}",
            "user-agent": "threadwind",
        },
        limits=httpx2.Limits(
            max_connections=connections,
            max_keepalive_connections=KEPT_WARM,
            keepalive_expiry=IDLE_LIMIT.total_seconds(),
        ),
        trust_env=outside,  # the shell's proxy is for the outside, not for a stand-in next door
        # Reading the system's authorities takes 50 ms; a stand-in speaks no TLS, and without any nobody is trusted.
        verify=httpx2.create_ssl_context() if outside else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
    )


def timeout(silence: timedelta) -> httpx2.Timeout:
    """How long one request waits for a connection, and how long it bears silence while it waits for the answer."""
    connect = CONNECT_LIMIT.total_seconds()
    return httpx2.Timeout(connect=connect, pool=connect, write=SEND_LIMIT.total_seconds(), read=silence.total_seconds())
