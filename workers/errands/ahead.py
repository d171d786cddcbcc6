"""The modal of *Allow ahead*: what a follow-up will need a yes for, as far as the asker may give it; and giving it.

Who may is looked up anew when it is sent; so is what the tools are by then.
"""

from __future__ import annotations

import structlog

from bot.follow_ups.models import FollowUp
from bot.slack import ahead as form
from bot.slack.ahead import About
from bot.slack.commands import CONNECTIONS, slash
from workers.errands import modal
from workers.errands.errand import Errand
from workers.follow_ups import ahead, confirming
from workers.follow_ups.ahead import Need
from workers.follow_ups.facts import name_of

log = structlog.get_logger()


async def show(errand: Errand) -> None:
    follow_up = await _open(errand)
    if follow_up is not None:
        await _asked(errand, follow_up)


async def give(errand: Errand) -> None:
    """What was ticked, as far as it still stands and is the sender's to give."""
    follow_up = await _open(errand)
    if follow_up is None:
        return
    mine, _, given = await _sorted(errand, follow_up)
    wanted = set(errand.mail.about["chosen"].split())
    chosen = [need for need in (*mine, *given) if need.id in wanted]
    if len(chosen) < len(wanted):
        await _asked(errand, follow_up, errand.words.say("follow_up.ahead.changed"))
        return
    user, services = errand.mail.principal, errand.services
    await ahead.give(services, follow_up, chosen, by=user)
    log.info("follow_up.allowed_ahead", follow_up=follow_up.id, tools=[one.spec.name for one in chosen], by=user)
    person = await name_of(services, follow_up.team, user)
    await confirming.redraw(services, follow_up, note="follow_up.ahead.given_by", values={"person": person})
    await _say(errand, errand.words.say("follow_up.ahead.given", tools=ahead.listed(chosen, errand.words)))


async def _asked(errand: Errand, follow_up: FollowUp, notice: str = "") -> None:
    """The boxes of what the asker may allow; of the rest who has to be asked then."""
    say, (mine, others, _) = errand.words.say, await _sorted(errand, follow_up)
    note = say("follow_up.ahead.others", tools=ahead.listed(others, errand.words)) if others else ""
    if not mine:
        await _say(errand, note or say("follow_up.ahead.nothing"))
        return
    person = await name_of(errand.services, follow_up.team, follow_up.owner)
    command = slash(CONNECTIONS, errand.services.settings.command_prefix)
    head = "\n".join(filter(None, [notice, say("follow_up.ahead.head", person=person, command=command)]))
    options = [(need.id, ahead.label(need, errand.words)) for need in mine]
    await modal.fill(errand, form.asks(errand.words, _about(errand), errand.mail.about["view"], head, options, note))


async def _sorted(errand: Errand, follow_up: FollowUp) -> tuple[list[Need], list[Need], list[Need]]:
    """Those that are the asker's to allow, those that are others', and those that the asker has allowed."""
    mine: list[Need] = []
    others: list[Need] = []
    needs, user = await ahead.needs(errand.services, follow_up), errand.mail.principal
    for need in needs:
        if not need.given:
            may = await ahead.may_give(errand.services, follow_up, need, user)
            (mine if may else others).append(need)
    return mine[: form.MOST], others, [need for need in needs if need.given == user]


async def _open(errand: Errand) -> FollowUp | None:
    """The follow-up; None where it has ended, which the modal then says."""
    kept = await errand.services.follow_ups.get(errand.thread.team, errand.mail.about["follow_up"])
    if kept is not None and kept.follow_up.is_open:
        return kept.follow_up
    await _say(errand, errand.words.say("follow_up.refused.ended" if kept else "follow_up.refused.gone"))
    return None


async def _say(errand: Errand, sentence: str) -> None:
    await modal.fill(errand, form.said(errand.words, _about(errand), errand.mail.about["view"], sentence))


def _about(errand: Errand) -> About:
    thread = errand.thread
    return About(thread.team, thread.channel, errand.mail.principal, errand.mail.about["follow_up"])
