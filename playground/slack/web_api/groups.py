"""usergroups.list and usergroups.users.list."""

from __future__ import annotations

from playground.slack import render
from playground.slack.arguments import Arguments
from playground.slack.models import Json
from playground.slack.standin import Standin
from playground.slack.web_api.errors import SlackError


def list_(standin: Standin, args: Arguments) -> Json:
    shown = [
        render.group(group, users=args.flag("include_users"), count=args.flag("include_count"))
        for group in standin.workspace.groups.values()
        if not group.disabled_at or args.flag("include_disabled")
    ]
    return {"usergroups": shown}


def users(standin: Standin, args: Arguments) -> Json:
    group = standin.workspace.groups.get(args.required("usergroup"))
    if group is None or (group.disabled_at and not args.flag("include_disabled")):
        raise SlackError("no_such_subteam")
    return {"users": group.users}
