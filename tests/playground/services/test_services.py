"""What the services share: processes, tokens of an authorization server in another one, broken streams, state files."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from playground.authorization.grants import Grant
from playground.authorization.introspection import Introspection
from playground.services.colleagues import COLLEAGUES
from playground.services.github.app import GitHubService, create, token_of
from playground.services.linear.app import key_of
from playground.serving import serve
from playground.slack.seed import Seed
from playground.store import free_port
from tests.playground.services.conftest import asked, bearing, over_http, refused
from tests.servers import npm

STARTS_WITHIN_SECONDS = 30
STORE = "/repos/playground/storefront"


def test_the_colleagues_are_the_people_in_slack() -> None:
    assert [one.real_name for one in COLLEAGUES.values()] == [one.real_name for one in Seed().people]
    assert COLLEAGUES["grace"].admin
    assert COLLEAGUES["hugo"].guest


@pytest.mark.parametrize(
    ("service", "path", "token"),
    [("github", "/user", f"Bearer {token_of('ada')}"), ("linear", "/graphql", key_of("ada"))],
)
async def test_each_runs_as_a_process_of_its_own(service: str, path: str, token: str) -> None:
    port = free_port()
    arguments = ["-m", f"playground.services.{service}", "--port", str(port)]
    process = await asyncio.create_subprocess_exec(sys.executable, *arguments)
    try:
        async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}", headers={"authorization": token}) as http:
            async with asyncio.timeout(STARTS_WITHIN_SECONDS):
                while not await answers(http):  # noqa: ASYNC110  # what is waited for is another process
                    await asyncio.sleep(0.05)
            query = {"query": "{ viewer { id } }"}
            response = await (http.post(path, json=query) if service == "linear" else http.get(path))
            assert response.status_code == 200
    finally:
        process.terminate()
        assert await asyncio.wait_for(process.wait(), STARTS_WITHIN_SECONDS) in (0, -15)


async def test_all_run_in_one_process(tmp_path: Path) -> None:
    github, linear = free_port(), free_port()
    arguments = ["-m", "playground.services", "--github-port", str(github), "--linear-port", str(linear)]
    process = await asyncio.create_subprocess_exec(sys.executable, *arguments, "--state", str(tmp_path))
    try:
        for port, token in ((github, f"Bearer {token_of('ada')}"), (linear, key_of("ada"))):
            async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}") as http:
                async with asyncio.timeout(STARTS_WITHIN_SECONDS):
                    while not await answers(http):  # noqa: ASYNC110  # what is waited for is another process
                        await asyncio.sleep(0.05)
                mcp = await http.post("/mcp", json={}, headers={"authorization": token})
                assert mcp.status_code != 404
    finally:
        process.terminate()
        assert await asyncio.wait_for(process.wait(), STARTS_WITHIN_SECONDS) == 0
    assert names_in(tmp_path) == {"github.json", "linear.json"}


async def test_linear_with_a_sign_in_of_its_own_is_in_that_process_too(tmp_path: Path) -> None:
    ports = {"--github-port": free_port(), "--linear-port": free_port(), "--sign-in-port": free_port()}
    options = [str(word) for option in ports.items() for word in option]
    arguments = ["-m", "playground.services", *options, "--state", str(tmp_path)]
    process = await asyncio.create_subprocess_exec(sys.executable, *arguments)
    linear, issuer = (f"http://127.0.0.1:{ports[one]}" for one in ("--linear-port", "--sign-in-port"))
    try:
        async with httpx2.AsyncClient(base_url=linear) as http:
            async with asyncio.timeout(STARTS_WITHIN_SECONDS):
                while not await answers(http):  # noqa: ASYNC110  # what is waited for is another process
                    await asyncio.sleep(0.05)
            refusal = await http.post("/mcp", json={})
            assert refusal.status_code == 401
            resource = await http.get(refusal.headers["www-authenticate"].partition('resource_metadata="')[2][:-1])
            assert resource.json()["authorization_servers"] == [issuer]
            metadata = await http.get(f"{issuer}/.well-known/oauth-authorization-server")
            assert metadata.json()["issuer"] == issuer
    finally:
        process.terminate()
        assert await asyncio.wait_for(process.wait(), STARTS_WITHIN_SECONDS) == 0
    assert names_in(tmp_path) == {"github.json", "linear.json", "linear-sign-in.json"}


def names_in(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


async def answers(http: httpx2.AsyncClient) -> bool:
    try:
        return (await http.get("/_control/state")).status_code == 200
    except httpx2.ConnectError:
        return False


async def test_a_service_goes_on_where_it_was(tmp_path: Path) -> None:
    """With a state file, over restarts."""
    state = tmp_path / "github.json"
    async with serve(create(state=state)) as url, bearing(token_of("ada"), url) as ada:
        await ada.post(f"{STORE}/issues", json={"title": "Kept"})
        before = (await ada.get(f"{STORE}/commits")).json()[0]["sha"]
    async with serve(create(state=state)) as url, bearing(token_of("ada"), url) as ada:
        assert (await ada.get(f"{STORE}/issues")).json()[0]["title"] == "Kept"
        assert (await ada.get(f"{STORE}/commits")).json()[0]["sha"] == before


# ---- tokens of an authorization server


@pytest.fixture
async def introspecting() -> AsyncIterator[str]:
    """An authorization server's introspection endpoint: RFC 7662."""
    known = {
        "good": {"active": True, "sub": "ada", "scope": "repo read:org", "aud": "http://127.0.0.1:1/mcp/"},
        "for nothing": {"active": True, "sub": "ada", "scope": "repo"},
        "expired": {"active": False},
    }

    async def introspect(request: Request) -> Response:
        if request.headers.get("authorization") != "Bearer the-key":
            return JSONResponse({"error": "invalid_client"}, status_code=401)
        async with request.form() as form:
            return JSONResponse(known.get(str(form["token"]), {"active": False}))

    async with serve(Starlette(routes=[Route("/introspect", introspect, methods=["POST"])])) as url:
        yield f"{url}/introspect"


async def test_an_authorization_server_elsewhere_is_asked_whose_token_it_is(introspecting: str) -> None:
    verifier = Introspection(introspecting, "the-key")
    good = await verifier.person_of("good")
    assert good == Grant("ada", frozenset({"repo", "read:org"}), "http://127.0.0.1:1/mcp/")
    for_nothing = await verifier.person_of("for nothing")
    assert for_nothing is not None
    assert for_nothing.resource is not None  # so that it is not taken for a key that is good everywhere
    for token in ("expired", "unknown"):
        assert await verifier.person_of(token) is None, token


async def test_an_authorization_server_that_is_away_or_refuses_knows_nobody(introspecting: str) -> None:
    away = Introspection(f"http://127.0.0.1:{free_port()}/introspect", "the-key")
    assert await away.person_of("good") is None
    assert await Introspection(introspecting, "another-key").person_of("good") is None


@pytest.mark.parametrize(
    ("resource", "gets_in"),
    [
        (None, True),
        ("{url}/mcp/", True),
        ("{url}/mcp", True),
        ("{url}/mcp/x/issues", True),
        ("{url}/elsewhere", False),
        ("{url}", False),
        ("http://127.0.0.1:1/mcp/", False),
        ("", False),
    ],
)
async def test_a_token_counts_where_it_was_given_out_for(resource: str | None, gets_in: bool) -> None:
    issued: dict[str, Grant] = {}

    class Issuer:
        async def person_of(self, token: str) -> Grant | None:
            return issued.get(token)

    call = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
    async with serve(create(verifier=Issuer())) as url, bearing("issued", url) as http:
        meant = resource.format(url=url) if resource is not None else None
        issued["issued"] = Grant("ada", frozenset({"repo"}), meant)
        mcp, rest = await http.post("/mcp/", json=call), await http.get("/user")
    assert (mcp.status_code != 401) is gets_in
    assert (rest.status_code == 200) is (resource is None)


# ---- broken streams, slow and dying servers


async def test_a_stream_breaks_after_so_many_events(github: GitHubService, github_url: str) -> None:
    github.fault("mcp.tools/list", "cut", events=0)
    listing = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {"_meta": META}}
    shown = {
        "accept": "application/json, text/event-stream",
        "mcp-protocol-version": "2026-07-28",
        "mcp-method": "tools/list",
    }
    async with bearing(token_of("ada"), github_url) as http:
        with pytest.raises(httpx2.RemoteProtocolError):
            await http.post("/mcp/", json=listing, headers=shown)
        assert (await http.post("/mcp/", json=listing, headers=shown)).status_code == 200


META = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientCapabilities": {},
    "io.modelcontextprotocol/clientInfo": {"name": "test", "version": "1"},
}


@pytest.mark.parametrize(("when", "done"), [("before", 3), ("after", 4)])
async def test_a_process_can_be_killed_around_a_request(
    github: GitHubService, github_url: str, when: str, done: int
) -> None:
    victim = await asyncio.create_subprocess_exec("sleep", "60")
    try:
        github.fault("issues.create", "kill", pid=victim.pid, when=when)
        async with bearing(token_of("ada"), github_url) as ada:
            with pytest.raises(httpx2.RemoteProtocolError):
                await ada.post(f"{STORE}/issues", json={"title": "x"})
            issues = [one for one in (await ada.get(f"{STORE}/issues?state=all")).json() if "pull_request" not in one]
        assert await asyncio.wait_for(victim.wait(), 5) == -9
        assert len(issues) == done
    finally:
        if victim.returncode is None:
            victim.kill()
            await victim.wait()


async def test_a_slow_service_answers_late(github: GitHubService, github_url: str) -> None:
    github.fault("mcp.tools/call.get_me", "delay", seconds=0.3)
    async with over_http(f"{github_url}/mcp/", token_of("ada")) as client:
        before = asyncio.get_running_loop().time()
        await asked(client, "get_me")
        assert asyncio.get_running_loop().time() - before >= 0.3


# ---- npm's servers, redirected


async def test_what_is_not_redirected_to_this_machine_is_refused(github_url: str) -> None:
    """A test can never reach a vendor."""
    redirects = {"https://api.github.com/search": f"{github_url}/search"}
    environment = {"GITHUB_PERSONAL_ACCESS_TOKEN": token_of("ada")}
    async with npm.started(npm.GITHUB, environment=environment, redirects=redirects) as client:
        assert (await asked(client, "search_users", q="ada"))["total_count"] == 1
        said = await refused(client, "get_issue", owner="o", repo="r", issue_number=1)
        assert "must not call https://api.github.com" in said
