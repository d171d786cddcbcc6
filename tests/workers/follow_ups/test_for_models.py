"""What a model reads about a follow-up."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.workers.follow_ups.test_due import WOKEN
from workers.follow_ups import for_models


@pytest.mark.parametrize(
    ("events", "said"),
    [
        ((), "whenever a signed request comes in"),
        (("issues.closed",), "whenever a signed request brings issues.closed"),
        (("push", "star"), "whenever a signed request brings push or star"),
    ],
)
def test_of_one_that_a_webhook_wakes_it_reads_by_which_events(events: tuple[str, ...], said: str) -> None:
    assert for_models.when(replace(WOKEN, events=events), "UTC") == said
