"""Slash commands: what a person typed goes to the app, its immediate answer or Slack's own sentence to the person.

https://docs.slack.dev/interactivity/implementing-slash-commands. Not repeated; three seconds, then it has failed.
Slack's own `/invite` never reaches the app.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from playground.slack import inviting, responding, slackbot, typed
from playground.slack.arguments import Arguments
from playground.slack.models import Command, Conversation, Json
from playground.slack.request_url import Heard
from playground.slack.seed import APP_ID
from playground.slack.web_api.errors import SlackError

if TYPE_CHECKING:
    from playground.slack.standin import Standin

LINE = re.compile(r"/[^\s/]\S*")


def is_one(text: str) -> bool:
    """Whether Slack takes `text` for a command rather than a message."""
    return LINE.match(text) is not None


async def run(standin: Standin, *, user: str, conversation: Conversation, text: str, thread_ts: str | None) -> Json:
    """Bring what `user` typed to the app: whether it was heard, with which status, and what the person was shown."""
    word, _, rest = text.partition(" ")
    known = _known(standin, word)
    if known is None or thread_ts is not None:
        key = "command.unknown" if known is None else "command.thread"
        return {"delivered": False} | slackbot.tells(
            standin, conversation, user, key, thread_ts=thread_ts, command=word
        )
    rest = rest.strip()
    if known is inviting.COMMAND:
        return {"delivered": False} | inviting.run(standin, user=user, conversation=conversation, text=rest)
    invoked = {"user": user, "text": f"{known.command} {rest}".strip()}
    heard = await standin.delivery.command(_fields(standin, known, rest, user, conversation, invoked))
    answer: Json = {"delivered": heard.ok, "status": heard.status}
    if not heard.ok:
        return answer | _failed(standin, conversation, user, known.command, _error(heard))
    return answer | _answer(standin, heard, user, conversation, invoked)


def _known(standin: Standin, word: str) -> Command | None:
    if word == inviting.COMMAND.command:  # also where the app has one of that name
        return inviting.COMMAND
    if "commands" not in standin.grant.scopes:
        return None
    return next((each for each in standin.grant.commands if each.command == word), None)


def _fields(
    standin: Standin, command: Command, text: str, user: str, conversation: Conversation, invoked: Json
) -> dict[str, str]:
    workspace = standin.workspace
    key = standin.response_urls.give(user=user, channel=conversation.id, invoked=invoked)
    names = {"im": "directmessage", "mpim": conversation.name, "private": "privategroup"}
    return {
        "token": "playground-verification-token",
        "team_id": workspace.team_id,
        "team_domain": workspace.seed.team_domain,
        "channel_id": conversation.id,
        "channel_name": names.get(conversation.kind, conversation.name),
        "user_id": user,
        "user_name": workspace.people[user].name,
        "command": command.command,
        "text": _escaped(standin, text) if command.should_escape else text,
        "api_app_id": APP_ID,
        "is_enterprise_install": "false",
        "response_url": standin.address_of(key, "commands"),
        "trigger_id": standin.triggers.issue(user),
    }


def _escaped(standin: Standin, text: str) -> str:
    """With names as `<@U…|name>` and `<#C…|name>`, as `should_escape` asks."""
    people = {person.id: person.name for person in standin.workspace.people.values()}
    channels = {each.id: each.name for each in standin.workspace.conversations.values()}
    return typed.named(standin.tokens(text), people=people, channels=channels)


def _answer(standin: Standin, heard: Heard, user: str, conversation: Conversation, invoked: Json) -> Json:
    said = heard.answer
    if said is None:
        return {"shown": None}
    url = standin.response_urls.give(user=user, channel=conversation.id, invoked=invoked)
    try:
        message = responding.say(standin, standin.response_urls.use(url), Arguments(said))
    except SlackError as exc:
        return _failed(standin, conversation, user, invoked["text"].partition(" ")[0], exc.code)
    return {"shown": message.ts}


def _error(heard: Heard) -> str:
    if heard.status is not None:
        return "http_service_error" if heard.status >= 500 else "http_client_error"
    return "operation_timeout" if heard.reason in ("http_timeout", "timeout") else "dispatch_failed"


def _failed(standin: Standin, conversation: Conversation, user: str, command: str, error: str) -> Json:
    return slackbot.tells(standin, conversation, user, "command.failed", command=command, error=error)
