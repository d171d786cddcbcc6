"""The manifest asks for no more than is used, and Slack takes it: its fields keep the schema's limits."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bot.catalog import agents
from bot.catalog.agents import Prompt
from bot.slack.commands import NAME_LIMIT
from bot.slack.manifest import EVENTS, SCOPES, manifest, required_scopes, subscribed_events

ROOT = Path(__file__).parents[2]
EVERY = [
    {"socket": socket, "replies_without_mention": replies, "agent_view": agent_view}
    | ({} if socket else {"public_url": "https://bot.example/"})
    for socket in (False, True)
    for replies in (False, True)
    for agent_view in (False, True)
]


@dataclass(frozen=True)
class Wishes:
    replies_without_mention: bool


def scopes(made: dict[str, Any]) -> set[str]:
    return set(made["oauth_config"]["scopes"]["bot"])


def events(made: dict[str, Any]) -> set[str]:
    return set(made["settings"]["event_subscriptions"]["bot_events"])


def test_by_default_it_hears_mentions_and_direct_messages_only() -> None:
    made = manifest(socket=True)
    assert events(made) == {"app_mention", "message.im", "app_home_opened", "agent_session_stopped"}
    assert {scope for scope in scopes(made) if scope.endswith(":history")} == {"im:history"}


def test_replies_without_a_mention_add_what_reads_channels() -> None:
    plain, following = manifest(socket=True), manifest(socket=True, replies_without_mention=True)
    assert scopes(following) - scopes(plain) == {"channels:history", "groups:history", "mpim:history"}
    assert events(following) - events(plain) == {"message.channels", "message.groups", "message.mpim"}


def test_a_plain_bot_asks_for_nothing_of_an_agents() -> None:
    made = manifest(socket=True, agent_view=False)
    assert "agent_view" not in made["features"]
    assert "assistant:write" not in scopes(made)
    assert events(made) == {"app_mention", "message.im"}


@pytest.mark.parametrize("replies", [False, True])
@pytest.mark.parametrize("agent_view", [False, True])
@pytest.mark.parametrize("user_groups", [False, True])
def test_the_doctor_expects_what_the_manifest_asks_for(*, replies: bool, agent_view: bool, user_groups: bool) -> None:
    made = manifest(socket=True, replies_without_mention=replies, agent_view=agent_view, user_groups=user_groups)
    spared = {need.name for need in SCOPES if need.spared}
    required = required_scopes(Wishes(replies), agent_view=agent_view, user_groups=user_groups)
    assert set(required) == scopes(made) - spared
    assert set(subscribed_events(Wishes(replies), agent_view=agent_view)) == events(made)


def test_user_groups_are_read_only_where_an_agents_file_names_some() -> None:
    assert scopes(manifest(socket=True, user_groups=True)) - scopes(manifest(socket=True)) == {"usergroups:read"}


@pytest.mark.parametrize("prefix", ["", "tw-", "x" * 20])
def test_commands_follow_the_prefix_and_escape_what_is_said(prefix: str) -> None:
    made = manifest(socket=False, public_url="https://bot.example", command_prefix=prefix)
    assert "commands" in scopes(made)
    names = [command["command"] for command in made["features"]["slash_commands"]]
    assert names[0] == f"/{prefix}agent"
    for command in made["features"]["slash_commands"]:
        assert len(command["command"]) <= NAME_LIMIT
        assert command["url"] == "https://bot.example/slack/events"
        assert command["should_escape"] is True
        assert command.get("usage_hint") != ""


def test_names_of_their_own_are_asked_for_and_can_be_done_without() -> None:
    spared = {need.name for need in SCOPES if need.spared}
    assert {"chat:write.customize"} <= spared <= scopes(manifest(socket=True))


def test_every_permission_says_why() -> None:
    assert all(need.why for need in (*SCOPES, *EVENTS))
    assert len({need.name for need in SCOPES}) == len(SCOPES)
    assert len({need.name for need in EVENTS}) == len(EVENTS)


def test_slack_is_told_one_address_for_everything() -> None:
    made = manifest(socket=False, public_url="https://bot.example/")
    assert made["settings"]["event_subscriptions"]["request_url"] == "https://bot.example/slack/events"
    assert made["settings"]["interactivity"] == {
        "is_enabled": True,
        "request_url": "https://bot.example/slack/events",
    }
    assert made["settings"]["socket_mode_enabled"] is False


def test_socket_mode_needs_no_address() -> None:
    made = manifest(socket=True)
    assert made["settings"]["socket_mode_enabled"] is True
    assert "request_url" not in json.dumps(made)


@pytest.mark.parametrize(
    ("wishes", "sentence"),
    [
        ({"socket": False}, "set PUBLIC_URL"),
        ({"socket": False, "public_url": "http://bot.example"}, "https://"),
        ({"socket": True, "name": "x" * 36}, "the name has 36 characters"),
        ({"socket": True, "name": ""}, "the name has 0 characters"),
        ({"socket": True, "description": "x" * 141}, "the description has 141"),
        ({"socket": True, "agent_description": "x" * 301}, "the agent description has 301"),
    ],
)
def test_what_slack_would_refuse_is_said_before(wishes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValueError, match=re.escape(sentence)):
        manifest(**wishes)


def test_prompts_are_offered_as_far_as_slack_shows_them() -> None:
    made = manifest(socket=True, prompts=[Prompt(f"title {number}", f"message {number}") for number in range(6)])
    shown = made["features"]["agent_view"]["suggested_prompts"]
    assert [prompt["title"] for prompt in shown] == ["title 0", "title 1", "title 2", "title 3"]
    assert "suggested_prompts" not in manifest(socket=True)["features"]["agent_view"]


@pytest.mark.parametrize("name", ["Threadwind", "L’été à Évry", "Ω"])
@pytest.mark.parametrize("wishes", EVERY)
def test_every_manifest_keeps_the_schemas_limits(wishes: dict[str, Any], name: str) -> None:
    found, _ = agents.load(ROOT / "agents")
    made = manifest(**wishes, name=name, prompts=found["assistant"].prompts)
    assert json.loads(json.dumps(made)) == made
    display, features, settings = made["display_information"], made["features"], made["settings"]
    assert 1 <= len(display["name"]) <= 35
    assert len(display["description"]) <= 140
    assert re.fullmatch(r"#[0-9a-f]{6}", display["background_color"])
    assert re.fullmatch(r"[a-z0-9._-]{1,80}", features["bot_user"]["display_name"])
    if view := features.get("agent_view"):
        assert 1 <= len(view["agent_description"]) <= 300
        assert len(view["suggested_prompts"]) <= 4
        assert all(prompt.keys() == {"title", "message"} for prompt in view["suggested_prompts"])
    assert len(made["oauth_config"]["scopes"]["bot"]) <= 255
    assert len(settings["event_subscriptions"]["bot_events"]) <= 100
    assert "assistant_view" not in features, "the older generation cannot be combined with agent_view"
    assert features["app_home"]["messages_tab_enabled"], "without it nobody can write to the bot"
