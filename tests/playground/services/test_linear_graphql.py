"""The GraphQL face by itself: who gets in, what is refused, lists and filters; and the schema it is made of."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
from graphql import GraphQLObjectType

from playground.services.linear.app import LinearService, create, key_of, token_of
from playground.services.linear.graph import mutations, queries
from playground.services.linear.graph.reading import NAMES, knows
from playground.services.linear.graph.schema import schema, unused_fields
from playground.services.linear.models import Thing
from playground.services.linear.store import Linear
from playground.serving import serve
from tests.playground.services.conftest import Json

PAYLOADS = ("Payload", "Connection", "PageInfo")


def attributes() -> dict[str, set[str]]:
    """Of the store's things, by the name that the schema has for them."""
    kinds = {NAMES.get(kind, kind.__name__): set(kind.model_fields) for kind in Thing.__subclasses__()}
    return {**kinds, "Organization": {name for name in dir(Linear) if not name.startswith("_")}}


def test_every_field_has_an_answer_or_is_marked_as_unused() -> None:
    without = []
    for name, kind in schema().type_map.items():
        if not isinstance(kind, GraphQLObjectType) or name not in attributes():
            continue
        known, unused = attributes()[name], unused_fields(kind)
        without += [f"{name}.{field}" for field in kind.fields if field not in unused and not knows(name, field, known)]
    # All that initiatives are for here is to be null in other things.
    assert [field for field in without if not field.startswith("Initiative.")] == []


def test_every_operation_has_its_act() -> None:
    types = schema().type_map
    for name, table in (("Query", queries.TABLE), ("Mutation", mutations.TABLE)):
        kind = types[name]
        assert isinstance(kind, GraphQLObjectType)
        assert kind.fields.keys() == table.keys()


class Api:
    def __init__(self, http: httpx2.AsyncClient, authorization: str) -> None:
        self.http, self.headers = http, {"authorization": authorization}

    async def send(self, query: str, **variables: Any) -> httpx2.Response:
        body = {"query": query, "variables": variables}
        return await self.http.post("/graphql", json=body, headers=self.headers)

    async def ask(self, query: str, **variables: Any) -> Json:
        response = await self.send(query, **variables)
        assert response.status_code == 200, response.text
        said: Json = response.json()
        assert "errors" not in said, said
        data: Json = said["data"]
        return data

    async def refusal(self, query: str, **variables: Any) -> tuple[int, str, str]:
        """Status, code and words."""
        response = await self.send(query, **variables)
        [error] = response.json()["errors"]
        return response.status_code, error["extensions"]["code"], error["message"]


@pytest.fixture
async def http(linear_url: str) -> AsyncIterator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient(base_url=linear_url, timeout=10) as client:
        yield client


@pytest.fixture
def ada(http: httpx2.AsyncClient) -> Api:
    return Api(http, key_of("ada"))


ISSUES = """
query ($filter: IssueFilter, $first: Int, $after: String) {
  issues(filter: $filter, first: $first, after: $after) {
    nodes { identifier }
    pageInfo { hasNextPage hasPreviousPage endCursor }
  }
}
"""


async def found(api: Api, filter: Json) -> set[str]:
    return {one["identifier"] for one in (await api.ask(ISSUES, filter=filter))["issues"]["nodes"]}


# ---- who gets in


@pytest.mark.parametrize("authorization", [key_of("ada"), f"Bearer {key_of('ada')}", f"Bearer {token_of('ada')}"])
async def test_keys_stand_bare_and_tokens_after_bearer(http: httpx2.AsyncClient, authorization: str) -> None:
    assert (await Api(http, authorization).ask("{ viewer { displayName } }"))["viewer"]["displayName"] == "ada"


@pytest.mark.parametrize("authorization", ["", "Bearer lin_oauth_wrong", "lin_api_wrong"])
async def test_who_is_unknown_gets_a_401(http: httpx2.AsyncClient, authorization: str) -> None:
    assert await Api(http, authorization).refusal("{ viewer { id } }") == (
        401,
        "AUTHENTICATION_ERROR",
        "Authentication required, not authenticated",
    )


async def test_whoever_may_only_read_cannot_write(http: httpx2.AsyncClient) -> None:
    reader = Api(http, f"Bearer {token_of('ada', 'read')}")
    assert await found(reader, {"number": {"eq": 1}, "team": {"key": {"eq": "ENG"}}}) == {"ENG-1"}
    query = 'mutation { issueUpdate(id: "ENG-1", input: {title: "x"}) { success } }'
    assert await reader.refusal(query) == (200, "FORBIDDEN", "Invalid scope: `write` required")


async def test_a_private_team_exists_for_its_members_only(http: httpx2.AsyncClient, ada: Api) -> None:
    grace, hugo = Api(http, key_of("grace")), Api(http, key_of("hugo"))
    asked = '{ issue(id: "FIN-1") { title } }'
    assert (await grace.ask(asked))["issue"]["title"] == "Bonus of the fourth quarter"
    assert await ada.refusal(asked) == (200, "INPUT_ERROR", "Entity not found: Issue")
    assert await hugo.refusal('{ issue(id: "ENG-1") { title } }') == (200, "INPUT_ERROR", "Entity not found: Issue")
    assert {name[:3] for name in await found(hugo, {})} == {"SUP"}


# ---- what is refused


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("{", 400, "GRAPHQL_PARSE_FAILED"),
        ("{ viewer { shoeSize } }", 400, "GRAPHQL_VALIDATION_FAILED"),
        ("query ($id: String!) { issue(id: $id) { id } }", 400, "BAD_USER_INPUT"),
        ('{ issue(id: "ENG-99") { id } }', 200, "INPUT_ERROR"),
        ("{ issues(first: 1000) { nodes { id } } }", 200, "INVALID_INPUT"),
        ('{ issues(after: "nothing") { nodes { id } } }', 200, "INVALID_INPUT"),
        ('{ issues(filter: {createdAt: {gt: "soon"}}) { nodes { id } } }', 200, "INVALID_INPUT"),
        ('mutation { issueUpdate(id: "ENG-1", input: {priority: 7}) { success } }', 200, "INVALID_INPUT"),
        ('mutation { issueUpdate(id: "ENG-1", input: {assigneeId: "nobody"}) { success } }', 200, "INPUT_ERROR"),
        ('mutation { issueDelete(id: "ENG-1", permanentlyDelete: true) { success } }', 200, "INVALID_INPUT"),
    ],
)
async def test_each_refusal_has_its_status_and_its_code(ada: Api, query: str, status: int, code: str) -> None:
    assert (await ada.refusal(query))[:2] == (status, code)


async def test_an_assignee_has_to_see_the_team(ada: Api) -> None:
    users = (await ada.ask("{ users { nodes { id displayName } } }"))["users"]["nodes"]
    hugo = next(one["id"] for one in users if one["displayName"] == "hugo")
    query = 'mutation ($id: String!) { issueUpdate(id: "ENG-1", input: {assigneeId: $id, title: "x"}) { success } }'
    assert (await ada.refusal(query, id=hugo))[1] == "INVALID_INPUT"
    issue = (await ada.ask('{ issue(id: "ENG-1") { title } }'))["issue"]
    assert issue["title"].startswith("Checkout fails")  # nothing of it was done


# ---- lists


@pytest.mark.parametrize(
    ("filter", "names"),
    [
        ({"assignee": {"isMe": {"eq": True}}}, {"ENG-1", "ENG-3"}),
        ({"assignee": {"null": True}}, {"SUP-2"}),
        ({"assignee": {"email": {"eq": "camille@playground.example"}}}, {"ENG-2", "ENG-4", "SUP-1"}),
        ({"labels": {"name": {"eq": "Bug"}}}, {"ENG-1"}),
        ({"labels": {"some": {"name": {"in": ["Bug", "Feature"]}}}}, {"ENG-1", "ENG-2"}),
        ({"labels": {"every": {"name": {"eq": "Bug"}}}}, {"ENG-1", "ENG-4", "SUP-1", "SUP-2"}),
        ({"project": {"name": {"containsIgnoreCase": "HELP"}}}, {"SUP-1"}),
        ({"project": {"null": True}}, {"ENG-4", "SUP-2"}),
        ({"state": {"type": {"nin": ["started", "completed"]}}}, {"ENG-2", "SUP-2"}),
        ({"priority": {"lte": 2, "neq": 0}}, {"ENG-1", "ENG-2", "SUP-1"}),
        ({"completedAt": {"null": False}}, {"ENG-4"}),
        ({"createdAt": {"lt": "2026-09-21"}}, {"ENG-1", "ENG-2"}),
        ({"or": [{"number": {"eq": 3}}, {"title": {"startsWith": "Answer"}}]}, {"ENG-3", "SUP-2"}),
        ({"and": [{"team": {"key": {"eq": "ENG"}}}, {"estimate": {"null": True}}]}, {"ENG-2", "ENG-4"}),
        ({"comments": {"body": {"contains": "1000"}}}, {"ENG-1"}),
    ],
)
async def test_filters_find_what_fits(ada: Api, filter: Json, names: set[str]) -> None:
    assert await found(ada, filter) == names


async def test_durations_count_from_now(ada: Api) -> None:
    await ada.ask('mutation { issueUpdate(id: "ENG-2", input: {dueDate: "2026-12-24"}) { success } }')
    assert await found(ada, {"updatedAt": {"gt": "-PT1H"}}) == {"ENG-2"}


async def test_pages_follow_each_other_in_both_directions(ada: Api) -> None:
    first = (await ada.ask(ISSUES, first=4))["issues"]
    assert first["pageInfo"]["hasNextPage"] is True
    second = (await ada.ask(ISSUES, first=4, after=first["pageInfo"]["endCursor"]))["issues"]
    assert (second["pageInfo"]["hasNextPage"], second["pageInfo"]["hasPreviousPage"]) == (False, True)
    names = [one["identifier"] for one in [*first["nodes"], *second["nodes"]]]
    assert names == ["ENG-3", "SUP-2", "SUP-1", "ENG-4", "ENG-2", "ENG-1"]  # the newest first
    last = "{ issues(last: 2) { nodes { identifier } pageInfo { hasNextPage hasPreviousPage } } }"
    end = (await ada.ask(last))["issues"]
    assert [one["identifier"] for one in end["nodes"]] == ["ENG-2", "ENG-1"]
    assert end["pageInfo"] == {"hasNextPage": False, "hasPreviousPage": True}


async def test_lists_are_sorted_as_asked(ada: Api) -> None:
    sort = "{ issues(sort: [{title: {order: Ascending}}], first: 2) { nodes { title } } }"
    titles = [one["title"] for one in (await ada.ask(sort))["issues"]["nodes"]]
    assert titles == ["Answer mails on Saturdays, too", "Checkout fails for carts with more than 100 pieces"]


async def test_an_issue_that_moves_keeps_the_moments_of_its_way(ada: Api) -> None:
    states = (await ada.ask('{ team(id: "ENG") { states { nodes { id name } } } }'))["team"]["states"]["nodes"]
    ids = {one["name"]: one["id"] for one in states}
    move = (
        'mutation ($id: String!) { issueUpdate(id: "ENG-2", input: {stateId: $id}) '
        "{ issue { startedAt completedAt } } }"
    )
    begun = (await ada.ask(move, id=ids["In Progress"]))["issueUpdate"]["issue"]
    assert begun["startedAt"]
    assert begun["completedAt"] is None
    done = (await ada.ask(move, id=ids["Done"]))["issueUpdate"]["issue"]
    assert done["startedAt"] == begun["startedAt"]
    assert done["completedAt"]
    again = (await ada.ask(move, id=ids["Todo"]))["issueUpdate"]["issue"]
    assert again["completedAt"] is None


async def test_progress_of_a_project_is_what_is_completed_of_it(ada: Api) -> None:
    asked = '{ projects(filter: {name: {eq: "Checkout relaunch"}}) { nodes { id progress scope } } }'
    [project] = (await ada.ask(asked))["projects"]["nodes"]
    assert (project["progress"], project["scope"]) == (0, 3)
    states = '{ team(id: "ENG") { states(filter: {name: {eq: "Done"}}) { nodes { id } } } }'
    [done] = (await ada.ask(states))["team"]["states"]["nodes"]
    move = 'mutation ($id: String!) { issueUpdate(id: "ENG-3", input: {stateId: $id}) { success } }'
    await ada.ask(move, id=done["id"])
    [project] = (await ada.ask(asked))["projects"]["nodes"]
    assert project["progress"] == pytest.approx(1 / 3)


# ---- faults, and the way back


async def test_a_rate_limit_is_told_as_linear_tells_it(ada: Api, linear: LinearService) -> None:
    linear.fault("graphql.issues", "status", status=429, retry_after=30)
    response = await ada.send(ISSUES)
    assert response.status_code == 429
    assert response.json()["errors"][0]["extensions"]["code"] == "RATELIMITED"
    assert int(response.headers["x-ratelimit-requests-reset"]) > 0
    assert response.headers["retry-after"] == "30"
    assert (await ada.send(ISSUES)).headers["x-ratelimit-requests-remaining"] == "4999"


async def test_what_is_lost_was_done(ada: Api, linear: LinearService) -> None:
    linear.fault("graphql.issueUpdate", "lost")
    with pytest.raises(httpx2.RemoteProtocolError):
        await ada.send('mutation { issueUpdate(id: "ENG-1", input: {title: "Heard by nobody"}) { success } }')
    assert (await ada.ask('{ issue(id: "ENG-1") { title } }'))["issue"]["title"] == "Heard by nobody"


async def test_a_reset_brings_back_the_same_beginning(ada: Api, http: httpx2.AsyncClient) -> None:
    asked = '{ issue(id: "ENG-1") { id title updatedAt } }'
    before = await ada.ask(asked)
    await ada.ask('mutation { issueUpdate(id: "ENG-1", input: {title: "x"}) { success } }')
    assert (await http.post("/_control/reset")).status_code == 204
    assert await ada.ask(asked) == before
    assert (await http.get("/_control/state")).json()["issues"] == 7


async def test_a_workspace_goes_on_where_it_was(tmp_path: Any) -> None:
    """With a state file, over restarts."""
    state = tmp_path / "linear.json"
    async with serve(create(state=state)) as url, httpx2.AsyncClient(base_url=url) as http:
        await Api(http, key_of("ada")).ask('mutation { issueUpdate(id: "ENG-1", input: {title: "x"}) { success } }')
    async with serve(create(state=state)) as url, httpx2.AsyncClient(base_url=url) as http:
        assert (await Api(http, key_of("ada")).ask('{ issue(id: "ENG-1") { title } }'))["issue"]["title"] == "x"
