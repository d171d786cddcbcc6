"""What a transcript keeps of a conversation, and what it leaves out when it grows too long."""

from __future__ import annotations

import pytest

from bot.threads.models import ThreadKey
from bot.vault import Unreadable, Vault, new_key
from workers.conversations.port import Attachment, Call, Called, Input, Message, Result, Say, Speaker, Text, Thinking
from workers.transcript import LIMIT, Transcript

THREAD = ThreadKey("T1", "C1", "1.1")
VAULT = Vault([new_key()])
ANSWER = Message(id="m1", speaker=Speaker.ASSISTANT, parts=(Thinking("hm"), Text("noon")))
CALL = Call(id="f1", tool_call_id="c1", name="clock", arguments="{}")


def test_words_calls_and_results_come_back_in_order() -> None:
    kept = Transcript(VAULT, THREAD, None)
    kept.add([Say("time?")], [CALL])
    kept.add([Result("c1", "12:00")], [ANSWER])

    items: list[Input] = [Say("time?"), Called("c1", "clock", "{}"), Result("c1", "12:00"), Say("noon", "assistant")]
    assert kept.items == items
    assert Transcript(VAULT, THREAD, kept.sealed()).items == items


def test_files_stay_for_the_turn_and_are_not_kept() -> None:
    picture = Attachment(name="a.png", mimetype="image/png", content=b"png")
    kept = Transcript(VAULT, THREAD, None)
    kept.add([Say("what is it?", attachments=(picture,))], [CALL])

    assert kept.items[0] == Say("what is it?", attachments=(picture,))
    assert Transcript(VAULT, THREAD, kept.sealed()).items[0] == Say("what is it?")


def test_only_open_calls_are_closed() -> None:
    kept = Transcript(VAULT, THREAD, None)
    kept.add([Say("time?")], [CALL])
    kept.close([Result("c1", "cancelled"), Result("unknown", "cancelled")])
    kept.close([Result("c1", "again")])

    assert [item for item in kept.items if isinstance(item, Result)] == [Result("c1", "cancelled")]


def test_the_oldest_messages_go_and_what_is_left_begins_with_a_person() -> None:
    kept = Transcript(VAULT, THREAD, None)
    for number in range(5):
        kept.add([Say(f"{number}" + "x" * (LIMIT // 4))], [ANSWER])

    first = kept.items[0]
    assert isinstance(first, Say)
    assert first.role == "user"
    assert first.text.startswith("2")


def test_one_message_longer_than_the_limit_is_kept_whole() -> None:
    kept = Transcript(VAULT, THREAD, None)
    kept.add([Say("old")], [ANSWER])
    kept.add([Say("x" * (LIMIT + 1))], [ANSWER])

    assert [item.text[:3] for item in kept.items if isinstance(item, Say)] == ["xxx", "noo"]


def test_it_opens_in_its_own_thread_alone() -> None:
    kept = Transcript(VAULT, THREAD, None)
    kept.add([Say("secret")], [ANSWER])
    with pytest.raises(Unreadable):
        Transcript(VAULT, ThreadKey("T1", "C2", "1.1"), kept.sealed())
