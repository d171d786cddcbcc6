"""A terminal in the place of Slack: Slack's methods for one direct message, kept in memory and shown on a screen.

It stands where a client sends (`Calls`), so all that a worker does with Slack goes its usual way. A method that is not
here is refused as Slack refuses one that it does not know, and the product takes its plainer way.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
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
from workers.commands.talking.screen import Screen

TEAM, CHANNEL, BOT = "T0TERMINAL", "D0TERMINAL", "U0THREADWIND"
UPLOAD = "terminal:"  # the address of a file's bytes
DRAWN = {"in_progress": "…", "complete": "done", "error": "failed", "pending": "waits"}

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Button:
    """A button of a message that stands."""

    message_ts: str
    action_id: str
    label: str
    value: str


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
        self._screen, self._me, self._folder = screen, me, folder
        self._bytes: dict[str, bytes] = {}
        self._names: dict[str, str] = {}
        self._saved: dict[str, str] = {}
        self._last = 0
        self._status = self._speaker = ""
        self._drawn: dict[str, str] = {}  # the last line of each card
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
            for button in _buttons(ts, message)
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
        self._speaks(given)
        self._show(given)
        return {"ts": ts}

    def _update(self, given: Mapping[str, Any]) -> Json:
        ts = str(given["ts"])
        before = self.messages.get(ts)
        if before is None:
            raise Refused("message_not_found", method="chat.update", code="message_not_found")
        self._keep(ts, given)
        if _words(before) != _words(given):
            self._show(given)
        return {"ts": ts}

    def _whisper(self, given: Mapping[str, Any]) -> Json:
        self._screen.aside(str(given["text"]))
        return {"message_ts": self.new_ts()}

    def _start(self, given: Mapping[str, Any]) -> Json:
        ts = self.new_ts()
        self.messages[ts] = {"ts": ts, "user": BOT, "text": "", "streams": True}
        self._speaks(given)
        self._chunks(ts, given)
        return {"ts": ts}

    def _append(self, given: Mapping[str, Any]) -> Json:
        self._chunks(self._streaming(given, "chat.appendStream"), given)
        return {}

    def _stop(self, given: Mapping[str, Any]) -> Json:
        ts = self._streaming(given, "chat.stopStream")
        self._chunks(ts, given)
        self._screen.end()
        self.messages[ts] |= {"streams": False, "blocks": given.get("blocks"), "metadata": given.get("metadata")}
        self._show_blocks(given.get("blocks") or [])
        return {}

    def _replies(self, given: Mapping[str, Any]) -> Json:
        oldest = str(given.get("oldest") or "")
        return {"messages": [message for ts, message in sorted(self.messages.items()) if ts >= oldest]}

    def _set_status(self, given: Mapping[str, Any]) -> Json:
        status = str(given["status"])
        if status and status != self._status:
            self._screen.aside(f"({status})")
        self._status = status
        return {}

    def _reserve(self, given: Mapping[str, Any]) -> Json:
        file_id = f"F0TERMINAL{len(self._names) + 1}"
        self._names[file_id] = str(given["filename"])
        return {"file_id": file_id, "upload_url": f"{UPLOAD}{file_id}"}

    def _share(self, given: Mapping[str, Any]) -> Json:
        if comment := given.get("initial_comment"):
            self._screen.aside(str(comment))
        for file in json.loads(given["files"]):
            file_id = str(file["id"])
            path = free_path(self._folder, self._names[file_id])
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(self._bytes.pop(file_id, b""))
            self._saved[file_id] = self.new_ts()
            self._screen.aside(f"Saved: {path}")
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

    def _streaming(self, given: Mapping[str, Any], method: str) -> str:
        ts = str(given["ts"])
        if not self.messages.get(ts, {}).get("streams"):
            raise StreamOver("over", method=method, code="message_not_in_streaming_state")
        return ts

    def _speaks(self, given: Mapping[str, Any]) -> None:
        """Another name than before is said once."""
        speaker = str(given.get("username") or "")
        if speaker and speaker != self._speaker:
            self._screen.aside(f"{speaker}:")
        self._speaker = speaker

    def _chunks(self, ts: str, given: Mapping[str, Any]) -> None:
        for chunk in given.get("chunks") or ():
            if chunk["type"] == "markdown_text":
                self.messages[ts]["text"] += chunk["text"]
                self._screen.answer(chunk["text"])
            elif chunk["type"] == "task_update":
                self._card(chunk["id"], chunk)

    def _card(self, task_id: str, card: Mapping[str, Any]) -> None:
        line = f"[{card.get('title', task_id)}: {DRAWN.get(card['status'], card['status'])}]"
        if self._drawn.get(task_id) != line:
            self._drawn[task_id] = line
            self._screen.aside(line)

    def _show(self, message: Mapping[str, Any]) -> None:
        blocks = message.get("blocks") or []
        if all(block["type"] in SHOWN for block in blocks) and blocks:
            self._show_blocks(blocks)
        else:
            self._screen.aside(str(message.get("text") or ""))

    def _show_blocks(self, blocks: list[Json]) -> None:
        for block in blocks:
            match block["type"]:
                case "markdown":
                    self._screen.answer(block["text"])
                    self._screen.end()
                case "section":
                    self._screen.aside(block["text"]["text"])
                case "context":
                    self._screen.aside(" ".join(element.get("text", "") for element in block["elements"]))
                case "task_card":
                    self._card(block["task_id"], block)


SHOWN = frozenset({"markdown", "section", "context", "task_card", "actions"})


def _words(message: Mapping[str, Any]) -> str:
    """What a message shows, to tell whether it changed."""
    blocks = [block for block in message.get("blocks") or [] if block["type"] in ("markdown", "section")]
    return json.dumps(blocks) if blocks else str(message.get("text"))


def _buttons(ts: str, message: Mapping[str, Any]) -> Iterator[Button]:
    for block in message.get("blocks") or []:
        for element in block.get("elements", ()) if block.get("type") == "actions" else ():
            label = element.get("text", {}).get("text", "")
            yield Button(ts, element.get("action_id", ""), label, element.get("value", ""))


def free_path(folder: Path, name: str) -> Path:
    """A path in `folder` at which nothing is, called as `name` says: it may come from a model."""
    plain = "".join(sign if sign.isalnum() or sign in "._- " else "_" for sign in Path(name).name).strip(" .")[:100]
    path = folder / (plain or "file")
    taken = 1
    while path.exists():
        taken += 1
        path = folder / f"{Path(plain or 'file').stem}-{taken}{Path(plain).suffix}"
    return path


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
