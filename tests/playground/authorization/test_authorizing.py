"""The authorization endpoint: what is asked of a person, what is refused before, what the client is told."""

from __future__ import annotations

from dataclasses import replace

import httpx2
import pytest

from playground.authorization import profiles
from playground.authorization.app import running
from playground.authorization.deciding import ANOTHER_ISSUER
from playground.authorization.issuer import Issuer
from playground.authorization.pending import WAITS_SECONDS
from playground.authorization.settings import Settings
from tests.playground.authorization.conftest import Clock
from tests.playground.authorization.flow import CALLBACK, RESOURCE, Flow, answered, redirected


async def test_a_person_allows_and_the_client_is_told_by_whom_it_was_answered(flow: Flow) -> None:
    shown = await flow.authorize()
    told = answered(flow.issuer.answer("ada"))

    assert shown.status_code == 200
    assert told.keys() == {"code", "state", "iss"}
    assert (told["state"], told["iss"]) == (flow.state, flow.issuer.url)


async def test_a_person_denies(flow: Flow) -> None:
    await flow.authorize()
    told = answered(flow.issuer.answer("ada", allow=False))

    assert (told["error"], told["state"], told["iss"]) == ("access_denied", flow.state, flow.issuer.url)
    assert "code" not in told
    assert flow.issuer.pending.all() == []


async def test_a_person_may_give_less_than_is_asked(flow: Flow) -> None:
    await flow.authorize(scope="notes:read notes:write")
    code = answered(flow.issuer.answer("ada", scopes=["notes:read"]))["code"]

    assert (await flow.redeem(code)).json()["scope"] == "notes:read"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": None}, "unsupported_response_type"),
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"scope": "notes:read notes:own"}, "invalid_scope"),
        ({"resource": "/mcp"}, "invalid_target"),
        ({"resource": "http://[bad/mcp"}, "invalid_target"),
        ({"resource": "http://127.0.0.1:9999/mcp#part"}, "invalid_target"),
        ({"prompt": "none consent"}, "invalid_request"),
        ({"prompt": "maybe"}, "invalid_request"),
        ({"prompt": "none"}, "login_required"),
    ],
)
async def test_a_request_that_cannot_be_granted_is_refused_before_anybody_is_asked(
    flow: Flow, changes: dict[str, str | None], code: str
) -> None:
    told = redirected(await flow.authorize(**changes))

    assert (told["error"], told["state"], told["iss"]) == (code, flow.state, flow.issuer.url)
    assert flow.issuer.pending.all() == []


async def test_what_comes_twice_is_refused(flow: Flow) -> None:
    asked = str((await flow.authorize()).request.url)
    twice = redirected(await flow.http.get(f"{asked}&scope=notes%3Awrite"))
    two_resources = redirected(await flow.http.get(f"{asked}&resource=https%3A%2F%2Fother.example%2F"))

    assert twice["error"] == "invalid_request"
    assert two_resources["error"] == "invalid_target"


@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": "somebody"},
        {"client_id": None},
        {"redirect_uri": f"{CALLBACK}/elsewhere"},
        {"redirect_uri": "https://evil.example/callback"},
    ],
)
async def test_an_unknown_client_or_address_is_told_on_a_page_and_not_redirected(
    flow: Flow, changes: dict[str, str | None]
) -> None:
    shown = await flow.authorize(**changes)

    assert shown.status_code == 400
    assert "location" not in shown.headers
    assert "Nobody was given access." in shown.text


async def test_a_client_with_one_address_may_leave_it_out(flow: Flow) -> None:
    shown = await flow.authorize(redirect_uri=None)
    assert shown.status_code == 200
    assert flow.issuer.answer("ada").startswith(CALLBACK)


async def test_one_with_two_may_not(issuer: Issuer, http: httpx2.AsyncClient) -> None:
    flow = Flow(issuer, http)
    await flow.register(redirect_uris=[CALLBACK, "https://client.example/back"])
    assert (await flow.authorize(redirect_uri=None)).status_code == 400


async def test_what_stood_in_the_address_stays_there(issuer: Issuer, http: httpx2.AsyncClient) -> None:
    flow = Flow(issuer, http)
    await flow.register(redirect_uris=["https://client.example/back?tenant=a%20b"])
    await flow.authorize(redirect_uri="https://client.example/back?tenant=a%20b")
    assert answered(issuer.answer("ada"))["tenant"] == "a b"


async def test_a_request_may_come_as_a_form(flow: Flow) -> None:
    """OpenID Connect asks for that; a long request fits."""
    asked = (await flow.authorize()).request.url
    shown = await flow.http.post(f"{flow.issuer.url}/authorize", data=dict(asked.params))
    assert shown.status_code == 200
    assert len(flow.issuer.pending.all()) == 2


async def test_a_request_is_decided_once_and_does_not_wait_for_ever(flow: Flow, clock: Clock) -> None:
    await flow.authorize()
    [first] = flow.issuer.pending.all()
    address = f"{flow.issuer.url}/authorize/{first.id}"
    allowed = await flow.http.post(address, data={"person": "ada", "decision": "allow"})
    again = await flow.http.post(address, data={"person": "ada", "decision": "allow"})

    await flow.authorize()
    [second] = flow.issuer.pending.all()
    clock.pass_by(WAITS_SECONDS)
    late = await flow.http.post(f"{flow.issuer.url}/authorize/{second.id}", data={"person": "ada", "decision": "allow"})

    assert "code" in redirected(allowed)
    assert (again.status_code, late.status_code) == (410, 410)
    assert flow.issuer.pending.all() == []


@pytest.mark.parametrize("form", [{"person": "nobody", "decision": "allow"}, {"person": "ada"}, {"decision": "allow"}])
async def test_what_the_page_does_not_offer_is_a_no(flow: Flow, form: dict[str, str]) -> None:
    await flow.authorize()
    [waiting] = flow.issuer.pending.all()
    told = redirected(await flow.http.post(f"{flow.issuer.url}/authorize/{waiting.id}", data=form))
    assert told["error"] == "access_denied"


async def test_whoever_answers_must_be_a_person_and_say_which_request(flow: Flow) -> None:
    with pytest.raises(LookupError, match="no such request"):
        flow.issuer.answer("ada")
    await flow.authorize()
    await flow.authorize()
    with pytest.raises(LookupError, match="2 requests wait"):
        flow.issuer.answer("ada")
    with pytest.raises(ValueError, match="There is no bob"):
        flow.issuer.answer("bob")
    assert len(flow.issuer.pending.all()) == 2


# ---- switches -------------------------------------------------------------------------------------------------------


async def test_a_switch_answers_at_once_as_a_person(flow: Flow) -> None:
    flow.issuer.switch(answered_by="camille")
    told = redirected(await flow.authorize())
    tokens = (await flow.redeem(told["code"])).json()
    grant = await flow.issuer.person_of(tokens["access_token"])

    assert grant is not None
    assert (grant.person, grant.resource) == ("camille", RESOURCE)


async def test_only_people_can_answer_at_once(flow: Flow) -> None:
    with pytest.raises(ValueError, match="There is no bob"):
        flow.issuer.switch(answered_by="bob")


async def test_a_switch_denies_at_once(flow: Flow) -> None:
    flow.issuer.switch(denies=True, answered_by="ada")
    assert redirected(await flow.authorize())["error"] == "access_denied"


@pytest.mark.parametrize(("switch", "iss"), [("off", None), ("wrong", ANOTHER_ISSUER)])
async def test_a_switch_says_whom_the_answer_names(flow: Flow, switch: str, iss: str | None) -> None:
    flow.issuer.switch(iss=switch)
    await flow.authorize()
    allowed = answered(flow.issuer.answer("ada"))
    refused = redirected(await flow.authorize(scope="everything"))

    assert (allowed.get("iss"), refused.get("iss")) == (iss, iss)


async def test_an_unknown_switch_changes_nothing(issuer: Issuer) -> None:
    with pytest.raises(ValueError, match="rotating"):
        issuer.switch(rotation=False, rotating=False)
    assert issuer.switches.rotation


async def test_tokens_for_unknown_resources_are_not_given_where_the_known_ones_are_named(
    http: httpx2.AsyncClient,
) -> None:
    settings = Settings(scopes=profiles.notes().scopes, resources=("https://notes.example/mcp",))
    async with running(settings) as server:
        flow = Flow(server.issuer, http)
        await flow.register()
        assert redirected(await flow.authorize())["error"] == "invalid_target"
        assert (await flow.authorize(resource="https://notes.example/mcp")).status_code == 200


# ---- being asked again ----------------------------------------------------------------------------------------------


async def consented(issuer: Issuer, http: httpx2.AsyncClient, **metadata: str) -> Flow:
    """A client to which Ada has given something, in the browser that `http` is."""
    flow = Flow(issuer, http)
    await flow.register(**metadata)
    await flow.authorize(prompt=None)
    [waiting] = issuer.pending.all()
    answer = await http.post(f"{issuer.url}/authorize/{waiting.id}", data={"person": "ada", "decision": "allow"})
    assert (await flow.redeem(redirected(answer)["code"])).status_code == 200
    return flow


async def test_where_several_people_use_one_browser_each_is_asked_each_time(http: httpx2.AsyncClient) -> None:
    async with running(replace(profiles.notes(), remembers=False)) as server:
        flow = await consented(server.issuer, http, token_endpoint_auth_method="client_secret_post")
        assert (await flow.authorize(prompt=None)).status_code == 200


async def test_a_client_that_can_prove_itself_need_not_ask_twice_for_the_same(
    issuer: Issuer, http: httpx2.AsyncClient
) -> None:
    flow = await consented(issuer, http, token_endpoint_auth_method="client_secret_post")

    assert "code" in redirected(await flow.authorize(prompt=None))
    assert "code" in redirected(await flow.authorize(prompt="none", scope="notes:read"))
    assert (await flow.authorize(prompt="consent")).status_code == 200
    assert (await flow.authorize(prompt=None, scope="notes:write")).status_code == 200
    assert (await flow.authorize(prompt=None, resource="https://other.example/mcp")).status_code == 200
    assert redirected(await flow.authorize(prompt="none", scope="notes:write"))["error"] == "consent_required"
    issuer.tokens.revoke_of("ada")
    assert (await flow.authorize(prompt=None)).status_code == 200


async def test_a_client_that_cannot_prove_itself_asks_each_time(issuer: Issuer, http: httpx2.AsyncClient) -> None:
    """Anybody may pretend to be a public client (RFC 8252, section 8.6)."""
    flow = await consented(issuer, http)
    assert (await flow.authorize(prompt=None)).status_code == 200
