"""Golden requests: what our adapters ask Mistral is what the official SDK asks, but for the table of differences.

A new operation is one row (in `conversations.py` or its like), with an answer in `recorder.py` if its path is new.
A new adapter is one line in `ADAPTERS`; from then on each of its public methods needs a row.
"""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator, Callable

import pytest
from mistralai.client import Mistral
from pydantic import SecretStr

from playground.serving import serve
from tests.workers.golden import agents, conversations, files, libraries
from tests.workers.golden.differences import ABSENT, DIFFERENCES
from tests.workers.golden.operation import Operation
from tests.workers.golden.recorder import Recorder
from workers.agents.client import MistralAgents
from workers.agents.libraries import Libraries
from workers.conversations.client import MistralConversations
from workers.conversations.http import http_client
from workers.conversations.made_files import MadeFiles

# The SDK warns of parameters of its own that nobody gave.
pytestmark = pytest.mark.filterwarnings("ignore:.*DEPRECATED:DeprecationWarning")
ADAPTERS: dict[type, list[Operation]] = {
    MistralConversations: conversations.OPERATIONS,
    MistralAgents: agents.OPERATIONS,
    Libraries: libraries.OPERATIONS,
    MadeFiles: files.OPERATIONS,
}
OPERATIONS = [operation for operations in ADAPTERS.values() for operation in operations]
Differing = dict[str, tuple[object, object]]
KEY = "golden"


@pytest.fixture
def recorder() -> Recorder:
    return Recorder()


@pytest.fixture
async def url(recorder: Recorder) -> AsyncIterator[str]:
    async with serve(recorder) as url:
        yield url


async def differing(operation: Operation, recorder: Recorder, url: str) -> Differing:
    """Where the two requests differ, "intent: place", with our value and theirs."""
    async with http_client(url, SecretStr(KEY)) as http, Mistral(api_key=KEY, server_url=url) as sdk:
        await operation.ours(http)
        await operation.theirs(sdk)
    ours, theirs = recorder.asked[-2:]
    assert len(recorder.asked) == 2, "one operation is one request"
    pairs = {place: (ours.get(place, ABSENT), theirs.get(place, ABSENT)) for place in sorted({*ours, *theirs})}
    return {f"{operation.intent}: {place}": pair for place, pair in pairs.items() if pair[0] != pair[1]}


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.intent)
async def test_a_request_is_the_sdks_but_for_the_table(operation: Operation, recorder: Recorder, url: str) -> None:
    found = await differing(operation, recorder, url)
    unexplained = {
        place: pair for place, pair in found.items() if not any(row.fits(place, *pair) for row in DIFFERENCES)
    }
    assert unexplained == {}


async def test_every_row_of_the_table_is_still_a_difference(recorder: Recorder, url: str) -> None:
    found: Differing = {}
    for operation in OPERATIONS:
        recorder.asked.clear()
        found |= await differing(operation, recorder, url)
    idle = [row.where for row in DIFFERENCES if not any(row.fits(place, *pair) for place, pair in found.items())]
    assert idle == []
    assert all(row.why for row in DIFFERENCES)


def asks(method: Callable[..., object]) -> bool:
    """One that is not awaited and gives nothing only changes what the adapter remembers."""
    return inspect.iscoroutinefunction(method) or inspect.signature(method).return_annotation != "None"


@pytest.mark.parametrize("adapter", ADAPTERS)
def test_every_operation_of_an_adapter_has_a_row(adapter: type) -> None:
    public = {
        name
        for name, method in inspect.getmembers(adapter, inspect.isfunction)
        if not name.startswith("_") and asks(method)
    }
    assert {operation.method for operation in ADAPTERS[adapter]} == public
