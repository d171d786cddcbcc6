"""What each person has open: a stack of at most three views, the newest in sight. Pure state; nothing here waits."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator

from playground.slack import answers, changes
from playground.slack.ids import Ids
from playground.slack.models import Json, View
from playground.slack.seed import APP_ID, BOT_ID, TEAM_ID
from playground.slack.web_api.errors import SlackError

MOST_VIEWS = 3


class Modals:
    def __init__(self, ids: Ids, tell: Callable[[changes.Change], None]) -> None:
        self._ids = ids
        self._tell = tell
        self._open: dict[str, list[View]] = {}

    def of(self, user: str) -> list[View]:
        """From the first opened to the one in sight."""
        return list(self._open.get(user, []))

    def find(self, view_id: str) -> View:
        for view in self._all():
            if view.id == view_id:
                return view
        raise SlackError("not_found")

    def named(self, external_id: str) -> View:
        for view in self._all():
            if view.definition.get("external_id") == external_id:
                return view
        raise SlackError("not_found")

    def open(self, user: str, definition: Json) -> View:
        """A first view for `user`; what was open goes, as nobody could see it any more."""
        self._alone(definition, among=[view for view in self._all() if view.user != user])
        self._open[user] = []
        return self._add(user, definition)

    def push(self, user: str, definition: Json) -> View:
        stack = self._open.get(user)
        if not stack:
            raise SlackError("invalid_trigger_id", "no modal of this app is open")
        if len(stack) >= MOST_VIEWS:
            raise SlackError("push_limit_reached")
        self._alone(definition, among=self._all())
        return self._add(user, definition)

    def update(self, view: View, definition: Json, *, of_hash: str = "") -> None:
        """Replace what `view` shows. Inputs that stay keep what was typed."""
        if of_hash and of_hash != view.hash:
            raise SlackError("hash_conflict")
        self._alone(definition, among=[each for each in self._all() if each is not view])
        view.definition, view.hash = definition, self._hash()
        view.values = answers.kept(definition["blocks"], view.values)
        self._tell(changes.ModalsChanged(view.user))

    def close(self, view: View, *, all_of_them: bool = False) -> list[View]:
        """Take `view`, and what lies on it, or everything away; what went, newest first."""
        stack = self._open.get(view.user, [])
        if view not in stack:
            return []  # gone while the app was thinking
        first = 0 if all_of_them else stack.index(view)
        gone = stack[first:][::-1]
        del stack[first:]
        self._tell(changes.ModalsChanged(view.user))
        return gone

    def forget(self) -> None:
        self._open.clear()

    def _add(self, user: str, definition: Json) -> View:
        stack = self._open[user]
        view_id = self._ids.new("V")
        view = View(id=view_id, user=user, definition=definition, hash=self._hash(), root_id=view_id)
        if stack:
            view.root_id, view.previous_id = stack[0].id, stack[-1].id
        view.values = answers.initial(definition["blocks"])
        stack.append(view)
        self._tell(changes.ModalsChanged(user))
        return view

    def _all(self) -> Iterator[View]:
        for stack in self._open.values():
            yield from stack

    def _alone(self, definition: Json, *, among: Iterator[View] | list[View]) -> None:
        name = definition.get("external_id")
        if name and any(view.definition.get("external_id") == name for view in among):
            raise SlackError("duplicate_external_id")

    def _hash(self) -> str:
        return f"{int(self._ids.now())}.{secrets.token_hex(4)}"


def wire(view: View) -> Json:
    """A view as methods return it and payloads carry it."""
    return {
        "id": view.id,
        "team_id": TEAM_ID,
        "app_id": APP_ID,
        "app_installed_team_id": TEAM_ID,
        "bot_id": BOT_ID,
        "private_metadata": "",
        "callback_id": "",
        "external_id": "",
        "submit": None,
        "close": None,
        **view.definition,
        "state": {"values": view.values},
        "hash": view.hash,
        "root_view_id": view.root_id,
        "previous_view_id": view.previous_id,
    }
