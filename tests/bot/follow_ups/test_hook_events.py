"""What a webhook's event is called, and the one line that people and models read of it."""

from __future__ import annotations

from typing import Any

import pytest

from bot.follow_ups.hook_events import LONGEST, name_of, of_github, of_linear, of_others

WEB = {"repository": {"full_name": "acme/web"}, "sender": {"login": "ada"}}


@pytest.mark.parametrize(
    ("event", "said", "in_short"),
    [
        (
            "issues",
            {"action": "labeled", "issue": {"number": 1, "title": "A"}},
            'issues.labeled: acme/web#1 "A" by ada',
        ),
        (
            "issue_comment",
            {"action": "created", "issue": {"number": 2, "title": "B"}, "comment": {"body": "x"}},
            'issue_comment.created: acme/web#2 "B" by ada',
        ),
        (
            "pull_request",
            {"action": "closed", "number": 3, "pull_request": {"number": 3, "title": "C", "merged": True}},
            'pull_request.closed: acme/web#3 "C" by ada',
        ),
        (
            "push",
            {"ref": "refs/heads/main", "head_commit": {"message": "Mend it\n\nAt last"}},
            'push: acme/web main "Mend it" by ada',
        ),
        ("push", {"ref": "refs/heads/old", "head_commit": None}, "push: acme/web old by ada"),
        ("ping", {"zen": "Keep it logically awesome."}, "ping: acme/web by ada"),
        ("", {}, "event: acme/web by ada"),
        ("issues", {"action": 5, "issue": "?", "sender": [], "repository": None}, "issues"),
        ("issues", {"action": "x y", "issue": {"number": "1", "title": 7}}, "issues: acme/web by ada"),
    ],
)
def test_github(event: str, said: dict[str, Any], in_short: str) -> None:
    assert of_github(event, {**WEB, **said}).in_short() == in_short


@pytest.mark.parametrize(
    ("said", "in_short"),
    [
        (
            {
                "type": "Issue",
                "action": "update",
                "data": {"identifier": "ENG-3", "title": "A"},
                "actor": {"name": "Ada"},
            },
            'Issue.update: ENG-3 "A" by Ada',
        ),
        (
            {
                "type": "Comment",
                "action": "create",
                "data": {"body": "b", "issue": {"identifier": "ENG-4", "title": "B"}},
            },
            'Comment.create: ENG-4 "B"',
        ),
        ({"type": "Project", "action": "update", "data": {"name": "Search"}}, 'Project.update: "Search"'),
        ({"type": "Issue"}, "Issue"),
        ({"action": "create"}, "event.create"),
        ({"type": "Issue", "action": "update", "data": [], "actor": "Ada"}, "Issue.update"),
    ],
)
def test_linear(said: dict[str, Any], in_short: str) -> None:
    assert of_linear(said).in_short() == in_short


@pytest.mark.parametrize(
    ("given", "name"), [("deploy.done", "deploy.done"), ("", "event"), ("a b", "event"), ("x" * 81, "event")]
)
def test_others(given: str, name: str) -> None:
    assert of_others(given).in_short() == name


def test_it_is_said_in_the_readers_language() -> None:
    assert of_github("ping", WEB).in_short("par {who}") == "ping: acme/web par ada"


def test_titles_are_one_line_without_hidden_signs_and_not_for_ever() -> None:
    title = "A\u200b  b\u202e\t" + "c" * 500 + "\nsecond line"
    event = of_github("issues", {**WEB, "issue": {"number": 1, "title": title}})
    assert event.title.startswith("A b ccc")
    assert event.title.endswith("c…")
    assert len(event.title) == LONGEST
    assert of_github("issues", {**WEB, "issue": {"number": 1, "title": "\n \u200b"}}).title == ""


def test_a_name_with_a_brace_in_it_is_only_a_name() -> None:
    said = {**WEB, "sender": {"login": "{who.__class__}"}}
    assert of_github("ping", said).in_short() == "ping: acme/web by {who.__class__}"


@pytest.mark.parametrize(
    ("in_short", "name"),
    [
        ('issues.closed: acme/web#12 "a: b" by ada', "issues.closed"),
        ("Issue.update", "Issue.update"),
        ("order:paid", "order:paid"),
        ("event", ""),
        ("event: acme/web", ""),
        ("https://evil.example/x", ""),
        ("a/b", ""),
        ("<!channel>: x", ""),
        ("`*x*`", ""),
        ("@here", ""),
        ("x" * 80, ""),
        ("", ""),
    ],
)
def test_people_are_shown_a_name_that_formats_links_and_calls_nothing(in_short: str, name: str) -> None:
    assert name_of(in_short) == name
