"""Which mail makes a turn, and which may join one that runs: two rules, in tables."""

from __future__ import annotations

import pytest

from bot.threads.models import Mail, MailKind, ThreadKey
from workers.mailroom import Batch, next_batch, steerable

THREAD = ThreadKey("T1", "C1", "1.0")


def mails(text: str) -> list[Mail]:
    """`ada:oracle` is Ada's message that picks the oracle, `!ada` is Ada's stop; ids count from 0."""
    made = []
    for number, word in enumerate(text.split()):
        who, _, agent = word.partition(":")
        kind = MailKind.STOP if who.startswith("!") else MailKind.MESSAGE
        made.append(
            Mail(
                id=str(number),
                kind=kind,
                thread=THREAD,
                principal=who.lstrip("!"),
                principal_team="T1",
                agent=agent or None,
            )
        )
    return made


@pytest.mark.parametrize(
    ("waiting", "taken"),
    [
        ("ada", 1),
        ("ada ada ada", 3),
        ("ada ben", 1),
        ("ada ben ada", 1),  # order is kept: Ada's second message waits behind Ben's
        ("ada !ada ada", 1),
        ("ada !ben ada", 1),
        ("ada:oracle", 1),
        ("ada:oracle ada", 2),  # who was picked stays picked
        ("ada:oracle ada:oracle", 2),
        ("ada ada:oracle", 1),
        ("ada:oracle ada:clerk", 1),
        ("ada:oracle ada ada:clerk ada", 2),
    ],
)
def test_a_turn_takes_the_messages_of_one_person_to_one_agent(waiting: str, taken: int) -> None:
    mail = mails(waiting)
    assert next_batch(mail) == Batch(tuple(mail[:taken]))


@pytest.mark.parametrize("kind", [kind for kind in MailKind if kind is not MailKind.MESSAGE])
def test_a_turn_takes_nothing_but_messages(kind: MailKind) -> None:
    other = Mail(id="1", kind=kind, thread=THREAD, principal="ada", principal_team="T1")
    assert len(next_batch([*mails("ada"), other]).mail) == 1


def test_a_batch_has_its_first_messages_person_and_agent() -> None:
    batch = next_batch(mails("ada:oracle ada ben"))
    assert (batch.principal, batch.agent) == ("ada", "oracle")
    assert next_batch(mails("ben")).agent is None


@pytest.mark.parametrize(
    ("waiting", "joining"),
    [
        ("", 0),
        ("ada", 1),
        ("ada ada", 2),
        ("ben", 0),
        ("ada ben ada", 1),
        ("ben ada", 0),  # nobody overtakes
        ("!ada ada", 0),
        ("ada !ben ada", 1),
        ("ada:oracle ada", 2),
        ("ada:clerk ada", 0),
        ("ada ada:clerk ada", 1),
    ],
)
def test_only_the_principals_own_next_messages_join_a_running_turn(waiting: str, joining: int) -> None:
    mail = mails(waiting)
    assert steerable(mail, principal="ada", agent="oracle") == mail[:joining]
