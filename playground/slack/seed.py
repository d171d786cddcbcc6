"""Who is in the workspace at the start: the people, the channels, what was said. JSON, or this default."""

from __future__ import annotations

import json
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

BOT_USER, BOT_ID, APP_ID, TEAM_ID = "U0BOT", "B0BOT", "A0APP", "T0PLAY"
SLACKBOT = "USLACKBOT"
PARTNER_TEAM = "T0PARTNER"


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid")


class PersonSeed(_Part):
    id: str
    name: str
    real_name: str
    display_name: str
    locale: str = "en-US"
    tz: str = "Europe/London"
    tz_offset: int = 0
    color: str = "4a6f8a"
    is_guest: bool = False
    is_single_channel_guest: bool = False
    is_admin: bool = False
    is_owner: bool = False
    is_primary_owner: bool = False
    team_id: str | None = None  # another workspace's, for people met through Slack Connect


class GroupSeed(_Part):
    id: str
    handle: str
    name: str
    description: str = ""
    users: list[str] = []
    disabled: bool = False


class ChannelSeed(_Part):
    id: str
    name: str
    private: bool = False
    topic: str = ""
    shared: bool = False  # with another workspace, by Slack Connect
    members: list[str]  # ids; the bot's is U0BOT


class Starter(_Part):
    """A prompt a newcomer may click; `message` is said to the bot."""

    title: str
    message: str


class Greeting(_Part):
    """What the bot has said before anybody came, with starters under it."""

    channel: str
    text: str
    starters: list[Starter] = []


def _people() -> list[PersonSeed]:
    return [
        PersonSeed(id="U0ADA", name="ada", real_name="Ada Lovelace", display_name="Ada", color="7b5ea7"),
        PersonSeed(
            id="U0CAMILLE",
            name="camille",
            real_name="Camille Claudel",
            display_name="Camille",
            locale="fr-FR",
            tz="Europe/Paris",
            tz_offset=3600,
            color="b1522d",
        ),
        PersonSeed(
            id="U0GRACE",
            name="grace",
            real_name="Grace Hopper",
            display_name="Grace",
            locale="en-GB",
            color="1f7a5c",
            is_admin=True,
            is_owner=True,
            is_primary_owner=True,
        ),
        PersonSeed(
            id="U0HUGO",
            name="hugo",
            real_name="Hugo Guest",
            display_name="Hugo",
            color="8a6d1f",
            is_guest=True,
            is_single_channel_guest=True,
        ),
        PersonSeed(
            id="U0IRIS",
            name="iris",
            real_name="Iris Partner",
            display_name="Iris",
            color="5b6abf",
            team_id=PARTNER_TEAM,
        ),
    ]


def _channels() -> list[ChannelSeed]:
    everyone = ["U0ADA", "U0CAMILLE", "U0GRACE", BOT_USER]
    return [
        ChannelSeed(id="C0GENERAL", name="general", topic="Everything for everyone", members=everyone),
        ChannelSeed(id="C0SUPPORT", name="support-with-a-rather-long-name", members=[*everyone, "U0HUGO"]),
        ChannelSeed(id="C0RANDOM", name="random", topic="The bot is not in here", members=everyone[:3]),
        ChannelSeed(id="C0SECRET", name="board-room", private=True, members=["U0ADA", "U0GRACE", BOT_USER]),
        ChannelSeed(
            id="C0PARTNERS",
            name="partners",
            topic="Shared with another company",
            shared=True,
            members=["U0ADA", "U0GRACE", "U0IRIS", BOT_USER],
        ),
    ]


def _groups() -> list[GroupSeed]:
    return [
        GroupSeed(id="S0SUPPORT", handle="support", name="Support", users=["U0CAMILLE", "U0GRACE"]),
        GroupSeed(id="S0LEADS", handle="leads", name="Team leads", users=["U0GRACE"]),
        GroupSeed(id="S0RETIRED", handle="retired", name="A group of before", users=["U0ADA"], disabled=True),
    ]


class Seed(_Part):
    team_name: str = "Playground"
    team_domain: str = "playground"
    bot_name: str = "threadwind"
    bot_display_name: str = "Threadwind"
    people: list[PersonSeed] = Field(default_factory=_people)
    channels: list[ChannelSeed] = Field(default_factory=_channels)
    groups: list[GroupSeed] = Field(default_factory=_groups)
    greeting: Greeting | None = None

    @classmethod
    def read(cls, path: Path) -> Seed:
        return cls.model_validate(json.loads(path.read_text(encoding="utf-8")))
