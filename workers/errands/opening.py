"""OPEN: a question that was asked by a command begins a thread, and becomes the first message in it."""

from __future__ import annotations

from dataclasses import replace

from bot.slack import wire
from bot.slack.text import shown
from bot.threads.models import MailKind, ThreadKey
from workers.errands.errand import Errand, GivenUp
from workers.turn.scene import stranger

NAME_SHOWN = 80
QUESTION_SHOWN = 2_400  # of a section's 3,000 characters; the agent gets all of it


async def open_thread(errand: Errand) -> None:
    """Post who asks which agent what, then move the question below it."""
    mail, services = errand.mail, errand.services
    agent = services.catalogs.now.find(mail.agent or "")
    if agent is None:
        raise GivenUp("agent.unknown", name=mail.agent or "", nearest="")
    if services.now() - mail.at > services.settings.recovery_age_limit.total_seconds():
        raise GivenUp("errand.too_old")
    person = errand.person or stranger(mail.thread.team, mail.principal)
    names = await services.people.names(mail.thread.team, sorted(wire.people_in(mail.text)))
    question = shown(wire.readable(mail.text, people=names), QUESTION_SHOWN)
    asked = {
        "person": shown(person.name, NAME_SHOWN),
        "agent": shown(agent.display_name or agent.name, NAME_SHOWN),
    }
    quoted = "\n".join(f"> {line}" for line in question.splitlines())
    first, again = (f"{errand.shared.say(key, **asked)}\n{quoted}" for key in ("errand.opened", "errand.opened_again"))
    root = await errand.post_root(first, again=again)
    into = ThreadKey(mail.thread.team, mail.thread.channel, root)
    question_mail = replace(
        mail, id=f"open:{mail.thread}", kind=MailKind.MESSAGE, thread=into, ts=root, agent=agent.name, about={}
    )
    await errand.move(question_mail)
