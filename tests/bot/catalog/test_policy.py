"""Who decides whether a tool runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.catalog.agents import Agent
from bot.catalog.policy import Policy, policy_for


def an_agent(**approvals: str) -> Agent:
    return Agent(
        name="a",
        description="",
        model="m",
        instructions="i",
        source=Path("a.md"),
        approvals={pattern: Policy(policy) for pattern, policy in approvals.items()},
    )


@pytest.mark.parametrize(
    ("approvals", "policy"),
    [
        ({"git__push": "auto"}, "auto"),
        ({"git__*": "deny", "git__push": "auto"}, "auto"),
        ({"git__push": "deny", "git__*": "auto"}, "deny"),
        ({"*": "auto", "git__*": "deny"}, "deny"),
        ({"git__p*": "ask", "git__*": "auto"}, "ask"),
        ({"git__pu??": "deny", "git__p*": "auto"}, "deny"),
        ({"git__*": "auto", "*__push": "deny"}, "deny"),  # more spelled out
        ({"*_push": "auto", "git__*": "deny"}, "deny"),  # equally specific: the stricter
        ({"linear__*": "auto"}, "ask"),
        ({"GIT__*": "auto"}, "ask"),
        ({}, "ask"),
    ],
)
def test_the_most_specific_word_of_the_agents_file_wins_and_silence_asks(
    approvals: dict[str, str], policy: str
) -> None:
    assert policy_for(an_agent(**approvals), "git__push", read_only_hint=False, server_trusted=True) == policy


@pytest.mark.parametrize(
    ("read_only", "trusted", "policy"),
    [(True, True, Policy.AUTO), (True, False, Policy.ASK), (False, True, Policy.ASK), (False, False, Policy.ASK)],
)
def test_a_hint_counts_only_from_a_trusted_server(*, read_only: bool, trusted: bool, policy: Policy) -> None:
    assert policy_for(an_agent(), "git__log", read_only_hint=read_only, server_trusted=trusted) is policy


def test_the_agents_file_outweighs_every_hint() -> None:
    agent = an_agent(**{"git__*": "ask"})
    assert policy_for(agent, "git__log", read_only_hint=True, server_trusted=True) is Policy.ASK


@pytest.mark.parametrize(
    ("by_agent", "by_server", "hinted", "policy"),
    [
        ("auto", None, False, "auto"),
        ("auto", "ask", False, "auto"),
        ("ask", "auto", True, "ask"),
        ("auto", "deny", True, "deny"),
        ("ask", "deny", True, "deny"),
        ("deny", "auto", True, "deny"),
        (None, "auto", False, "auto"),
        (None, "ask", True, "ask"),
        (None, "deny", True, "deny"),
        (None, None, True, "auto"),
        (None, None, False, "ask"),
    ],
)
def test_a_deny_of_either_wins_else_the_agent_then_the_server_then_a_trusted_hint(
    *, by_agent: str | None, by_server: str | None, hinted: bool, policy: str
) -> None:
    agent = an_agent(**({"git__*": by_agent} if by_agent else {}))
    said = Policy(by_server) if by_server else None
    decided = policy_for(agent, "git__log", read_only_hint=hinted, server_trusted=hinted, by_server=said)
    assert decided == policy
