"""Servers that ask something while a call runs: whoever is there answers, and where nobody is, they are told so."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from mcp_types import ElicitRequestFormParams, ElicitRequestParams, ElicitResult

from playground.services.odd.server import a_bench, build
from playground.serving import serve
from tests.workers.tools.conftest import a_desk, over_http
from workers.tools.asked import PEOPLE, Answering
from workers.tools.forms import defaults

if TYPE_CHECKING:
    from mcp.client import ClientRequestContext


async def agree(context: ClientRequestContext, params: ElicitRequestParams) -> ElicitResult:
    assert isinstance(params, ElicitRequestFormParams)
    assert params.message == "Your name?"
    return ElicitResult(action="accept", content=defaults(params.requested_schema))


@pytest.fixture(params=["auto", "legacy"])
def protocol(request: pytest.FixtureRequest) -> Any:
    return request.param


async def test_what_a_server_asks_is_answered_and_the_call_goes_on(protocol: Any) -> None:
    async with (
        serve(build(sets=("asking",)).streamable_http_app()) as url,
        a_desk(over_http(url, protocol=protocol), answering=Answering(elicitation=agree)) as desk,
    ):
        assert (await desk.call("odd__greet")).text == "hello nobody"


async def test_where_nobody_answers_the_call_fails_with_a_sentence(protocol: Any) -> None:
    async with (
        serve(build(sets=("asking",)).streamable_http_app()) as url,
        a_desk(over_http(url, protocol=protocol)) as desk,
    ):
        outcome = await desk.call("odd__greet")

    assert "wants to ask a person something" in outcome.text
    assert outcome.ran == "no"


@pytest.mark.parametrize(
    ("tool", "arguments", "wanted"),
    [
        ("odd__think", '{"prompt": "Which day?"}', "a model's words"),
        ("odd__look_around", "", "to know folders of ours"),
    ],
)
async def test_a_model_and_folders_are_refused_in_words_though_people_answer(
    protocol: Any, tool: str, arguments: str, wanted: str
) -> None:
    async with (
        serve(a_bench().mcp.streamable_http_app()) as url,
        a_desk(over_http(url, protocol=protocol), answering=PEOPLE) as desk,
    ):
        outcome = await desk.call(tool, arguments)

    assert outcome.failed
    assert wanted in outcome.text
    assert outcome.ran == "no"


async def test_a_server_that_asks_where_it_may_work_is_told_of_the_folders_of_its_entry(
    protocol: Any, tmp_path: Path
) -> None:
    async with (
        serve(a_bench().mcp.streamable_http_app()) as url,
        a_desk(over_http(url, protocol=protocol, roots=(tmp_path,)), answering=PEOPLE) as desk,
    ):
        assert json.loads((await desk.call("odd__look_around")).text) == [tmp_path.as_uri()]


@pytest.mark.parametrize(
    ("form", "filled"),
    [
        ({"type": "object", "properties": {}}, {}),
        ({"type": "object"}, {}),
        ({"properties": "none"}, {}),
        ({"properties": {"a": {"type": "string"}, "b": True}}, {}),
        (
            {"properties": {"a": {"default": 0}, "b": {"default": False}, "c": {"default": "x"}, "d": {}}},
            {"a": 0, "b": False, "c": "x"},
        ),
    ],
)
def test_a_form_holds_the_defaults_of_its_fields(form: dict[str, Any], filled: dict[str, Any]) -> None:
    assert defaults(form) == filled
