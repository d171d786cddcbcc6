"""How a talk goes: in a terminal line by line, with commands, questions and Ctrl-C; else one message and its answer."""

from __future__ import annotations

import asyncio

from bot.catalog.catalog import Catalogs
from bot.slack.clicks import AGAIN, APPROVE, ARGUMENTS, DENY
from bot.threads.models import State
from workers.commands.talking.drawing import Button
from workers.commands.talking.keyboard import Key, Keyboard
from workers.commands.talking.screen import Screen
from workers.commands.talking.thread import Talk
from workers.commands.talking.workspace import TerminalCalls

HELP = "/agent NAME picks who answers, /stop or Ctrl-C stops the answer, /quit or Ctrl-D ends the talk."
YES, NO = {"y", "yes", "o", "oui", "j", "ja"}, {"n", "no", "non", "nein", ""}
PROMPT = "> "


class Quit(Exception):
    """The person wants to end the talk."""


async def one_answer(talk: Talk, calls: TerminalCalls, screen: Screen, words: str, *, agent: str) -> bool:
    """Ask once, with nobody there for questions; whether it was answered."""
    await talk.say(words, agent=agent)
    while await talk.work() is State.ASKING:
        screen.aside("Denied: nobody was there to ask. Talk in a terminal to be asked.")
        denials = calls.buttons(DENY)
        for button in denials:
            await talk.press(button)
        if not denials:
            await talk.stop()
    screen.end()
    return await talk.ended() == "answered"


class Dialogue:
    """A talk in a terminal."""

    def __init__(
        self, talk: Talk, calls: TerminalCalls, screen: Screen, keyboard: Keyboard, catalogs: Catalogs, *, agent: str
    ) -> None:
        self._talk, self._calls, self._screen = talk, calls, screen
        self._keyboard, self._catalogs = keyboard, catalogs
        self._agent: str | None = agent  # of the first message; the thread remembers it from then on
        self._stopped = False  # the person said stop in this turn already

    async def run(self) -> None:
        """Until the person ends it. An open turn is stopped, so that nothing is left behind."""
        self._screen.aside(HELP)
        with self._keyboard.listening():
            try:
                while True:
                    self._screen.prompt(PROMPT)
                    await self._idle(await self._keyboard.heard())
            except Quit:
                while await self._talk.state() is not State.IDLE:
                    await self._talk.stop()
                    await self._talk.work()

    async def _idle(self, heard: str | Key) -> None:
        """Nothing is open: a message begins a turn."""
        if isinstance(heard, Key):
            raise Quit
        if heard == "/stop":
            self._screen.aside("There is nothing to stop.")
        elif await self._take(heard):
            await self._until_idle()

    async def _take(self, line: str) -> bool:
        """Do what a line asks for; whether it became mail."""
        command, _, rest = line.partition(" ")
        match command:
            case "":
                return False
            case "/quit" | "/exit":
                raise Quit
            case "/agent" if rest.strip():
                await self._talk.say("", agent=rest.strip().lower())
                self._agent = None
                return True
            case "/agent":
                for agent in self._catalogs.now.agents.values():
                    self._screen.aside(f"{agent.name}: {agent.description}")
                return False
            case _ if command.startswith("/"):
                self._screen.aside(HELP)
                return False
        await self._talk.say(line, agent=self._agent)
        self._agent = None
        return True

    async def _until_idle(self) -> None:
        while True:
            self._stopped = False
            state = await self._listening()
            if state is State.ASKING:
                await self._decide()
            elif failed := self._calls.buttons(AGAIN)[-1:]:
                self._calls.messages[failed[0].message_ts]["blocks"] = []  # it is offered once
                if not await self._yes(f"{failed[0].label}? [y/N] "):
                    return
                await self._talk.press(failed[0])
            else:
                return

    async def _listening(self) -> State:
        """Take turns, and take in what is typed meanwhile, as Slack's people write while an agent works."""
        turns = asyncio.create_task(self._talk.work())
        typing = asyncio.create_task(self._keyboard.heard())
        try:
            while True:
                await asyncio.wait({turns, typing}, return_when=asyncio.FIRST_COMPLETED)
                if turns.done():
                    self._screen.end()
                    if typing.done() and typing.result() is not Key.INTERRUPT:  # nothing is left that it could end
                        self._keyboard.give_back(typing.result())
                    return await turns
                await self._meanwhile(typing.result())
                typing = asyncio.create_task(self._keyboard.heard())
        finally:
            for task in (turns, typing):
                task.cancel()
            await asyncio.wait({turns, typing})

    async def _meanwhile(self, heard: str | Key) -> None:
        if heard is Key.END or (heard is Key.INTERRUPT and self._stopped):
            raise Quit
        if heard in (Key.INTERRUPT, "/stop"):
            self._stopped = True
            await self._talk.stop()
        elif isinstance(heard, str):
            await self._take(heard)

    async def _decide(self) -> None:
        """Each question that is open, one after the other."""
        hidden = {button.message_ts for button in self._calls.buttons(ARGUMENTS)}  # no terminal opens a modal
        approvals = {b.message_ts: b for b in self._calls.buttons(APPROVE) if b.message_ts not in hidden}
        denials = self._calls.buttons(DENY)
        for deny in denials:
            await self._talk.press(await self._chosen(approvals.get(deny.message_ts), deny))
        if not denials:
            self._screen.aside("This waits for something that a terminal does not have, so it is stopped.")
            await self._talk.stop()

    async def _chosen(self, approve: Button | None, deny: Button) -> Button:
        if approve is None:
            await self._yes(f"{deny.label}: press Enter ")
            return deny
        return approve if await self._yes(f"{approve.label}? [y/N] ") else deny

    async def _yes(self, question: str) -> bool:
        """Ask until it is a yes or a no. Ctrl-C is a no."""
        while True:
            self._screen.prompt(question)
            heard = await self._keyboard.heard()
            if heard is Key.END or heard == "/quit":
                raise Quit
            if heard is Key.INTERRUPT or heard == "/stop" or str(heard).lower() in NO:
                return False
            if str(heard).lower() in YES:
                return True
            self._screen.aside("Please answer y or n.")
