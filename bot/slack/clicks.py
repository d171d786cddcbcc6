"""Clicks on buttons of our messages (`block_actions`), and which mail each is. No I/O.

A button's value holds ids only: anybody who can read the message can press it, and who pressed is checked where the
decision is taken. https://docs.slack.dev/reference/interaction-payloads/block_actions-payload
"""

from __future__ import annotations

from functools import partial
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from bot.slack.payloads import Id, Ignored, Name, Payload, Ts
from bot.threads.models import Mail, MailKind, ThreadKey

APPROVE, APPROVE_THREAD, APPROVE_ALWAYS = "approve", "approve_thread", "approve_always"
DENY, DENY_REASON = "deny", "deny_reason"  # at once, or by a form in which one may say why
ARGUMENTS, ARGUMENTS_PAGE = "arguments", "arguments_page"  # all that would be sent, in a modal; another page of it
AGAIN = "again"
OPENED = "opened"  # a button that leads to a page
ALLOWED, DENIED = "allowed", "denied"
ONCE, THREAD, ALWAYS = "once", "thread", "always"  # how long a yes holds
FOLLOW_UP = "follow_up"  # as long as a follow-up is open, in its runs
TAKE_OVER, RESOLVE, GIVE_BACK = "take_over", "resolve", "give_back"  # a thread that was handed to a person
DECISIONS = {
    APPROVE: (ALLOWED, ONCE),
    APPROVE_THREAD: (ALLOWED, THREAD),
    APPROVE_ALWAYS: (ALLOWED, ALWAYS),
    DENY: (DENIED, ONCE),
}
ANSWER_IT, DECLINE_IT, DONE_IT = "answer_it", "decline_it", "done_it"  # a question of a tool's server

ButtonValue = Annotated[str, StringConstraints(max_length=2_000)]  # Slack's limit


class Team(Payload):
    id: Id


class Clicker(Payload):
    id: Id
    team_id: Id | None = None


class Container(Payload):
    type: str = ""
    message_ts: Ts | None = None
    channel_id: Id | None = None
    thread_ts: Ts | None = None
    is_ephemeral: bool = False


class Place(Payload):
    id: Id


class ClickedMessage(Payload):
    ts: Ts | None = None
    thread_ts: Ts | None = None


class Action(Payload):
    type: str = ""
    action_id: Name
    value: ButtonValue | None = None
    action_ts: Name = ""


class Click(Payload):
    """One press. `team` is missing for an app of a whole organisation; then the clicker's team stands for it."""

    type: Literal["block_actions"]
    user: Clicker
    team: Team | None = None
    container: Container = Container()
    channel: Place | None = None
    message: ClickedMessage | None = None
    actions: list[Action] = Field(min_length=1, max_length=25)

    @property
    def action(self) -> Action:
        return self.actions[0]

    @property
    def message_ts(self) -> str | None:
        """The message that holds the button."""
        return self.container.message_ts or (self.message.ts if self.message else None)

    def to_mail(self) -> Mail | Ignored:
        thread = self.thread
        if thread is None:
            return Ignored("a button outside of a thread")
        mail = partial(Mail, thread=thread, principal=self.user.id, principal_team=self.user.team_id or thread.team)
        value, action = self.action.value or "", self.action.action_id
        if action in DECISIONS:
            turn, _, tool_call_id = value.partition(":")
            if not turn or not tool_call_id:
                return Ignored("a decision about nothing")
            decision, holds = DECISIONS[action]
            about = {"turn": turn, "tool_call_id": tool_call_id, "decision": decision, "holds": holds}
            # Who was refused may press again, with more rights or another button: each press counts, and Slack's
            # repeat of one does not.
            mail_id = f"decision:{turn}:{tool_call_id}:{action}:{self.user.id}:{self.action.action_ts}"
            return mail(id=mail_id, kind=MailKind.DECISION, about=about)
        if action in (TAKE_OVER, RESOLVE, GIVE_BACK):
            turn, _, tool_call_id = value.partition(":")
            if not turn or not tool_call_id:
                return Ignored("a thread handed to nobody")
            about = {"turn": turn, "tool_call_id": tool_call_id, "act": action}
            # Who gave a thread back may take it again: each press counts, and Slack's repeat of one does not.
            mail_id = f"person:{turn}:{tool_call_id}:{action}:{self.user.id}:{self.action.action_ts}"
            return mail(id=mail_id, kind=MailKind.PERSON, about=about)
        if action == AGAIN:
            if not value:
                return Ignored("nothing to try again")
            # A turn may fail again, under a message of its own. Whose button was pressed before is told so at each
            # press, and Slack's repeat of one is none.
            mail_id = f"again:{value}:{self.user.id}:{self.message_ts}:{self.action.action_ts}"
            return mail(id=mail_id, kind=MailKind.AGAIN, about={"turn": value, "message": self.message_ts or ""})
        return Ignored("a button that means nothing to a thread")

    @property
    def thread(self) -> ThreadKey | None:
        """The thread of the message that holds the button."""
        team = self.team.id if self.team else self.user.team_id
        channel = self.container.channel_id or (self.channel.id if self.channel else None)
        root = self.container.thread_ts or (self.message.thread_ts if self.message else None) or self.message_ts
        return ThreadKey(team, channel, root) if team and channel and root else None
