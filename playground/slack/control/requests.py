"""What people ask of the app: slash commands, shortcuts, and the forms it shows them."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from playground.slack import commands
from playground.slack.answers import NotOffered
from playground.slack.control.act import Act, InChannel
from playground.slack.control.errors import Refused
from playground.slack.control.messages import Picked, message_at
from playground.slack.models import Json, Message, View
from playground.slack.seed import BOT_USER
from playground.slack.standin import Standin


class Command(InChannel):
    """`text` is the whole line, from the slash on."""

    text: str
    thread_ts: str | None = None

    async def apply(self, standin: Standin) -> Json:
        conversation = self.conversation(standin)
        text = self.text.strip()
        if not commands.is_one(text):
            raise Refused("no_command", "A command begins with a slash and its name.")
        return await commands.run(
            standin, user=self.user, conversation=conversation, text=text, thread_ts=self.thread_ts
        )


class RunShortcut(Act):
    callback_id: str
    channel: str | None = None  # of the message, for a message shortcut
    message_ts: str | None = None

    async def apply(self, standin: Standin) -> Json:
        message = self._message(standin)
        kind = "global" if message is None else "message"
        known = standin.grant.shortcuts if "commands" in standin.grant.scopes else ()
        for shortcut in known:
            if (shortcut.callback_id, shortcut.type) == (self.callback_id, kind):
                heard = await standin.interactions.shortcut(self.user, shortcut, message)
                return {"delivered": heard.ok, "status": heard.status}
        raise Refused("shortcut_not_found", f"The app has no {kind} shortcut {self.callback_id}.", status=404)

    def _message(self, standin: Standin) -> Message | None:
        if self.user not in standin.workspace.people or self.user == BOT_USER:
            raise Refused("user_not_found", f"There is no person {self.user}.", status=404)
        if self.channel is None or self.message_ts is None:
            return None
        where = InChannel(user=self.user, channel=self.channel).conversation(standin)
        return message_at(where, self.message_ts)


class InView(Act):
    view_id: str

    def view(self, standin: Standin) -> View:
        for view in standin.modals.of(self.user):
            if view.id == self.view_id:
                return view
        raise Refused("view_not_found", f"{self.user} has no view {self.view_id} open.", status=404)


class Submit(InView):
    """`values` fill the form: `{block_id: {action_id: value}}`, or by either name alone."""

    values: dict[str, Any] = Field(default_factory=dict)

    async def apply(self, standin: Standin) -> Json:
        try:
            return await standin.interactions.submit(self.view(standin), self.values)
        except NotOffered as exc:
            raise Refused("not_offered", str(exc)) from exc


class Use(InView, Picked):
    """Use an element that tells the app at once."""

    async def apply(self, standin: Standin) -> Json:
        with self.picking():
            heard = await standin.interactions.use(
                self.view(standin),
                action_id=self.action_id,
                block_id=self.block_id,
                value=self.value,
                values=self.values,
            )
        return {"delivered": heard.ok, "status": heard.status}


class Close(InView):
    async def apply(self, standin: Standin) -> Json:
        await standin.interactions.close(self.view(standin))
        return {}


class Regroup(Act):
    """Somebody gives a user group other members."""

    group: str
    users: list[str]

    async def apply(self, standin: Standin) -> Json:
        group = standin.workspace.groups.get(self.group)
        if group is None:
            raise Refused("group_not_found", f"There is no user group {self.group}.", status=404)
        standin.workspace.regroup(group, self.users)
        return {}
