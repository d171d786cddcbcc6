"""The line by which a question of a turn says that the turn is a run of a follow-up: nobody has just asked for it.

What it is for is put on record before the first question, so whoever says it again says the same.
"""

from __future__ import annotations

from bot.slack.text import defuse
from bot.texts import Words
from workers.follow_ups import foot as feet
from workers.follow_ups.facts import prompt_of
from workers.turn.scene import Scene

TASK = "task"  # the journal's field with what the follow-up is to do


async def note(scene: Scene) -> None:
    """To be awaited before a question is drawn; the record goes with the journal's next write."""
    if scene.follow_up is not None and TASK not in scene.journal.fields:
        scene.journal.put({TASK: await prompt_of(scene.services, scene.follow_up)})


def below(question: str, scene: Scene, words: Words) -> str:
    """`question`, in mrkdwn, and for whose follow-up it is where it is for one."""
    task = scene.journal.get(TASK)
    if task is None:
        return question
    who = feet.named(feet.plain(scene.person.name), task, words)
    return "\n".join([question, defuse(words.say("follow_up.run.question", person=who))])
