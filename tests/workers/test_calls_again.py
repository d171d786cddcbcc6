"""A call that was started by a worker that is gone: made again, or never."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.threads.models import CallState
from tests.workers.tools.conftest import an_agent
from workers.call_record import CallRecord
from workers.calling.closing import UNKNOWN_OUTCOME
from workers.calling.deciding import Standing, decide
from workers.conversations.port import Call
from workers.tools.specs import ToolSpec

CALL = Call(id="fc_1", tool_call_id="call00001", name="promise", arguments="{}")
STARTED = CallRecord(state=CallState.STARTED, name="promise", arguments="{}", agent="helper")
SPEC = ToolSpec(name="promise", description="", parameters={}, server=None, tool="promise", title="Promise")


@pytest.mark.parametrize(
    ("trusted", "read_only", "repeatable", "again"),
    [
        (True, False, False, False),
        (True, True, False, True),
        (True, False, True, True),
        (False, True, False, False),
        (False, False, True, False),
    ],
)
def test_only_what_surely_changes_nothing_twice_is_made_again(
    trusted: bool, read_only: bool, repeatable: bool, again: bool
) -> None:
    spec = replace(SPEC, trusted=trusted, read_only=read_only, repeatable=repeatable)
    record = decide(CALL, STARTED, Standing(agent=an_agent("promise"), spec=spec))
    assert (record.state, record.result) == ((CallState.STARTED, None) if again else (CallState.DONE, UNKNOWN_OUTCOME))
