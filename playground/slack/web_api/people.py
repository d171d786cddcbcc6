"""auth.test, apps.connections.open, users.info and list, team.info, bots.info, reactions.add and remove."""

from __future__ import annotations

import re

from playground.slack import render
from playground.slack.arguments import Arguments
from playground.slack.models import Json, Message
from playground.slack.seed import APP_ID, BOT_ID, BOT_USER
from playground.slack.standin import Standin
from playground.slack.web_api import checks
from playground.slack.web_api.errors import SlackError

EMOJI = re.compile(r"[a-z0-9_+'-]+(::skin-tone-[2-6])?")
MOST_REACTIONS = 23


def auth_test(standin: Standin, args: Arguments) -> Json:
    workspace = standin.workspace
    return {
        "url": f"{standin.base_url}/",
        "team": workspace.seed.team_name,
        "user": workspace.bot.name,
        "team_id": workspace.team_id,
        "user_id": BOT_USER,
        "bot_id": BOT_ID,
        "app_id": APP_ID,
        "is_enterprise_install": False,
    }


def connections_open(standin: Standin, args: Arguments) -> Json:
    if standin.settings.kind != "socket":
        raise SlackError("forbidden_team", "Socket Mode is off for this app: start the stand-in with kind 'socket'")
    address = standin.base_url.replace("http", "ws", 1)
    return {"url": f"{address}/link/?ticket={standin.sockets.ticket()}&app_id={APP_ID}"}


def user_info(standin: Standin, args: Arguments) -> Json:
    known = standin.workspace.people.get(args.required("user", code="user_not_found"))
    if known is None:
        raise SlackError("user_not_found")
    return {"user": render.person(known, standin.workspace, locale=args.flag("include_locale"))}


def user_list(standin: Standin, args: Arguments) -> Json:
    everyone = standin.workspace.people.values()
    locale = args.flag("include_locale")
    members = [render.person(each, standin.workspace, locale=locale) for each in everyone]
    return {"members": members, "cache_ts": int(standin.ids.now()), "response_metadata": {"next_cursor": ""}}


def team_info(standin: Standin, args: Arguments) -> Json:
    seed = standin.workspace.seed
    team = {"id": standin.workspace.team_id, "name": seed.team_name, "domain": seed.team_domain, "email_domain": ""}
    return {"team": team | {"url": f"{standin.base_url}/"}}


def bot_info(standin: Standin, args: Arguments) -> Json:
    if args.text("bot", BOT_ID) != BOT_ID:
        raise SlackError("bot_not_found")
    bot = {"id": BOT_ID, "app_id": APP_ID, "user_id": BOT_USER, "name": standin.workspace.bot.name, "deleted": False}
    return {"bot": bot | {"updated": 0, "icons": {}}}


def react(standin: Standin, args: Arguments) -> Json:
    message, name = _reaction(standin, args)
    if name not in message.reactions and len(message.reactions) >= MOST_REACTIONS:
        raise SlackError("too_many_emoji")
    if not standin.workspace.react(message, user=BOT_USER, name=name, add=True):
        raise SlackError("already_reacted")
    return {}


def unreact(standin: Standin, args: Arguments) -> Json:
    message, name = _reaction(standin, args)
    if BOT_USER not in message.reactions.get(name, []):
        raise SlackError("no_reaction")
    standin.workspace.react(message, user=BOT_USER, name=name, add=False)
    return {}


def _reaction(standin: Standin, args: Arguments) -> tuple[Message, str]:
    name = args.required("name", code="invalid_name")
    if EMOJI.fullmatch(name) is None:
        raise SlackError("invalid_name")
    channel = checks.joined(standin, args)
    return checks.message(channel, args.required("timestamp", code="no_item_specified")), name
