"""`threadwind tools login SERVER`: an operator signs in at a tool server, so that its tools can be locked."""

from __future__ import annotations

import webbrowser
from typing import TYPE_CHECKING, Annotated

import typer

from workers.commands.cannot import CANNOT, Cannot

if TYPE_CHECKING:
    from bot.catalog.servers import Server
    from workers.commands.settings import LoginSettings

PORT = 16_010


def login(
    name: Annotated[str, typer.Argument(metavar="SERVER", help="A server as mcp.json names it.")],
    no_browser: Annotated[
        bool, typer.Option("--no-browser", help="Only print the link: open it in a browser yourself.")
    ] = False,
    port: Annotated[
        int | None,
        typer.Option(
            "--port",
            min=1,
            max=65535,
            help=f"Without PUBLIC_URL: where the browser comes back to; else CALLBACK_PORT, else {PORT}.",
        ),
    ] = None,
) -> None:
    """Sign in at a server as its operator; `threadwind tools lock` then asks it in that name. People in Slack sign in
    for themselves."""
    import asyncio

    from bot.catalog import server_files, servers
    from bot.catalog.problem import did_you_mean
    from bot.start import environment, give_up
    from workers.commands import store
    from workers.commands.quiet import quiet
    from workers.commands.settings import LoginSettings, read

    settings = read(LoginSettings)
    files = ", ".join(map(str, settings.mcp_config))
    known, problems = server_files.load(settings.mcp_config, environment())
    if (server := known.get(name)) is None:
        said = [str(problem) for problem in problems if problem.field in (name, f"{servers.ROOT}.{name}")]
        give_up(
            *(said or [f'There is no server "{name}" in {files}; {did_you_mean(name, known)}']),
            status=CANNOT,
        )
    if not server.takes_sign_in:
        give_up(f'"{name}" takes no sign-in: it is reached with what mcp.json says of it.', status=CANNOT)
    if not settings.vault.has_keys:
        give_up("Set VAULT_KEYS first, which `threadwind vault key` makes: tokens are kept sealed only.", status=CANNOT)
    with quiet():
        store.guarded(
            settings.redis_url,
            lambda: asyncio.run(
                _login(server, settings, opens=not no_browser, port=port or settings.callback_port or PORT)
            ),
        )
    typer.echo(f"You are signed in at {name}. Next: threadwind tools lock {name}")


async def _login(server: Server, settings: LoginSettings, *, opens: bool, port: int) -> None:
    import time

    from bot.connections import addresses
    from bot.connections.signed_in import Connections
    from bot.connections.tickets import Tickets
    from workers.commands import store
    from workers.tools.asks import Asks
    from workers.tools.errors import ToolError
    from workers.tools.locking import LIMIT
    from workers.tools.oauth import operator
    from workers.tools.oauth.errors import SignInError
    from workers.tools.oauth.personal import Personal
    from workers.tools.oauth.sign_ins import SignIns
    from workers.tools.sessions import ToolSessions

    async with store.opened(settings.redis_url) as redis:
        sign_ins = SignIns(
            Connections(redis, settings.vault), now=time.time, client_document=addresses.client_document(settings)
        )
        sessions = ToolSessions(timeout=LIMIT, connect=LIMIT, credentials=Personal(sign_ins, time.time))
        asks = Asks(sessions, time.time)
        try:
            if settings.public_url:
                hear = operator.at_the_bot(Tickets(redis, settings.vault), settings, server, lambda u: _show(u, opens))
                await operator.login(server, sign_ins, asks, redirect_uri=addresses.callback(settings), hear=hear)
            else:
                back = f"{addresses.on_this_machine(port)}{addresses.CALLBACK_PATH}"
                async with operator.listening(port, lambda url: _show(url, opens)) as hear:
                    await operator.login(server, sign_ins, asks, redirect_uri=back, hear=hear)
        except operator.NotNeeded:
            raise Cannot(f"{server.name} asks nobody to sign in: threadwind tools lock {server.name}") from None
        except (SignInError, ToolError) as exc:
            raise Cannot(str(exc)) from exc
        except TimeoutError:
            raise Cannot("Nobody came back from the browser within ten minutes. Run it again.") from None
        except operator.PortTaken:
            raise Cannot(
                f"Port {port} is in use on this machine, by the bot or another process: name a free one with --port."
            ) from None
        finally:
            await sessions.aclose()


def _show(url: str, opens: bool) -> None:
    typer.echo("Sign in with this link; it is good for ten minutes:")
    typer.echo(url)
    if opens:
        webbrowser.open(url)
