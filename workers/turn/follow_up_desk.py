"""What an agent does with follow-ups in one turn: its functions for them, in the name of the principal.

What always holds: a call that is made again makes the same follow-up; an agent makes so many at most (`self_made.py`);
it changes and ends only its principal's (`follow_up_asker.py`). Each that was made is confirmed in the thread, once
(`follow_up_cards.py`).
"""

from __future__ import annotations

import asyncio
from dataclasses import replace

from bot.catalog.problem import did_you_mean
from bot.follow_ups.models import FollowUp, Why
from bot.slack import text, wire
from bot.slack.commands import FOLLOW_UP, slash
from bot.texts import words_for
from workers.follow_ups import acts, confirming, for_models, making, times_given
from workers.follow_ups.acts import Done
from workers.follow_ups.functions import Asked
from workers.follow_ups.wishes import Refused, Wish
from workers.ids import id_from
from workers.tools.functions import Declined
from workers.turn import follow_up_cards
from workers.turn.follow_up_asker import Asker
from workers.turn.scene import Scene
from workers.turn.self_made import SelfMade

REASON_SHOWN = 300
NAME_SHOWN = 100


class FollowUpDesk:
    """That of one turn (a `Desk`)."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._asker = Asker(scene)
        self._one_by_one = asyncio.Lock()  # a round's calls are made side by side
        self._self_made = SelfMade(scene)

    # -- the functions --------------------------------------------------------------------------------------------

    async def schedule(self, asked: Asked, *, tool_call_id: str, agent: str) -> str:
        scene, when = self._scene, times_given.when_of(asked, now=self._asker.now)
        if when is None:
            raise Declined(times_given.ONE_OF)
        if asked.where == "channel" and self._asker.run_of:
            raise Declined("A run of a follow-up makes no other one for the channel. Make it for this thread instead.")
        thread = scene.thread
        wish = Wish(
            id=id_from(scene.journal.id, tool_call_id),
            team=thread.team,
            channel=thread.channel,
            thread_ts=thread.root_ts if asked.where == "thread" else "",
            owner=self._asker.user,
            owner_team=self._asker.team,
            agent=scene.agent.name,
            made_by=agent,
            prompt=wire.escape(asked.task or ""),
            when=when,
            until=asked.until or "",
            ends_at=times_given.end_of(asked, now=self._asker.now),
            most_runs=asked.times or 0,
            quiet=bool(asked.quiet),
            tools=await self._tools(asked.tools, agent),
            events=times_given.events_of(asked, when),
        )
        async with self._one_by_one:
            return await self._make(wish)

    async def listed(self) -> str:
        """In a direct message all of the person's; elsewhere only what is of this place, where others read along."""
        services, thread = self._scene.services, self._scene.thread
        here = await services.follow_ups.in_thread(thread)
        mine = await services.follow_ups.of(thread.team, self._asker.user)
        shown = {kept.follow_up.id: kept.follow_up for kept in here}
        for kept in mine:
            one = kept.follow_up
            if thread.is_dm or (one.channel == thread.channel and not one.thread_ts):
                shown.setdefault(one.id, one)
        people = {user for one in shown.values() for user in (one.owner, *wire.people_in(one.prompt))}
        names = await services.people.names(thread.team, sorted(people))
        lines = [
            for_models.row(one, self._asker.zone, people=names, here=one.thread == thread) for one in shown.values()
        ]
        if elsewhere := sum(kept.follow_up.id not in shown for kept in mine):
            command = slash(FOLLOW_UP, services.settings.command_prefix)
            lines.append(for_models.NOT_HERE.format(count=elsewhere, person=self._scene.person.name, command=command))
        return "\n".join(lines) or for_models.NONE_OPEN

    async def change(self, follow_up_id: str, asked: Asked, *, tool_call_id: str) -> str:
        before, when = await self._asker.own(follow_up_id), times_given.when_of(asked, now=self._asker.now)
        times_given.must_change(asked)
        known = Wish.of(before)
        wish = replace(
            known,
            prompt=known.prompt if asked.task is None else wire.escape(asked.task),
            when=when or known.when,
            until=known.until if asked.until is None else asked.until,
            most_runs=known.most_runs if asked.times is None else asked.times,
            ends_at=known.ends_at if asked.ends is None else times_given.end_of(asked, now=self._asker.now),
            quiet=known.quiet if asked.quiet is None else asked.quiet,
            events=times_given.events_of(asked, when or known.when, known=known.events),
        )
        done = await self._changed(before, wish, id_from(self._scene.journal.id, tool_call_id))
        person = text.shown(self._scene.person.name, NAME_SHOWN)
        await confirming.redraw(
            self._scene.services, done.follow_up, note="follow_up.card.changed_by", values={"person": person}
        )
        return for_models.changed(done.follow_up, self._asker.zone)

    async def cancel(self, follow_up_id: str, reason: str, *, agent: str) -> str:
        """By a run of its own it is the agent that found it over; else the person told it to."""
        before = await self._asker.own(follow_up_id)
        if not before.is_open:
            return for_models.cancelled(before)
        by_itself = follow_up_id == self._asker.run_of
        done = await acts.cancel(
            self._scene.services,
            self._asker.who,
            before.team,
            follow_up_id,
            why=Why.AGENT_SAID if by_itself else Why.PERSON,
            by=agent if by_itself else "",
        )
        if isinstance(done, Refused):
            raise Declined(_sentence(done))
        why = text.shown(" ".join(reason.split()), REASON_SHOWN)
        await confirming.redraw(
            self._scene.services, done.follow_up, note="follow_up.card.reason", values={"reason": why}
        )
        if by_itself:
            said = self._scene.words.say("follow_up.by_agents.ended", reason=why)
            await self._scene.delivery.note(f"follow_up_ended:{follow_up_id}", said)
        return for_models.cancelled(done.follow_up)

    # -- how ------------------------------------------------------------------------------------------------------

    async def _changed(self, before: FollowUp, wish: Wish, name: str) -> Done:
        """Counted where it may run once more because of it and nobody has asked for that: in a run."""
        counts = bool(self._asker.run_of) and _moved(before, wish)
        if counts:
            self._not_too_soon(wish)
            if before.thread is None:
                raise Declined(for_models.NOT_MOVED_IN_RUNS)  # its runs have threads of their own: nothing would count
        async with self._one_by_one:
            if counts:
                await self._self_made.take(name)
                await self._scene.journal.write()
            done = await acts.change(self._scene.services, self._asker.who, before.team, before.id, wish)
            if isinstance(done, Refused):
                if counts:
                    self._self_made.give_back(name)
                raise Declined(_sentence(done))
            return done

    def _not_too_soon(self, wish: Wish) -> None:
        """What a run makes or moves keeps the distance that a recurrence keeps, also where it is to run once."""
        services = self._scene.services
        least = services.settings.follow_up_interval
        if self._asker.run_of and wish.when.at and wish.when.at - services.calendar() < least.total_seconds():
            raise Declined(for_models.too_soon(least))

    async def _make(self, wish: Wish) -> str:
        self._not_too_soon(wish)
        scene = self._scene
        await self._self_made.take(wish.id)
        follow_up_cards.expect(scene.journal, wish.id)
        await scene.journal.write()
        made = await making.make(scene.services, wish)
        if isinstance(made, Refused):
            self._self_made.give_back(wish.id)
            follow_up_cards.expect_no_more(scene.journal, wish.id)
            raise Declined(_sentence(made))
        return for_models.made(made.follow_up, self._asker.zone)

    async def _tools(self, names: tuple[str, ...], agent: str) -> tuple[str, ...]:
        maker = self._scene.catalog.find(agent) or self._scene.agent
        offered = [spec.name for spec in await self._scene.services.tools.offered(maker)]
        for name in names:
            if name not in offered:
                raise Declined(f'You have no tool "{name}"; {did_you_mean(name, offered)}')
        return tuple(dict.fromkeys(names))


def _moved(before: FollowUp, wish: Wish) -> bool:
    """Whether its times are others, or there may be more of them."""
    return (wish.when, wish.ends_at, wish.most_runs) != (before.when, before.ends_at, before.most_runs)


def _sentence(refused: Refused) -> str:
    return words_for("en").say(refused.key, **refused.values)
