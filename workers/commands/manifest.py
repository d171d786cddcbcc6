"""`threadwind manifest`: the app manifest to paste at Slack. What is in it is decided in `bot/slack/manifest.py`."""

from __future__ import annotations

import json
from typing import Annotated

import typer


def manifest(
    socket: Annotated[bool, typer.Option("--socket", help="For Socket Mode: no public address is needed.")] = False,
    public_url: Annotated[
        str | None, typer.Option("--public-url", metavar="URL", help="Where Slack reaches the bot; else PUBLIC_URL.")
    ] = None,
    replies_without_mention: Annotated[
        bool,
        typer.Option(
            "--replies-without-mention",
            help="Also follow replies that do not mention the bot; else as REPLIES_WITHOUT_MENTION says.",
        ),
    ] = False,
    name: Annotated[str, typer.Option("--name", help="What the app is called in Slack.")] = "Threadwind",
) -> None:
    """Print the app manifest: paste it at api.slack.com/apps, Create New App, From a manifest."""
    from bot.catalog import agents, server_files
    from bot.slack import manifest as rule
    from bot.start import environment, give_up
    from workers.commands.settings import ManifestSettings, read
    from workers.tools import registered

    settings = read(ManifestSettings)
    known, _ = agents.load(*settings.agents_dir, environment=environment())
    reached, _ = server_files.load(settings.mcp_config, environment())
    functions, _ = registered.load(settings)
    named = (
        *(agent.names_groups for agent in known.values()),
        *(server.names_groups for server in reached.values()),
        *(spec.names_groups for spec in functions.specs.values()),
    )
    default = known.get(settings.default_agent.lower())
    try:
        made = rule.manifest(
            socket=socket,
            public_url=public_url or settings.public_url,
            replies_without_mention=replies_without_mention or settings.replies_without_mention,
            user_groups=any(named),
            command_prefix=settings.command_prefix,
            name=name,
            prompts=default.prompts if default else (),
        )
    except ValueError as exc:
        give_up(_with_option(str(exc)), status=1)
    typer.echo(json.dumps(made, indent=2, ensure_ascii=False))


def _with_option(sentence: str) -> str:
    """The rule knows the setting only; here an option does as well."""
    return f"{sentence[:1].upper()}{sentence[1:]}.".replace("PUBLIC_URL", "--public-url (or PUBLIC_URL)")
