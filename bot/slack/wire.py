"""Text as it comes from Slack: what the person said, to whom, in which form a model should read it. No I/O.

*Wire text* is Slack's own form: `&`, `<` and `>` escaped, and tokens such as `<@U07>`, `<#C01|general>` and
`<https://x|label>` in angle brackets. It is kept in a thread's mail, because names are looked up only when a turn
reads it (`readable`). What goes out to Slack is in `text.py`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import cache
from typing import Literal, NamedTuple

TOKEN = re.compile(r"<([^<>\n]{1,4000})>")
_BROKEN = re.compile(r"(?:<[^<>\n]*|&[a-z]{0,3})\Z")  # of a token or an escape, what its end is missing of
PERSON = re.compile(r"<@([UW][A-Z0-9]+)(?:\|[^<>\n]*)?>")
AGENT = re.compile(r"\+([a-z][a-z0-9_-]{0,63})(?=$|[\s,:])[,:]?\s*", re.IGNORECASE | re.ASCII)
STOP_LIMIT = 200  # characters; whatever is longer is more than a word and a mention
_PLEASE = r"(?:please|pls|stp|svp|s['’]?il (?:te|vous) pla[iî]t)"
_NOW = r"(?:now|maintenant|tout de suite)"
# Nothing longer: "stop the deploy" and "cancel it" may be about anything.
STOP = re.compile(
    rf"(?:{_PLEASE},? )?"
    rf"(?:stop(?:p|pe)?(?: it)?(?: {_NOW})?|arr[eê]te(?:r|z|[ -]toi|z[ -]vous| ça)?(?: {_NOW})?|cancel|annule[rz]?)"
    rf"(?:,? {_PLEASE})?"
)
# Nothing beside it either. Whether a name is one, who knows the agents says: "add milk to the list" is for the agent.
_TYPED = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}", re.IGNORECASE | re.ASCII)
_WORD = r"[^\W_][\w-]{0,62}"
_NAME = rf"\+?(?P<name>{_WORD}(?: +{_WORD}){{0,7}})"  # of several words where it is the one that people see
_SWITCH, _ADD, _REMOVE = "agent", "add|ajoute[rz]?", "remove|retire[rz]?"
SWITCH = re.compile(rf"(?:{_SWITCH})(?:\s+{_NAME})?", re.IGNORECASE)
ADD = re.compile(rf"(?:{_ADD})\s+{_NAME}", re.IGNORECASE)
REMOVE = re.compile(rf"(?:{_REMOVE})\s+{_NAME}", re.IGNORECASE)
FOLLOW_UPS = re.compile("follow-ups|followups|suivis", re.IGNORECASE)
VERB = re.compile(f"{_SWITCH}|{_ADD}|{_REMOVE}", re.IGNORECASE)


def is_typed_name(name: str) -> bool:
    """Could it be the name of an agent's file, and nothing else?"""
    return _TYPED.fullmatch(name) is not None


class Change(NamedTuple):
    """Who is to answer in a thread (`switch`; without a name: who does), or to take part in it (`add`, `remove`)."""

    verb: Literal["switch", "add", "remove"]
    name: str


class Picked(NamedTuple):
    """The agent named at the start, if any, and what was said to it."""

    agent: str | None
    rest: str


def names(text: str, user_id: str) -> bool:
    """Does the wire text mention this user anywhere?"""
    return f"<@{user_id}>" in text or f"<@{user_id}|" in text


def without_mention(text: str, bot_user: str) -> str:
    """The wire text without the bot's own mention at its start; mentions further inside are part of what was said."""
    leading = _leading_mention(bot_user)
    while found := leading.match(text):
        text = text[found.end() :]
    return text.strip()


@cache
def _leading_mention(user_id: str) -> re.Pattern[str]:
    return re.compile(rf"\s*<@{re.escape(user_id)}(?:\|[^<>\n]*)?>[,:]?\s*")


@cache
def _trailing_mention(user_id: str) -> re.Pattern[str]:
    return re.compile(rf"[\s,]*<@{re.escape(user_id)}(?:\|[^<>\n]*)?>[\s.!…]*$")


def pick_agent(text: str) -> Picked:
    """`+name question` asks the agent of that name, however it is capitalised. `+1` and `+33 6 12…` are no names."""
    found = AGENT.match(text)
    return Picked(found[1].lower(), text[found.end() :]) if found else Picked(None, text)


def is_stop(text: str, bot_user: str) -> bool:
    """Is the whole message a word for stopping, with the bot named before or after it, and a please or a now?"""
    words = " ".join(unicodedata.normalize("NFC", _alone(text, bot_user)).casefold().split())
    return STOP.fullmatch(words.strip(" .!…")) is not None


def change(text: str, bot_user: str) -> Change | None:
    """Is the whole message a change of who answers or takes part, with the bot named before or after it?"""
    words = _alone(text, bot_user).strip(" .!…")
    if found := SWITCH.fullmatch(words):
        return Change("switch", (found["name"] or "").lower())
    if found := ADD.fullmatch(words):
        return Change("add", found["name"].lower())
    if found := REMOVE.fullmatch(words):
        return Change("remove", found["name"].lower())
    return None


def asks_for_follow_ups(text: str, bot_user: str) -> bool:
    """Is the whole message the word for a thread's follow-ups, with the bot named before or after it?"""
    return FOLLOW_UPS.fullmatch(_alone(text, bot_user).strip(" .!…?")) is not None


def is_instruction(word: str) -> bool:
    """Is it a word by which people tell the bot something, and nothing they would say to an agent?"""
    return bool(VERB.fullmatch(word) or FOLLOW_UPS.fullmatch(word)) or is_stop(word, "")


def _alone(text: str, bot_user: str) -> str:
    """What was said without mentions of the bot at either end; "" for more than a few words."""
    said, trailing = without_mention(text, bot_user), _trailing_mention(bot_user)
    if len(said) > STOP_LIMIT:
        return ""
    while found := trailing.search(said):
        said = said[: found.start()]
    return said


def people_in(text: str) -> frozenset[str]:
    """The ids of everybody mentioned, for looking up their names."""
    return frozenset(PERSON.findall(text))


def readable(text: str, *, people: Mapping[str, str] | None = None, channels: Mapping[str, str] | None = None) -> str:
    """Wire text as a model reads it: Markdown links, `@name` and `#channel`, nothing escaped."""
    known_people, known_channels = people or {}, channels or {}

    def plain(token: re.Match[str]) -> str:
        return _plain(token[1], known_people, known_channels)

    return unescape(TOKEN.sub(plain, text))


def cut(text: str, limit: int) -> str:
    """The beginning of wire text, no token and no escape cut in two."""
    return text if len(text) <= limit else _BROKEN.sub("", text[:limit])


def unescape(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def escape(text: str) -> str:
    """Slack's escaping: these three and nothing else."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _plain(token: str, people: Mapping[str, str], channels: Mapping[str, str]) -> str:
    target, _, label = token.partition("|")
    kind, rest = target[:1], target[1:]
    if kind == "@":
        return f"@{people.get(rest) or label or rest}"
    if kind == "#":
        return f"#{channels.get(rest) or label or rest}"
    if kind == "!":
        if rest.startswith(("subteam^", "date^")):
            return label or f"@{rest.split('^')[1]}"
        return f"@{rest}"
    address = target.removeprefix("mailto:").removeprefix("tel:")
    bare = re.sub(r"^https?://", "", address).rstrip("/")
    if not label or label.rstrip("/") in {address, bare}:
        return address
    return f"[{label}]({address})"
