"""`threadwind chat NAME`: talk to an agent in the terminal, through everything a thread in Slack goes through."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from bot.settings import Settings
    from workers.commands.talking.screen import Screen
    from workers.commands.talking.workspace import Me

INTERRUPTED = 130  # the exit status, as shells have it


def chat(
    name: Annotated[str, typer.Argument(metavar="[NAME]", help="The agent; else DEFAULT_AGENT.")] = "",
    redis_url: Annotated[
        str | None,
        typer.Option(
            "--redis-url",
            metavar="URL",
            help="Where the talk is kept while it lasts; else database 15 of REDIS_URL's server. Not the one in which "
            "workers look for mail: they would answer into a Slack that does not know the thread.",
        ),
    ] = None,
    files: Annotated[
        Path, typer.Option("--files", metavar="FOLDER", help="Where files that the agent makes are saved.")
    ] = Path("chat-files"),
    user: Annotated[
        str, typer.Option("--user", metavar="ID", help="As whom: a Slack user id, for tools and access.")
    ] = "U0TERMINAL",
    show_logs: Annotated[bool, typer.Option("--logs", help="Show on standard error what a worker would log.")] = False,
) -> None:
    """Talk to an agent in the terminal. With a message on standard input: print its answer and end."""
    import asyncio
    import sys

    from bot import logs
    from bot.start import environment, give_up
    from workers.commands import store
    from workers.commands.quiet import quiet
    from workers.commands.settings import chat_settings
    from workers.commands.talking.screen import Screen
    from workers.commands.talking.stores import beside

    settings = chat_settings()
    own = redis_url or beside(settings.redis_url)
    if own == settings.redis_url:
        give_up("--redis-url names the store in which workers look for mail; name another database of it.", status=2)
    settings = settings.model_copy(update={"redis_url": own})
    is_terminal = sys.stdin.isatty()
    screen = Screen(sys.stdout, sys.stdout if is_terminal else sys.stderr, is_terminal=is_terminal)
    words = None if is_terminal else sys.stdin.buffer.read().decode(errors="replace").strip()
    if words == "":
        give_up("There is no message on standard input; try: echo hello | threadwind chat assistant", status=2)
    me = _me(user, environment())
    with quiet():
        if show_logs:
            logs.set_up(settings, out=sys.stderr)
        try:
            answered = store.guarded(own, lambda: asyncio.run(_talk(settings, name, words, screen, me, files)))
        except KeyboardInterrupt:
            raise typer.Exit(INTERRUPTED) from None
    if not answered:
        raise typer.Exit(1)


def _me(user: str, told: dict[str, str]) -> Me:
    """Whoever is logged in, with the language and time zone of the shell."""
    from workers.commands.talking.workspace import Me

    locale = (told.get("LC_ALL") or told.get("LANG") or "").partition(".")[0].replace("_", "-")
    return Me(
        id=user,
        name=told.get("USER") or told.get("LOGNAME") or "you",
        locale=locale if "-" in locale else None,
        tz=told.get("TZ") if "/" in told.get("TZ", "") else None,
    )


async def _talk(settings: Settings, name: str, words: str | None, screen: Screen, me: Me, files: Path) -> bool:
    """The whole talk, with one message or (None) line by line; whether that one was answered."""
    import sys
    from contextlib import AsyncExitStack

    from redis.exceptions import ResponseError

    from workers.commands import store
    from workers.commands.cannot import Cannot
    from workers.commands.talking.dialogue import Dialogue, one_answer
    from workers.commands.talking.keyboard import Keyboard
    from workers.commands.talking.thread import talking
    from workers.commands.talking.workspace import Terminal, TerminalCalls
    from workers.commands.terminal import address
    from workers.opening import open_services

    async with AsyncExitStack() as stack:
        redis = await stack.enter_async_context(store.opened(settings.redis_url))
        try:
            await redis.ping()
        except ResponseError:
            raise Cannot(
                f"{address(settings.redis_url)} cannot be used, perhaps because the server has no such database; name "
                "another one with --redis-url."
            ) from None
        calls = TerminalCalls(screen, me, files)
        services = await open_services(stack, settings, redis, worker="terminal", installations=Terminal(calls))
        catalog = services.catalogs.now
        name = name or settings.default_agent
        agent = catalog.find(name)
        if agent is None:
            wrong = [str(problem) for problem in catalog.problems if problem.file.stem == name]
            said = wrong or [f"There is no agent {name}. Nearest: {', '.join(catalog.nearest(name)) or 'none'}."]
            raise Cannot("\n".join(said))
        for problem in catalog.problems:
            if problem.file == agent.source:
                screen.aside(str(problem))
        talk = await stack.enter_async_context(talking(services, redis, calls, person=me.id))
        if words is None:
            screen.aside(f"{agent.display_name} ({agent.model}): {agent.description}")
            keyboard = Keyboard(sys.stdin.fileno())
            await Dialogue(talk, calls, screen, keyboard, services.catalogs, agent=agent.name).run()
            return True
        return await one_answer(talk, calls, screen, words, agent=agent.name)
