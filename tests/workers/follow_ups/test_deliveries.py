"""What webhooks brought, in one mail and in one input: nothing twice, nothing without a word, and not too much."""

from __future__ import annotations

from dataclasses import replace

from bot.threads.models import Mail, MailKind
from tests.threads.ground import THREAD
from workers.follow_ups import deliveries
from workers.inputs import EventLine, Line, spoken

PLAIN = Mail(id="m", kind=MailKind.MESSAGE, thread=THREAD, principal="U1", principal_team="T1")


def brought(name: str, payload: str = "{}", **about: str) -> Mail:
    told = {"follow_up": "f", "occurrence": "1", "hook": name, "payload": payload, **about}
    return replace(PLAIN, id=name, kind=MailKind.DUE, about=told)


def test_each_keeps_what_came_with_it_and_says_how_many_were_left_out_before() -> None:
    found = deliveries.events([brought("push"), PLAIN, brought("ping", left_out="3")])
    left_out = EventLine("3 more came before this one and were left out", "")
    assert found == [(EventLine("push", "{}"),), (), (left_out, EventLine("ping", "{}"))]


def test_joined_they_say_the_same_as_apart() -> None:
    apart = [brought("push", '{"n":1}'), brought("ping", '{"n":2}', left_out="3"), brought("push", '{"n":3}')]
    mail = Mail.load(THREAD, deliveries.joined(apart).dump())
    assert (mail.id, mail.about["occurrence"]) == ("push", "1")
    assert deliveries.events([mail]) == [tuple(line for one in deliveries.events(apart) for line in one)]
    assert deliveries.joined(apart[:1]) == apart[0]


def test_what_woke_a_run_is_counted_by_event_also_where_one_mail_holds_several() -> None:
    mail = [brought("push: acme/web by ada"), brought("issues.closed"), PLAIN, brought("push"), brought("event")]
    counted = {"push": 2, "issues.closed": 1, "": 1}
    assert deliveries.names(mail) == counted
    assert deliveries.names([deliveries.joined([one for one in mail if one is not PLAIN])]) == counted


def test_of_more_than_one_input_takes_what_happened_in_short_stays() -> None:
    many = [brought(f"event.{number}", "x" * 20_000) for number in range(20)]
    for mail in (many, [deliveries.joined(many)], [*many[:2], deliveries.joined(many[2:])]):
        lines = [line for one in deliveries.events(mail) for line in one]
        assert [line.about for line in lines] == [f"event.{number}" for number in range(20)]
        assert sum(len(line.payload or "") for line in lines) == deliveries.MOST_READ
        assert [line.payload is None for line in lines] == [False] * 3 + [True] * 17
    assert len(deliveries.joined(many).dump()) < 1.2 * deliveries.MOST_READ
    said = spoken([Line("Ada", "", events=(EventLine("event.3", None),))])
    assert said.endswith("[Event: event.3. What was sent with it is left out, since too much came at once.]")
