"""GitHub's webhooks: registered over REST, sent for what both faces do, signed, listed, and delivered again."""

from __future__ import annotations

import asyncio
import base64
import hmac
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import httpx2
import pytest

from playground.services import outbox
from playground.services.github.app import GitHubService, create, token_of
from playground.serving import serve
from playground.store import free_port
from tests.playground.services.conftest import Json, asked, bearing, over_http
from tests.playground.services.listening import COMES_WITHIN_SECONDS, Came, Listener, listening

STORE = "/repos/playground/storefront"
EVERYTHING = ["issues", "issue_comment", "pull_request", "push"]
SECRET = "It's a Secret to Everybody"


@pytest.fixture
async def grace(github_url: str) -> AsyncIterator[httpx2.AsyncClient]:
    """An admin of the storefront."""
    async with bearing(token_of("grace"), github_url) as client:
        yield client


@pytest.fixture
async def listener() -> AsyncIterator[Listener]:
    async with listening() as heard:
        yield heard


async def register(client: httpx2.AsyncClient, listener: Listener, **more: Any) -> Json:
    """A hook, when its ping has come; what came is forgotten then."""
    config = {"url": listener.url, "content_type": "json", "secret": SECRET, **more.pop("config", {})}
    response = await client.post(f"{STORE}/hooks", json={"events": EVERYTHING, "config": config, **more})
    assert response.status_code == 201, response.text
    if more.get("active", True):
        await listener.until(1)
        listener.came.clear()
    made: Json = response.json()
    return made


def named(came: Came) -> tuple[str, str]:
    return came.headers["x-github-event"], json.loads(came.body).get("action", "")


def signature(body: bytes, how: str = "sha256") -> str:
    return f"{how}={hmac.new(SECRET.encode(), body, how).hexdigest()}"


# ---- registering


async def test_a_new_hook_is_pinged_and_never_shows_its_secret(grace: httpx2.AsyncClient, listener: Listener) -> None:
    config = {"url": listener.url, "content_type": "json", "secret": SECRET, "insecure_ssl": "0"}
    made = await grace.post(f"{STORE}/hooks", json={"name": "web", "events": ["issues"], "config": config})
    assert made.status_code == 201
    hook = made.json()
    assert (hook["type"], hook["name"], hook["active"], hook["events"]) == ("Repository", "web", True, ["issues"])
    assert hook["config"] == {"content_type": "json", "insecure_ssl": "0", "url": listener.url, "secret": "********"}

    [ping] = await listener.until(1)
    assert ping.headers["x-github-event"] == "ping"
    assert (ping.said["hook_id"], ping.said["hook"]["config"]["secret"]) == (hook["id"], "********")
    assert ping.said["zen"]
    assert SECRET not in ping.body.decode()

    assert [one["id"] for one in (await grace.get(f"{STORE}/hooks")).json()] == [hook["id"]]
    assert (await grace.get(f"{STORE}/hooks/{hook['id']}")).json()["url"] == hook["url"]
    assert (await grace.delete(f"{STORE}/hooks/{hook['id']}")).status_code == 204
    assert (await grace.get(f"{STORE}/hooks")).json() == []
    assert (await grace.get(f"{STORE}/hooks/{hook['id']}")).status_code == 404


async def test_only_admins_find_a_repositorys_hooks(
    grace: httpx2.AsyncClient, listener: Listener, github_url: str
) -> None:
    hook = await register(grace, listener)
    for token in (token_of("camille"), token_of("grace", "bare")):
        async with bearing(token, github_url) as other:
            for path in (f"{STORE}/hooks", f"{STORE}/hooks/{hook['id']}", f"{STORE}/hooks/{hook['id']}/deliveries"):
                assert (await other.get(path)).status_code == 404
            assert (await other.post(f"{STORE}/hooks", json={"config": {"url": listener.url}})).status_code == 404
            assert (await other.delete(f"{STORE}/hooks/{hook['id']}")).status_code == 404


@pytest.mark.parametrize(
    "wrong",
    [
        {"config": {}},
        {"config": {"url": ""}},
        {"config": {"url": 5}},
        {"config": {"url": "https://bot.example.com/hooks/abc"}},
        {"config": {"url": "http://10.0.0.1/hooks/abc"}},
        {"config": {"url": "http://127.0.0.1.example.com/"}},
        {"config": {"url": "http://[::1"}},
        {"config": {"url": "file:///etc/passwd"}},
        {"config": {"url": "http://user:pass@127.0.0.1/"}},
        {"config": {"url": "http://127.0.0.1:1/", "content_type": "xml"}},
        {"config": {"url": "http://127.0.0.1:1/", "insecure_ssl": "maybe"}},
        {"config": {"url": "http://127.0.0.1:1/", "secret": 5}},
        {"config": {"url": "http://127.0.0.1:1/"}, "events": ["issues", "moonrise"]},
        {"config": {"url": "http://127.0.0.1:1/"}, "name": "email"},
        {"config": {"url": "http://127.0.0.1:1/"}, "active": "yes"},
    ],
)
async def test_what_makes_no_hook_is_refused(grace: httpx2.AsyncClient, wrong: Json) -> None:
    response = await grace.post(f"{STORE}/hooks", json=wrong)
    assert (response.status_code, response.json()["message"]) == (422, "Validation Failed")
    assert (await grace.get(f"{STORE}/hooks")).json() == []


async def test_the_same_hook_is_not_registered_twice(grace: httpx2.AsyncClient, listener: Listener) -> None:
    await register(grace, listener)
    again = await grace.post(f"{STORE}/hooks", json={"events": ["issues"], "config": {"url": listener.url}})
    assert again.json()["errors"][0]["message"] == "Hook already exists on this repository"


# ---- what is sent


async def test_a_delivery_is_signed_and_says_what_happened(grace: httpx2.AsyncClient, listener: Listener) -> None:
    hook = await register(grace, listener)
    issue = (await grace.post(f"{STORE}/issues", json={"title": "Login fails", "body": "é"})).json()
    [came] = await listener.until(1)
    assert came.headers["x-hub-signature-256"] == signature(came.body)
    assert came.headers["x-hub-signature"] == signature(came.body, "sha1")
    assert came.headers["user-agent"].startswith("GitHub-Hookshot/")
    assert came.headers["content-type"] == "application/json"
    assert came.headers["x-github-hook-id"] == str(hook["id"])
    assert len(came.headers["x-github-delivery"]) == 36
    said = came.said
    assert named(came) == ("issues", "opened")
    assert said["issue"] == issue  # as the API writes it
    assert (said["repository"]["full_name"], said["sender"]["login"]) == ("playground/storefront", "grace")
    assert said["organization"]["login"] == "playground"


async def test_each_difference_of_an_issue_is_an_event(grace: httpx2.AsyncClient, listener: Listener) -> None:
    number = (await grace.post(f"{STORE}/issues", json={"title": "A", "labels": ["bug"]})).json()["number"]
    await register(grace, listener)
    path = f"{STORE}/issues/{number}"
    await grace.patch(path, json={"title": "B", "labels": ["question"], "assignees": ["ada"], "state": "closed"})
    came = await listener.until(5)
    said = {named(one)[1]: one.said for one in came}
    assert set(said) == {"edited", "unlabeled", "labeled", "assigned", "closed"}
    assert said["edited"]["changes"] == {"title": {"from": "A"}}
    assert (said["unlabeled"]["label"]["name"], said["labeled"]["label"]["name"]) == ("bug", "question")
    assert said["assigned"]["assignee"]["login"] == "ada"
    assert (said["closed"]["issue"]["state"], said["closed"]["issue"]["title"]) == ("closed", "B")

    listener.came.clear()
    await grace.patch(path, json={"title": "B"})  # nothing is different
    await grace.patch(path, json={"state": "open"})
    await grace.post(f"{path}/comments", json={"body": "Once more"})
    came = await listener.until(2)
    assert {named(one) for one in came} == {("issues", "reopened"), ("issue_comment", "created")}
    [comment] = [one.said for one in came if named(one)[0] == "issue_comment"]
    assert (comment["comment"]["body"], comment["issue"]["number"]) == ("Once more", number)


async def test_what_an_agent_does_over_mcp_is_sent_too(
    grace: httpx2.AsyncClient, listener: Listener, github_url: str
) -> None:
    await register(grace, listener)
    async with over_http(f"{github_url}/mcp/", token_of("ada")) as ada:
        await asked(ada, "issue_write", method="create", owner="playground", repo="storefront", title="By an agent")
    [came] = await listener.until(1)
    assert (named(came), came.said["sender"]["login"]) == (("issues", "opened"), "ada")


async def test_a_pull_request_from_its_first_push_to_its_merge(grace: httpx2.AsyncClient, listener: Listener) -> None:
    await register(grace, listener)
    main = (await grace.get(f"{STORE}/branches/main")).json()["commit"]["sha"]
    await grace.post(f"{STORE}/git/refs", json={"ref": "refs/heads/mend", "sha": main})
    [created] = await listener.until(1)
    assert (named(created)[0], created.said["created"], created.said["before"]) == ("push", True, "0" * 40)
    assert created.said["commits"] == []

    listener.came.clear()
    first = await put(grace, "a.txt", "one", "mend")
    [pushed] = await listener.until(1)
    assert (pushed.said["ref"], pushed.said["before"], pushed.said["after"]) == ("refs/heads/mend", main, first)
    assert pushed.said["commits"][0]["added"] == ["a.txt"]
    assert (pushed.said["head_commit"]["id"], pushed.said["pusher"]["name"]) == (first, "grace")
    assert isinstance(pushed.said["repository"]["pushed_at"], int)
    assert "action" not in pushed.said

    listener.came.clear()
    pull = {"title": "Mend it", "head": "mend", "base": "main"}
    number = (await grace.post(f"{STORE}/pulls", json=pull)).json()["number"]
    [opened] = await listener.until(1)
    assert named(opened) == ("pull_request", "opened")
    assert (opened.said["number"], opened.said["pull_request"]["merged"]) == (number, False)

    listener.came.clear()
    second = await put(grace, "b.txt", "two", "mend")
    came = await listener.until(2)
    assert {named(one) for one in came} == {("push", ""), ("pull_request", "synchronize")}
    [synchronized] = [one.said for one in came if named(one)[0] == "pull_request"]
    assert (synchronized["before"], synchronized["after"]) == (first, second)
    assert synchronized["pull_request"]["head"]["sha"] == second

    listener.came.clear()
    assert (await grace.put(f"{STORE}/pulls/{number}/merge", json={})).status_code == 200
    came = await listener.until(2)
    assert {named(one) for one in came} == {("push", ""), ("pull_request", "closed")}
    [closed] = [one.said for one in came if named(one)[0] == "pull_request"]
    assert (closed["pull_request"]["merged"], closed["pull_request"]["merged_by"]["login"]) == (True, "grace")
    [onto_main] = [one.said for one in came if named(one)[0] == "push"]
    assert (onto_main["ref"], onto_main["forced"]) == ("refs/heads/main", False)


async def put(client: httpx2.AsyncClient, path: str, text: str, branch: str) -> str:
    content = {"message": f"Add {path}", "content": base64.b64encode(text.encode()).decode(), "branch": branch}
    sha: str = (await client.put(f"{STORE}/contents/{path}", json=content)).json()["commit"]["sha"]
    return sha


async def test_a_form_is_signed_as_it_is_sent(grace: httpx2.AsyncClient, listener: Listener) -> None:
    await register(grace, listener, config={"content_type": "form"})
    await grace.post(f"{STORE}/issues", json={"title": "A & b=c"})
    [came] = await listener.until(1)
    assert came.headers["content-type"] == "application/x-www-form-urlencoded"
    assert came.headers["x-hub-signature-256"] == signature(came.body)
    assert json.loads(parse_qs(came.body.decode())["payload"][0])["issue"]["title"] == "A & b=c"


async def test_without_a_secret_there_is_no_signature(grace: httpx2.AsyncClient, listener: Listener) -> None:
    await register(grace, listener, config={"secret": ""})
    await grace.post(f"{STORE}/issues", json={"title": "A"})
    [came] = await listener.until(1)
    assert not [name for name in came.headers if "signature" in name]


async def test_a_hook_hears_of_its_events_while_it_is_active(grace: httpx2.AsyncClient, github_url: str) -> None:
    async with listening() as comments, listening() as inactive, listening() as all_of_them:
        await register(grace, comments, events=["issue_comment"])
        await register(grace, inactive, active=False)
        await register(grace, all_of_them, events=["*"])
        number = (await grace.post(f"{STORE}/issues", json={"title": "A"})).json()["number"]
        await grace.post(f"{STORE}/issues/{number}/comments", json={"body": "b"})
        assert len(await all_of_them.until(2)) == 2
        assert [named(one)[0] for one in await comments.until(1)] == ["issue_comment"]
        assert inactive.came == []


# ---- deliveries


async def test_a_delivery_that_failed_is_not_tried_again_until_somebody_asks(
    github: GitHubService, grace: httpx2.AsyncClient, listener: Listener
) -> None:
    hook = await register(grace, listener)
    deliveries = f"{STORE}/hooks/{hook['id']}/deliveries"
    listener.statuses = [500]
    await grace.post(f"{STORE}/issues", json={"title": "A"})
    [first] = await listener.until(1)
    await over(grace, 2)
    [failed, ping] = (await grace.get(deliveries)).json()
    assert (failed["status"], failed["status_code"], failed["action"]) == ("Invalid HTTP Response: 500", 500, "opened")
    assert (ping["event"], ping["status"], ping["redelivery"]) == ("ping", "OK", False)
    assert (await grace.get(f"{STORE}/hooks/{hook['id']}")).json()["last_response"]["status"] == "failed"

    assert (await grace.post(f"{deliveries}/{failed['id']}/attempts")).status_code == 202
    [_, second] = await listener.until(2)
    assert second.headers["x-github-delivery"] == first.headers["x-github-delivery"] == failed["guid"]
    assert second.body == first.body
    await over(grace, 3)
    newest = (await grace.get(deliveries)).json()[0]
    assert (newest["redelivery"], newest["guid"], newest["status"]) == (True, failed["guid"], "OK")
    whole = (await grace.get(f"{deliveries}/{newest['id']}")).json()
    assert whole["request"]["payload"]["action"] == "opened"
    assert (whole["request"]["headers"]["X-GitHub-Event"], whole["response"]["payload"]) == ("issues", "heard")
    assert (await grace.get(f"{deliveries}/999")).status_code == 404


async def test_nobody_there_and_nobody_answering_are_told_apart(
    github: GitHubService, grace: httpx2.AsyncClient, listener: Listener
) -> None:
    await grace.post("/_control/hooks", json={"timeout_seconds": 0.1})
    listener.deaf = True
    for url in (listener.url, f"http://127.0.0.1:{free_port()}/hooks/abc"):
        config = {"url": url, "content_type": "json"}
        assert (await grace.post(f"{STORE}/hooks", json={"config": config})).status_code == 201
    sent = await over(grace, 2)
    assert [one["attempts"][0]["problem"] for one in sent] == ["timed out", "failed to connect to host"]


async def test_a_redirect_is_not_followed(grace: httpx2.AsyncClient, listener: Listener) -> None:
    await register(grace, listener)
    listener.statuses = [307]
    await grace.post(f"{STORE}/issues", json={"title": "A"})
    sent = await over(grace, 2)
    assert [one["attempts"][0]["status"] for one in sent] == [200, 307]
    assert len(listener.came) == 1


async def test_an_answer_of_a_request_waits_for_no_delivery(grace: httpx2.AsyncClient, listener: Listener) -> None:
    await register(grace, listener)
    listener.deaf = True
    assert (await grace.post(f"{STORE}/issues", json={"title": "A"})).status_code == 201
    await listener.until(1)
    [_, open_one] = (await grace.get("/_control/deliveries")).json()
    assert open_one["over"] is False


async def over(client: httpx2.AsyncClient, count: int) -> list[Json]:
    """The deliveries, when so many are over."""
    async with httpx2.AsyncClient(base_url=client.base_url, timeout=20) as http:
        async with asyncio.timeout(COMES_WITHIN_SECONDS):
            while True:
                sent: list[Json] = (await http.get("/_control/deliveries")).json()
                if sum(one["over"] for one in sent) >= count:
                    return sent


# ---- control


async def test_a_delivery_can_be_tampered_with(
    github: GitHubService, grace: httpx2.AsyncClient, listener: Listener
) -> None:
    await register(grace, listener)
    await grace.post("/_control/faults", json={"request": "hook.issues", "kind": "tamper"})
    await grace.post(f"{STORE}/issues", json={"title": "A"})
    [wrong] = await listener.until(1)
    assert wrong.headers["x-hub-signature-256"] != signature(wrong.body)
    assert len(wrong.headers["x-hub-signature-256"]) == len(signature(wrong.body))
    await grace.post(f"{STORE}/issues", json={"title": "B"})
    right = (await listener.until(2))[1]
    assert right.headers["x-hub-signature-256"] == signature(right.body)
    for fault in ({"request": "hook.issues", "kind": "status"}, {"request": "issues.create", "kind": "tamper"}):
        assert (await grace.post("/_control/faults", json=fault)).status_code == 422


async def test_the_control_sends_again(grace: httpx2.AsyncClient, listener: Listener) -> None:
    await register(grace, listener)
    await grace.post(f"{STORE}/issues", json={"title": "A"})
    [first] = await listener.until(1)
    sent = (await grace.get("/_control/deliveries")).json()
    assert [one["event"] for one in sent] == ["ping", "issues"]
    assert (await grace.get(f"/_control/deliveries?after={sent[0]['number']}")).json()[0]["id"] == sent[1]["id"]
    assert (await grace.post(f"/_control/deliveries/{sent[1]['number']}/again")).json()["id"] == sent[1]["id"]
    assert (await listener.until(2))[1].headers["x-github-delivery"] == first.headers["x-github-delivery"]
    assert (await grace.post("/_control/deliveries/999/again")).status_code == 422


async def test_only_a_switch_lets_deliveries_leave_this_machine(grace: httpx2.AsyncClient) -> None:
    """Asked for and taken back before anything could go: the address of the second one is nobody's (RFC 5737)."""
    elsewhere = {"config": {"url": "https://192.0.2.1/hooks/abc"}, "active": False}
    assert (await grace.post("/_control/hooks", json={"everywhere": True})).status_code == 422
    assert (await grace.post("/_control/hooks", json={"anywhere": True})).status_code == 204
    hook = (await grace.post(f"{STORE}/hooks", json=elsewhere)).json()
    assert (await grace.post("/_control/hooks", json={"anywhere": False})).status_code == 204
    assert hook["config"]["url"] == "https://192.0.2.1/hooks/abc"
    assert (await grace.get("/_control/deliveries")).json() == []


async def test_what_is_open_and_what_is_remembered_is_bounded(
    github: GitHubService, grace: httpx2.AsyncClient, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    hook = await register(grace, listener)
    await over(grace, 1)
    monkeypatch.setattr(outbox, "MOST_OPEN", 1)
    listener.deaf = True
    for _ in range(2):
        assert (await grace.post(f"{STORE}/issues", json={"title": "A"})).status_code == 201
    [dropped, open_one, ping] = (await grace.get(f"{STORE}/hooks/{hook['id']}/deliveries")).json()
    assert [one["status"] for one in (dropped, open_one, ping)] == ["dropped", "pending", "OK"]
    assert (await listener.until(1))[0].headers["x-github-delivery"] == open_one["guid"]
    for _ in range(outbox.KEPT + 5):
        github.outbox.send(github.outbox.deliveries()[-1].letter)
    assert len(github.outbox.deliveries()) == outbox.KEPT


async def test_hooks_are_kept_over_restarts(tmp_path: Path) -> None:
    state = tmp_path / "github.json"
    async with listening() as listener:
        async with serve(create(state=state)) as url, bearing(token_of("grace"), url) as grace:
            await register(grace, listener)
        async with serve(create(state=state)) as url, bearing(token_of("grace"), url) as grace:
            await grace.post(f"{STORE}/issues", json={"title": "A"})
            [came] = await listener.until(1)
            assert came.headers["x-hub-signature-256"] == signature(came.body)


async def test_what_is_on_its_way_ends_with_the_process(listener: Listener) -> None:
    service = create()
    async with serve(service) as url, bearing(token_of("grace"), url) as grace:
        await register(grace, listener)
        listener.deaf = True
        await grace.post(f"{STORE}/issues", json={"title": "A"})
        await listener.until(1)
    assert [one.over for one in service.outbox.deliveries()] == [True, True]
    late = service.outbox.send(service.outbox.deliveries()[0].letter)
    assert late.dropped
