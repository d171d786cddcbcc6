"""Python functions as tools: their annotations become the schema, their docstring the description.

    @tool(policy=Policy.AUTO)
    def days_until(date: datetime.date, call: Call) -> int:
        \"\"\"Days from today until a date.\"\"\"

A parameter annotated `Call` is filled in by us and unknown to the model. Functions that are not coroutines run in
threads: a hanging one keeps its place among them until the process ends, but never holds up the event loop.
"""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, TypeGuard, TypeVar

import structlog
from pydantic import ValidationError
from pydantic_core import to_json

from bot.catalog import tool_rules
from bot.catalog.policy import Policy
from bot.threads.models import ThreadKey
from workers.tools import signatures
from workers.tools.definitions import hash_of
from workers.tools.names import LIMIT, SEPARATOR, UNSAFE
from workers.tools.schemas import cleaned
from workers.tools.signatures import Signature
from workers.tools.specs import Outcome, Ran, ToolSpec, failure
from workers.tools.threads import Threads

if TYPE_CHECKING:
    from workers.follow_ups.functions import Desk

MARK = "__threadwind_tool__"

log = structlog.get_logger(__name__)
F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True, kw_only=True)
class InTurn:
    """The turn that calls a function: its `id` and the call's, which are the same when it is made again after a crash.

    `follow_ups` makes and keeps follow-ups in the turn's name. Outside of a turn all of it is empty.
    """

    id: str = ""
    tool_call_id: str = ""
    follow_ups: Desk | None = None


OUTSIDE = InTurn()


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """On whose behalf, for which agent, in which thread and turn a function runs."""

    principal: str
    thread: ThreadKey
    agent: str
    turn: InTurn = OUTSIDE


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    policy: Policy = Policy.ASK
    writes: bool = True
    access: Mapping[str, object] | None = None
    internal: bool = False
    repeatable: bool = False


class Declined(Exception):
    """What a function raises that says no and did nothing: its message is the sentence that the model gets."""


def tool(
    *,
    policy: Policy = Policy.ASK,
    writes: bool = True,
    access: Mapping[str, object] | None = None,
    internal: bool = False,
    repeatable: bool = False,
) -> Callable[[F], F]:
    """Mark a function as a tool. Unmarked, a function counts as one that writes and asks first.

    `access` says for whom it is called, and where, as an agent's file does: `{"groups": ["S0456EFGH"]}`. An `internal`
    one is hidden and refused in channels that another organisation shares. A `repeatable` one, called again with the
    same `Call`, does no more than once, so it is called again after a crash.
    """

    def mark(function: F) -> F:
        marks = Marks(policy=policy, writes=writes, access=access, internal=internal, repeatable=repeatable)
        setattr(function, MARK, marks)
        return function

    return mark


@dataclass(frozen=True, slots=True)
class _Function:
    spec: ToolSpec
    function: Callable[..., Any]
    signature: Signature


def is_marked(value: object) -> TypeGuard[Callable[..., Any]]:
    """Whether it is a function that `tool` marked."""
    return inspect.isfunction(value) and isinstance(getattr(value, MARK, None), Marks)


class Functions:
    """The functions an agent may be given, by name. `ValueError` at construction names what is wrong with one."""

    def __init__(self, functions: Iterable[Callable[..., Any]] = (), *, timeout: timedelta) -> None:
        self._timeout = timeout.total_seconds()
        self._functions: dict[str, _Function] = {}
        for function in functions:
            described = _described(function)
            if described.spec.name in self._functions:
                raise ValueError(f"two function tools are named {described.spec.name!r}; rename one")
            self._functions[described.spec.name] = described
        self._threads = Threads()

    @property
    def specs(self) -> Mapping[str, ToolSpec]:
        return {name: function.spec for name, function in self._functions.items()}

    async def call(self, name: str, arguments: dict[str, Any], call: Call) -> Outcome:
        """Run it; its exceptions become a failed outcome. The text is whole, however long."""
        function = self._functions[name]
        try:
            values = function.signature.arguments.model_validate(arguments)
        except ValidationError as exc:
            return failure(f"Wrong arguments for {name}: {_wrong(exc)}", ran="no")
        keywords = {field: getattr(values, field) for field in type(values).model_fields}
        if function.signature.filled is not None:
            keywords[function.signature.filled] = call
        return await self._run(name, partial(function.function, **keywords))

    async def _run(self, name: str, function: Callable[[], Any]) -> Outcome:
        ran: list[Ran] = ["no"]  # until it starts: there may be no free thread in time
        try:
            async with asyncio.timeout(self._timeout) as deadline:
                if inspect.iscoroutinefunction(function):
                    ran[0] = "unknown"
                    value = await function()
                else:
                    value = await self._threads.run(function, on_start=lambda: ran.__setitem__(0, "unknown"))
                if inspect.isawaitable(value):  # an async function behind a plain decorator
                    value = await value
            return Outcome(text=_text(value), failed=False, ran="yes", data=True)
        except Declined as no:
            return failure(str(no), ran="no", data=True)
        except BaseException as exc:
            if isinstance(exc, TimeoutError) and deadline.expired():
                return failure(f"{name} did not finish within {self._timeout:g} seconds.", ran=ran[0])
            if _cancels_us(exc):
                raise
            # The message may hold arguments, so the log gets the kind of error and its place alone.
            log.warning("tool.function_failed", tool=name, cause=type(exc).__name__, at=_place(exc))
            return failure(f"{name} failed: {type(exc).__name__}: {exc}", ran="yes", data=True)


def _described(function: Callable[..., Any]) -> _Function:
    name = getattr(function, "__name__", repr(function))
    if SEPARATOR in name or len(name) > LIMIT or UNSAFE.search(name):
        raise ValueError(f"function tool {name!r}: a name has at most {LIMIT} letters, digits, _ and no {SEPARATOR}")
    signature = signatures.read(function, name=name, filled=Call)
    marks: Marks = getattr(function, MARK, Marks())
    try:
        accesses = () if marks.access is None else (tool_rules.read(marks.access),)
    except ValueError as exc:
        raise ValueError(f"function tool {name!r}: {exc}") from None
    description, parameters = inspect.getdoc(function) or "", cleaned(signature.arguments.model_json_schema())
    said = {
        "name": name,
        "description": description,
        "inputSchema": parameters,
        "annotations": {"readOnlyHint": not marks.writes} | ({"idempotentHint": True} if marks.repeatable else {}),
    }
    spec = ToolSpec(
        name=name,
        description=description,
        parameters=parameters,
        server=None,
        tool=name,
        title=name.replace("_", " ").capitalize(),
        read_only=not marks.writes,
        trusted=True,  # it is our own process
        policy=marks.policy,
        definition=hash_of(said),
        accesses=accesses,
        internal=marks.internal,
        repeatable=marks.repeatable,
    )
    return _Function(spec, function, signature)


def _text(value: Any) -> str:
    if value is None:
        return "Done."
    return value if isinstance(value, str) else to_json(value, fallback=str).decode()


def _wrong(exc: ValidationError) -> str:
    return "; ".join(f"{'.'.join(map(str, error['loc'])) or 'arguments'}: {error['msg']}" for error in exc.errors())


def _cancels_us(exc: BaseException) -> bool:
    """A real cancellation or the end of the process; not what a function made up (`SystemExit` in a thread)."""
    task = asyncio.current_task()
    if isinstance(exc, asyncio.CancelledError):
        return task is not None and task.cancelling() > 0
    return isinstance(exc, KeyboardInterrupt)


def _place(exc: BaseException) -> str:
    trace = exc.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace is not None else ""
