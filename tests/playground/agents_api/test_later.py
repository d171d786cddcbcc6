"""What the rules promise for later: a few plain forms of time, in English and French, and nothing guessed."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from playground.agents_api.brains import later
from playground.agents_api.brains.offered import Mistake, Wanted
from playground.agents_api.brains.results import in_words
from tests.playground.agents_api.talk import Json

NOW = datetime(2026, 11, 28, 15, 0, 30, tzinfo=UTC)


def tool(name: str, *parameters: str) -> Json:
    properties = {one: {"type": "string"} for one in parameters}
    return {"type": "function", "function": {"name": name, "parameters": {"properties": properties}}}


TOOLS = [
    tool("schedule_follow_up", "task", "at", "cron", "rule", "webhook", "events"),
    tool("list_follow_ups"),
    tool("change_follow_up", "id", "at", "cron", "rule"),
    tool("cancel_follow_up", "id", "reason"),
]
MADE: list[Json] = [
    {"type": "function.result", "result": "Follow-up 22aa33bb44 is scheduled: once, on …"},
    {"type": "function.result", "result": "Follow-up 55cc66dd77 is scheduled: once, on …"},
]


def promise(task: str, **when: str) -> Wanted:
    return Wanted("schedule_follow_up", {"task": task, **when})


def woken(task: str, event: str) -> Wanted:
    return Wanted("schedule_follow_up", {"task": task, "webhook": True, "events": [event]})


def ended(follow_up: str, reason: str) -> Wanted:
    return Wanted("cancel_follow_up", {"id": follow_up, "reason": reason})


SOON = "2026-11-28T15:20:30+00:00"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("remind me in 20 minutes to look at the deploy", promise("look at the deploy", at=SOON)),
        ("Please remind me to look at the deploy in 20 min.", promise("look at the deploy", at=SOON)),
        ("in 20m, check the deploy", promise("check the deploy", at=SOON)),
        ("check the deploy in 2 hours", promise("check the deploy", at="2026-11-28T17:00:30+00:00")),
        ("remind us in an hour that lunch is ready", promise("lunch is ready", at="2026-11-28T16:00:30+00:00")),
        ("rappelle-moi dans 20 minutes de regarder l’été", promise("regarder l’été", at=SOON)),
        ("dans 3 jours, vérifie le déploiement", promise("vérifie le déploiement", at="2026-12-01T15:00:30+00:00")),
        ("every Monday at 9 list my projects", promise("list my projects", cron="0 9 * * 1")),
        ("every Monday list my projects", promise("list my projects", cron="0 9 * * 1")),
        ("tell me the time in Tokyo every weekday at 8:15", promise("the time in Tokyo", cron="15 8 * * 1-5")),
        ("check the deploy in 20 minutes and tell me here", promise("check the deploy and tell me here", at=SOON)),
        ("each day at 5 pm say goodbye", promise("say goodbye", cron="0 17 * * *")),
        ("chaque lundi à 9h30 liste les retards", promise("liste les retards", cron="30 9 * * 1")),
        ("tous les jours ouvrés à 8h dis bonjour", promise("dis bonjour", cron="0 8 * * 1-5")),
        ("tous les mardis à 14 heures, résume le fil", promise("résume le fil", cron="0 14 * * 2")),
        ("every 20 minutes check the queue", promise("check the queue", rule="FREQ=MINUTELY;INTERVAL=20")),
        ("toutes les 2 heures regarde la file", promise("regarde la file", rule="FREQ=HOURLY;INTERVAL=2")),
        ("tell me here when this issue closes", woken("tell me here when this issue closes", "issues.closed")),
        ("dis-moi quand une issue est ouverte", woken("dis-moi quand une issue est ouverte", "issues.opened")),
        ("list my follow-ups", Wanted("list_follow_ups", {})),
        ("quels suivis ai-je ?", Wanted("list_follow_ups", {})),
        ("cancel that follow-up", ended("55cc66dd77", "cancel that follow-up")),
        ("Cancel it, please.", ended("55cc66dd77", "Cancel it, please.")),
        ("annule-le", ended("55cc66dd77", "annule-le")),
        (
            "annule le suivi 22aa33bb44",
            Wanted("cancel_follow_up", {"id": "22aa33bb44", "reason": "annule le suivi 22aa33bb44"}),
        ),
        (
            "move that follow-up to every Tuesday at 10",
            Wanted("change_follow_up", {"id": "55cc66dd77", "cron": "0 10 * * 2"}),
        ),
        ("change that follow-up", Mistake("which_follow_up", {})),
        ("remind me to look at the deploy", Mistake("which_follow_up", {})),
        ("remind me in 20 minutes", Mistake("which_follow_up", {})),
        ("remind me in 20 minutes every Monday to rest", Mistake("which_follow_up", {})),
        ("what time is it in Tokyo?", None),
        ("tell me the time in Tokyo", None),
        ("what happens when an issue closes?", None),
        ("everybody said in the end that it was every bit as good", None),
    ],
)
def test_only_a_plain_time_is_understood(text: str, wanted: Wanted | Mistake | None) -> None:
    assert later.wanted(text, TOOLS, MADE, NOW) == wanted


def test_without_the_tools_nothing_is_promised() -> None:
    for text in ("remind me in 20 minutes to rest", "list my follow-ups", "cancel that follow-up"):
        assert later.wanted(text, [], MADE, NOW) is None


def test_none_was_made_so_none_is_meant() -> None:
    assert later.wanted("cancel that follow-up", TOOLS, [], NOW) == Mistake("which_one", {})


@pytest.mark.parametrize(
    ("name", "text", "language", "words"),
    [
        (
            "schedule_follow_up",
            "Follow-up 22aa33bb44 is scheduled: once, on Saturday 28 November 2026 at 18:35 (Europe/London), that is "
            "2026-11-28T18:35:48Z. It runs in this thread.",
            "en",
            "Done. It is scheduled: once, on Saturday 28 November 2026 at 18:35 (Europe/London). It runs in this "
            "thread.",
        ),
        (
            "cancel_follow_up",
            "Follow-up 22aa33bb44 has ended and will not run again.",
            "en",
            "Done. It has ended and will not run again.",
        ),
        (
            "cancel_follow_up",
            "Follow-up 22aa33bb44 has ended and will not run again.",
            "fr",
            "C’est fait. Ce suivi ne reviendra plus.",
        ),
        ("cancel_follow_up", "That one is of Grace.", "fr", "C’est fait. L’outil dit : That one is of Grace."),
        (
            "list_follow_ups",
            '- 22aa33bb44, of Ada, in this thread: "say "hello" to us"; every Monday at 9:00 AM (Europe/London); the '
            "next time is Monday 30 November 2026 at 09:00 (Europe/London), that is 2026-11-30T09:00:00Z\n"
            '- 55cc66dd77, of Bo, in another thread: "tell me"; whenever a signed request comes in; paused (missed)\n'
            "2 more of Ada elsewhere, which are not named here.",
            "en",
            "These follow-ups are open:\n"
            '- “say "hello" to us”, of Ada, in this thread: every Monday at 9:00 AM (Europe/London); the next time is '
            "Monday 30 November 2026 at 09:00 (Europe/London) (`22aa33bb44`)\n"
            "- “tell me”, of Bo, in another thread: whenever its webhook is called; paused (missed) "
            "(`55cc66dd77`)\n"
            "\n2 more of Ada elsewhere, which are not named here.",
        ),
        ("list_follow_ups", "1 more of Ada elsewhere.", "en", "No follow-up is open here. 1 more of Ada elsewhere."),
        ("list_follow_ups", "There is no open follow-up here.", "fr", "Aucun suivi n’est ouvert ici."),
        (
            "schedule_follow_up",
            "Error: That is over.",
            "en",
            "That did not work. `schedule_follow_up` says: Error: That is over.",
        ),
    ],
)
def test_its_answer_is_told_in_words(name: str, text: str, language: str, words: str) -> None:
    assert in_words({"name": name}, text, language, []) == words


def test_of_one_that_a_webhook_wakes_the_events_are_told() -> None:
    call = {"name": "schedule_follow_up", "arguments": "{}"}
    text = "Follow-up 22aa33bb44 is scheduled: whenever a signed request brings push or star. It runs in this thread."
    told = "Done. It is scheduled: whenever a signed request brings push or star. It runs in this thread."
    assert in_words(call, text, "en", []) == told
