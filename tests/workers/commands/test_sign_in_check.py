"""What the doctor says of people's sign-ins at tool servers: one sentence for each thing that is missing."""

from __future__ import annotations

from typing import Any

import pytest
from cryptography.fernet import Fernet

from bot.catalog.server_credentials import OAuthClient
from bot.catalog.servers import Server
from tests.workers.commands.checking import some_settings
from workers.commands.checks import sign_in
from workers.commands.checks.finding import Status

KEY = Fernet.generate_key().decode()
GOOD = {"vault_keys": KEY, "public_url": "https://bot.example"}
NOTES = Server(name="notes", transport="http", url="https://notes.example/mcp")
PUBLIC = Server(name="git", transport="http", url="https://git.example", oauth=OAuthClient(client_id="ours"))
SECRET = Server(
    name="git", transport="sse", url="https://git.example", oauth=OAuthClient(client_id="ours", client_secret="s")
)
LOCAL = Server(name="time", transport="stdio", command="mcp-server-time")
OWN = Server(name="own", transport="http", url="https://own.example", headers={"Authorization": "Bearer x"})


@pytest.mark.parametrize(
    ("settings", "server", "status", "says"),
    [
        (GOOD, NOTES, Status.OK, "possible at notes"),
        (GOOD, SECRET, Status.OK, "possible at git"),
        ({**GOOD, "vault_keys": None}, NOTES, Status.WARNING, "nobody can sign in at notes"),
        ({**GOOD, "vault_keys": None}, SECRET, Status.FAILED, "nobody can sign in at git"),
        ({**GOOD, "public_url": None, "port": 3100}, NOTES, Status.WARNING, "to http://localhost:3100"),
        ({**GOOD, "public_url": None, "callback_port": 16010}, NOTES, Status.WARNING, "to http://localhost:16010"),
        ({**GOOD, "public_url": "http://bot.example"}, NOTES, Status.WARNING, "which is not https"),
        (GOOD, PUBLIC, Status.WARNING, "git has a client without a secret"),
    ],
)
def test_each_thing_that_is_missing_has_its_sentence(
    settings: dict[str, Any], server: Server, status: Status, says: str
) -> None:
    [found] = sign_in.check(some_settings(**settings), [server, LOCAL, OWN])
    assert found.status is status
    assert says in found.says
    assert bool(found.mend) is (status is not Status.OK)


def test_where_no_server_asks_there_is_nothing_to_say() -> None:
    assert sign_in.check(some_settings(), [LOCAL, OWN]) == []
