"""The modal of *Allow ahead*: what a follow-up will need a yes for, as far as the asker may give it; and giving it.

Who may is looked up anew when it is sent; so is what the tools are by then.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

import structlog

from bot.follow_ups.models import FollowUp
from bot.slack import ahead as form
from bot.slack.ahead import About, Group
from bot.slack.commands import CONNECTIONS, slash
from bot.texts import Words
from workers.errands import modal
from workers.errands.errand import Errand
from workers.follow_ups import ahead, confirming
from workers.follow_ups.ahead import Need
from workers.follow_ups.facts import name_of

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sorted:
    """What the asker may allow, what others may, what nobody may ahead, and what the asker has allowed."""

    mine: Sequence[Need]
    others: Sequence[Need]
    nobodys: Sequence[Need]
    given: Sequence[Need]


async def show(errand: Errand) -> None:
    follow_up = await _open(errand)
    if follow_up is not None:
        await _asked(errand, follow_up)


async def give(errand: Errand) -> None:
    """What was ticked, as far as it still stands and is the sender's to give."""
    follow_up = await _open(errand)
    if follow_up is None:
        return
    now = await _sorted(errand, follow_up)
    wanted = set(errand.mail.about["chosen"].split())
    chosen = [need for need in (*now.mine, *now.given) if need.id in wanted]
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
    say, now = errand.words.say, await _sorted(errand, follow_up)
    groups = _groups(now.mine, errand.words)
    notes = _notes(now, errand.words, left=sum(len(group.options) for group in groups[form.INPUTS :]))
    if not groups:
        await _say(errand, notes or say("follow_up.ahead.nothing"))
        return
    person = await name_of(errand.services, follow_up.team, follow_up.owner)
    command = slash(CONNECTIONS, errand.services.settings.command_prefix)
    head = "\n".join(filter(None, [notice, say("follow_up.ahead.head", person=person, command=command)]))
    await modal.fill(errand, form.asks(errand.words, _about(errand), errand.mail.about["view"], head, groups, notes))


def _groups(mine: Sequence[Need], words: Words) -> list[Group]:
    """One for each agent, or some where it has more than Slack draws in one."""
    groups: list[Group] = []
    for agent, those in groupby(mine, key=lambda need: need.by):
        label = words.say("follow_up.ahead.label_of", agent=agent) if agent else words.say("follow_up.ahead.label")
        options = [(need.id, ahead.label(need, words, most=form.OPTION_LIMIT)) for need in those]
        groups += [Group(label, options[at : at + form.BOXES]) for at in range(0, len(options), form.BOXES)]
    return groups


def _notes(now: Sorted, words: Words, *, left: int) -> str:
    """What has no box: `left` for the next time, others' to allow, nobody's."""
    notes = [words.say("follow_up.ahead.left", count=left)] if left else []
    for key, those in (("others", now.others), ("asked_then", now.nobodys)):
        notes += [words.say(f"follow_up.ahead.{key}", tools=ahead.listed(those, words))] if those else []
    return "\n".join(notes)


async def _sorted(errand: Errand, follow_up: FollowUp) -> Sorted:
    needs, user = await ahead.needs(errand.services, follow_up), errand.mail.principal
    mine, others = list[Need](), list[Need]()
    for need in needs:
        if need.may_be_given and not need.given:
            may = await ahead.may_give(errand.services, follow_up, need, user)
            (mine if may else others).append(need)
    return Sorted(
        mine=mine,
        others=others,
        nobodys=[need for need in needs if not need.may_be_given],
        given=[need for need in needs if need.given == user],
    )


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
