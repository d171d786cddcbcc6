"""What an authorization server still knows after a restart."""

from __future__ import annotations

from pathlib import Path

import httpx2

from playground.authorization.app import running
from tests.playground.authorization.conftest import Clock
from tests.playground.authorization.flow import Flow, error


async def test_clients_and_what_people_gave_them_outlive_a_restart(
    tmp_path: Path, clock: Clock, http: httpx2.AsyncClient
) -> None:
    state = tmp_path / "authorization.json"
    async with running(now=clock, state=state) as server:
        flow = Flow(server.issuer, http)
        await flow.register()
        ada, camille = await flow.tokens("ada"), await flow.tokens("camille")

    async with running(now=clock, state=state) as server:
        flow.issuer = server.issuer
        assert (await flow.authorize()).status_code == 200  # the client is known
        known = await server.issuer.person_of(ada["access_token"])
        assert known is not None
        assert known.person == "ada"
        renewed = await flow.renew(camille["refresh_token"])
        assert renewed.status_code == 200

    async with running(now=clock, state=state) as server:
        flow.issuer = server.issuer
        assert error(await flow.renew(camille["refresh_token"])) == (400, "invalid_grant")  # spent before the restart
        assert await server.issuer.person_of(renewed.json()["access_token"]) is None  # so all of that consent is over
        assert await server.issuer.person_of(ada["access_token"]) is not None  # which was another one


async def test_without_a_file_nothing_is_kept(clock: Clock, http: httpx2.AsyncClient) -> None:
    async with running(now=clock) as server:
        flow = Flow(server.issuer, http)
        await flow.register()
        token = (await flow.tokens())["access_token"]
    async with running(now=clock) as server:
        assert await server.issuer.person_of(token) is None
