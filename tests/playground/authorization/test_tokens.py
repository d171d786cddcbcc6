"""The token endpoint: codes, refresh tokens and their rotation, expiry, revocation; what each mistake is called."""

from __future__ import annotations

import asyncio
import base64
import secrets
from urllib.parse import parse_qs, quote

import httpx2
import pytest

from playground.authorization import profiles
from playground.authorization.app import running
from playground.authorization.grants import FOR_NOTHING, Grant
from playground.authorization.introspection import Introspection
from playground.authorization.issuer import Issuer
from playground.authorization.settings import RESOURCE_KEY
from tests.playground.authorization.conftest import Clock
from tests.playground.authorization.flow import CALLBACK, RESOURCE, Flow, answered, error


async def test_a_code_becomes_tokens_of_the_person_for_the_resource(flow: Flow) -> None:
    answer = await flow.redeem(await flow.code("camille"))
    said = answer.json()

    assert said.keys() == {"access_token", "token_type", "expires_in", "scope", "refresh_token"}
    assert (said["token_type"], said["expires_in"], said["scope"]) == ("Bearer", 3600, "notes:read offline_access")
    assert answer.headers["cache-control"] == "no-store"
    scopes = frozenset({"notes:read", "offline_access"})
    assert await flow.issuer.person_of(said["access_token"]) == Grant("camille", scopes, RESOURCE)


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"code_verifier": secrets.token_urlsafe(32)}, (400, "invalid_grant")),
        ({"code_verifier": "short"}, (400, "invalid_request")),
        ({"code_verifier": ""}, (400, "invalid_request")),
        ({"redirect_uri": "http://127.0.0.1:3000/other"}, (400, "invalid_grant")),
        ({"redirect_uri": "http://127.0.0.1:3001/callback"}, (400, "invalid_grant")),
        ({"code": "pgc_invented"}, (400, "invalid_grant")),
        ({"code": ""}, (400, "invalid_request")),
        ({"resource": "https://other.example/mcp"}, (400, "invalid_target")),
        ({"grant_type": "password"}, (400, "unsupported_grant_type")),
        ({"grant_type": "client_credentials"}, (400, "unsupported_grant_type")),
        ({"client_id": "somebody"}, (401, "invalid_client")),
        ({"client_secret": "a guess"}, (401, "invalid_client")),
    ],
)
async def test_a_mistake_with_a_code_is_refused_and_costs_nothing(
    flow: Flow, changes: dict[str, str], refusal: tuple[int, str]
) -> None:
    code = await flow.code()
    assert error(await flow.redeem(code, **changes)) == refusal
    assert (await flow.redeem(code)).status_code == 200


async def test_the_address_must_be_named_again_where_it_was_named(flow: Flow) -> None:
    named, unnamed = await flow.code(), await flow.code(redirect_uri=None)
    form = {"grant_type": "authorization_code", "code_verifier": flow.verifier}

    assert error(await flow.token(**form, code=named)) == (400, "invalid_grant")
    assert (await flow.token(**form, code=unnamed)).status_code == 200


async def test_a_code_of_another_client_is_worth_nothing(flow: Flow, issuer: Issuer, http: httpx2.AsyncClient) -> None:
    other = Flow(issuer, http, verifier=flow.verifier)
    await other.register()
    assert error(await other.redeem(await flow.code())) == (400, "invalid_grant")


async def test_a_code_expires(flow: Flow, clock: Clock) -> None:
    flow.issuer.switch(code_seconds=10)
    code = await flow.code()
    clock.pass_by(10)
    assert error(await flow.redeem(code)) == (400, "invalid_grant")


async def test_a_code_used_twice_takes_along_what_it_gave(flow: Flow) -> None:
    code = await flow.code()
    tokens = (await flow.redeem(code)).json()
    again = await flow.redeem(code)

    assert error(again) == (400, "invalid_grant")
    assert await flow.issuer.person_of(tokens["access_token"]) is None
    assert error(await flow.renew(tokens["refresh_token"])) == (400, "invalid_grant")
    assert [seen.reused for seen in flow.issuer.requests("token.authorization_code")] == [False, True]


async def test_an_access_token_expires_when_its_seconds_are_over(flow: Flow, clock: Clock) -> None:
    flow.issuer.switch(access_seconds=2)
    tokens = await flow.tokens()
    clock.pass_by(1.9)
    before = await flow.issuer.person_of(tokens["access_token"])
    clock.pass_by(0.1)

    assert tokens["expires_in"] == 2
    assert before is not None
    assert await flow.issuer.person_of(tokens["access_token"]) is None


# ---- refreshing -----------------------------------------------------------------------------------------------------


async def test_each_refresh_brings_a_new_refresh_token(flow: Flow) -> None:
    first = await flow.tokens()
    second = (await flow.renew(first["refresh_token"], resource=RESOURCE)).json()
    third = (await flow.renew(second["refresh_token"])).json()

    assert len({each["refresh_token"] for each in (first, second, third)}) == 3
    assert len({each["access_token"] for each in (first, second, third)}) == 3
    assert third["scope"] == "notes:read offline_access"
    assert flow.issuer.log.counts()["token.refresh_token"] == {"came": 2, "granted": 2, "refused": 0, "reused": 0}


async def test_a_spent_refresh_token_takes_the_whole_grant_along(flow: Flow) -> None:
    first = await flow.tokens()
    second = (await flow.renew(first["refresh_token"])).json()
    again = await flow.renew(first["refresh_token"])

    assert error(again) == (400, "invalid_grant")
    assert await flow.issuer.person_of(second["access_token"]) is None
    assert error(await flow.renew(second["refresh_token"])) == (400, "invalid_grant")
    assert flow.issuer.log.counts()["token.refresh_token"] == {"came": 3, "granted": 1, "refused": 2, "reused": 1}


async def test_of_four_at_once_with_one_refresh_token_one_is_granted_and_the_rest_give_all_away(flow: Flow) -> None:
    """What workers do to each other that do not wait for one another."""
    tokens = await flow.tokens()
    answers = await asyncio.gather(*(flow.renew(tokens["refresh_token"]) for _ in range(4)))
    [granted] = [answer.json() for answer in answers if answer.status_code == 200]

    assert flow.issuer.log.counts()["token.refresh_token"] == {"came": 4, "granted": 1, "refused": 3, "reused": 3}
    assert await flow.issuer.person_of(granted["access_token"]) is None


async def test_another_consent_of_the_same_person_is_not_taken_along(flow: Flow) -> None:
    first, other = await flow.tokens(), await flow.tokens()
    await flow.renew(first["refresh_token"])
    await flow.renew(first["refresh_token"])

    assert await flow.issuer.person_of(first["access_token"]) is None
    assert await flow.issuer.person_of(other["access_token"]) is not None


async def test_without_rotation_a_refresh_token_stays_good(flow: Flow) -> None:
    flow.issuer.switch(rotation=False)
    tokens = await flow.tokens()
    for _ in range(3):
        assert (await flow.renew(tokens["refresh_token"])).json()["refresh_token"] == tokens["refresh_token"]


async def test_a_refresh_may_ask_for_less_and_never_for_more(flow: Flow) -> None:
    tokens = await flow.tokens(scope="notes:read notes:write offline_access")
    less = (await flow.renew(tokens["refresh_token"], scope="notes:read")).json()
    grant = await flow.issuer.person_of(less["access_token"])
    more = await flow.renew(less["refresh_token"], scope="notes:read notes:own")
    whole = await flow.renew(less["refresh_token"])

    assert grant is not None
    assert grant.scopes == {"notes:read"}
    assert error(more) == (400, "invalid_scope")
    assert whole.json()["scope"] == "notes:read notes:write offline_access"


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"resource": "https://other.example/mcp"}, (400, "invalid_target")),
        ({"client_id": "somebody"}, (401, "invalid_client")),
        ({"refresh_token": "pgr_invented"}, (400, "invalid_grant")),
    ],
)
async def test_a_mistake_with_a_refresh_token_is_refused_and_does_not_spend_it(
    flow: Flow, changes: dict[str, str], refusal: tuple[int, str]
) -> None:
    tokens = await flow.tokens()
    assert error(await flow.renew(tokens["refresh_token"], **changes)) == refusal
    assert (await flow.renew(tokens["refresh_token"])).status_code == 200


async def test_a_refresh_token_of_another_client_is_worth_nothing_there(
    flow: Flow, issuer: Issuer, http: httpx2.AsyncClient
) -> None:
    other = Flow(issuer, http)
    await other.register()
    tokens = await flow.tokens()

    assert error(await other.renew(tokens["refresh_token"])) == (400, "invalid_grant")
    assert (await flow.renew(tokens["refresh_token"])).status_code == 200


async def test_a_refresh_token_expires(flow: Flow, clock: Clock) -> None:
    flow.issuer.switch(refresh_seconds=100)
    tokens = await flow.tokens()
    clock.pass_by(100)
    assert error(await flow.renew(tokens["refresh_token"])) == (400, "invalid_grant")


async def test_one_without_an_end_does_not(flow: Flow, clock: Clock) -> None:
    flow.issuer.switch(refresh_seconds=0)
    tokens = await flow.tokens()
    clock.pass_by(10 * 365 * 86400)
    assert (await flow.renew(tokens["refresh_token"])).status_code == 200


@pytest.mark.parametrize(
    ("switch", "changes", "given"),
    [
        ("offline_access", {}, True),
        ("offline_access", {"prompt": None}, False),
        ("offline_access", {"scope": "notes:read"}, False),
        ("always", {"scope": "notes:read", "prompt": None}, True),
        ("never", {}, False),
    ],
)
async def test_a_switch_says_who_gets_refresh_tokens(
    flow: Flow, switch: str, changes: dict[str, str | None], given: bool
) -> None:
    flow.issuer.switch(refresh=switch)
    assert ("refresh_token" in await flow.tokens(**changes)) is given


# ---- clients that prove themselves ----------------------------------------------------------------------------------


async def test_a_client_proves_itself_as_it_registered_and_in_no_other_way(
    issuer: Issuer, http: httpx2.AsyncClient
) -> None:
    flow = Flow(issuer, http)
    await flow.register(token_endpoint_auth_method="client_secret_basic")
    code = await flow.code()
    form = {
        "grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK, "code_verifier": flow.verifier
    }  # fmt: skip

    async def shown(secret: str, **more: str) -> httpx2.Response:
        credentials = base64.b64encode(f"{quote(flow.client_id)}:{quote(secret)}".encode()).decode()
        headers = {"Authorization": f"Basic {credentials}"}
        return await http.post(f"{issuer.url}/token", data=form | more, headers=headers)

    in_the_body = await flow.token(**form)
    wrong = await shown("a guess")
    twice = await shown(flow.secret, client_secret=flow.secret)
    other = await shown(flow.secret, client_id="somebody")
    broken = await http.post(f"{issuer.url}/token", data=form, headers={"Authorization": "Basic %%%"})

    assert error(in_the_body) == error(wrong) == error(broken) == (401, "invalid_client")
    assert wrong.headers["www-authenticate"].startswith("Basic")
    assert error(twice) == error(other) == (400, "invalid_request")
    assert (await shown(flow.secret)).status_code == 200


async def test_a_body_that_is_no_form_is_refused(flow: Flow) -> None:
    answer = await flow.http.post(f"{flow.issuer.url}/token", json={"grant_type": "refresh_token"})
    assert error(answer) == (400, "invalid_request")


async def test_what_comes_twice_in_a_form_is_refused(flow: Flow) -> None:
    answer = await flow.http.post(
        f"{flow.issuer.url}/token",
        content=f"client_id={flow.client_id}&grant_type=refresh_token&grant_type=refresh_token",
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )
    assert error(answer) == (400, "invalid_request")


# ---- GitHub's ways --------------------------------------------------------------------------------------------------


async def test_github_answers_form_encoded_unless_asked_for_json_and_refuses_under_200(
    http: httpx2.AsyncClient,
) -> None:
    async with running(profiles.github("/login/oauth", callbacks=(CALLBACK,))) as server:
        flow = Flow(server.issuer, http, client_id=profiles.GITHUB_ID, secret=profiles.GITHUB_SECRET)
        code = await flow.code(scope="repo", prompt=None)
        refused = await flow.redeem("pgc_invented")
        granted = await flow.redeem(code)
        http.headers["Accept"] = "application/json"
        refused_as_json = await flow.redeem(code)

    assert granted.headers["content-type"].startswith("application/x-www-form-urlencoded")
    said = parse_qs(granted.text)
    assert (said["scope"], said["expires_in"], said["token_type"]) == (["repo"], ["28800"], ["Bearer"])
    assert said["refresh_token"]
    assert (refused.status_code, parse_qs(refused.text)["error"]) == (200, ["invalid_grant"])
    assert (refused_as_json.status_code, refused_as_json.json()["error"]) == (200, "invalid_grant")
    counts = server.issuer.log.counts()["token.authorization_code"]
    assert counts == {"came": 3, "granted": 1, "refused": 2, "reused": 1}


# ---- taking it back -------------------------------------------------------------------------------------------------


async def revoked(flow: Flow, token: str, **form: str) -> httpx2.Response:
    return await flow.http.post(f"{flow.issuer.url}/revoke", data={"client_id": flow.client_id, "token": token} | form)


async def test_revoking_an_access_token_ends_it_alone(flow: Flow) -> None:
    tokens = await flow.tokens()
    assert (await revoked(flow, tokens["access_token"], token_type_hint="access_token")).status_code == 200

    assert await flow.issuer.person_of(tokens["access_token"]) is None
    assert (await flow.renew(tokens["refresh_token"])).status_code == 200


async def test_revoking_a_refresh_token_ends_all_that_came_of_it(flow: Flow) -> None:
    tokens = await flow.tokens()
    assert (await revoked(flow, tokens["refresh_token"])).status_code == 200

    assert await flow.issuer.person_of(tokens["access_token"]) is None
    assert error(await flow.renew(tokens["refresh_token"])) == (400, "invalid_grant")
    assert flow.issuer.log.counts()["revoke"]["granted"] == 1


async def test_revoking_what_is_unknown_is_fine_and_what_is_another_clients_is_not(
    flow: Flow, issuer: Issuer, http: httpx2.AsyncClient
) -> None:
    other = Flow(issuer, http)
    await other.register()
    tokens = await flow.tokens()

    assert (await revoked(flow, "pga_invented")).status_code == 200
    assert error(await revoked(other, tokens["access_token"])) == (400, "invalid_grant")
    assert error(await revoked(flow, tokens["access_token"], client_id="somebody")) == (401, "invalid_client")
    assert error(await revoked(flow, "")) == (400, "invalid_request")
    assert await issuer.person_of(tokens["access_token"]) is not None


async def test_a_person_takes_back_what_they_gave(flow: Flow) -> None:
    ada, camille = await flow.tokens("ada"), await flow.tokens("camille")
    assert flow.issuer.tokens.revoke_of("ada", "another client") == 0
    assert flow.issuer.tokens.revoke_of("ada") == 1

    assert await flow.issuer.person_of(ada["access_token"]) is None
    assert await flow.issuer.person_of(camille["access_token"]) is not None


# ---- asking about a token -------------------------------------------------------------------------------------------


async def test_a_resource_in_another_process_learns_the_same(flow: Flow, clock: Clock) -> None:
    tokens = await flow.tokens()
    verifier = Introspection(f"{flow.issuer.url}/introspect", RESOURCE_KEY)
    asked = await verifier.person_of(tokens["access_token"])

    assert asked is not None
    assert asked == await flow.issuer.person_of(tokens["access_token"])
    assert await verifier.person_of("pga_invented") is None
    assert await verifier.person_of(tokens["refresh_token"]) is None
    clock.pass_by(3600)
    assert await verifier.person_of(tokens["access_token"]) is None


@pytest.mark.parametrize("key", ["a guess", "eine Vermutung mit Umläuten: ä"])
async def test_only_resources_may_ask(flow: Flow, key: str) -> None:
    tokens = await flow.tokens()
    headers = {b"Authorization": f"Bearer {key}".encode()}
    answer = await flow.http.post(
        f"{flow.issuer.url}/introspect", data={"token": tokens["access_token"]}, headers=headers
    )
    assert error(answer) == (401, "invalid_client")


async def test_a_verifier_that_may_not_ask_lets_nobody_in(flow: Flow) -> None:
    tokens = await flow.tokens()
    assert await Introspection(f"{flow.issuer.url}/introspect", "a guess").person_of(tokens["access_token"]) is None


async def test_a_token_asked_for_no_resource_is_bound_to_none(flow: Flow) -> None:
    answer = await flow.token(
        grant_type="authorization_code",
        code=await flow.code(resource=None),
        redirect_uri=CALLBACK,
        code_verifier=flow.verifier,
    )
    grant = await Introspection(f"{flow.issuer.url}/introspect", RESOURCE_KEY).person_of(answer.json()["access_token"])

    assert grant is not None
    assert grant.resource == FOR_NOTHING


async def test_the_log_holds_no_secret(flow: Flow) -> None:
    await flow.authorize()
    code = answered(flow.issuer.answer("ada"))["code"]
    tokens = (await flow.redeem(code)).json()
    await flow.renew(tokens["refresh_token"])
    said = str(flow.issuer.log.as_json())

    assert "token.refresh_token" in said
    for secret in (code, flow.verifier, tokens["access_token"], tokens["refresh_token"]):
        assert secret not in said
