"""What is typed in the very moment in which an answer ends."""

from __future__ import annotations

from typing import cast

import pytest

from bot.catalog.catalog import Catalogs
from bot.threads.models import State
from workers.commands.talking.dialogue import Dialogue
from workers.commands.talking.keyboard import Key, Keyboard
from workers.commands.talking.screen import Screen
from workers.commands.talking.thread import Talk
from workers.commands.talking.workspace import TerminalCalls

NOWHERE = -1  # no terminal: what is heard is given here


class Typing:
    """A talk whose answer ends with what is typed at that moment. Of the screen nothing is looked at."""

    def __init__(self, keyboard: Keyboard, typed: str | Key) -> None:
        self._keyboard, self._typed = keyboard, typed

    async def work(self) -> State:
        self._keyboard._heard.put_nowait(self._typed)
        return State.IDLE

    def end(self) -> None:
        return None


async def after(typed: str | Key) -> Keyboard:
    keyboard = Keyboard(NOWHERE)
    talk = Typing(keyboard, typed)
    dialogue = Dialogue(
        cast("Talk", talk),
        cast("TerminalCalls", None),
        cast("Screen", talk),
        keyboard,
        cast("Catalogs", None),
        agent="assistant",
    )
    assert await dialogue._listening() is State.IDLE
    return keyboard


@pytest.mark.parametrize("typed", ["and now?", Key.END])
async def test_it_is_taken_as_the_next_thing_that_was_typed(typed: str | Key) -> None:
    assert await (await after(typed)).heard() == typed


async def test_a_stop_of_an_answer_that_has_ended_ends_nothing_else() -> None:
    keyboard = await after(Key.INTERRUPT)
    keyboard._heard.put_nowait("and now?")
    assert await keyboard.heard() == "and now?"
