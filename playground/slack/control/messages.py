"""What people do with messages: say, edit, delete, react, click, stop; and the files they say them with."""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Iterator
from typing import Any

from pydantic import Field

from playground.slack import changes, inviting, typed
from playground.slack.answers import NotOffered
from playground.slack.control.act import Act, InChannel
from playground.slack.control.errors import Refused
from playground.slack.files import mimetype
from playground.slack.ids import is_ts
from playground.slack.models import Conversation, File, Json, Message
from playground.slack.standin import Standin
from playground.slack.web_api.errors import SlackError

MOST_TYPED = 40_000


def message_at(conversation: Conversation, ts: str) -> Message:
    known = conversation.messages.get(ts)
    if known is None or known.deleted:
        raise Refused("message_not_found", f"There is no message {ts} in {conversation.id}.", status=404)
    return known


class AtMessage(InChannel):
    ts: str

    def message(self, standin: Standin) -> Message:
        return message_at(self.conversation(standin), self.ts)

    def own(self, standin: Standin) -> Message:
        message = self.message(standin)
        if message.user != self.user:
            raise Refused("not_yours", f"Message {self.ts} was not written by {self.user}.", status=403)
        return message


class Say(InChannel):
    text: str = ""
    thread_ts: str | None = None
    broadcast: bool = False
    files: list[str] = Field(default_factory=list)

    async def apply(self, standin: Standin) -> Json:
        conversation = self.conversation(standin)
        workspace = standin.workspace
        files = [_own_file(standin, each, self.user) for each in self.files]
        if (not self.text.strip() and not files) or len(self.text) > MOST_TYPED:
            raise Refused("no_text", f"A message needs text or a file, and at most {MOST_TYPED} characters.")
        if self.thread_ts is not None:
            root = conversation.messages.get(self.thread_ts) if is_ts(self.thread_ts) else None
            if root is None or root.thread_ts is not None:
                raise Refused("thread_not_found", f"{self.thread_ts} does not start a thread.", status=404)
        text = standin.tokens(self.text)
        message = Message(
            channel=conversation.id,
            ts=standin.ids.ts(),
            user=self.user,
            text=text,
            blocks=typed.rich_text(text),
            thread_ts=self.thread_ts,
            broadcast=self.broadcast,
            files=files,
            subtype="file_share" if files else None,
            client_msg_id=str(uuid.uuid4()),
        )
        workspace.post(message)
        inviting.hint(standin, message)
        return {"channel": conversation.id, "ts": message.ts, "thread_ts": message.thread_ts}


class Edit(AtMessage):
    text: str

    async def apply(self, standin: Standin) -> Json:
        message = self.own(standin)
        text = standin.tokens(self.text)
        standin.workspace.change(message, text=text, blocks=typed.rich_text(text), edited_by=self.user)
        return {"ts": message.ts}


class Delete(AtMessage):
    async def apply(self, standin: Standin) -> Json:
        standin.workspace.delete(self.own(standin), by=self.user)
        return {}


class DeleteFile(Act):
    file: str

    async def apply(self, standin: Standin) -> Json:
        standin.workspace.lose(_own_file(standin, self.file, self.user))
        return {}


class React(AtMessage):
    name: str
    remove: bool = False

    async def apply(self, standin: Standin) -> Json:
        message = self.message(standin)
        standin.workspace.react(message, user=self.user, name=self.name.strip(":"), add=not self.remove)
        return {}


class Picked(Act):
    """An element and what was done with it: `value` is bare (a text, an option's value, an id, or a list of these),
    `values` is what stands in the other elements, by block or action."""

    action_id: str
    block_id: str | None = None
    value: Any = None
    values: dict[str, Any] = Field(default_factory=dict)
    selected_option: dict[str, Any] | None = None

    def picked(self) -> Any:
        return self.value if self.selected_option is None else self.selected_option.get("value")

    @contextlib.contextmanager
    def picking(self) -> Iterator[None]:
        """What the element does not have is refused in words."""
        try:
            yield
        except SlackError as exc:
            raise Refused(exc.code, f"There is no {self.action_id} here that {self.user} may use.") from exc
        except (NotOffered, ValueError) as exc:
            raise Refused("not_offered", str(exc)) from exc


class Click(InChannel, Picked):
    message_ts: str

    async def apply(self, standin: Standin) -> Json:
        message = self.conversation(standin).messages.get(self.message_ts)
        if message is None:
            mine = (each for each in standin.workspace.whispers if each.ephemeral_for == self.user)
            message = next((each for each in mine if each.ts == self.message_ts), None)
        if message is None or message.deleted:
            raise Refused("message_not_found", f"There is no message {self.message_ts} here.", status=404)
        with self.picking():
            heard = await standin.interactions.click(
                user=self.user,
                message=message,
                action_id=self.action_id,
                block_id=self.block_id,
                value=self.picked(),
                values=self.values,
            )
        return {"delivered": heard.ok, "status": heard.status}


class Stop(InChannel):
    thread_ts: str

    async def apply(self, standin: Standin) -> Json:
        conversation = self.conversation(standin)
        streaming = standin.streams.stop_pressed(conversation.id, self.thread_ts)
        standin.workspace.tell(changes.StopPressed(conversation.id, self.thread_ts, self.user, streaming))
        return {"streaming_message_ts": streaming}


def upload(standin: Standin, user: str, name: str, kind: str, content: bytes, *, external_url: str = "") -> File:
    """A person's file, or a link to one elsewhere, not shown anywhere until it is said with a message."""
    if user not in standin.workspace.people:
        raise Refused("user_not_found", f"There is no person {user}.", status=404)
    if not name or "/" in name or not (content or external_url):
        raise Refused("no_file", "An upload needs `name` (without a slash) and a body.")
    file = File(id=standin.ids.new("F"), name=name, title=name, user=user, length=len(content))
    file.mimetype = mimetype(name, kind)
    file.created = int(standin.ids.now())
    if external_url:
        file.mode, file.external_url = "external", external_url
    else:
        file.content = content
    standin.workspace.files[file.id] = file
    return file


def _own_file(standin: Standin, file_id: str, user: str) -> File:
    file = standin.workspace.files.get(file_id)
    if file is None or file.user != user:
        raise Refused("file_not_found", f"{user} has uploaded no file {file_id}.", status=404)
    return file
