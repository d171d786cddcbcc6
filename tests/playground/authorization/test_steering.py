"""What tests in other processes do: answer, expire, count, switch, break; and the server as such a process."""

from __future__ import annotations

import asyncio
import signal
import sys
from typing import Any

import httpx2
import pytest

from playground.authorization.__main__ import main
from tests.playground.authorization.flow import CALLBACK, RESOURCE, SCOPE, Flow, answered, error
from tests.playground.processes import a_process, told


async def control(flow: Flow, method: str, path: str, **request: Any) -> httpx2.Response:
    return await flow.http.request(method, f"{flow.issuer.url}/_control/{path}", **request)


async def test_what_waits_is_shown_and_answered(flow: Flow) -> None:
    await flow.authorize()
    [shown] = (await control(flow, "GET", "pending")).json()
    answer = await control(flow, "POST", "answer", json={"person": "ada", "id": shown["id"]})
    nobody = await control(flow, "POST", "answer", json={"person": "ada"})

    assert shown.pop("id")
    assert shown == {
        "client_id": flow.client_id,
        "client": "Threadwind",
        "scopes": SCOPE.split(),
        "resource": RESOURCE,
        "redirect_uri": CALLBACK,
        "prompts": ["consent"],
    }
    assert "code" in answered(answer.json()["location"])
    assert (nobody.status_code, nobody.json()) == (404, {"error": "There is no such request that waits for an answer."})


@pytest.mark.parametrize("order", [{"person": "bob"}, {}, {"person": "ada", "allowed": True}])
async def test_an_answer_that_does_not_fit_is_refused_and_the_request_goes_on_waiting(
    flow: Flow, order: dict[str, Any]
) -> None:
    await flow.authorize()
    assert (await control(flow, "POST", "answer", json=order)).status_code == 422
    assert len(flow.issuer.pending.all()) == 1


async def test_everything_that_was_issued_can_be_made_old_at_once(flow: Flow) -> None:
    tokens = await flow.tokens()
    assert (await control(flow, "POST", "expire")).status_code == 204
    expired = await flow.issuer.person_of(tokens["access_token"])
    renewed = (await flow.renew(tokens["refresh_token"])).json()
    await control(flow, "POST", "expire", json={"refresh": True})

    assert expired is None
    assert error(await flow.renew(renewed["refresh_token"])) == (400, "invalid_grant")


async def test_exactly_one_refresh_can_be_told_from_two(flow: Flow) -> None:
    tokens = await flow.tokens()
    before = (await control(flow, "GET", "counts")).json()
    await flow.renew(tokens["refresh_token"])
    after = (await control(flow, "GET", "counts")).json()
    await flow.renew(tokens["refresh_token"])
    last = (await control(flow, "GET", "requests", params={"name": "token.refresh_token", "after": 0})).json()

    assert "token.refresh_token" not in before
    assert after["token.refresh_token"] == {"came": 1, "granted": 1, "refused": 0, "reused": 0}
    assert [(one["status"], one["error"], one["reused"]) for one in last] == [
        (200, "", False),
        (400, "invalid_grant", True),
    ]
    assert last[0]["person"] == "ada"


async def test_consents_are_listed_and_taken_back(flow: Flow) -> None:
    tokens = await flow.tokens()
    listed = (await control(flow, "GET", "consents")).json()
    taken = (await control(flow, "DELETE", "consents", params={"person": "ada"})).json()

    assert listed == [
        {"person": "ada", "client_id": flow.client_id, "scopes": sorted(SCOPE.split()), "resource": RESOURCE}
    ]
    assert taken == {"revoked": 1}
    assert await flow.issuer.person_of(tokens["access_token"]) is None


async def test_switches_are_changed_all_or_none(flow: Flow) -> None:
    changed = await control(flow, "PATCH", "switches", json={"access_seconds": 5, "iss": "off"})
    wrong = await control(flow, "PATCH", "switches", json={"access_seconds": 6, "iss": "perhaps"})

    assert changed.json()["access_seconds"] == 5
    assert wrong.status_code == 422
    assert (await control(flow, "GET", "switches")).json()["access_seconds"] == 5
    assert (await flow.tokens())["expires_in"] == 5


async def test_after_a_reset_nothing_of_before_is_known(flow: Flow) -> None:
    tokens = await flow.tokens()
    await flow.authorize()
    flow.issuer.switch(rotation=False)
    flow.issuer.fault("token.*", "status", status=500)
    await control(flow, "POST", "reset")

    assert flow.issuer.switches.rotation
    assert flow.issuer.pending.all() == []
    assert await flow.issuer.person_of(tokens["access_token"]) is None
    assert error(await flow.renew(tokens["refresh_token"])) == (401, "invalid_client")
    assert (await flow.register()).status_code == 201


# ---- faults ---------------------------------------------------------------------------------------------------------


async def test_the_token_endpoint_can_fail_with_a_status_for_one_kind_of_request(flow: Flow) -> None:
    tokens = await flow.tokens()
    rule = {"request": "token.refresh_token", "kind": "status", "status": 429, "retry_after": 7, "times": 2}
    assert (await control(flow, "POST", "faults", json=rule)).status_code == 204
    limited = await flow.renew(tokens["refresh_token"])
    code = await flow.code()
    other = await flow.redeem(code)
    again = await flow.renew(tokens["refresh_token"])
    then = await flow.renew(tokens["refresh_token"])

    assert (limited.status_code, limited.headers["retry-after"]) == (429, "7")
    assert (again.status_code, other.status_code, then.status_code) == (429, 200, 200)
    counts = flow.issuer.log.counts()["token.refresh_token"]
    assert counts == {"came": 3, "granted": 1, "refused": 2, "reused": 0}


async def test_a_failing_token_endpoint_does_not_hide_under_200(flow: Flow) -> None:
    flow.issuer.switch(errors_under_200=True)
    flow.issuer.fault("token.*", "status", status=503)
    assert (await flow.renew("pgr_invented")).status_code == 503
    assert (await flow.renew("pgr_invented")).status_code == 200


async def test_a_refresh_may_be_refused_by_any_code(flow: Flow) -> None:
    tokens = await flow.tokens()
    flow.issuer.fault("token.refresh_token", "error", code="invalid_grant")
    assert error(await flow.renew(tokens["refresh_token"])) == (400, "invalid_grant")


async def test_a_refresh_may_be_granted_and_nobody_hears_of_it(flow: Flow) -> None:
    """The worst moment: the old refresh token is spent, the new one is lost on the way."""
    tokens = await flow.tokens()
    flow.issuer.fault("token.refresh_token", "lost")
    with pytest.raises(httpx2.RemoteProtocolError):
        await flow.renew(tokens["refresh_token"])

    assert flow.issuer.requests("token.refresh_token")[0].status == 0
    assert error(await flow.renew(tokens["refresh_token"])) == (400, "invalid_grant")
    assert flow.issuer.requests("token.refresh_token")[1].reused


@pytest.mark.parametrize("name", ["metadata", "register", "revoke", "introspect", "authorize"])
async def test_every_other_endpoint_can_fail_as_well(flow: Flow, name: str) -> None:
    flow.issuer.fault(name, "status", status=502)
    requests = {
        "metadata": flow.http.get(f"{flow.issuer.url}/.well-known/oauth-authorization-server"),
        "register": flow.register(),
        "revoke": flow.http.post(f"{flow.issuer.url}/revoke"),
        "introspect": flow.http.post(f"{flow.issuer.url}/introspect"),
        "authorize": flow.authorize(),
    }
    asked = requests.pop(name)
    for other in requests.values():
        other.close()

    assert (await asked).status_code == 502


async def test_a_process_may_be_killed_when_a_refresh_comes(flow: Flow) -> None:
    victim = await asyncio.create_subprocess_exec(sys.executable, "-c", "import signal; signal.pause()")
    try:
        flow.issuer.fault("token.refresh_token", "kill", pid=victim.pid)
        with pytest.raises(httpx2.RemoteProtocolError):
            await flow.renew("pgr_invented")
        async with asyncio.timeout(60):
            assert await victim.wait() == -signal.SIGKILL
    finally:
        if victim.returncode is None:
            victim.kill()
            await victim.wait()


async def test_a_fault_of_another_stand_in_is_refused(flow: Flow) -> None:
    answer = await control(flow, "POST", "faults", json=[{"request": "*", "kind": "reorder"}])
    assert (answer.status_code, answer.json()) == (422, {"error": "There is no fault of kind reorder here."})
    assert (await control(flow, "GET", "faults")).json()["rules"] == []


# ---- the process ----------------------------------------------------------------------------------------------------


async def test_one_process_signs_people_in_for_several_services(http: httpx2.AsyncClient) -> None:
    options = ("--issuer", "linear", "--issuer", "github", "--issuer", "notes", "--switch", 'answered_by="grace"')
    ready = "/linear/_control/counts"
    async with a_process("playground.authorization", *options, "--callback", CALLBACK, ready=ready) as running:
        url = running.url
        for name in ("linear", "github", "notes"):
            said = (await http.get(f"{url}/.well-known/oauth-authorization-server/{name}")).json()
            assert said["issuer"] == f"{url}/{name}"
        shown = await http.get(
            f"{url}/github/authorize",
            params={
                "response_type": "code", "client_id": "Iv1.playground", "redirect_uri": CALLBACK, "scope": "repo",
                "code_challenge": "x" * 43, "code_challenge_method": "S256",
            },
        )  # fmt: skip
        requests = (await http.get(f"{url}/github/_control/requests", params={"name": "authorize"})).json()

    assert answered(shown.headers["location"])["iss"] == f"{url}/github"
    assert requests[0]["person"] == "grace"
    assert running.process.returncode == -signal.SIGTERM


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--issuer", "gitlab"), "There is no issuer gitlab"),
        (("--switch", "rotation=maybe"), "A switch is NAME=VALUE"),
        (("--switch", "rotating=true"), "rotating"),
    ],
)
def test_a_wrong_option_is_told_and_nothing_is_served(options: tuple[str, ...], said: str) -> None:
    status, words = told(main, "--port", "1", *options)
    assert (status, said in words) == (2, True), words
