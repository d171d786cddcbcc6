"""The table of all acts, by the last word of their address."""

from __future__ import annotations

from playground.slack.control.act import Act
from playground.slack.control.messages import Click, Delete, Edit, React, Say, Stop
from playground.slack.control.places import Context, Invite, Join, Leave, Open, Title

__all__ = [
    "ACTS",
    "Click",
    "Context",
    "Delete",
    "Edit",
    "Invite",
    "Join",
    "Leave",
    "Open",
    "React",
    "Say",
    "Stop",
    "Title",
]

ACTS: dict[str, type[Act]] = {
    "say": Say,
    "edit": Edit,
    "delete": Delete,
    "click": Click,
    "stop": Stop,
    "open": Open,
    "context": Context,
    "react": React,
    "title": Title,
    "join": Join,
    "invite": Invite,
    "leave": Leave,
}
