"""The messages we show, judged by slack-sdk's own models and Slack's limits."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from slack_sdk.models.blocks import Block as SdkBlock

from bot.approvals.readable import lines, pages
from bot.slack import blocks, questions
from bot.slack.clicks import Click
from bot.threads.models import Mail, MailKind

words = st.text(max_size=200) | st.text(min_size=1, max_size=20).map(lambda part: part * 400)


def judge(message: blocks.Blocks) -> None:
    assert 0 < len(message) <= blocks.BLOCKS_LIMIT
    for block in message:
        parsed = SdkBlock.parse(block)
        assert parsed is not None
        parsed.validate_json()
        assert parsed.to_dict() == block
    assert sum(len(block["text"]) for block in message if block["type"] == "markdown") <= blocks.MARKDOWN_LIMIT


@given(words, words)
def test_every_message_is_within_slacks_limits(long: str, short: str) -> None:
    label = short or "AI-generated"
    sentence = long or "It failed."
    judge(blocks.answer(sentence, label))
    judge(blocks.answer(sentence))
    judge(blocks.notice(sentence))
    judge(blocks.failure(sentence, turn_id="t1", button=label))
    for shown in pages(lines(json.dumps({short: [long, 1], "more": long})), 2_000):
        judge(questions.card(sentence, shown, [label], calls=["U1"], value="t1:c1", buttons=[("approve", label)]))
    tasks = [blocks.Task(id=str(number), title=sentence, status="complete", output=long) for number in range(80)]
    judge(blocks.task_lines(tasks))
    judge(blocks.task_cards(tasks[:2] * 30))


@given(words, words)
def test_task_cards_are_within_slacks_limits(long: str, short: str) -> None:
    chunk = blocks.task_chunk(blocks.Task(id=long, title=long, status="error", details=short, output=long))
    assert all(len(value) <= blocks.TASK_LIMIT for value in chunk.values())


def test_a_card_says_only_what_there_is() -> None:
    assert blocks.task_chunk(blocks.Task(id="c1", title="Time", status="in_progress")) == {
        "type": "task_update",
        "id": "c1",
        "title": "Time",
        "status": "in_progress",
    }


def test_where_no_card_is_drawn_its_state_is_told_in_words() -> None:
    [line] = blocks.task_lines(
        [blocks.Task(id="c1", title="Time <in> Tokyo", status="complete", state="Time <in> Tokyo: done")]
    )
    assert line["elements"][0]["text"] == "Time &lt;in&gt; Tokyo: done"


CALL = "<!channel> @here <@U0GRACE> <!subteam^S1|@oncall>"


@pytest.mark.parametrize(
    "message",
    [
        blocks.notice(CALL),
        blocks.footer(CALL),
        blocks.failure(CALL, turn_id="t1", button="Try again"),
        questions.card(CALL, [], [CALL], value="t1:c1", buttons=[("approve", "Yes")]),
        blocks.task_cards([blocks.Task(id="c1", title=CALL, status="complete")]),
        blocks.task_lines([blocks.Task(id="c1", title=CALL, status="complete")]),
        [blocks.task_chunk(blocks.Task(id="c1", title=CALL, status="complete", details=CALL))],
    ],
)
def test_words_of_ours_that_quote_a_name_call_nobody(message: blocks.Blocks) -> None:
    said = str(message)
    assert "channel>" in said or "channel&gt;" in said
    for call in ("<!", "@here", "<@"):
        assert call not in said


def clicked(button: blocks.Block) -> Click:
    return Click.read(
        {
            "type": "block_actions",
            "team": {"id": "T1"},
            "user": {"id": "U1", "team_id": "T1"},
            "container": {"message_ts": "2.0", "channel_id": "C1", "thread_ts": "1.0"},
            "actions": [button],
        }
    )


BUTTONS = [(action, action.title()) for action in ("approve", "approve_thread", "approve_always", "deny")]


def test_every_button_comes_back_as_the_mail_it_means() -> None:
    ask = questions.card("Delete?", [], [], value="t1:call:1", buttons=BUTTONS)
    failure = blocks.failure("Failed.", turn_id="t1", button="Try again")
    mails = [clicked(button).to_mail() for message in (ask, failure) for button in message[-1]["elements"]]
    assert all(isinstance(mail, Mail) for mail in mails)
    call = {"turn": "t1", "tool_call_id": "call:1"}
    assert [(mail.kind, mail.id, mail.about, mail.text, mail.agent) for mail in mails if isinstance(mail, Mail)] == [
        (
            MailKind.DECISION,
            f"decision:t1:call:1:{action}:U1:",
            {**call, "decision": decision, "holds": holds},
            "",
            None,
        )
        for action, decision, holds in (
            ("approve", "allowed", "once"),
            ("approve_thread", "allowed", "thread"),
            ("approve_always", "allowed", "always"),
            ("deny", "denied", "once"),
        )
    ] + [(MailKind.AGAIN, "again:t1:U1:2.0:", {"turn": "t1", "message": "2.0"}, "", None)]


def test_ids_that_no_button_can_hold_are_refused() -> None:
    with pytest.raises(ValueError, match="2000 characters"):
        questions.card("Delete?", [], [], value="t1:" + "c" * 2000, buttons=BUTTONS)


def test_what_would_be_sent_is_plain_text_that_calls_nobody_and_formats_nothing() -> None:
    [block] = questions.sent(lines(json.dumps({"to": "<!channel> *all*", "body": "a\n<@U0GRACE>"})))
    assert block["elements"] == [
        {
            "type": "rich_text_section",
            "elements": [
                {"type": "text", "text": "to:", "style": {"bold": True}},
                {"type": "text", "text": " <!channel> *all*\n"},
                {"type": "text", "text": "body:", "style": {"bold": True}},
                {"type": "text", "text": " \n"},
            ],
        },
        {"type": "rich_text_quote", "elements": [{"type": "text", "text": "a\n<@U0GRACE>"}]},
    ]
