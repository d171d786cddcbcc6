"""The workspace itself: people, conversations, messages, threads.

Pure state. Every change is checked and applied at once, then told to `observers` in order; nothing here waits.
What an app may do is the Web API's business, what a person may do the control API's.
"""

from __future__ import annotations

import bisect
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from playground.slack import changes
from playground.slack.ids import Ids
from playground.slack.models import Conversation, File, Json, Kind, Message, Person, UserGroup
from playground.slack.seed import APP_ID, BOT_ID, BOT_USER, TEAM_ID, Seed

REMEMBERED_WHISPERS = 500  # ephemerals kept so that their buttons can be clicked
KEEP: Any = object()  # "leave as it is", where None means "remove"


class Workspace:
    def __init__(self, seed: Seed, ids: Ids, *, customised_names_user: bool = False) -> None:
        self.seed = seed
        self.ids = ids
        self.customised_names_user = customised_names_user  # whether a customised message tells whose it is
        self.observers: list[Callable[[changes.Change], None]] = []
        self.team_id = TEAM_ID
        self.people: dict[str, Person] = {}
        self.conversations: dict[str, Conversation] = {}
        self.files: dict[str, File] = {}
        self.groups: dict[str, UserGroup] = {}
        self.whispers: deque[Message] = deque(maxlen=REMEMBERED_WHISPERS)
        self._direct: dict[frozenset[str], Conversation] = {}
        self._plant()

    def reset(self) -> None:
        """Back to the seed."""
        for store in (self.people, self.conversations, self.files, self.groups, self.whispers, self._direct):
            store.clear()
        observers, self.observers = self.observers, []  # what the seed holds is no news
        self._plant()
        self.observers = observers
        self.tell(changes.Reset())

    def resume(self, conversations: Iterable[Conversation], files: dict[str, File]) -> None:
        """Go on from what was kept of an earlier run; nobody is told. What the seed has gained since stays."""
        self.files.update(files)
        for conversation in conversations:
            self.conversations[conversation.id] = conversation
            if conversation.kind in ("im", "mpim"):
                self._direct[frozenset(conversation.members)] = conversation

    def tell(self, change: changes.Change) -> None:
        for observer in self.observers:
            observer(change)

    @property
    def bot(self) -> Person:
        return self.people[BOT_USER]

    # --- conversations

    def direct(self, *users: str) -> Conversation:
        """The DM (two) or group DM (more) of exactly these people, opened if need be."""
        who = frozenset(users)
        known = self._direct.get(who)
        if known is not None:
            return known
        kind: Kind = "im" if len(who) <= 2 else "mpim"
        others = [user for user in users if user != BOT_USER]
        with_bot = kind == "im" and BOT_USER in who
        conversation = self._create(
            "D0" + others[0][2:] if with_bot else self.ids.new("D" if kind == "im" else "C"), kind
        )
        conversation.name = "" if kind == "im" else "mpdm-" + "--".join(self.people[user].name for user in users)
        conversation.members = sorted(who)
        self._direct[who] = conversation
        self.tell(changes.Opened(conversation))
        return conversation

    def join(self, conversation: Conversation, user: str, *, inviter: str | None = None) -> bool:
        if user in conversation.members:
            return False
        conversation.members.append(user)
        self.tell(changes.Joined(conversation, user, inviter))
        return True

    def leave(self, conversation: Conversation, user: str) -> bool:
        if user not in conversation.members:
            return False
        conversation.members.remove(user)
        self.tell(changes.Left(conversation, user))
        return True

    def visible_to(self, user: str) -> list[Conversation]:
        """What `user` sees in the sidebar. Guests and people of other workspaces see only what they are in."""
        person = self.people[user]
        guest = person.is_guest or person.team_id is not None
        return [
            each
            for each in self.conversations.values()
            if user in each.members or (each.kind == "channel" and not guest)
        ]

    # --- messages

    def post(self, message: Message) -> Message:
        """Put `message` (its `ts` made by `ids`) into its conversation."""
        conversation = self.conversations[message.channel]
        conversation.messages[message.ts] = message
        if message.thread_ts is None or message.broadcast:
            conversation.timeline.append(message.ts)
        if message.thread_ts is not None:
            root = conversation.messages.get(message.thread_ts)
            if root is not None:
                root.replies.append(message.ts)
        self.tell(changes.Posted(message))
        for file in message.files:
            file.shares.setdefault(message.channel, []).append(message.ts)
            self.tell(changes.FileShared(file, message))
        return message

    def change(
        self,
        message: Message,
        *,
        text: str,
        blocks: list[Json],
        attachments: list[Json] = KEEP,
        metadata: Json | None = KEEP,
        edited_by: str | None = None,
    ) -> None:
        """Replace what `message` says. People's edits are marked as such, an app's updates are not."""
        previous = replace(message)
        message.text, message.blocks = text, blocks
        message.stream = None  # an update replaces what was streamed, task cards and all
        if attachments is not KEEP:
            message.attachments = attachments
        if metadata is not KEEP:
            message.metadata = metadata
        if edited_by is not None:
            message.edited = {"user": edited_by, "ts": self.ids.ts()}
        self.tell(changes.Changed(message, previous, "updated" if edited_by is None else "edited"))

    def delete(self, message: Message, *, by: str) -> None:
        """Take `message` away; a root with replies leaves a placeholder."""
        conversation = self.conversations[message.channel]
        if message.replies:
            message.deleted = True
        else:
            del conversation.messages[message.ts]
            _discard(conversation.timeline, message.ts)
            root = conversation.messages.get(message.thread_ts) if message.thread_ts else None
            if root is not None:
                _discard(root.replies, message.ts)
                if root.deleted and not root.replies:
                    del conversation.messages[root.ts]
                    _discard(conversation.timeline, root.ts)
        self.tell(changes.Deleted(message, by))

    def whisper(self, message: Message) -> None:
        """Show `message` to one person only (`ephemeral_for`); no read ever returns it."""
        self.whispers.append(message)
        self.tell(changes.Whispered(message))

    def rewhisper(self, message: Message, *, text: str, blocks: list[Json]) -> None:
        message.text, message.blocks = text, blocks
        self.tell(changes.Whispered(message, "changed"))

    def unwhisper(self, message: Message) -> None:
        message.deleted = True
        self.tell(changes.Whispered(message, "deleted"))

    def react(self, message: Message, *, user: str, name: str, add: bool) -> bool:
        users = message.reactions.setdefault(name, [])
        if (user in users) == add:
            return False
        if add:
            users.append(user)
        else:
            users.remove(user)
        if not users:
            del message.reactions[name]
        self.tell(changes.Reacted(message, user, name, add))
        return True

    def regroup(self, group: UserGroup, users: list[str]) -> None:
        """Make `users` the members of `group`."""
        before, group.users, group.updated = group.users, users, int(self.ids.now())
        self.tell(changes.Regrouped(group, before))

    def lose(self, file: File) -> None:
        """Delete `file`: the messages keep a stone where it was."""
        file.mode, file.content = "tombstone", None
        for channel, shown in file.shares.items():
            for ts in shown:
                message = self.conversations[channel].messages.get(ts)
                if message is not None:
                    self.tell(changes.Changed(message, replace(message), "edited"))

    def thread(self, root: Message) -> Iterable[Message]:
        """The root, then its replies, oldest first."""
        messages = self.conversations[root.channel].messages
        yield root
        for ts in root.replies:
            yield messages[ts]

    # --- the seed

    def _create(self, channel: str, kind: Kind) -> Conversation:
        conversation = Conversation(id=channel, kind=kind, name="", created=int(self.ids.now()))
        self.conversations[channel] = conversation
        return conversation

    def _plant(self) -> None:
        seed = self.seed
        for person in seed.people:
            self.people[person.id] = Person(**person.model_dump())
        self.people[BOT_USER] = Person(
            id=BOT_USER,
            name=seed.bot_name,
            real_name=seed.bot_display_name,
            display_name=seed.bot_display_name,
            bot_id=BOT_ID,
            app_id=APP_ID,
            color="22333b",
        )
        for channel in seed.channels:
            conversation = self._create(channel.id, "private" if channel.private else "channel")
            conversation.name, conversation.topic = channel.name, channel.topic
            conversation.members = list(channel.members)
            conversation.is_shared = channel.shared
        for group in seed.groups:
            now = int(self.ids.now())
            made = group.model_dump(exclude={"disabled"})
            self.groups[group.id] = UserGroup(
                **made, disabled_at=now if group.disabled else 0, created=now, updated=now
            )
        for person in seed.people:
            if not person.is_guest and person.team_id is None:
                self.direct(person.id, BOT_USER)
        if seed.greeting is not None:
            greeting = Message(channel=seed.greeting.channel, ts=self.ids.ts(), user=BOT_USER, text=seed.greeting.text)
            greeting.bot_id, greeting.app_id = BOT_ID, APP_ID
            greeting.prompts = [starter.model_dump() for starter in seed.greeting.starters]
            self.post(greeting)


def _discard(sorted_ts: list[str], ts: str) -> None:
    at = bisect.bisect_left(sorted_ts, ts)
    if at < len(sorted_ts) and sorted_ts[at] == ts:
        del sorted_ts[at]
