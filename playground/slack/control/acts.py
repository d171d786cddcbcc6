"""The table of all acts, by the last word of their address."""

from __future__ import annotations

from playground.slack.control.act import Act
from playground.slack.control.messages import Click, Delete, DeleteFile, Edit, React, Say, Stop
from playground.slack.control.places import Context, Invite, Join, Leave, Open, Title
from playground.slack.control.requests import Close, Command, Regroup, RunShortcut, Submit, Use

__all__ = [
    "ACTS",
    "Click",
    "Close",
    "Command",
    "Context",
    "Delete",
    "DeleteFile",
    "Edit",
    "Invite",
    "Join",
    "Leave",
    "Open",
    "React",
    "Regroup",
    "RunShortcut",
    "Say",
    "Stop",
    "Submit",
    "Title",
    "Use",
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
    "command": Command,
    "shortcut": RunShortcut,
    "submit": Submit,
    "use": Use,
    "close": Close,
    "regroup": Regroup,
    "delete_file": DeleteFile,
}
