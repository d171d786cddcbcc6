"""WAITING: what waits for the asker to decide, and what of theirs waits for others, told to them alone."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.approvals.approvers import OTHERS
from bot.catalog.catalog import Catalog
from bot.slack import blocks
from bot.slack.commands import CONNECTIONS, slash
from bot.slack.errors import SlackError
from bot.slack.moments import moment
from bot.slack.text import shown
from workers import waiting
from workers.errands.errand import Errand
from workers.waiting import Kind, Waits

MOST_SHOWN = 20  # each takes a block, of the 50 of a message, and a call for its link
NAME_SHOWN = 150


async def tell_waiting(errand: Errand) -> None:
    say = errand.words.say
    found = await waiting.for_person(
        errand.services, errand.thread.team, errand.mail.principal, channel=errand.thread.channel
    )
    picked = sorted(found, key=lambda waits: not waits.for_you)[:MOST_SHOWN]
    body: blocks.Blocks = []
    for head, for_you in (("waiting.for_you", True), ("waiting.yours", False)):
        mine = [waits for waits in picked if waits.for_you is for_you]
        if mine:
            body += blocks.notice(say(head))
        for waits in mine:
            body += blocks.notice(await _line(errand, waits))
    if len(found) > len(picked):
        body += blocks.footer(say("waiting.more", count=len(found) - len(picked)))
    text = say("waiting.count", count=len(found)) if found else say("waiting.nothing")
    body = body or blocks.notice(text)
    if _others_decide(errand.services.catalogs.now):
        body += blocks.footer(say("waiting.where_it_stands"))
    await errand.answer("waiting", text, body)


def _others_decide(catalog: Catalog) -> bool:
    """Whether there may be something that is listed in one channel and not in another."""
    named = [*(a.approvers for a in catalog.agents.values()), *(s.approvers for s in catalog.servers.values())]
    return any(OTHERS in approvers for approvers in named)


async def _line(errand: Errand, waits: Waits) -> str:
    say, services, record = errand.words.say, errand.services, waits.record
    agent = services.catalogs.now.find(record.agent)
    person = await services.people.person(waits.thread.team, waits.principal)
    yours = "_of_yours" if waits.kind is Kind.SIGN_IN and waits.principal == errand.mail.principal else ""
    words = say(
        f"waiting.{waits.kind}{yours}",
        agent=shown(agent.display_name if agent else record.agent, NAME_SHOWN),
        tool=f"*{shown(record.title or record.name, NAME_SHOWN)}*",
        server=shown(waits.server, NAME_SHOWN),
        person=shown(person.name if person else waits.principal, NAME_SHOWN),
        command=slash(CONNECTIONS, services.settings.command_prefix),
    )
    age = timedelta(seconds=max(0.0, services.now() - (waits.asked_at or services.now())))
    until = moment(waits.until, errand.words.time(datetime.fromtimestamp(waits.until).astimezone()))
    times = say("waiting.times", age=age, until=until)
    try:
        link = await errand.slack.permalink(waits.thread.channel, waits.card or waits.thread.root_ts)
    except SlackError:
        return f"{words}\n{times}"
    return f"{words}\n{times} <{link}|{say('waiting.open')}>"
