"""What keeps the demo from starting, or makes it start otherwise: said in a sentence, before anything runs."""

from __future__ import annotations

import asyncio
import socket
import stat
import sys
from pathlib import Path

import pytest

from bot.catalog.servers import Server
from bot.vault import Vault
from playground.demo import accepted, agents, env_file, greeting, welcome
from playground.demo.choices import Choices, Wrong, read
from playground.demo.files import AGENTS, LOCK, SERVERS, folders, servers
from playground.demo.parts import addresses, beside, in_order, joining
from playground.demo.release import Release
from playground.demo.stores import shown
from playground.services.github import app as github
from playground.services.linear import app as linear
from playground.serving import serve
from tests.demo.conftest import REPOSITORY, Demo, demo_in
from workers.tools import lock, locking
from workers.tools.lock import Lock


async def stopped(demo: Demo) -> tuple[int, str]:
    """Start it, and wait until it gave up."""
    await demo.spawn()
    assert demo.process is not None
    async with asyncio.timeout(60):
        status = await demo.process.wait()
    await demo.end()
    return status, "\n".join(demo.lines)


async def test_each_taken_port_is_named_with_the_variable_that_changes_it(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as one, socket.create_server(("127.0.0.1", 0)) as two:
        page, store = str(one.getsockname()[1]), str(two.getsockname()[1])
        async with demo_in(tmp_path) as demo:
            demo.ports |= {"DEMO_PORT": page, "DEMO_STORE_PORT": store}
            status, said = await stopped(demo)
    assert status == 2
    assert f"Port {page} (the page, the local Slack) is taken by another process." in said
    assert "make demo DEMO_PORT=" in said
    assert f"Port {store} (the embedded store) is taken by another process." in said
    assert "starting" not in said


async def test_a_redis_of_ones_own_that_is_away_is_named_without_its_password(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    async with demo_in(tmp_path, REDIS_URL=f"redis://me:hush@127.0.0.1:{port}/0") as demo:
        status, said = await stopped(demo)
    assert status == 1
    assert f"redis://me:…@127.0.0.1:{port}/0 cannot be used" in said
    assert "hush" not in said


@pytest.mark.parametrize(
    ("environment", "sentence"),
    [
        ({"LIVE": "1"}, "LIVE=1 needs MISTRAL_API_KEY"),
        ({"LIVE": "1", "MISTRAL_API_KEY": "playground-mistral-key"}, "needs a real MISTRAL_API_KEY"),
        ({"LIVE": "1", "MISTRAL_API_KEY": "k", "MODEL_URL": "http://m", "MODEL_NAME": "m"}, "exclude each other"),
        ({"MODEL_URL": "http://127.0.0.1:11434/v1"}, "MODEL_URL and MODEL_NAME belong together"),
        ({"DEMO_PORT": "http"}, "DEMO_PORT must be a port"),
        ({"DEMO_PORT": "8092"}, "DEMO_PORT and DEMO_BOT_PORT are both 8092"),
    ],
)
def test_what_does_not_go_together_is_said(environment: dict[str, str], sentence: str) -> None:
    with pytest.raises(Wrong, match=sentence):
        read(environment)


def chosen(folder: Path, **environment: str) -> Choices:
    choices = read({"DEMO_DIR": str(folder / ".demo"), **environment})
    choices.world.mkdir(parents=True)
    return choices


def words(choices: Choices) -> str:
    seeded = greeting.seed(choices).greeting
    assert seeded is not None
    return "\n".join([*welcome.before(choices), seeded.text])


def test_a_key_in_the_shell_is_not_used(tmp_path: Path) -> None:
    choices = chosen(tmp_path, MISTRAL_API_KEY="real", MISTRAL_API_URL="https://api.mistral.ai")
    assert "real" not in str(addresses(choices))
    assert addresses(choices)["MISTRAL_API_URL"] == "http://127.0.0.1:8091"
    assert "is not used" in words(choices)


def test_live_says_first_what_it_does_and_that_it_costs_money(tmp_path: Path) -> None:
    choices = chosen(tmp_path, LIVE="1", MISTRAL_API_KEY="real")
    assert addresses(choices)["MISTRAL_API_KEY"] == "real"
    assert addresses(choices)["MISTRAL_API_URL"] == "https://api.mistral.ai"
    assert "costs money" in "\n".join(welcome.before(choices))
    assert "not from a model" not in words(choices)
    assert [part.name for row in in_order(choices, {}, print) for part in row] == [
        "store",
        "slack",
        "bot",
        "push",
        "worker",
    ]
    assert beside(choices, {}, print) == []
    assert "Linear" not in words(choices)
    env_file.write(choices, {})
    assert "real" not in (choices.folder / "env").read_text().replace("a real", "")


def test_another_terminal_may_register_webhooks_at_the_demos_github(tmp_path: Path) -> None:
    local, live = chosen(tmp_path / "a"), chosen(tmp_path / "b", LIVE="1", MISTRAL_API_KEY="real")
    token = f"export DEMO_GITHUB_TOKEN={github.token_of('ada')}\n"
    assert token in env_file.write(local, {}).read_text()
    assert "DEMO_GITHUB_TOKEN" not in env_file.write(live, {}).read_text()
    assert "Bearer " + github.token_of("ada") in SERVERS.read_text()  # whose the agents' is, too


def test_a_model_of_ones_own_is_named(tmp_path: Path) -> None:
    choices = chosen(tmp_path, MODEL_URL="http://127.0.0.1:11434/v1", MODEL_NAME="ministral-8b")
    assert "ministral-8b at http://127.0.0.1:11434/v1" in words(choices)
    assert "not from a model" not in words(choices)


def test_the_demos_own_addresses_in_the_shell_mean_the_demos_own_store(tmp_path: Path) -> None:
    """Somebody sourced .demo/env and starts the demo in the same terminal."""
    choices = chosen(tmp_path, REDIS_URL="redis://127.0.0.1:8093/0", MISTRAL_API_KEY="playground-mistral-key")
    assert choices.redis_url is None
    assert not choices.key_ignored


def test_a_password_is_hidden_and_nothing_else() -> None:
    assert shown("rediss://:hush@redis.example:6380/1") == "rediss://:…@redis.example:6380/1"
    assert shown("redis://redis.example/0") == "redis://redis.example/0"


def test_the_demos_own_agents_are_there_beside_those_of_the_checkout_unless_mistral_answers(tmp_path: Path) -> None:
    assert folders(chosen(tmp_path / "a"), {"AGENTS_DIR": "mine, agents"})[:2] == [Path("mine"), Path("agents")]
    local = chosen(tmp_path / "b")
    assert (
        folders(local, {})
        == folders(local, {"AGENTS_DIR": joining(local, {})["AGENTS_DIR"]})
        == [Path("agents"), AGENTS]
    )
    assert folders(chosen(tmp_path / "c", LIVE="1", MISTRAL_API_KEY="real"), {}) == [Path("agents")]


def test_the_demos_own_servers_are_named_beside_those_of_the_checkout_unless_mistral_answers(tmp_path: Path) -> None:
    local = chosen(tmp_path / "a")
    assert servers(local, {}) == servers(local, {"MCP_CONFIG": joining(local, {})["MCP_CONFIG"]})
    assert servers(local, {"MCP_CONFIG": "mine.json, mcp.json"}) == [Path("mine.json"), Path("mcp.json"), SERVERS]
    assert servers(chosen(tmp_path / "b", LIVE="1", MISTRAL_API_KEY="real"), {}) == [Path("mcp.json")]


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


async def test_the_accepted_tools_that_come_along_are_what_the_local_services_offer() -> None:
    """Write them anew as an operator would: `threadwind tools lock`, with a key of Ada's in the servers' headers."""
    async with serve(github.create()) as hub, serve(linear.create()) as tracker:
        servers = [
            Server(name="github", transport="http", url=f"{hub}/mcp/", headers=bearer(github.token_of("ada"))),
            Server(name="linear", transport="http", url=f"{tracker}/mcp", headers=bearer(linear.key_of("ada"))),
        ]
        said, failed = await locking.locked(
            Lock(), servers, redis_url="redis://127.0.0.1:1/0", vault=Vault([])
        )  # headers need none of it
    assert failed == {}
    assert lock.read(LOCK).servers == said.servers


def test_accepted_tools_of_the_checkout_and_the_demo_are_one_file_that_what_was_accepted_there_stays_in(
    tmp_path: Path,
) -> None:
    choices, shell = chosen(tmp_path), {"TOOLS_LOCK": str(REPOSITORY / "tools.lock.json")}
    file = accepted.file(choices, shell)
    assert lock.read(file).servers.keys() == {"time", "github", "linear"}
    mine = {**lock.read(file).servers, "mine": {}, "time": {}}
    lock.write(file, Lock(mine))  # as somebody does in a terminal that joined
    assert joining(choices, {**shell, "TOOLS_LOCK": shell["TOOLS_LOCK"]})["TOOLS_LOCK"] == str(file)
    again = lock.read(file).servers
    assert again.keys() == {"time", "github", "linear", "mine"}
    assert again["time"]  # the checkout's file is what counts


def test_accepted_tools_that_cannot_be_read_are_left_to_the_bot_to_name(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.json"
    wrong.write_text("{")
    assert accepted.file(chosen(tmp_path), {"TOOLS_LOCK": str(wrong)}) == wrong


def test_what_is_sealed_is_opened_again_after_a_restart(tmp_path: Path) -> None:
    choices = chosen(tmp_path)
    key = joining(choices, {})["VAULT_KEYS"]
    assert joining(choices, {})["VAULT_KEYS"] == key
    assert Vault([key]).has_keys
    assert stat.S_IMODE((choices.world / "vault-key").stat().st_mode) == 0o600


def test_the_page_offers_no_agent_that_is_not_for_everybody() -> None:
    names = {one["name"] for one in agents.offered([AGENTS])}
    assert "artist" in names
    assert "board" not in names


@pytest.mark.parametrize(("status", "failed", "says"), [(0, False, "done"), (3, True, "undone (it")])
async def test_a_push_that_failed_is_not_ready(status: int, failed: bool, says: str) -> None:
    command = [sys.executable, "-c", f"raise SystemExit({status})"]
    push = Release("push", command, {}, done="done", undone="undone", say=lambda *_: None)
    await push.start()
    assert push.failed is failed
    assert push.says.startswith(says)
