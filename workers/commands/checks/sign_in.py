"""Whether people can sign in at the tool servers that may ask them to. A rule: nothing is asked."""

from __future__ import annotations

from collections.abc import Collection

from bot.catalog.servers import Server
from bot.connections import addresses
from bot.settings import Settings
from workers.commands.checks.finding import Finding, failed, ok, warning

CHECK = "Sign-in"


def check(settings: Settings, servers: Collection[Server]) -> list[Finding]:
    """What is missing for it, each in a sentence; nothing where no server could ask."""
    asking = [server for server in servers if server.takes_sign_in]
    if not asking:
        return []
    findings = [*_keys(settings, asking), *_address(settings), *_clients(asking)]
    return findings or [ok(CHECK, f"possible at {_names(asking)}.")]


def _keys(settings: Settings, asking: Collection[Server]) -> list[Finding]:
    if settings.vault.has_keys:
        return []
    mend = "Set VAULT_KEYS to what `threadwind vault key` makes."
    # Whether a server without a client of ours asks at all is known when it does.
    registered = [server for server in asking if server.oauth]
    says = f"nobody can sign in at {_names(asking)}, for tokens are kept sealed only."
    return [failed(CHECK, says, mend) if registered else warning(CHECK, says, mend)]


def _address(settings: Settings) -> list[Finding]:
    public = settings.public_url
    if public is None:
        says = f"only browsers on this machine can come back from one, to {addresses.base(settings)}."
        return [warning(CHECK, says, "Set PUBLIC_URL to the https address at which others reach the bot.")]
    if not public.startswith("https://"):
        says = f"most servers send nobody back to {public}, which is not https."
        return [warning(CHECK, says, "Set PUBLIC_URL to an address that begins with https://.")]
    return []


def _clients(asking: Collection[Server]) -> list[Finding]:
    public = [server for server in asking if server.own_client and not server.own_client.client_secret]
    says = "{name} has a client without a secret, which some servers (GitHub) refuse."
    mend = "Give `oauth` a client_secret in mcp.json, as a variable, unless the client was registered as a public one."
    return [warning(CHECK, says.format(name=server.name), mend) for server in public]


def _names(servers: Collection[Server]) -> str:
    return ", ".join(sorted(server.name for server in servers))
