"""OPEN: a question that was asked by a command begins a thread, and becomes the first message in it."""

from __future__ import annotations

from dataclasses import replace

from bot.picking import answers
from bot.slack import wire
from bot.slack.text import shown
from bot.threads.models import MailKind, ThreadKey
from workers.errands.errand import Errand, GivenUp

QUESTION_SHOWN = 2_400  # of a section's 3,000 characters; the agent gets all of it


async def open_thread(errand: Errand) -> None:
    """Post who asks which agent what, then move the question below it."""
    mail, services = errand.mail, errand.services
    choice = await services.choices.of(mail.thread.team, mail.thread.channel, mail.principal)
    if choice.person is None:
        raise GivenUp("agent.person_unknown")
    picked = choice.usable.leading(f"{mail.agent} {mail.text}")
    if picked is None:
        key, values = answers.unknown(choice, errand.words, mail.agent or "")
        raise GivenUp(key, **values)
    agent, mail = picked[0], replace(mail, text=picked[1])
    if services.now() - mail.at > services.settings.recovery_age_limit.total_seconds():
        raise GivenUp("errand.too_old")
    names = await services.people.names(mail.thread.team, sorted(wire.people_in(mail.text)))
    question = shown(wire.readable(mail.text, people=names), QUESTION_SHOWN)
    asked = {"person": answers.shown_name(choice.person), "agent": answers.called(agent)}
    quoted = "\n".join(f"> {line}" for line in question.splitlines())
    first, again = (f"{errand.shared.say(key, **asked)}\n{quoted}" for key in ("errand.opened", "errand.opened_again"))
    root = await errand.post_root(first, again=again)
    into = ThreadKey(mail.thread.team, mail.thread.channel, root)
    question_mail = replace(
        mail, id=f"open:{mail.thread}", kind=MailKind.MESSAGE, thread=into, ts=root, agent=agent.name, about={}
    )
    await errand.move(question_mail)
