"""What is asked again, for how long, and what never is: the playground's Mistral refuses, breaks and keeps silent."""

from __future__ import annotations

import socket
from datetime import timedelta

import pytest
from pydantic import SecretStr

from playground.agents_api.app import KEY, AgentsApi
from playground.agents_api.brains.steps import CutStream
from playground.agents_api.brains.steps import Say as SayStep
from tests.workers.conversations.conftest import NOON, Time
from tests.workers.conversations.heard import OPENING, done, everything, failed, said, until
from workers.conversations.client import MistralConversations
from workers.conversations.errors import (
    Blocked,
    Busy,
    ConversationError,
    CutShort,
    KeyRejected,
    Refused,
    TryLater,
    Unanswered,
)
from workers.conversations.http import http_client
from workers.conversations.patience import LOCK_MARGIN, Limits
from workers.conversations.port import Delta, Done, Event, Say, Started, Waiting, WaitReason
from workers.conversations.recovery import Absent, Finished, outcome


def waits(events: list[Event]) -> list[Waiting]:
    return [event for event in events if isinstance(event, Waiting)]


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (429, WaitReason.RATE_LIMIT),
        (500, WaitReason.UNAVAILABLE),
        (502, WaitReason.UNAVAILABLE),
        (503, WaitReason.UNAVAILABLE),
    ],
)
async def test_a_request_that_was_not_taken_is_made_again_and_the_wait_is_told(
    conversations: MistralConversations, mistral: AgentsApi, status: int, reason: WaitReason
) -> None:
    mistral.fault("conversations.start", "status", status=status)

    heard = await everything(conversations.start(OPENING, [Say("hi")]))

    assert isinstance(heard[0], Waiting)
    assert heard[0].reason is reason
    assert heard[0].until == NOON + Limits().wait.total_seconds()
    assert isinstance(heard[1], Started)
    assert isinstance(heard[-1], Done)
    assert mistral.faults.seen["conversations.start"] == 2


async def test_retry_after_is_honoured(conversations: MistralConversations, mistral: AgentsApi, time: Time) -> None:
    mistral.fault("conversations.start", "status", status=429, retry_after=17)
    heard = await everything(conversations.start(OPENING, [Say("hi")]))

    assert [wait.delay for wait in waits(heard)] == [timedelta(seconds=17)]
    assert time.slept == [17]


async def test_a_retry_after_beyond_the_limit_is_given_back_at_once(
    conversations: MistralConversations, mistral: AgentsApi, time: Time
) -> None:
    mistral.fault("conversations.start", "status", status=429, retry_after=3600)
    with pytest.raises(TryLater) as caught:
        await everything(conversations.start(OPENING, [Say("hi")]))
    assert caught.value.after == timedelta(hours=1)
    assert time.slept == []


async def test_waiting_ends_at_the_limit(conversations: MistralConversations, mistral: AgentsApi, time: Time) -> None:
    mistral.fault("conversations.start", "status", status=503, times=0)
    with pytest.raises(TryLater) as caught:
        await everything(conversations.start(OPENING, [Say("hi")]))
    assert caught.value.status == 503
    assert time.passed == pytest.approx(Limits().wait.total_seconds())
    assert time.slept[:4] == [0.25, 0.5, 1.0, 2.0]


async def test_a_second_500_is_raised(conversations: MistralConversations, mistral: AgentsApi) -> None:
    mistral.fault("conversations.start", "status", status=500, times=0)
    with pytest.raises(TryLater):
        await everything(conversations.start(OPENING, [Say("hi")]))
    assert mistral.faults.seen["conversations.start"] == 2


@pytest.mark.parametrize("status", [500, 502, 503, 504, 429, 408])
async def test_reads_are_repeated_freely(conversations: MistralConversations, mistral: AgentsApi, status: int) -> None:
    end = await conversations.start_plain(OPENING, [Say("hi")])
    mistral.fault("conversations.history", "status", status=status, times=3)

    assert said(await conversations.history(end.conversation_id)) == ["user: hi", "assistant: answer to: hi"]
    assert mistral.faults.seen["conversations.history"] == 4


async def test_a_read_whose_answer_was_lost_is_repeated(
    conversations: MistralConversations, mistral: AgentsApi
) -> None:
    end = await conversations.start_plain(OPENING, [Say("hi")])
    mistral.fault("conversations.history", "lost", times=2)
    mistral.fault("conversations.delete", "lost")

    assert len(await conversations.history(end.conversation_id)) == 2
    await conversations.delete(end.conversation_id)
    assert mistral.faults.seen["conversations.delete"] == 2


@pytest.mark.parametrize("fault", [{"kind": "status", "status": 504}, {"kind": "lost"}])
async def test_what_may_have_run_is_never_made_again_by_itself(
    conversations: MistralConversations, mistral: AgentsApi, fault: dict[str, object]
) -> None:
    """The turn may be stored: a repeat would say the user's words twice."""
    first = await conversations.start_plain(OPENING, [Say("one")])
    mistral.fault("conversations.append", str(fault.pop("kind")), **fault)

    with pytest.raises(Unanswered):
        await conversations.append_plain(first.conversation_id, [Say("two")])
    mistral.fault("conversations.append", "lost")
    with pytest.raises(Unanswered):
        await everything(conversations.append(first.conversation_id, [Say("three")]))
    assert mistral.faults.seen["conversations.append"] == 2


async def test_after_a_lost_answer_the_history_has_it(conversations: MistralConversations, mistral: AgentsApi) -> None:
    first = await done(conversations.start(OPENING, [Say("one")]))
    known = (await conversations.history(first.conversation_id))[-1]
    mistral.fault("conversations.append", "lost")
    with pytest.raises(Unanswered):
        await everything(conversations.append(first.conversation_id, [Say("two")]))

    history = await conversations.history(first.conversation_id)
    assert hasattr(known, "id")
    stored = outcome(history, after=known.id, inputs=[Say("two")])
    assert isinstance(stored, Finished)
    assert said(stored.entries) == ["assistant: answer to: two"]
    assert outcome(history, after=known.id, inputs=[Say("three")]) == Absent()


@pytest.mark.parametrize("clean", [True, False])
async def test_a_stream_that_ends_without_an_end_is_cut_short(
    conversations: MistralConversations, mistral: AgentsApi, clean: bool
) -> None:
    mistral.script.will(SayStep(text="The 14:02 de", pieces=2), CutStream(clean=clean))
    heard, error = await failed(conversations.start(OPENING, [Say("what broke?")]), CutShort)

    assert [type(event) for event in heard] == [Started, Delta, Delta]
    assert error.taken
    assert mistral.faults.seen["conversations.start"] == 1


async def test_silence_in_a_stream_is_cut_short(mistral_url: str, mistral: AgentsApi) -> None:
    mistral.script.will_say("never heard in full", pieces=4)
    mistral.script.hold(after=2)
    async with http_client(mistral_url, SecretStr(KEY)) as http:
        impatient = MistralConversations(http, silence=timedelta(seconds=0.1))
        with pytest.raises(CutShort, match="ReadTimeout"):
            await everything(impatient.start(OPENING, [Say("hi")]))
    mistral.script.release()


async def test_no_answer_at_all_is_unanswered(mistral_url: str, mistral: AgentsApi) -> None:
    mistral.fault("conversations.start", "delay", seconds=0.5)
    async with http_client(mistral_url, SecretStr(KEY)) as http:
        impatient = MistralConversations(http, silence=timedelta(seconds=0.1))
        with pytest.raises(Unanswered, match="ReadTimeout") as caught:
            await everything(impatient.start(OPENING, [Say("hi")]))
    assert not isinstance(caught.value, CutShort)


async def test_an_error_in_the_stream_is_raised_and_never_repeated(
    conversations: MistralConversations, mistral: AgentsApi
) -> None:
    mistral.script.will_error("Response failed during handoff orchestration", after="Let me ")
    with pytest.raises(TryLater, match="orchestration") as caught:
        await everything(conversations.start(OPENING, [Say("hi")]))
    assert caught.value.taken
    assert caught.value.code == "3000"
    assert mistral.faults.seen["conversations.start"] == 1


async def test_a_busy_conversation_is_waited_for_until_its_lock_is_gone(
    conversations: MistralConversations, mistral: AgentsApi, time: Time
) -> None:
    """A dropped stream holds its conversation for about 90 s; the next message comes through all the same."""
    mistral.switch(on_drop="discard")
    first = await done(conversations.start(OPENING, [Say("one")]))
    mistral.script.will_say("too long to listen to", pieces=9)
    mistral.script.hold(after=3)
    await until(conversations.append(first.conversation_id, [Say("two")]), Delta)

    def unlock() -> None:
        if time.passed >= 90:
            mistral.script.release()
            mistral.locks.clear()

    time.meanwhile = unlock
    heard = await everything(conversations.append(first.conversation_id, [Say("three")]))

    assert {wait.reason for wait in waits(heard)} == {WaitReason.BUSY}
    assert isinstance(heard[-1], Done)
    assert 90 <= time.passed <= 100
    assert max(time.slept) <= 5


async def test_a_conversation_that_stays_busy_is_given_up_after_its_own_budget(
    conversations: MistralConversations, mistral: AgentsApi, time: Time
) -> None:
    first = await done(conversations.start(OPENING, [Say("one")]))
    mistral.locks.take(first.conversation_id)
    with pytest.raises(Busy) as caught:
        await everything(conversations.append(first.conversation_id, [Say("two")]))
    assert caught.value.status == 409
    assert time.passed == pytest.approx((Limits().lock + LOCK_MARGIN).total_seconds())


@pytest.mark.parametrize(
    ("status", "kind"),
    [(400, Refused), (403, Blocked), (404, Refused), (422, Refused), (418, Refused)],
)
async def test_what_cannot_help_is_not_repeated(
    conversations: MistralConversations, mistral: AgentsApi, status: int, kind: type[ConversationError]
) -> None:
    mistral.fault("conversations.start", "status", status=status)
    with pytest.raises(kind) as caught:
        await everything(conversations.start(OPENING, [Say("hi")]))
    assert caught.value.status == status
    assert mistral.faults.seen["conversations.start"] == 1


async def test_a_wrong_key_is_rejected_and_not_told(mistral_url: str) -> None:
    async with http_client(mistral_url, SecretStr("sk-very-secret")) as http:
        with pytest.raises(KeyRejected) as caught:
            await everything(MistralConversations(http).start(OPENING, [Say("hi")]))
    assert "very-secret" not in f"{caught.value!r} {caught.value.__cause__!r}"


async def test_nobody_listening_is_waited_for(time: Time) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        url = f"http://127.0.0.1:{closed.getsockname()[1]}"
    async with http_client(url, SecretStr(KEY)) as http:
        patient = MistralConversations(
            http, limits=Limits(wait=timedelta(seconds=3)), now=time, sleep=time.sleep, chance=lambda: 0.0
        )
        heard, _ = await failed(patient.start(OPENING, [Say("hi")]), TryLater)
    assert [type(event) for event in heard] == [Waiting] * 4
    assert time.passed == pytest.approx(3)
