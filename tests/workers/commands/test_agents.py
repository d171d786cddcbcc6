"""`threadwind agents`: what an operator types, sees and gets as a status, beside the playground's Mistral."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from playground import serving
from playground.agents_api.app import KEY, AgentsApi, create
from playground.faults import Fault
from tests.workers.agents.conftest import WRITES
from tests.workers.commands.checking import of, some_settings
from tests.workers.commands.conftest import Ran, Threadwind
from tests.world import REPOSITORY
from workers.agents.client import MistralAgents
from workers.commands.checks import agents as files_check
from workers.commands.checks import objects
from workers.commands.checks.finding import Status
from workers.conversations.http import http_client

FRONT = """\
---
description: Takes every question.
model: mistral-medium-latest
handoffs: [billing, technical]
---
Hand over to whoever knows.
"""
BILLING = """\
---
description: Knows bills.
model: mistral-medium-latest
handoffs: [front]
---
You know bills.
"""
TECHNICAL = """\
---
description: Knows machines.
model: mistral-medium-latest
tools: [time]
---
You know machines.
"""


class Desk:
    """An operator's folder with three agents in a circle, and Mistral beside it."""

    def __init__(self, threadwind: Threadwind, mistral: AgentsApi, url: str) -> None:
        self.threadwind, self.mistral, self.url = threadwind, mistral, url
        self.folder = threadwind.folder
        (self.folder / "agents").mkdir()
        for name, text in (("front", FRONT), ("billing", BILLING), ("technical", TECHNICAL)):
            self.write(name, text)
        for file in ("mcp.json", "tools.lock.json"):
            (self.folder / file).write_bytes((REPOSITORY / file).read_bytes())

    def write(self, name: str, text: str) -> None:
        (self.folder / "agents" / f"{name}.md").write_text(text, encoding="utf-8")

    async def __call__(self, *words: str, **environment: str) -> Ran:
        return await self.threadwind.here("agents", *words, **self.environment(environment))

    def environment(self, more: dict[str, str]) -> dict[str, str]:
        base = {"MISTRAL_API_KEY": KEY, "MISTRAL_API_URL": self.url, "DEFAULT_AGENT": "front", "COLUMNS": "200"}
        return base | more

    def writes(self) -> list[str]:
        found = [seen.name for seen in self.mistral.requests() if seen.method in WRITES]
        self.mistral.log.clear()
        return found

    @contextlib.asynccontextmanager
    async def agents(self) -> AsyncIterator[MistralAgents]:
        async with http_client(self.url, SecretStr(KEY)) as http:
            yield MistralAgents(http)

    async def id_of(self, name: str) -> str:
        async with self.agents() as agents:
            return next(one.id for one in await agents.all() if one.metadata.get("agent") == name)


@pytest.fixture
async def desk(threadwind: Threadwind) -> AsyncIterator[Desk]:
    mistral = create(brain="script")
    async with serving.serve(mistral, on_stop=mistral.stop) as url:
        yield Desk(threadwind, mistral, url)


async def test_a_release_pushes_once_and_says_what_it_did(desk: Desk) -> None:
    """With Mistral's key and nothing of Slack's; no question is asked."""
    ran = await desk("push")
    assert ran.status == 0, ran.err
    assert "new front" in ran.out
    assert "  handoffs: billing, technical" in ran.out
    assert "  tools: time__convert_time, time__get_current_time" in ran.out
    assert ran.out.endswith("3 created.\n")
    desk.writes()
    again = await desk("push")
    assert (again.status, again.out) == (0, "3 agent objects are as the files say (deployment default).\n")
    assert desk.writes() == []


async def test_what_differs_is_shown_before_it_is_pushed(desk: Desk) -> None:
    await desk("push")
    desk.write(
        "billing",
        BILLING.replace("You know bills.", "You know bills.\nAnswer in verse.").replace("[front]", "[technical]"),
    )
    shown = await desk("diff")
    billing = await desk.id_of("billing")
    assert shown.status == 1
    assert shown.out.splitlines() == [
        f"update billing ({billing}, version 0)",
        "  instructions:",
        "      You know bills.",
        "    + Answer in verse.",
        "  handoffs:",
        "    - front",
        "    + technical",
    ]
    desk.writes()
    assert (await desk("push", "--dry-run")).out == shown.out
    assert desk.writes() == []
    pushed = await desk("push")
    assert pushed.out.startswith(shown.out)
    assert pushed.out.endswith("1 updated, 2 unchanged.\n")
    assert (await desk("diff")).status == 0


async def test_while_something_is_wrong_nothing_is_pushed(desk: Desk) -> None:
    """Each problem stands with its file and line, and with the command that mends it."""
    desk.write("billing", BILLING.replace("handoffs: [front]", "handoffs: [fornt]"))
    desk.write(
        "technical", TECHNICAL.replace("[time]", "[time__now, time]").replace("---\nYou", "temperature: 3\n---\nYou")
    )
    ran = await desk("push")
    assert ran.status == 1
    assert 'agents/billing.md:4: handoffs: "fornt" is no agent that could be read; did you mean "front"?' in ran.err
    assert "agents/technical.md" in ran.err
    assert ran.err.endswith("threadwind: Nothing was pushed.\n")
    assert desk.writes() == []


@pytest.mark.parametrize(
    ("tools", "locked", "says"),
    [
        ("[time]", None, 'the tools of the server "time" are not locked yet; run `threadwind tools lock time`'),
        ("[time__now]", "as it is", '"time__now" is not among the locked tools that a model can use'),
    ],
)
async def test_a_tool_that_is_not_locked_is_told_with_the_command(
    tools: str, locked: str | None, says: str, desk: Desk
) -> None:
    desk.write("technical", TECHNICAL.replace("[time]", tools))
    if locked is None:
        (desk.folder / "tools.lock.json").unlink()
    ran = await desk("push")
    assert (ran.status, desk.writes()) == (1, [])
    assert says in ran.err
    assert "agents/technical.md:4: tools: " in ran.err
    checked = await desk("check")
    assert (checked.status, says in checked.out) == (1, True)


async def test_a_broken_mcp_json_takes_no_tool_away(desk: Desk) -> None:
    await desk("push")
    (desk.folder / "mcp.json").write_text("{")
    desk.writes()
    ran = await desk("push")
    assert (ran.status, desk.writes()) == (1, [])
    assert "mcp.json:1: this is not JSON" in ran.err


async def test_a_server_left_out_for_a_missing_variable_takes_no_tool_away(desk: Desk) -> None:
    """A pattern names no server, so nothing else would notice."""
    desk.write("technical", TECHNICAL.replace("[time]", '["*"]'))
    servers = json.loads((desk.folder / "mcp.json").read_text())
    servers["mcpServers"]["time"]["env"] = {"TOKEN": "${TOKEN_OF_TIME}"}
    (desk.folder / "mcp.json").write_text(json.dumps(servers))
    ran = await desk("push")
    assert (ran.status, desk.writes()) == (1, [])
    assert "the variable TOKEN_OF_TIME is not set" in ran.err
    assert (await desk("push", TOKEN_OF_TIME="x")).status == 0


async def test_check_looks_at_mistral_and_at_the_files(desk: Desk) -> None:
    ran = await desk("check")
    assert ran.status == 0, ran.out
    assert "Agent objects: can be made: billing, front, technical. `threadwind agents push` sets them up" in ran.out
    desk.write("billing", BILLING.replace("mistral-medium-latest", "mistral-medum-latest"))
    ran = await desk("check")
    assert ran.status == 1
    assert "billing uses mistral-medum-latest, which this key does not have" in ran.out


async def test_the_list_says_how_each_object_stands(desk: Desk) -> None:
    assert (await desk("list")).out.splitlines()[1].split() == ["billing", "-", "-", "not", "pushed"]
    await desk("push")
    async with desk.agents() as agents:
        await agents.update(await desk.id_of("billing"), {"instructions": "Be rude."})
    await desk("push", DEPLOYMENT="staging")
    (desk.folder / "agents" / "technical.md").unlink()
    desk.write("front", FRONT.replace(", technical", ""))
    rows = {line.split()[0]: line for line in (await desk("list")).out.splitlines()}
    assert rows["billing"].endswith("changed by hand: instructions")
    assert rows["front"].endswith("differs: handoffs")
    assert rows["technical"].endswith("no file wants it")
    assert rows["3"] == "3 more of the deployment staging."


async def test_versions_rollback_and_aliases(desk: Desk) -> None:
    await desk("push")
    desk.write("technical", TECHNICAL.replace("You know machines.", "You know engines."))
    await desk("push")
    assert (await desk("alias", "technical", "good", "0")).out == "good of technical is version 0.\n"
    ran = await desk("versions", "technical")
    newest, oldest = ran.out.splitlines()[1:]
    assert newest.split()[:2] == ["1", "current"]
    assert newest.endswith("threadwind: instructions")
    assert (oldest.split()[0], oldest.split()[-3:]) == ("0", ["good", "threadwind:", "created"])
    back = await desk("rollback", "technical", "0")
    technical = await desk.id_of("technical")
    assert back.out.splitlines() == [
        f"technical ({technical}) is at version 0 now; it was at 1.",
        "Conversations that run keep their version. The next push brings the file's state back.",
    ]
    assert (await desk("diff")).status == 1
    await desk("push")
    assert (await desk("versions", "technical")).out.splitlines()[1].split()[:2] == ["2", "current"]
    assert (await desk("alias", "technical")).out.splitlines()[1].split() == ["good", "0"]
    assert (await desk("alias", "technical", "good", "--delete")).out == "Deleted: good of technical.\n"
    assert (await desk("alias", "technical")).out == "technical has no aliases.\n"
    assert (await desk("alias", "technical", "good")).status == 1


async def test_a_version_or_an_agent_that_there_is_not_is_told(desk: Desk) -> None:
    await desk("push")
    ran = await desk("rollback", "technical", "7")
    assert (ran.status, "refuses it (404)" in ran.err) == (1, True)
    ran = await desk("versions", "tecnical")
    assert (ran.status, ran.err) == (
        1,
        'threadwind: The deployment default has no agent object "tecnical"; did you mean "technical"?\n',
    )


async def test_an_object_is_retired_only_when_no_file_wants_it(desk: Desk) -> None:
    await desk("push")
    technical = await desk.id_of("technical")
    ran = await desk("retire", "technical")
    assert (ran.status, ran.out) == (1, "These hand over to it: front.\n")
    assert "agents/technical.md still wants technical as an object" in ran.err
    (desk.folder / "agents" / "technical.md").unlink()
    desk.write("front", FRONT.replace(", technical", ""))
    assert "technical (" in (await desk("push")).out  # kept, and told how to delete it
    assert (await desk("retire", "technical")).out == f"Deleted: technical ({technical}).\n"
    assert "technical" not in (await desk("list")).out


async def test_a_retired_object_that_a_file_wants_is_made_anew(desk: Desk) -> None:
    await desk("push")
    before = await desk.id_of("billing")
    assert (await desk("retire", "billing", "--force")).status == 0
    assert (await desk("push")).out.endswith("1 created, 1 updated, 1 unchanged.\n")
    assert await desk.id_of("billing") != before
    assert (await desk("diff")).status == 0


async def test_adopting_by_an_option(desk: Desk) -> None:
    async with desk.agents() as agents:
        existing = await agents.create({"model": "mistral-small-latest", "name": "billing"})
    hint = await desk("diff")
    assert f"--adopt billing={existing.id} takes it over instead." in hint.out
    ran = await desk("push", "--adopt", f"billing={existing.id}")
    assert ran.status == 0, ran.err
    assert f"adopt billing ({existing.id}, version 0)" in ran.out
    assert await desk.id_of("billing") == existing.id
    wrong = await desk("push", "--adopt", "billing")
    assert (wrong.status, "--adopt support=ag_" in wrong.err) == (1, True)


async def test_what_keeps_a_push_from_mistral_is_a_sentence(desk: Desk) -> None:
    cases = [
        ({"MISTRAL_API_KEY": "wrong"}, 1, "does not take MISTRAL_API_KEY (401)."),
        ({"MISTRAL_API_URL": "http://127.0.0.1:1", "MISTRAL_WAIT_LIMIT": "0"}, 1, "gives no usable answer"),
        ({"MISTRAL_API_KEY": ""}, 2, "MISTRAL_API_KEY is not set."),
        ({"DEPLOYMENT": "two words"}, 2, "DEPLOYMENT is wrong"),
    ]
    for environment, status, says in cases:
        ran = await desk("push", **environment)
        assert (ran.status, ran.out) == (status, ""), environment
        assert says in ran.err
        assert "Traceback" not in ran.err


async def test_no_objects_is_nothing_to_push(desk: Desk) -> None:
    for name in ("front", "billing"):
        (desk.folder / "agents" / f"{name}.md").unlink()
    ran = await desk("push")
    assert (ran.status, ran.out) == (0, "There is no agent object to push (deployment default).\n")


# ---- real processes -------------------------------------------------------------------------------------------------


def a_town(desk: Desk, count: int = 30) -> None:
    for name in ("front", "billing", "technical"):
        (desk.folder / "agents" / f"{name}.md").unlink()
    for number in range(count):
        following = [f"town-{(number + step) % count:02}" for step in (1, 2)]
        desk.write(
            f"town-{number:02}",
            f"---\ndescription: Number {number}.\nmodel: mistral-medium-latest\ntools: [time]\n"
            f"handoffs: [{', '.join(following)}]\n---\nYou are number {number}.\n",
        )


async def settled(desk: Desk, count: int = 30) -> None:
    """One object an agent, and nothing left to do."""
    desk.writes()
    ran = await desk("push", DEFAULT_AGENT="town-00")
    assert ran.out == f"{count} agent objects are as the files say (deployment default).\n"
    assert desk.writes() == []
    assert len(desk.mistral.roster.every()) == count


async def test_two_releases_at_once_end_the_same(desk: Desk) -> None:
    a_town(desk)
    environment = desk.environment({"DEFAULT_AGENT": "town-00"})
    ran = await asyncio.gather(*(desk.threadwind("agents", "push", **environment) for _ in range(2)))
    assert [one.status for one in ran] == [0, 0], [one.err for one in ran]
    await settled(desk)


@pytest.mark.parametrize(
    ("request_name", "skip", "when"), [("agents.create", 13, "after"), ("agents.update", 0, "before")]
)
async def test_a_release_that_is_killed_is_healed_by_the_next(
    request_name: str, skip: int, when: Any, desk: Desk
) -> None:
    a_town(desk)
    environment = desk.environment({"DEFAULT_AGENT": "town-00"})
    async with desk.threadwind.started("agents", "push", **environment) as process:
        desk.mistral.faults.add(Fault(request=request_name, kind="kill", skip=skip, when=when, pid=process.pid))
        assert await process.wait() == -9
    desk.mistral.faults.clear()
    healed = await desk("push", DEFAULT_AGENT="town-00")
    assert healed.status == 0, healed.err
    await settled(desk)


# ---- the doctor -----------------------------------------------------------------------------------------------------


async def test_the_doctor_says_whether_they_are_pushed_and_current(desk: Desk) -> None:
    def settings(**changes: Any) -> Any:
        places = {
            "agents_dir": Path("agents"),
            "mcp_config": Path("mcp.json"),
            "tools_lock": Path("tools.lock.json"),
            "default_agent": "front",
        }
        return some_settings(mistral_api_url=desk.url, **places, **changes)

    async def found(**changes: Any) -> tuple[Status, str]:
        chosen = settings(**changes)
        finding = of(await objects.of_settings(chosen, files_check.load(chosen, {})), "Agent objects")
        return finding.status, finding.says

    assert await found() == (Status.FAILED, "not pushed yet: billing, front, technical.")
    await desk("push")
    assert await found() == (
        Status.OK,
        "billing, front, technical: pushed and current (deployment default).",
    )
    desk.write("billing", BILLING.replace("Knows bills.", "Knows all bills."))
    assert await found() == (Status.WARNING, "not as the files say: billing.")
    assert (await found(mistral_api_key=SecretStr("")))[0] is Status.UNCHECKED
    assert (await found(mistral_api_key=SecretStr("wrong")))[0] is Status.UNCHECKED
    (desk.folder / "tools.lock.json").write_text("{}")
    status, says = await found()
    assert (status, says.startswith("tools.lock.json is not what `threadwind tools lock` writes")) == (
        Status.FAILED,
        True,
    )


async def test_variants_are_listed_and_go_with_their_agent(desk: Desk) -> None:
    await desk("push")
    async with desk.agents() as agents:
        front = await agents.get(await desk.id_of("front"))
        metadata = {"threadwind": "default", "variant_of": "front", "variant": "h"}
        body = {"model": front.model, "name": "front", "handoffs": [await desk.id_of("billing")], "metadata": metadata}
        made = await agents.create(body)
    listed = await desk("list")
    assert f"Variant of front ({made.id}), for threads with other handoffs: billing." in listed.out
    assert (await desk("diff")).status == 0
    assert (await desk("push")).out == "3 agent objects are as the files say (deployment default).\n"
    retired = await desk("retire", "front", "--force")
    assert f"removed    the variant {made.id} of front" in retired.out
