"""A webhook's phrase: its events, and what is to be done; names that nobody sends are refused with the nearest."""

from __future__ import annotations

import pytest

from bot.texts import words_for
from bot.texts.words import LANGUAGES
from tests.workers.follow_ups.test_phrases import read, understood
from workers.follow_ups import described, hooked
from workers.follow_ups.event_names import checked
from workers.follow_ups.refusals import Refusal, Wrong

UNDERSTOOD: dict[str, tuple[tuple[str, ...], str]] = {
    "webhook: say it": ((), "say it"),
    "webhook issues.closed: say it": (("issues.closed",), "say it"),
    "Webhook issues.closed, push : dis-le : vite": (("issues.closed", "push"), "dis-le : vite"),
    "webhook issues.* or Issue.update: say it": (("issues.*", "Issue.update"), "say it"),
    "webhook deploy.done deploy*: say it": (("deploy.done", "deploy*"), "say it"),
}


@pytest.mark.parametrize("text", UNDERSTOOD)
def test_its_events_stand_before_the_colon(text: str) -> None:
    found = understood(text)
    assert found.when.hook
    assert (found.events, found.prompt) == UNDERSTOOD[text]


WRONG = {
    "webhook": "webhook",
    "webhook issues.closed": "webhook",
    "webhook issues.closed tell me who closed it": "webhook",
    "webhook quand un ticket est fermé": "webhook",
    "webhook:": "no_prompt",
    "webhook issues.closed:": "no_prompt",
    "webhook nosuchevent: say it": "event",
    "webhook quand un ticket est fermé: dis-le": "event",
    "webhook issue.closed: say it": "event_nearest",
}


@pytest.mark.parametrize(("text", "key"), WRONG.items(), ids=WRONG)
def test_what_is_not_written_so_is_refused_with_how_to_write_it(text: str, key: str) -> None:
    found = read(text)
    assert isinstance(found, Wrong), found
    assert found.key == f"follow_up.time.{key}"
    for language in LANGUAGES:
        assert "issues.closed" in described.refusal(found, words_for(language)) or key == "no_prompt"


NEAREST = {
    "issue.closed": "issues.closed",
    "issues.closd": "issues.closed",
    "ISSUES.CLOSED": "issues.closed",
    "issue.update": "Issue.update",
    "Isue.create": "Issue.create",
    "pull_requests.merged": "pull_request.*",
    "pushs": "push",
    "issues.close": "issues.closed",
    "issues.Closed": "issues.closed",
    "issues.closed.": "issues.closed",
    "issues.": "issues",
    "deployment_review.rejectd": "deployment_review.rejected",
    "Issue.updated": "Issue.update",
}


@pytest.mark.parametrize(("said", "nearest"), NEAREST.items())
def test_a_slip_is_refused_with_the_name_that_was_meant(said: str, nearest: str) -> None:
    with pytest.raises(Refusal) as refused:
        checked(["push", said])
    assert refused.value.wrong == Wrong("follow_up.time.event_nearest", {"said": said, "nearest": nearest})
    assert checked([said], known=["push", said]) == (said,), "what an agent named may stay"


def test_more_events_than_a_webhook_may_have_are_refused() -> None:
    assert len(checked(["push"] * 20)) == 20
    with pytest.raises(Refusal) as refused:
        checked(["push"] * 21)
    assert refused.value.wrong == Wrong("follow_up.time.events_many", {"most": 20})


@pytest.mark.parametrize(
    "event", ["*", "ping", "event", "deploy.done", "a.b.c", "release", "IssueLabel", "build-7*", "v1/deploy.done"]
)
def test_other_services_names_have_a_full_stop_or_a_star(event: str) -> None:
    assert checked([event]) == (event,)


@pytest.mark.parametrize(
    "event",
    [
        "deployment_review.rejected",
        "sub_issues.parent_issue_added",
        "issue_dependencies.blocked_by_added",
        "secret_scanning_alert.publicly_leaked",
        "custom_property.promote_to_enterprise",
        "repository_dispatch.anything",
        "repository_dispatch.closd",
        "issues.vendors_add_some",
        "Issue.restore",
    ],
)
def test_of_a_known_kind_any_action_is_taken(event: str) -> None:
    """The vendors' lists grow, and ours do not by themselves."""
    assert checked([event]) == (event,)


@pytest.mark.parametrize("event", ["me...", ".foo", "foo.", "a..b", "...", "..*", "-.-", "e" * 81, "a.b c"])
def test_what_has_not_the_form_of_a_name_is_refused(event: str) -> None:
    with pytest.raises(Refusal) as refused:
        checked([event])
    assert refused.value.wrong == Wrong("follow_up.time.event", {"said": event[:60]})


def test_a_form_s_words_are_read_as_they_were_written() -> None:
    for events in [(), ("issues.closed",), ("issues.closed", "deploy*")]:
        assert hooked.events(hooked.written(events)) == events
        assert hooked.events(f"{hooked.written(events)}:") == events
    assert hooked.events("every day at 9") is None
    assert hooked.events("webhook's day") is None
    with pytest.raises(Refusal) as refused:
        hooked.events("webhook push: say it")
    assert refused.value.wrong.values == {"said": "say it"}


def test_webhook_can_be_a_part_of_what_to_do() -> None:
    assert understood("webhook check tomorrow at 9").prompt == "webhook check"
