"""Who may decide about a call."""

from __future__ import annotations

import pytest

from bot.approvals.approvers import Approvers
from bot.slack.models import Person

ADA = Person(id="U0ADA", team="T1", name="Ada")
GRACE = Person(id="U0GRACE", team="T1", name="Grace")
GUEST = Person(id="U0GUEST", team="T1", name="Guest", is_guest=True)
STRANGER = Person(id="U0STRANGE", team="T2", name="Stranger", is_stranger=True)
BOT = Person(id="U0BOT", team="T1", name="Bot", is_bot=True)


@pytest.mark.parametrize(
    ("lists", "groups", "who"),
    [
        ([], [], "Ada"),
        ([["asker"]], [], "Ada"),
        ([["others"]], [], "Grace"),
        ([["asker", "others"]], [], "Ada Grace"),
        ([["U0GRACE"]], [], "Grace"),
        ([["U0GUEST", "U0STRANGE"]], [], "Guest Stranger"),
        ([["S0LEADS"]], [], ""),
        ([["S0LEADS"]], ["S0LEADS"], "Ada Grace Guest Stranger Bot"),
        ([["others"], ["U0ADA", "U0GRACE"]], [], "Grace"),
        ([["asker"], ["U0GRACE"]], [], ""),
        ([["asker", "U0GRACE"], ["U0GRACE", "others"]], [], "Grace"),
    ],
)
def test_the_asker_decides_unless_others_are_named_and_each_list_has_to_mean_a_person(
    lists: list[list[str]], groups: list[str], who: str
) -> None:
    approvers = Approvers.of(*lists)
    people = [ADA, GRACE, GUEST, STRANGER, BOT]
    assert " ".join(p.name for p in people if approvers.allow(p, asker="U0ADA", groups=groups)) == who


def test_named_people_and_groups_are_those_who_can_be_called() -> None:
    approvers = Approvers.of(["asker", "U0GRACE", "S0LEADS"], ["others", "U0GRACE"])
    assert approvers.called == ("U0GRACE", "S0LEADS")
    assert approvers.groups == ("S0LEADS",)
