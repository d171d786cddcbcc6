"""What an operator set for single channels, in channels.toml: one table a channel id. Without it, the defaults hold."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from bot.catalog.agent_form import UserId
from bot.catalog.forms import Form, Lines, check
from bot.catalog.problem import Problem

CHANNEL_ID = re.compile(r"[CDG][A-Z0-9]{2,}")
HEADER = re.compile(r'^\s*\[\s*"?([^\]"]+?)"?\s*\]')
KEY = re.compile(r'^\s*"?([A-Za-z0-9_-]+)"?\s*=')

Language = Literal["en", "fr"]
MailDuringTurn = Literal["steer", "queue"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """`language` None: the asker's own. `agent` None: DEFAULT_AGENT. `instructions` go before the first message.

    `managers` are the ids of people who may change by command who answers here first, beside the workspace's admins.
    """

    language: Language | None = None
    mail_during_turn: MailDuringTurn = "steer"
    agent: str | None = None
    instructions: str = ""
    managers: frozenset[str] = frozenset()


class ChannelForm(Form):
    language: Language | None = None
    mail_during_turn: MailDuringTurn = "steer"
    agent: Annotated[str, Field(min_length=1)] | None = None
    instructions: str = ""
    managers: list[UserId] = Field(default_factory=list)


def load(file: Path) -> tuple[dict[str, Channel], list[Problem]]:
    """Channel settings by channel id; a wrong table is left out, the others stay. No file means none."""
    if not file.exists():
        return {}, []
    try:
        text = file.read_text(encoding="utf-8-sig")
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as exc:
        line = re.search(r"line (\d+)", str(exc))
        return {}, [Problem(file, int(line[1]) if line else None, "", f"this is not TOML: {exc}")]
    except (OSError, ValueError) as exc:
        return {}, [Problem(file, None, "", f"cannot be read: {exc}")]
    channels: dict[str, Channel] = {}
    problems: list[Problem] = []
    lines = _lines(text)
    for channel_id, table in tables.items():
        if not CHANNEL_ID.fullmatch(channel_id):
            rule = (
                "is not a channel's id: those begin with C, G or D; Slack shows one at the end of a channel's details"
            )
            problems.append(Problem(file, lines.get((channel_id,)), channel_id, rule))
            continue
        form = check(ChannelForm, table, file=file, lines=lines, at=(channel_id,))
        if isinstance(form, list):
            problems += form
        else:
            channels[channel_id] = Channel(
                language=form.language,
                mail_during_turn=form.mail_during_turn,
                agent=form.agent.lower() if form.agent else None,
                instructions=form.instructions.strip(),
                managers=frozenset(form.managers),
            )
    return channels, problems


def _lines(text: str) -> Lines:
    """Where tables and keys stand; tomllib does not tell. A look-alike inside a long text may mislead by lines only."""
    lines: dict[tuple[str | int, ...], int] = {}
    table: tuple[str, ...] = ()
    for number, row in enumerate(text.splitlines(), 1):
        if header := HEADER.match(row):
            table = (header[1],)
            lines.setdefault(table, number)
        elif key := KEY.match(row):
            lines.setdefault((*table, key[1]), number)
    return lines
