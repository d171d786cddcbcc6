"""Follow-ups as people meet them in the page, in both languages: the form, the list with its buttons, and the runs."""

from __future__ import annotations

import re
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from playwright.async_api import ConsoleMessage, Locator, Page, expect

from tests.browser import launched
from tests.playground.page.test_accessibility import serious
from tests.stories.conftest import MakeWorld
from tests.world import ADA, CAMILLE, World

pytestmark = pytest.mark.browser

MONDAY = datetime(2027, 3, 1, 10, tzinfo=UTC)  # by the clock of follow-ups
SPEED = 600  # of that clock: twenty minutes take two seconds
PATIENCE_MS = 60_000
AGENT = "---\nmodel: mistral-medium-latest\ndescription: Helps.\ndisplay_name: Assistant\n---\nHelp.\n"


@dataclass(frozen=True)
class Speech:
    """What a person types, and what the page says to them."""

    user: str
    locale: str
    title: str
    prompt: str
    repeated: str
    quiet: str
    submit: str
    kept: str
    close: str
    when: str
    phrase: str
    task: str
    root: str
    foot: str
    listing: str
    head: str
    pause: str
    paused: str
    run_now: str
    resume: str
    resumed: str
    runs: str
    again: str


ENGLISH = Speech(
    user=ADA,
    locale="en-US",
    title="New follow-up",
    prompt="What is to be done",
    repeated="Again and again",
    quiet="Say nothing when nothing is new",
    submit="Keep",
    kept="Kept. I come back to it every 2 weeks on Thursday at 9:15 AM (Europe/London).",
    close="Close",
    when="When: every 2 weeks on Thursday at 9:15 AM (Europe/London). Next: on Thursday, March 4 at 9:15 AM.",
    phrase="in 20 minutes check the deploy",
    task="check the deploy",
    root="Follow-up of Ada:",
    foot="A follow-up of Ada.",
    listing="list",
    head="You have 1 follow-up.",
    pause="Pause",
    paused="Paused by Ada.",
    run_now="Run now",
    resume="Resume",
    resumed="Resumed, by Ada.",
    runs="It runs now, for Ada.",
    again="A follow-up of Ada: “check the deploy”; the next one comes on Thursday, March 4 at 9:15 AM (Europe/London).",
)
FRENCH = Speech(
    user=CAMILLE,
    locale="fr-FR",
    title="Nouveau suivi",
    prompt="Ce qu’il faut faire",
    repeated="Régulièrement",
    quiet="Ne rien dire quand il n’y a rien de nouveau",
    submit="Enregistrer",
    kept="C’est noté. J’y reviendrai toutes les 2 semaines le jeudi à 09:15 (Europe/Paris).",
    close="Fermer",
    when="Quand : toutes les 2 semaines le jeudi à 09:15 (Europe/Paris). Prochaine fois : le jeudi 4 mars à 09:15.",
    phrase="dans 20 minutes vérifie le déploiement",
    task="vérifie le déploiement",
    root="Suivi de Camille :",
    foot="Un suivi de Camille.",
    listing="liste",
    head="Vous avez 1 suivi.",
    pause="Mettre en pause",
    paused="Mis en pause par Camille.",
    run_now="Exécuter",
    resume="Reprendre",
    resumed="Repris par Camille.",
    runs="Il s’exécute maintenant, pour Camille.",
    again=(
        "Un suivi de Camille : « vérifie le déploiement » ; le prochain vient le jeudi 4 mars à 09:15 (Europe/Paris)."
    ),
)


@pytest.fixture
async def world(make_world: MakeWorld) -> World:
    clock = f"{MONDAY.isoformat()} x{SPEED} @{time.time()}"
    return await make_world(agents={"assistant": AGENT}, follow_up_clock=clock)


@pytest.fixture(params=[ENGLISH, FRENCH], ids=["English", "French"])
async def person(request: pytest.FixtureRequest) -> Speech:
    speech: Speech = request.param
    return speech


@pytest.fixture
async def page(world: World, person: Speech) -> AsyncIterator[Page]:
    """The page of this person; nothing in it may fail."""
    wrong: list[str] = []

    def console(message: ConsoleMessage) -> None:
        # A workspace without agents to offer has no such list; the page takes that for none.
        if message.type == "error" and not message.location["url"].endswith("/_control/agents"):
            wrong.append(message.text)

    async with launched() as browser:
        page = await browser.new_page(
            viewport={"width": 1440, "height": 900}, locale=person.locale, reduced_motion="reduce"
        )
        page.set_default_timeout(PATIENCE_MS)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", console)
        await page.goto(f"{str(world.settings.slack_api_url).removesuffix('api/')}#as={person.user}&in=C0GENERAL")
        await page.wait_for_selector("#app:not([aria-busy])")
        expect.set_options(timeout=PATIENCE_MS)
        yield page
        expect.set_options(timeout=5_000)
    assert wrong == []


def last(page: Page) -> Locator:
    return page.locator("#main article").last


async def typed(page: Page, words: str) -> None:
    field = page.locator("#channel-text")
    await field.fill(words)
    await field.press("Enter")
    await expect(field).to_have_value("")


async def test_the_form_the_list_and_the_runs_in_the_page(world: World, page: Page, person: Speech) -> None:
    """All in one window, since to open one costs more than to look at it."""
    await comes_by_itself(world, page, person)
    await made_by_the_form(page, person)
    await looked_after_in_the_list(world, page, person)


async def comes_by_itself(world: World, page: Page, person: Speech) -> None:
    world.mistral.script.will_say("The deploy went through.")
    await typed(page, f"/followup {person.phrase}")
    await expect(last(page)).to_contain_text(person.task)
    answer = await opened(page, person, 0)
    await expect(answer).to_contain_text("The deploy went through.")
    await expect(answer).to_contain_text(person.foot)
    assert await serious(page) == []


async def made_by_the_form(page: Page, person: Speech) -> None:
    await typed(page, "/followup")
    form = await filled_in(page, person)
    assert await serious(page) == []
    await form.get_by_role("button", name=person.submit, exact=True).click()
    await expect(form).to_contain_text(person.kept)
    await form.locator("footer").get_by_role("button", name=person.close, exact=True).click()
    await expect(last(page)).to_contain_text(person.when)


async def filled_in(page: Page, person: Speech) -> Locator:
    """The form as a person fills it in: every two weeks on Thursday, quietly."""
    form = page.get_by_role("dialog", name=person.title)
    await form.get_by_label(person.prompt).fill(person.task)
    await form.get_by_label(person.repeated, exact=True).check()
    await form.locator("[data-block=date] input").fill("2027-03-04")
    await form.locator("[data-block=time] input").fill("09:15")
    await form.locator("[data-block=repeat] select").select_option("two_weeks")
    await form.get_by_label(person.quiet).check()
    return form


async def looked_after_in_the_list(world: World, page: Page, person: Speech) -> None:
    await typed(page, f"/followup {person.listing}")
    await expect(last(page)).to_contain_text(person.head)
    await expect(last(page)).to_contain_text(person.when)
    await expect(last(page).get_by_role("separator")).to_have_count(1)
    assert await serious(page) == []
    await last(page).get_by_role("button", name=person.pause, exact=True).click()
    await expect(last(page)).to_contain_text(person.paused)
    await expect(last(page).get_by_role("button", name=person.run_now, exact=True)).to_have_count(0)
    await last(page).get_by_role("button", name=person.resume, exact=True).click()
    await expect(last(page)).to_contain_text(person.resumed)
    world.mistral.script.will_say("The deploy went through again.")
    await last(page).get_by_role("button", name=person.run_now, exact=True).click()
    answer = await opened(page, person, 1)
    await expect(answer).to_contain_text("The deploy went through again.")
    await expect(answer).to_contain_text(person.again)


async def opened(page: Page, person: Speech, run: int) -> Locator:
    """The answer in the thread that a run, counted from 0, has begun."""
    begun = page.locator("#main li.entry", has_text=person.root).nth(run)
    await expect(begun).to_contain_text(person.task)
    await begun.locator(".reply-bar").click()
    await expect(page).to_have_url(re.compile(f"thread={await begun.get_attribute('data-ts')}"))
    return page.locator("#thread article").last
