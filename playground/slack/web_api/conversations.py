"""conversations.info, history, replies, open, members, join, list."""

from __future__ import annotations

import base64
import binascii
from typing import Literal

from playground.slack import render
from playground.slack.arguments import Arguments
from playground.slack.models import Conversation, Json, Message
from playground.slack.seed import BOT_USER
from playground.slack.standin import Standin
from playground.slack.web_api import checks
from playground.slack.web_api.errors import SlackError

MOST_HISTORY, MOST_REPLIES, MOST_LIST = 999, 1000, 1000
MOST_OPENED = 8
TYPES = {"public_channel": "channel", "private_channel": "private", "im": "im", "mpim": "mpim"}


def info(standin: Standin, args: Arguments) -> Json:
    known = checks.scoped(standin, args, "read")
    wire = render.conversation(known)
    if args.flag("include_num_members"):
        wire["num_members"] = len(known.members)
    return {"channel": wire | {"context_team_id": standin.workspace.team_id}}


def history(standin: Standin, args: Arguments) -> Json:
    """Newest first; replies only when they were broadcast."""
    channel = _readable(standin, args)
    within = [channel.messages[ts] for ts in _between(channel.timeline, args)]
    return _page(standin, args, within[::-1], default=100, most=MOST_HISTORY)


def replies(standin: Standin, args: Arguments) -> Json:
    """The root, then its replies, oldest first. `ts` may be the root's or any reply's."""
    channel = _readable(standin, args)
    found = channel.messages.get(args.required("ts", code="thread_not_found"))
    root = channel.messages.get(found.root_ts) if found is not None else None
    if root is None:
        raise SlackError("thread_not_found")
    within = [root, *(channel.messages[ts] for ts in _between(root.replies, args))]
    return _page(standin, args, within, default=1000, most=MOST_REPLIES)


def open_(standin: Standin, args: Arguments) -> Json:
    workspace = standin.workspace
    if args.text("channel"):
        known = checks.conversation(standin, args)
    else:
        users = [user.strip() for user in args.required("users", code="users_not_found").split(",") if user.strip()]
        if not 1 <= len(users) <= MOST_OPENED:
            raise SlackError("too_many_users")
        if any(user not in workspace.people or user == BOT_USER for user in users):
            raise SlackError("user_not_found")
        if standin.grant.agent and any(workspace.people[user].is_guest for user in users):
            raise SlackError("app_access_restricted")  # guests cannot use agent apps
        checks.need(standin, "im:write" if len(users) == 1 else "mpim:write")
        known = workspace.direct(*users, BOT_USER)
    return {"channel": render.conversation(known) if args.flag("return_im") else {"id": known.id}}


def members(standin: Standin, args: Arguments) -> Json:
    known = checks.scoped(standin, args, "read")
    return _slice(args, known.members, "members", default=100, most=MOST_LIST)


def join(standin: Standin, args: Arguments) -> Json:
    known = checks.conversation(standin, args)
    if known.kind != "channel":
        raise SlackError("method_not_supported_for_channel_type")
    joined = standin.workspace.join(known, BOT_USER)
    answer: Json = {"channel": render.conversation(known)}
    if not joined:
        answer |= {"warning": "already_in_channel", "response_metadata": {"warnings": ["already_in_channel"]}}
    return answer


def list_(standin: Standin, args: Arguments) -> Json:
    kinds = [TYPES.get(each.strip()) for each in (args.text("types") or "public_channel").split(",")]
    if None in kinds:
        raise SlackError("invalid_types")
    for kind in kinds:
        checks.need(standin, f"{checks.SCOPE_PARTS[str(kind)]}:read")
    known = [each for each in standin.workspace.visible_to(BOT_USER) if each.kind in kinds]
    return _slice(args, [render.conversation(each) for each in known], "channels", default=100, most=MOST_LIST)


def _readable(standin: Standin, args: Arguments) -> Conversation:
    channel = checks.scoped(standin, args, "history")
    if BOT_USER not in channel.members:
        raise SlackError("not_in_channel")
    return channel


def _between(ordered: list[str], args: Arguments) -> list[str]:
    oldest, latest, inclusive = args.text("oldest"), args.text("latest"), args.flag("inclusive")
    if not oldest and not latest:
        return ordered

    def inside(ts: str) -> bool:
        after = not oldest or oldest == "0" or ts > oldest or (inclusive and ts == oldest)
        return after and (not latest or ts < latest or (inclusive and ts == latest))

    return [ts for ts in ordered if inside(ts)]


def _page(standin: Standin, args: Arguments, found: list[Message], *, default: int, most: int) -> Json:
    metadata: Literal["all", "type", "none"] = "all" if args.flag("include_all_metadata") else "type"
    if standin.settings.profile == "minimal":
        metadata = "none"
    answer = _slice(args, found, "messages", default=default, most=most)
    answer["messages"] = [
        render.message(each, standin.workspace, base_url=standin.base_url, metadata=metadata)
        for each in answer["messages"]
    ]
    return answer | {"has_more": bool(answer["response_metadata"]["next_cursor"])}


def _slice(
    args: Arguments, found: list[Message] | list[str] | list[Json], name: str, *, default: int, most: int
) -> Json:
    limit = args.number("limit", default)
    if not 1 <= limit <= most:
        raise SlackError("invalid_limit")
    start = _decoded(args.text("cursor"))
    after = start + limit
    cursor = base64.b64encode(f"next:{after}".encode()).decode() if after < len(found) else ""
    return {name: found[start:after], "response_metadata": {"next_cursor": cursor}}


def _decoded(cursor: str) -> int:
    if not cursor:
        return 0
    try:
        word, _, start = base64.b64decode(cursor, validate=True).decode().partition(":")
        if word != "next":
            raise SlackError("invalid_cursor")
        return int(start)
    except (ValueError, binascii.Error):
        raise SlackError("invalid_cursor") from None
