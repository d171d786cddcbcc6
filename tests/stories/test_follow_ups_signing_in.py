"""A run of a follow-up needs a sign-in of its owner, who may not be there to give it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.follow_ups.models import Why
from tests.stories.house import LIST, House
from tests.stories.test_follow_ups_running import HOURLY, a_thread, at_rest, paused, promise, told
from tests.world import ADA, until
from workers.turn import signing_in


@pytest.fixture(autouse=True)
def nobody_is_waited_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signing_in, "LIMIT", timedelta(seconds=0.3))


async def test_where_nobody_signs_in_in_time_it_pauses_and_its_owner_and_the_foot_say_so(house: House) -> None:
    world, thread = house.world, await a_thread(house.world)
    world.mistral.script.will_call(LIST, {})
    world.mistral.script.will_say("I could not read them.")
    await promise(world, thread, when=HOURLY)
    await until(lambda: "I could not read them." in thread.said[-1], seen=lambda: thread.said)
    assert "A follow-up of Ada: “check the deploy”; it is paused now." in thread.said[-1]
    follow_up = await paused(world, Why.CONNECTION_GONE)
    assert (follow_up.runs, follow_up.failures, follow_up.running, follow_up.due) == (1, 0, 0, 0)
    owner = await told(world, ADA)
    assert "it needs a sign-in of its owner at a tool server, which was not given in time" in owner
    assert "Sign in with /connections, then resume it." in owner


async def test_one_that_was_to_run_once_has_ended_and_nothing_is_left_to_pause(house: House) -> None:
    world, thread = house.world, await a_thread(house.world)
    world.mistral.script.will_call(LIST, {})
    world.mistral.script.will_say("I could not read them.")
    await promise(world, thread)
    assert (await at_rest(world)).why is Why.DONE
    await until(lambda: "I could not read them." in thread.said[-1], seen=lambda: thread.said)
    assert thread.said[-1].endswith("_A follow-up of Ada: “check the deploy”._")
