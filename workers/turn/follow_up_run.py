"""A turn that is a run of a follow-up: what the model and people are told of that, and its record at the end.

For any other turn these say and do nothing.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from bot.follow_ups.models import FollowUp, Why
from bot.slack import wire
from bot.threads.models import Mail, MailKind
from workers.answer import Answer
from workers.follow_ups import deliveries, ending
from workers.follow_ups import foot as feet
from workers.follow_ups import head as heads
from workers.follow_ups.ending import ANSWERED, FAILED, STOPPED, Run
from workers.journal import Journal
from workers.rounds.rounds import Answered
from workers.services import Services
from workers.turn.scene import Scene

# How a turn ends that gave its whole answer, or was stopped by a person; any other end is a failure of the follow-up.
ENDS = {"answered": ANSWERED, "cut": ANSWERED, "stopped": STOPPED}


def status(scene: Scene) -> str:
    if scene.follow_up is None:
        return scene.words.say("status.thinking")
    return scene.words.say("status.follow_up", person=feet.plain(scene.person.name))


def head(scene: Scene, mail: Sequence[Mail]) -> str:
    """The label of the model's input."""
    run = _run(scene.journal)
    if scene.follow_up is None or run is None:
        return ""
    return heads.head(
        scene.follow_up,
        occurrence=run.occurrence,
        missed=int(mail[0].about.get("missed") or 0),
        person=scene.person.name,
        now=scene.services.calendar(),
        may_end=scene.agent.follow_ups is True,
    )


def is_nothing_new(scene: Scene, answer: Answer, answered: Answered) -> bool:
    """Whether nothing is to be said: a quiet one has found nothing, and nobody wrote or was asked meanwhile."""
    follow_up, journal = scene.follow_up, scene.journal
    if follow_up is None or not follow_up.quiet or answered.limit or _said(journal):
        return False
    if journal.get("unanswered") or journal.get("unknown_effect") or any(answer.files()):
        return False
    return heads.says_nothing(answered.text)


async def foot(scene: Scene, *, end: str) -> str:
    """What stands under all that the turn says at its `end`; the same for whoever says it again."""
    journal, run = scene.journal, _run(scene.journal)
    kept = await scene.services.follow_ups.get(run.team, run.follow_up) if run else None
    if run is None or kept is None:
        return ""
    if known := journal.get("foot"):
        return known
    missed = kept.follow_up.missed
    words = feet.foot(
        ending.after(
            kept.follow_up,
            run,
            answered=ENDS.get(end, FAILED),
            told=missed,
            sign_in_missing=_lacks_sign_in(journal),
        ),
        scene.words,
        person=scene.person.name,
        task=await _task(scene.services, kept.follow_up),
        events=deliveries.names(journal.mail if kept.follow_up.thread else ()),
        zone=scene.person.tz or kept.follow_up.when.zone,
        names_zone=not (scene.thread.is_dm and scene.person.tz),
        now=scene.services.calendar(),
        missed=missed,
        missed_since=kept.follow_up.missed_since,
        unanswered=json.loads(journal.get("unanswered") or "[]"),
    )
    journal.set(foot=words, missed_told=str(missed))
    return words


async def _task(services: Services, follow_up: FollowUp) -> str:
    """What it is to do; nothing where the thread begins with that."""
    if follow_up.thread is None:
        return ""
    names = await services.people.names(follow_up.team, sorted(wire.people_in(follow_up.prompt)))
    return wire.readable(follow_up.prompt, people=names)


async def under(scene: Scene, words: str, *, end: str) -> str:
    """`words`, which say how the turn ended, with the foot below."""
    return "\n".join(filter(None, (words, await foot(scene, end=end))))


async def over(services: Services, journal: Journal, end: str) -> None:
    """Tell the follow-up that its run has ended; repeated after a crash, it changes nothing."""
    if run := _run(journal):
        missed = 0 if end == "undeliverable" else int(journal.get("missed_told") or 0)
        lacks = _lacks_sign_in(journal)
        await ending.ended(services, run, answered=ENDS.get(end, FAILED), told=missed, sign_in_missing=lacks)
        if ENDS.get(end) is ANSWERED and journal.get("tried"):
            await ending.forgiven(services, run)


async def channel_gone(scene: Scene) -> None:
    """Slack lets us say nothing there any more."""
    if run := _run(scene.journal):
        worked = any(name.startswith("call:") for name in scene.journal.fields)
        await ending.held_up(scene.services, run, Why.CHANNEL_GONE, worked=worked)


def _said(journal: Journal) -> bool:
    """Whether somebody wrote while it ran."""
    return any(mail.kind is MailKind.MESSAGE for mail in journal.mail)


def _run(journal: Journal) -> Run | None:
    follow_up = journal.get("follow_up")
    if not follow_up:
        return None
    return Run(team=journal.thread.team, follow_up=follow_up, occurrence=int(journal.get("occurrence") or 0))


def _lacks_sign_in(journal: Journal) -> bool:
    return bool(journal.get("sign_in_missing"))
