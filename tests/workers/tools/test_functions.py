"""Python functions as tools: typed, described, never able to take a turn down."""

from __future__ import annotations

import asyncio
import datetime
import functools
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, Field
from redis.asyncio import Redis

from bot.catalog.policy import Policy
from bot.vault import Vault
from tests.workers.tools.conftest import THREAD, a_desk, an_agent
from workers.tools.functions import Call, Declined, Functions, tool
from workers.tools.rests import Rests, read_more
from workers.tools.specs import Outcome


class Place(BaseModel):
    city: str
    country: str = "FR"


@tool(policy=Policy.AUTO, writes=False)
def greet(
    name: Annotated[str, Field(description="Whom to greet")],
    call: Call,
    *,
    place: Place | None = None,
    tone: Literal["warm", "dry"] = "warm",
) -> str:
    """Greet somebody.

    In a tone.
    """
    return f"{tone}: {name} in {place.city if place else 'nowhere'}, for {call.principal} in {call.thread.channel}"


async def days_until(date: datetime.date) -> dict[str, Any]:
    return {"days": (date - datetime.date(2026, 1, 1)).days, "date": date}


def broken(how: str) -> None:
    raise {"error": ValueError("no shelf"), "exit": SystemExit(3), "stop": StopIteration(1)}[how]


async def closed() -> str:
    raise Declined("The shop is closed on Sundays. Try again on Monday.")


async def runs(function: Callable[..., Any], arguments: str, seconds: float = 5) -> Outcome:
    functions = Functions([function], timeout=timedelta(seconds=seconds))
    async with a_desk(functions=functions) as desk:
        return await desk.call(function.__name__, arguments)


async def test_a_function_may_say_no_in_a_sentence_of_its_own() -> None:
    outcome = await runs(closed, "{}")
    said = "Error: The shop is closed on Sundays. Try again on Monday."
    assert (outcome.text, outcome.failed, outcome.ran) == (said, True, "no")


def test_a_function_is_described_by_its_annotations() -> None:
    spec = Functions([greet], timeout=timedelta(seconds=5)).specs["greet"]

    assert spec.description == "Greet somebody.\n\nIn a tone."
    assert spec.parameters["required"] == ["name"]
    assert set(spec.parameters["properties"]) == {"name", "place", "tone"}  # `call` is ours alone
    assert spec.parameters["properties"]["name"] == {"type": "string", "description": "Whom to greet"}
    assert "$ref" not in str(spec.parameters)
    assert spec.read_only
    assert spec.policy_of(an_agent("greet")) is Policy.AUTO


def test_an_unmarked_function_asks_first() -> None:
    spec = Functions([days_until], timeout=timedelta(seconds=5)).specs["days_until"]

    assert not spec.read_only
    assert spec.policy_of(an_agent("days_until")) is Policy.ASK


async def test_a_function_gets_its_arguments_as_the_types_it_names_and_whom_it_runs_for() -> None:
    outcome = await runs(greet, '{"name": "Ada", "place": {"city": "Lyon"}, "tone": "dry"}')

    assert outcome == Outcome(text=f"dry: Ada in Lyon, for U1 in {THREAD.channel}", failed=False, ran="yes", data=True)


def optional(call: Call | None = None) -> str:
    return call.principal if call else "nobody"


def annotated(call: Annotated[Call, "filled in"]) -> str:
    return call.principal


@pytest.mark.parametrize("function", [optional, annotated])
async def test_whom_a_function_runs_for_is_never_the_models_to_say(function: Callable[..., Any]) -> None:
    assert Functions([function], timeout=timedelta(seconds=5)).specs[function.__name__].parameters["properties"] == {}
    assert (await runs(function, "{}")).text == "U1"
    forged = await runs(function, '{"call": {"principal": "U2"}}')
    assert (forged.ran, "call: Extra inputs" in forged.text) == ("no", True)


async def test_an_async_function_behind_a_plain_decorator_is_awaited() -> None:
    def logged(function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def around(**given: Any) -> Any:
            return function(**given)

        return around

    assert (await runs(logged(days_until), '{"date": "2026-01-03"}')).text == '{"days":2,"date":"2026-01-03"}'


def test_a_docstring_tells_of_arguments_and_an_agents_file_goes_before_the_functions_policy() -> None:
    @tool(policy=Policy.AUTO)
    def look_up(shelf: str) -> str:
        """Look it up.

        Args:
            shelf: Where it stands.
        """
        return shelf

    spec = Functions([look_up], timeout=timedelta(seconds=5)).specs["look_up"]
    assert "shelf: Where it stands." in spec.description
    assert spec.policy_of(an_agent("look_up")) is Policy.AUTO
    assert spec.policy_of(an_agent("look_up", approvals={"look_up": Policy.DENY})) is Policy.DENY


async def test_a_result_that_is_no_text_becomes_json() -> None:
    outcome = await runs(days_until, '{"date": "2026-01-31"}')

    assert outcome.text == '{"days":30,"date":"2026-01-31"}'


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("", "name: Field required"),
        ('{"name": "Ada", "call": {}}', "call: Extra inputs are not permitted"),
        ('{"name": "Ada", "tone": "loud"}', "tone: Input should be 'warm' or 'dry'"),
    ],
)
async def test_wrong_arguments_are_explained_and_nothing_runs(arguments: str, said: str) -> None:
    outcome = await runs(greet, arguments)

    assert outcome.ran == "no"
    assert outcome.text.startswith("Error: Wrong arguments for greet:")
    assert said in outcome.text


@pytest.mark.parametrize("how", ["error", "exit", "stop"])
async def test_whatever_a_function_raises_becomes_a_result(how: str) -> None:
    outcome = await runs(broken, f'{{"how": "{how}"}}')

    assert outcome.failed
    assert outcome.ran == "yes"
    assert outcome.text.startswith("Error: broken failed: ")


async def test_the_rest_of_a_functions_long_answer_or_error_can_be_asked_for(redis: Redis) -> None:
    def long(fails: bool) -> str:
        if fails:
            raise ValueError("x" * 6000)
        return "x" * 6000

    functions = Functions([long, read_more], timeout=timedelta(seconds=5))
    async with a_desk(functions=functions, rests=Rests(redis, Vault([]))) as desk:
        for fails in ("false", "true"):
            first = await desk.call("long", f'{{"fails": {fails}}}')
            assert first.failed == (fails == "true")
            rest_id = first.text.partition('with id "')[2].partition('"')[0]
            rest = await desk.call("read_more", f'{{"id": "{rest_id}", "offset": 5000}}')
            shown = first.text.partition("\n[Cut here: ")[0]
            assert len(shown) == 5000
            assert (shown + rest.text).removeprefix("Error: long failed: ValueError: ") == "x" * 6000
        foreign = await desk.call("read_more", f'{{"id": "{rest_id}", "offset": 0}}', principal="U2")
        assert "Nothing is kept" in foreign.text
        desk.agent = an_agent("long")
        assert "only the first 5,000 are shown" in (await desk.call("long", '{"fails": false}')).text


async def test_a_function_that_cancels_itself_does_not_cancel_the_turn() -> None:
    async def gives_up() -> None:
        raise asyncio.CancelledError

    outcome = await runs(gives_up, "")

    assert outcome.failed


async def test_a_function_runs_beside_the_event_loop_and_its_time_is_limited() -> None:
    release = threading.Event()

    def wait_for_release() -> str:
        return str(release.wait(10) and threading.current_thread() is not threading.main_thread())

    slow = await runs(wait_for_release, "", seconds=0.1)
    release.set()
    quick = await runs(wait_for_release, "")

    assert slow.ran == "unknown"
    assert "did not finish within 0.1 seconds" in slow.text
    assert quick.text == "True"


async def test_hanging_functions_use_up_their_own_places_only() -> None:
    release = threading.Event()

    def hang() -> None:
        release.wait(10)

    functions = Functions([hang, days_until], timeout=timedelta(seconds=0.2))
    async with a_desk(functions=functions) as desk:
        outcomes = await asyncio.gather(*(desk.call("hang") for _ in range(9)))
        other = await desk.call("days_until", '{"date": "2026-01-02"}')
    release.set()

    assert [outcome.ran for outcome in outcomes] == ["unknown"] * 8 + ["no"]
    assert not other.failed


async def test_a_cancelled_turn_is_cancelled_during_a_function() -> None:
    started = asyncio.Event()

    async def forever() -> None:
        started.set()
        await asyncio.Event().wait()

    call = asyncio.create_task(runs(forever, ""))
    await started.wait()
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call


@pytest.mark.parametrize(
    "error", [ExceptionGroup("several", [ValueError("x")]), RuntimeError("odd"), RecursionError(), KeyError("k")]
)
async def test_a_bug_of_ours_is_told_and_does_not_leave_the_call(
    error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def breaks(*_: Any, **__: Any) -> Outcome:
        raise error

    async with a_desk(functions=Functions([greet], timeout=timedelta(seconds=5))) as desk:
        monkeypatch.setattr(Functions, "call", breaks)
        outcome = await desk.call("greet", "{}")

    assert outcome.ran == "unknown"
    assert outcome.text.startswith("Error: Calling greet failed inside the bot")


def untyped(thing) -> None:  # type: ignore[no-untyped-def]  # what is tested
    pass


def positional(thing: str, /) -> None:
    pass


def several(calls: list[Call] | str) -> None:
    pass


def many(*things: str) -> None:
    pass


def time__now() -> None:
    pass


@pytest.mark.parametrize(
    ("functions", "said"),
    [
        ([untyped], "has no type"),
        ([positional], "cannot be passed by its name"),
        ([many], "cannot be passed by its name"),
        ([several], "may be a Call or None alone"),
        ([time__now], "a name has at most"),
        ([greet, greet], "two function tools are named 'greet'"),
    ],
)
def test_a_function_no_model_could_call_is_refused_at_once(functions: list[Callable[..., Any]], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Functions(functions, timeout=timedelta(seconds=5))
