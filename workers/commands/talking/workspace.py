"""A terminal in the place of Slack: Slack's methods for one direct message, kept in memory and shown on a screen.

It stands where a client sends (`Calls`), so all that a worker does with Slack goes its usual way. A method that is not
here is refused as Slack refuses one that it does not know, and the product takes its plainer way.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from bot.slack.calls import Calls
from bot.slack.client import Slack
from bot.slack.errors import NotSupported, Refused, StreamOver
from bot.slack.features import Features
from bot.slack.installations import Installations
from bot.slack.models import Identity
from workers.commands.talking.drawing import Button, Drawing, buttons_of, words_of
from workers.commands.talking.saving import save
from workers.commands.talking.screen import Screen

TEAM, CHANNEL, BOT = "T0TERMINAL", "D0TERMINAL", "U0THREADWIND"
UPLOAD = "terminal:"  # the address of a file's bytes

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Me:
    """Who sits at the terminal."""

    id: str
    name: str
    locale: str | None = None
    tz: str | None = None


class TerminalCalls(Calls):
    """`folder` is where files are saved; it is made when the first one comes."""

    def __init__(self, screen: Screen, me: Me, folder: Path) -> None:
        self.features = Features()
        self.messages: dict[str, Json] = {}
        self._drawing, self._me, self._folder = Drawing(screen), me, folder
        self._bytes: dict[str, bytes] = {}
        self._names: dict[str, str] = {}
        self._saved: dict[str, str] = {}
        self._last = 0
        self._status = ""
        self._methods: dict[str, Callable[[Mapping[str, Any]], Json]] = {
            "auth.test": lambda _: {"team_id": TEAM, "team": "terminal", "user_id": BOT, "bot_id": "B0TERMINAL"},
            "users.info": self._user,
            "chat.postMessage": self._post,
            "chat.update": self._update,
            "chat.delete": lambda given: {"gone": bool(self.messages.pop(str(given["ts"]), None))},
            "chat.postEphemeral": self._whisper,
            "chat.startStream": self._start,
            "chat.appendStream": self._append,
            "chat.stopStream": self._stop,
            "conversations.replies": self._replies,
            "assistant.threads.setStatus": self._set_status,
            "files.getUploadURLExternal": self._reserve,
            "files.completeUploadExternal": self._share,
            "files.info": self._file,
        }

    # ---- as a client calls ---------------------------------------------------------------------------------------

    async def post(self, method: str, arguments: Mapping[str, Any]) -> Json:
        return self._answer(method, arguments)

    async def form(self, method: str, arguments: Mapping[str, Any]) -> Json:
        return self._answer(method, arguments)

    async def ask(self, method: str, arguments: Mapping[str, Any]) -> Json:
        return self._answer(method, arguments)

    async def with_headers(self, method: str) -> tuple[Json, Mapping[str, str]]:
        return self._answer(method, {}), {}

    async def put(self, url: str, content: bytes) -> None:
        self._bytes[url.removeprefix(UPLOAD)] = content

    def _answer(self, method: str, arguments: Mapping[str, Any]) -> Json:
        if method not in self._methods:
            raise NotSupported("a terminal has no such thing", method=method, code="unknown_method")
        return {"ok": True, **self._methods[method](arguments)}

    # ---- as the person uses it -----------------------------------------------------------------------------------

    def new_ts(self) -> str:
        """Later than every other."""
        self._last = max(self._last + 1, int(time.time() * 1_000_000))
        return f"{self._last // 1_000_000}.{self._last % 1_000_000:06}"

    def said(self, words: str) -> str:
        """What the person wrote, as a message; its ts."""
        ts = self.new_ts()
        self.messages[ts] = {"ts": ts, "user": self._me.id, "text": words}
        return ts

    def buttons(self, *action_ids: str) -> list[Button]:
        """The buttons that can be pressed now, oldest first."""
        return [
            button
            for ts, message in self.messages.items()
            for button in buttons_of(ts, message)
            if button.action_id in action_ids
        ]

    # ---- Slack's methods -----------------------------------------------------------------------------------------

    def _user(self, given: Mapping[str, Any]) -> Json:
        if given["user"] != self._me.id:
            raise Refused("user_not_found", method="users.info", code="user_not_found")
        me = self._me
        return {"user": {"id": me.id, "team_id": TEAM, "name": me.name, "locale": me.locale, "tz": me.tz}}

    def _post(self, given: Mapping[str, Any]) -> Json:
        ts = self.new_ts()
        self._keep(ts, given)
        self._drawing.speaks(given.get("username"))
        self._drawing.message(given)
        return {"ts": ts}

    def _update(self, given: Mapping[str, Any]) -> Json:
        ts = str(given["ts"])
        before = self.messages.get(ts)
        if before is None:
            raise Refused("message_not_found", method="chat.update", code="message_not_found")
        self._keep(ts, given)
        if words_of(before) != words_of(given):
            self._drawing.message(given)
        return {"ts": ts}

    def _whisper(self, given: Mapping[str, Any]) -> Json:
        self._drawing.aside(str(given["text"]))
        return {"message_ts": self.new_ts()}

    def _start(self, given: Mapping[str, Any]) -> Json:
        ts = self.new_ts()
        self.messages[ts] = {"ts": ts, "user": BOT, "text": "", "streams": True}
        self._drawing.speaks(given.get("username"))
        self._grow(ts, given)
        return {"ts": ts}

    def _append(self, given: Mapping[str, Any]) -> Json:
        self._grow(self._streaming(given, "chat.appendStream"), given)
        return {}

    def _stop(self, given: Mapping[str, Any]) -> Json:
        ts = self._streaming(given, "chat.stopStream")
        self._grow(ts, given)
        self._drawing.end()
        self.messages[ts] |= {"streams": False, "blocks": given.get("blocks"), "metadata": given.get("metadata")}
        self._drawing.blocks(given.get("blocks") or [])
        return {}

    def _replies(self, given: Mapping[str, Any]) -> Json:
        oldest = str(given.get("oldest") or "")
        return {"messages": [message for ts, message in sorted(self.messages.items()) if ts >= oldest]}

    def _set_status(self, given: Mapping[str, Any]) -> Json:
        status = str(given["status"])
        if status and status != self._status:
            self._drawing.aside(f"({status})")
        self._status = status
        return {}

    def _reserve(self, given: Mapping[str, Any]) -> Json:
        file_id = f"F0TERMINAL{len(self._names) + 1}"
        self._names[file_id] = str(given["filename"])
        return {"file_id": file_id, "upload_url": f"{UPLOAD}{file_id}"}

    def _share(self, given: Mapping[str, Any]) -> Json:
        if comment := given.get("initial_comment"):
            self._drawing.aside(str(comment))
        for file in json.loads(given["files"]):
            file_id = str(file["id"])
            path = save(self._folder, self._names[file_id], self._bytes.pop(file_id, b""))
            self._saved[file_id] = self.new_ts()
            self._drawing.aside(f"Saved: {path}")
        return {}

    def _file(self, given: Mapping[str, Any]) -> Json:
        file_id = str(given["file"])
        shares = {"private": {CHANNEL: [{"ts": self._saved[file_id]}]}} if file_id in self._saved else {}
        return {"file": {"id": file_id, "name": self._names.get(file_id, ""), "size": 0, "shares": shares}}

    # ---- how -----------------------------------------------------------------------------------------------------

    def _keep(self, ts: str, given: Mapping[str, Any]) -> None:
        kept = {name: given.get(name) for name in ("text", "blocks")}
        metadata = given.get("metadata") or self.messages.get(ts, {}).get("metadata")
        self.messages[ts] = {"ts": ts, "user": BOT, "metadata": metadata, **kept}

    def _grow(self, ts: str, given: Mapping[str, Any]) -> None:
        self.messages[ts]["text"] += self._drawing.chunks(given.get("chunks") or ())

    def _streaming(self, given: Mapping[str, Any], method: str) -> str:
        ts = str(given["ts"])
        if not self.messages.get(ts, {}).get("streams"):
            raise StreamOver("over", method=method, code="message_not_in_streaming_state")
        return ts


class Terminal(Installations):
    """The one installation there is, of one direct message."""

    def __init__(self, calls: TerminalCalls) -> None:
        self.token = SecretStr("")
        self._slack = Slack(calls)

    async def only(self) -> Identity:
        return await self._slack.auth_test()

    async def identity(self, team: str) -> Identity:
        return await self.only()

    async def slack(self, team: str) -> Slack:
        return self._slack

    async def bot_user(self, team: str) -> str:
        return BOT

    async def aclose(self) -> None:
        """Nothing was opened."""
