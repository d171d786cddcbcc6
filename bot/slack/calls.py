"""How a call to Slack goes: slack-sdk's client on shared connections, sent once, its failures translated.

slack-sdk's own retry handlers are off: they repeat a call whose connection broke, and a post would appear twice.
A method that this installation turned out not to have is refused without a call (`features.py`).
"""

from __future__ import annotations

import logging
import urllib.request
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient
from yarl import URL

from bot.slack.errors import RAISED, NotSupported, Refused, TryLater, Unknown, retry_after, translate
from bot.slack.features import Features
from bot.slack.voices import SCOPE as CUSTOMISE

TIMEOUT = timedelta(seconds=10)  # shorter than a lease, so that nobody has taken over when the outcome is known
CONNECT_TIMEOUT = timedelta(seconds=3)  # apart from the rest: a connection never made is a call that never happened
CONNECTIONS = 100
FILE_HOSTS = ("slack.com", "slack-files.com", "slack-edge.com")
REDIRECTS = 3
# A file may be long, and reading one twice is harmless: only silence is cut short.
DOWNLOAD_TIMEOUT = aiohttp.ClientTimeout(total=60, sock_connect=CONNECT_TIMEOUT.total_seconds(), sock_read=10)
DOWNLOAD = "files.download"  # no method of Slack's: what we call reading a file's bytes
RESPONSE_URL = "response_url"  # as if it were a method, in errors

# The SDK formats every request for its debug log unless its logger has a level of its own.
_sdk_log = logging.getLogger("bot.slack.sdk")
_sdk_log.setLevel(logging.WARNING)


def open_session(*, timeout: timedelta = TIMEOUT) -> aiohttp.ClientSession:
    """The connections all installations of a process share. Whoever opens it closes it."""
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=CONNECTIONS),
        timeout=aiohttp.ClientTimeout(
            total=timeout.total_seconds(), sock_connect=min(CONNECT_TIMEOUT, timeout).total_seconds()
        ),
        cookie_jar=aiohttp.DummyCookieJar(),
    )


class Calls:
    """Sends for one installation. Arguments that are None are left out; answers are Slack's JSON objects."""

    def __init__(self, token: str, *, session: aiohttp.ClientSession, base_url: str) -> None:
        self.features = Features()
        self._session = session
        self._web = AsyncWebClient(token, base_url=base_url, session=session, retry_handlers=[], logger=_sdk_log)
        # The SDK would send even calls to this machine or its network through HTTPS_PROXY.
        address = urlsplit(base_url)
        if address.scheme != "https" or urllib.request.proxy_bypass(address.hostname or ""):
            self._web.proxy = None

    async def post(self, method: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Send as JSON."""
        body = {name: value for name, value in arguments.items() if value is not None}
        return _object((await self._send(method, arguments, json=body)).data)

    async def form(self, method: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Send as a form: these methods write, but take no JSON."""
        return _object((await self._send(method, arguments, data=dict(arguments))).data)

    async def ask(self, method: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Ask a method that only reads. As a form as well, which Slack takes and everybody who plays Slack does:
        small ones know neither GET nor arguments in the query."""
        try:
            return await self.form(method, arguments)
        except TryLater as exc:
            if not isinstance(exc.__cause__, aiohttp.ServerDisconnectedError):
                raise
        return await self.form(method, arguments)  # a kept connection that the other side had just closed

    async def with_headers(self, method: str) -> tuple[dict[str, Any], Mapping[str, str]]:
        """Ask a method without arguments whose headers matter."""
        response = await self._send(method, {}, data={})
        return _object(response.data), response.headers

    async def put(self, url: str, content: bytes) -> None:
        """Send a file's bytes to the address Slack gave for them; it needs no token."""
        try:
            async with self._session.post(url, data=content, proxy=self._web.proxy) as response:
                status, headers = response.status, response.headers
        except RAISED as exc:
            raise translate(exc, method="files.upload") from exc
        if status == 429 or status >= 500:
            raise TryLater(f"HTTP {status}", method="files.upload", after=retry_after(headers))
        if status != 200:
            raise Refused(f"HTTP {status}", method="files.upload", code=f"http_{status}")

    async def get(self, url: str, *, limit: int, is_html: bool = False) -> bytes:
        """A file's bytes, `limit` of them at most. The token goes to Slack's hosts only, wherever a redirect leads.

        A token that may not read the file is led to a login page, which says 200 and is HTML (slack-platform 4.5); so
        HTML is refused unless the file itself `is_html` and lies where it was said to lie.
        """
        try:
            for hop in range(REDIRECTS + 1):
                if not self._is_slacks(url):
                    raise Refused("it lies outside of Slack", method=DOWNLOAD, code="not_slacks")
                headers = {"Authorization": f"Bearer {self._web.token}"}
                async with self._session.get(
                    url, headers=headers, allow_redirects=False, proxy=self._web.proxy, timeout=DOWNLOAD_TIMEOUT
                ) as response:
                    if response.status in (301, 302, 303, 307, 308):
                        url = str(response.url.join(URL(response.headers.get("location", ""))))
                        continue
                    if response.content_type == "text/html" and not (is_html and hop == 0):
                        raise Refused(
                            "the token may not read files", method=DOWNLOAD, code="not_readable", needed="files:read"
                        )
                    return await _file_in(response, limit)
        except RAISED as exc:
            raise translate(exc, method=DOWNLOAD) from exc
        raise Refused("it leads from address to address", method=DOWNLOAD, code="too_many_redirects")

    def _is_slacks(self, url: str) -> bool:
        address, api = urlsplit(url), urlsplit(self._web.base_url)
        host = address.hostname or ""
        if address.scheme != "https" and address.scheme != api.scheme:
            return False
        # The API's own host as well: an emulator keeps files where it answers.
        return host == api.hostname or any(host == known or host.endswith(f".{known}") for known in FILE_HOSTS)

    async def respond(self, url: str, message: Mapping[str, Any]) -> None:
        """Send to a `response_url`, which is its own permission: it needs no token."""
        body = {name: value for name, value in message.items() if value is not None}
        try:
            async with self._session.post(url, json=body, proxy=self._web.proxy) as response:
                status, headers = response.status, response.headers
        except RAISED as exc:
            raise translate(exc, method=RESPONSE_URL) from exc
        if status == 429:
            raise TryLater("rate limited", method=RESPONSE_URL, after=retry_after(headers))
        if status >= 500:
            raise Unknown(f"HTTP {status}; it may have happened", method=RESPONSE_URL)
        if status != 200:
            raise Refused(f"HTTP {status}", method=RESPONSE_URL, code=f"http_{status}")

    async def _send(self, method: str, arguments: Mapping[str, Any], **sent: Any) -> Any:
        channel = str(arguments.get("channel") or arguments.get("channel_id") or "")
        if missing := self.features.missing(method, channel):
            raise missing
        try:
            return await self._web.api_call(method, http_verb="POST", **sent)
        except RAISED as exc:
            error = translate(exc, method=method)
            if isinstance(error, NotSupported) and error.needed == CUSTOMISE:
                # The method is there: only another name than the app's is not to be had, in whatever channel.
                self.features.note(NotSupported("no other name", method=CUSTOMISE, code=error.code))
            elif isinstance(error, NotSupported):
                self.features.note(error, channel)
            raise error from exc


async def _file_in(response: aiohttp.ClientResponse, limit: int) -> bytes:
    if response.status == 429 or response.status >= 500:
        raise TryLater(f"HTTP {response.status}", method=DOWNLOAD, after=retry_after(response.headers))
    if response.status != 200:
        raise Refused(f"HTTP {response.status}", method=DOWNLOAD, code=f"http_{response.status}")
    if (response.content_length or 0) > limit:
        raise Refused(f"longer than {limit} bytes", method=DOWNLOAD, code="too_large")
    content = bytearray()
    async for chunk in response.content.iter_chunked(64 * 1024):
        content += chunk
        if len(content) > limit:
            raise Refused(f"longer than {limit} bytes", method=DOWNLOAD, code="too_large")
    return bytes(content)


def _object(data: Any) -> dict[str, Any]:
    return data if isinstance(data, dict) else {}
