"""Who we are in a workspace, and who the people there are."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.settings import Settings
from bot.slack.errors import InstallationBroken, Refused, TryLater
from bot.slack.installations import Installations
from bot.slack.people import KEPT, TRIES, UNKNOWN_KEPT, People
from playground.slack.settings import MENTIONS_AND_DMS
from tests.bot.slack.conftest import ADA, BOT, CAMILLE, TEAM, MakePlace, Place


def settings_for(place: Place, **fields: Any) -> Settings:
    given = {
        "slack_bot_token": place.standin.settings.bot_token,
        "slack_signing_secret": "s",
        "mistral_api_key": "k",
        "slack_api_url": f"{place.url}/api/",
        **fields,
    }
    return Settings(_env_file=None, **given)


@pytest.fixture
async def installations(place: Place) -> AsyncIterator[Installations]:
    async with Installations(settings_for(place)) as installations:
        yield installations


async def test_who_we_are_is_asked_once(place: Place, installations: Installations) -> None:
    users = await asyncio.gather(*(installations.bot_user(TEAM) for _ in range(5)))
    assert set(users) == {BOT}
    assert (await installations.identity(TEAM)).bot_id == "B0BOT"
    assert await installations.slack(TEAM) is await installations.slack(TEAM)
    assert place.calls("auth.test") == 1


async def test_another_workspace_is_refused(installations: Installations) -> None:
    with pytest.raises(Refused, match="not to T9"):
        await installations.slack("T9")


async def test_a_slack_that_is_away_is_asked_again_later(place: Place, installations: Installations) -> None:
    place.fault("auth.test", "status", status=503)
    with pytest.raises(TryLater):
        await installations.bot_user(TEAM)
    assert await installations.bot_user(TEAM) == BOT


async def test_a_token_that_is_no_bots_is_told(place: Place) -> None:
    async with Installations(settings_for(place, slack_bot_token="xoxb-wrong")) as installations:
        with pytest.raises(InstallationBroken):
            await installations.only()


async def test_a_person_is_asked_for_once_in_ten_minutes(place: Place, installations: Installations) -> None:
    now = [0.0]
    people = People(installations, lambda: now[0])
    assert await people.locale_of(TEAM, CAMILLE) == "fr-FR"
    assert await people.locale_of(TEAM, CAMILLE) == "fr-FR"
    assert await people.names(TEAM, [ADA, CAMILLE]) == {ADA: "Ada", CAMILLE: "Camille"}
    assert place.calls("users.info") == 2
    now[0] = KEPT.total_seconds()
    assert await people.locale_of(TEAM, CAMILLE) == "fr-FR"
    assert place.calls("users.info") == 3


async def test_somebody_slack_does_not_tell_about_has_no_name_for_a_minute(
    place: Place, installations: Installations
) -> None:
    now = [0.0]
    people = People(installations, lambda: now[0])
    place.fault("users.info", "error", code="user_not_visible")
    assert await people.names(TEAM, [ADA]) == {}
    assert await people.locale_of(TEAM, ADA) is None
    now[0] = UNKNOWN_KEPT.total_seconds()
    assert await people.names(TEAM, [ADA]) == {ADA: "Ada"}


async def test_a_slack_that_is_busy_is_asked_again_and_keeps_nobody_unknown(
    place: Place, installations: Installations
) -> None:
    place.fault("users.info", "status", status=429, retry_after=0.01, times=TRIES)
    people = People(installations)
    assert await people.person(TEAM, ADA) is None
    assert people.at_hand(TEAM, ADA) is None
    person = await people.person(TEAM, ADA)
    assert person is not None
    assert people.at_hand(TEAM, ADA) == person


async def test_who_we_are_is_asked_again_as_well_before_a_person_counts_as_unknown(
    place: Place, installations: Installations
) -> None:
    place.fault("auth.test", "status", status=503, retry_after=0.01, times=TRIES - 1)
    assert await People(installations).person(TEAM, ADA) is not None


async def test_without_the_scope_nobody_is_asked_about(make_place: MakePlace) -> None:
    place = await make_place(scopes=MENTIONS_AND_DMS)
    async with Installations(settings_for(place)) as installations:
        people = People(installations)
        assert await people.names(TEAM, [ADA, CAMILLE, "U0GRACE"]) == {}
    assert place.calls("users.info") == 1
