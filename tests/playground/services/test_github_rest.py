"""The REST face by itself: statuses, bodies and headers as GitHub documents them."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator

import httpx2
import pytest

from playground.services.github.app import GitHubService, token_of
from playground.services.github.objects import FILE, Objects, hash_of
from tests.playground.services.conftest import Json, bearing

STORE = "/repos/playground/storefront"


@pytest.fixture
async def ada(github_url: str) -> AsyncIterator[httpx2.AsyncClient]:
    async with bearing(token_of("ada"), github_url) as client:
        yield client


@pytest.fixture
async def hugo(github_url: str) -> AsyncIterator[httpx2.AsyncClient]:
    async with bearing(token_of("hugo"), github_url) as client:
        yield client


def said(response: httpx2.Response) -> tuple[int, str]:
    return response.status_code, response.json()["message"]


# ---- who may what


async def test_without_a_good_token_there_is_a_401(github_url: str) -> None:
    async with httpx2.AsyncClient(base_url=github_url) as nobody, bearing("ghp_wrong", github_url) as wrong:
        assert said(await nobody.get("/user")) == (401, "Requires authentication")
        assert said(await wrong.get("/user")) == (401, "Bad credentials")


async def test_the_headers_tell_what_a_token_may_and_an_operation_would_take(ada: httpx2.AsyncClient) -> None:
    response = await ada.delete("/repos/ada/nothing")
    assert "repo" in response.headers["x-oauth-scopes"].split(", ")
    assert response.headers["x-accepted-oauth-scopes"] == "delete_repo"
    assert response.headers["x-ratelimit-limit"] == "5000"


async def test_what_is_private_is_not_found_by_strangers_and_by_tokens_without_the_scope(
    hugo: httpx2.AsyncClient, github_url: str
) -> None:
    assert said(await hugo.get(STORE)) == (404, "Not Found")
    async with bearing(token_of("ada", "bare"), github_url) as bare:
        assert said(await bare.get(STORE)) == (404, "Not Found")
        assert (await bare.get("/repos/playground/handbook")).status_code == 200
        assert said(await bare.post("/repos/playground/handbook/issues", json={"title": "x"})) == (404, "Not Found")


async def test_readers_open_issues_and_change_their_own_but_nobody_elses(
    hugo: httpx2.AsyncClient, ada: httpx2.AsyncClient
) -> None:
    handbook = "/repos/playground/handbook"
    mine = (await hugo.post(f"{handbook}/issues", json={"title": "Typo", "labels": ["bug"]})).json()
    assert mine["labels"] == []  # dropped silently, as at GitHub
    assert (await hugo.patch(f"{handbook}/issues/{mine['number']}", json={"title": "Typos"})).status_code == 200

    other = (await ada.post(f"{handbook}/issues", json={"title": "By Ada"})).json()
    refusal = await hugo.patch(f"{handbook}/issues/{other['number']}", json={"state": "closed"})
    assert said(refusal) == (403, "Must have admin rights to Repository.")
    content = {"message": "x", "content": base64.b64encode(b"x").decode()}
    assert said(await hugo.put(f"{handbook}/contents/x.md", json=content)) == (404, "Not Found")


async def test_deleting_takes_an_admin_and_the_scope(ada: httpx2.AsyncClient, github_url: str) -> None:
    async with (
        bearing(token_of("ada", "oauth"), github_url) as app,
        bearing(token_of("camille"), github_url) as camille,
    ):
        assert said(await app.delete("/repos/ada/notes")) == (403, "Must have admin rights to Repository.")
        assert said(await camille.delete(STORE)) == (403, "Must have admin rights to Repository.")
    assert (await ada.delete("/repos/ada/notes")).status_code == 204
    assert (await ada.get("/repos/ada/notes")).status_code == 404


# ---- what is refused


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "word"),
    [
        ("POST", "/issues", {}, 422, "missing_field"),
        ("PATCH", "/issues/1", {"assignees": ["hugo"]}, 422, "assignees"),
        ("PATCH", "/issues/1", {"state": "gone"}, 422, "state"),
        ("GET", "/issues?state=gone", None, 422, "state"),
        ("POST", "/pulls", {"title": "x", "head": "no", "base": "main"}, 422, "head"),
        ("POST", "/pulls", {"title": "x", "head": "main", "base": "main"}, 422, "No commits between"),
        ("POST", "/git/refs", {"ref": "refs/heads/main", "sha": "0" * 40}, 422, "already exists"),
        ("POST", "/git/refs", {"ref": "refs/heads/new", "sha": "0" * 40}, 422, "does not exist"),
        ("PUT", "/contents/README.md", {"message": "x", "content": ""}, 422, "sha"),
        ("PUT", "/contents/README.md", {"message": "x", "content": "", "sha": "0" * 40}, 409, "does not match"),
        ("POST", "/pulls/4/reviews", {"event": "APPROVE"}, 422, "your own pull request"),
        ("PUT", "/pulls/4/merge", {"sha": "0" * 40}, 409, "Head branch was modified"),
        ("GET", "/issues/99", None, 404, "Not Found"),
        ("GET", "/commits/nothing", None, 404, "No commit found"),
        ("GET", "/nowhere", None, 404, "Not Found"),
    ],
)
async def test_each_refusal_has_its_status_and_its_words(
    ada: httpx2.AsyncClient, method: str, path: str, body: Json | None, status: int, word: str
) -> None:
    response = await ada.request(method, f"{STORE}{path}", json=body)
    assert response.status_code == status, response.text
    assert word in response.text
    assert response.json()["documentation_url"]


async def test_a_body_that_is_no_json_is_a_400(ada: httpx2.AsyncClient) -> None:
    assert said(await ada.post(f"{STORE}/issues", content=b"{")) == (400, "Problems parsing JSON")


async def test_a_change_that_is_refused_changes_nothing(ada: httpx2.AsyncClient) -> None:
    before = (await ada.get(f"{STORE}/issues/1")).json()
    await ada.patch(f"{STORE}/issues/1", json={"title": "New", "labels": ["question"], "assignees": ["nobody"]})
    assert (await ada.get(f"{STORE}/issues/1")).json() == before


async def test_two_changes_of_one_file_do_not_merge(ada: httpx2.AsyncClient) -> None:
    """Both branches change prices.py."""
    shown = (await ada.get(f"{STORE}/contents/shop/prices.py")).json()
    content = base64.b64encode(b"VAT = 0.19\n").decode()
    await ada.put(f"{STORE}/contents/shop/prices.py", json={"message": "VAT", "content": content, "sha": shown["sha"]})
    assert (await ada.get(f"{STORE}/pulls/4")).json()["mergeable"] is False
    assert said(await ada.put(f"{STORE}/pulls/4/merge", json={})) == (405, "Pull Request is not mergeable")


# ---- pages


async def test_lists_come_in_pages_that_link_to_each_other(ada: httpx2.AsyncClient) -> None:
    numbers, url = [], f"{STORE}/issues?state=all&per_page=2&direction=asc"
    while url:
        response = await ada.get(url)
        numbers += [issue["number"] for issue in response.json()]
        url = response.links.get("next", {}).get("url", "")
    assert numbers == [1, 2, 3, 4]
    assert set(response.links) == {"prev", "first"}


async def test_a_page_holds_a_hundred_at_most(ada: httpx2.AsyncClient) -> None:
    for number in range(101):
        await ada.post("/repos/ada/notes/issues", json={"title": f"Note {number}"})
    assert len((await ada.get("/repos/ada/notes/issues?per_page=1000")).json()) == 100
    assert len((await ada.get("/repos/ada/notes/issues")).json()) == 30


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("is:issue is:open", [2, 1]),
        ("is:pr", [4]),
        ('label:"good first issue"', [3]),
        ("is:issue -label:bug is:open", [2]),
        ("author:ada is:closed", [3]),
        ("assignee:@me", [1]),
        ("candles", [1]),
        ("accident", [1]),  # in a comment
        ("review-requested:camille", [4]),
        ("milestone:v1", []),  # not known here: rather nothing than everything
    ],
)
async def test_issues_are_found_by_words_and_qualifiers(
    ada: httpx2.AsyncClient, query: str, numbers: list[int]
) -> None:
    found = (await ada.get("/search/issues", params={"q": f"repo:playground/storefront {query}"})).json()
    assert [one["number"] for one in found["items"]] == numbers


async def test_a_search_for_nothing_is_refused(ada: httpx2.AsyncClient) -> None:
    response = await ada.get("/search/issues")
    assert response.json()["errors"] == [{"resource": "Search", "field": "q", "code": "missing"}]


# ---- git


def test_hashes_are_those_of_git() -> None:
    """Taken from `git hash-object` and `git write-tree`."""
    objects = Objects()
    assert hash_of("blob", b"hello\n") == "ce013625030ba8dba906f756967f9e9ca394464a"
    assert objects.add_tree({}) == "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
    blob = objects.add_blob(b"hello\n")
    tree = objects.add_tree({"a.txt": (FILE, blob), "b/c.txt": (FILE, blob)})
    assert tree == "880265b0e4a093524a9bc57546fa05fe1a303e95"


async def test_a_branch_moves_only_forward_unless_forced(ada: httpx2.AsyncClient) -> None:
    older = (await ada.get(f"{STORE}/commits")).json()[-1]["sha"]
    refusal = await ada.patch(f"{STORE}/git/refs/heads/main", json={"sha": older})
    assert said(refusal) == (422, "Update is not a fast forward")
    forced = await ada.patch(f"{STORE}/git/refs/heads/main", json={"sha": older, "force": True})
    assert forced.json()["object"]["sha"] == older


async def test_a_fork_sends_its_changes_back(ada: httpx2.AsyncClient, hugo: httpx2.AsyncClient) -> None:
    await hugo.post("/repos/playground/handbook/forks")
    content = {"message": "Guests, too", "content": base64.b64encode(b"# Guests\n").decode()}
    assert (await hugo.put("/repos/hugo/handbook/contents/guests.md", json=content)).status_code == 201
    body = {"title": "Guests", "head": "hugo:main", "base": "main"}
    pull = (await hugo.post("/repos/playground/handbook/pulls", json=body)).json()
    assert (pull["head"]["label"], pull["changed_files"]) == ("hugo:main", 1)
    assert (await ada.put(f"/repos/playground/handbook/pulls/{pull['number']}/merge", json={})).json()["merged"]
    assert (await ada.get("/repos/playground/handbook/contents/guests.md")).status_code == 200


# ---- faults, and the way back


async def test_what_is_lost_was_done(ada: httpx2.AsyncClient, github: GitHubService) -> None:
    github.fault("issues.create", "lost")
    with pytest.raises(httpx2.RemoteProtocolError):
        await ada.post(f"{STORE}/issues", json={"title": "Heard by nobody"})
    assert (await ada.get(f"{STORE}/issues")).json()[0]["title"] == "Heard by nobody"


async def test_what_is_answered_by_a_fault_was_not_done(ada: httpx2.AsyncClient, github: GitHubService) -> None:
    github.fault("issues.*", "status", status=429, retry_after=7)
    response = await ada.post(f"{STORE}/issues", json={"title": "Too much"})
    assert (response.status_code, response.headers["retry-after"]) == (429, "7")
    assert (await ada.get(f"{STORE}/issues")).json()[0]["title"] != "Too much"


async def test_a_fault_that_a_service_does_not_know_is_refused(ada: httpx2.AsyncClient) -> None:
    refusal = await ada.post("/_control/faults", json={"request": "*", "kind": "duplicate"})
    assert refusal.status_code == 422
    assert (await ada.post("/_control/faults", json={"request": "*", "kind": "delay"})).status_code == 204
    assert (await ada.get("/_control/faults")).json()["rules"][0]["kind"] == "delay"


async def test_requests_are_kept_with_their_person_and_without_their_token(
    ada: httpx2.AsyncClient, github: GitHubService
) -> None:
    await ada.post(f"{STORE}/issues", json={"title": "Seen"})
    [seen] = github.requests("issues.create")
    assert (seen.person, seen.status, seen.body) == ("ada", 201, {"title": "Seen"})
    assert token_of("ada") not in (await ada.get("/_control/requests")).text


async def test_a_reset_brings_back_the_same_beginning(ada: httpx2.AsyncClient) -> None:
    before = (await ada.get(f"{STORE}/commits")).text
    await ada.patch(f"{STORE}/issues/1", json={"state": "closed"})
    await ada.post("/user/repos", json={"name": "new", "auto_init": True})
    assert (await ada.post("/_control/reset")).status_code == 204
    assert (await ada.get(f"{STORE}/issues/1")).json()["state"] == "open"
    assert (await ada.get("/repos/ada/new")).status_code == 404
    assert (await ada.get(f"{STORE}/commits")).text == before
