"""Reads Slack's JSON into our values. What is missing or of another kind becomes the empty value, never an error."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from bot.slack.models import FileInfo, Identity, Metadata, Person, Share, SlackMessage
from bot.slack.text import mended
from bot.threads.models import File


def dump(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))


def text(answer: Mapping[str, Any], name: str) -> str:
    """A text, as valid Unicode: JSON can hold halves of characters, which nothing of ours could store or send."""
    value = answer.get(name)
    return mended(value) if isinstance(value, str) else ""


def part(answer: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = answer.get(name)
    return value if isinstance(value, dict) else {}


def items(answer: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    value = answer.get(name)
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def number(answer: Mapping[str, Any], name: str) -> int:
    value = answer.get(name)
    return int(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else 0


def next_cursor(answer: Mapping[str, Any]) -> str:
    return text(part(answer, "response_metadata"), "next_cursor")


def messages(answer: Mapping[str, Any]) -> list[SlackMessage]:
    return [message(item) for item in items(answer, "messages") if text(item, "ts")]


def message(item: Mapping[str, Any]) -> SlackMessage:
    return SlackMessage(
        ts=text(item, "ts"),
        user=text(item, "user") or None,
        bot_id=text(item, "bot_id") or None,
        app_id=text(item, "app_id") or None,
        text=text(item, "text"),
        metadata=metadata(part(item, "metadata")),
        thread_ts=text(item, "thread_ts") or None,
        subtype=text(item, "subtype") or None,
        files=files(item),
    )


def metadata(item: Mapping[str, Any]) -> Metadata | None:
    if not (kind := text(item, "event_type")):
        return None
    payload = part(item, "event_payload")
    return Metadata(kind, {name: value for name, value in payload.items() if isinstance(value, (str, int))})


def files(item: Mapping[str, Any]) -> tuple[File, ...]:
    """The files of a message that Slack holds for us; links to elsewhere and deleted ones are left out."""
    return tuple(
        File(id=text(file, "id"), name=text(file, "name"), mimetype=text(file, "mimetype"), size=number(file, "size"))
        for file in items(item, "files")
        if text(file, "id") and text(file, "mode") not in {"external", "tombstone"}
    )


def person(answer: Mapping[str, Any]) -> Person:
    user = part(answer, "user")
    profile = part(user, "profile")
    name = text(profile, "display_name") or text(profile, "real_name") or text(user, "real_name") or text(user, "name")
    return Person(
        id=text(user, "id"),
        team=text(user, "team_id"),
        name=name or text(user, "id"),
        locale=text(user, "locale") or None,
        tz=text(user, "tz") or None,
        is_admin=any(user.get(name) is True for name in ("is_admin", "is_owner", "is_primary_owner")),
        is_guest=user.get("is_restricted") is True or user.get("is_ultra_restricted") is True,
        is_stranger=user.get("is_stranger") is True,
        is_bot=user.get("is_bot") is True,
        deleted=user.get("deleted") is True,
        teams=frozenset(team for team in (text(user, "team_id"), *_teams(user)) if team),
    )


def _teams(user: Mapping[str, Any]) -> list[str]:
    """The workspaces of somebody in an Enterprise organisation."""
    teams = part(user, "enterprise_user").get("teams")
    return [team for team in teams if isinstance(team, str)] if isinstance(teams, list) else []


def identity(answer: Any, headers: Mapping[str, str]) -> Identity:
    said: Mapping[str, Any] = answer if isinstance(answer, dict) else {}
    scopes = next((value for name, value in headers.items() if name.lower() == "x-oauth-scopes"), "")
    return Identity(
        team=text(said, "team_id"),
        team_name=text(said, "team"),
        url=text(said, "url"),
        user_id=text(said, "user_id"),
        bot_id=text(said, "bot_id"),
        scopes=frozenset(scope.strip() for scope in scopes.split(",") if scope.strip()),
    )


def file_info(answer: Mapping[str, Any]) -> FileInfo:
    file = part(answer, "file")
    shares = part(file, "shares")
    return FileInfo(
        id=text(file, "id"),
        name=text(file, "name"),
        size=number(file, "size"),
        shares=tuple(
            Share(channel, text(share, "ts"), text(share, "thread_ts") or None)
            for kind in ("public", "private")
            for channel in part(shares, kind)
            for share in items(part(shares, kind), channel)
        ),
    )
