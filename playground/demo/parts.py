"""The parts of the demo: what is started, in which order, with which settings. The whole of it on one screen."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from playground.demo import accepted, greeting, ports, vault
from playground.demo.choices import PORTS, SERVICES, Choices
from playground.demo.files import folders, servers, variables
from playground.demo.process import Process, Say, answers
from playground.demo.release import Release
from playground.demo.stores import GivenStore, OwnStore
from playground.slack.settings import Settings as SlackSettings

SHUTDOWN_GRACE = 8  # seconds; a hosted worker gives its turns more, here somebody waits for the prompt
NO_DOTENV = ["--no-dotenv"]  # a `.env` is for the real workspace: nothing of it belongs in here
DEPLOYMENT = "demo"  # also with LIVE=1, so that it never touches the objects of a real one
WORKER_READY = "worker.ready"  # the event it logs
LOCAL_MISTRAL = (
    "processing_seconds=90",  # long enough to ask a library for a document that is not processed yet
    "processing_reads=1000",
)
# Of the shell's environment, what any process needs, and what somebody may want to try in the demo.
EVERYBODYS = ("HOME", "USER", "LANG", "LANGUAGE", "TZ", "TMPDIR", "SSL_CERT_FILE", "SSL_CERT_DIR")
PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy")
OPERATORS = (
    "AGENTS_DIR", "MCP_CONFIG", "TOOLS_LOCK", "FUNCTIONS", "CHANNELS_CONFIG", "DEFAULT_AGENT",
    "REPLIES_WITHOUT_MENTION", "STREAM_IN_CHANNELS", "STEER_FORM",
)  # fmt: skip


class Part(Protocol):
    """`says` is what it tells when it is ready, or has `failed` at what the demo can do without. `start` may be called
    again after it `ended`; it raises `NotReady`."""

    @property
    def name(self) -> str: ...
    @property
    def says(self) -> str: ...
    @property
    def failed(self) -> bool: ...
    async def start(self) -> None: ...
    async def ended(self) -> str: ...
    async def stop(self) -> None: ...
    def kill(self) -> None: ...


def in_order(choices: Choices, environment: Mapping[str, str], say: Say) -> list[list[Part]]:
    """Those of one row start at the same time, after the row before; they end in reverse."""
    store: Part = GivenStore(choices.redis_url) if choices.redis_url else _own_store(choices)
    local: list[Part] = [_slack(choices, environment, say)]
    if choices.answerer != "mistral":
        local.append(_agents_api(choices, environment, say))
    return [[store, *local], [one(choices, environment, say) for one in (_bot, _push, _worker)]]


def beside(choices: Choices, environment: Mapping[str, str], say: Say) -> list[Part]:
    """What the page needs nothing of: started once that can be used; the demo goes on without what does not come up."""
    return [_services(choices, environment, say)] if choices.with_services else []


def joining(choices: Choices, environment: Mapping[str, str]) -> dict[str, str]:
    """The settings that another terminal needs as well, for `.demo/env`."""
    agents_dir = ",".join(map(str, folders(choices, environment)))
    files = {"AGENTS_DIR": agents_dir, "MCP_CONFIG": ",".join(map(str, servers(choices, environment)))}
    files["TOOLS_LOCK"] = str(accepted.file(choices, environment))
    if choices.with_services:
        files |= {PORTS[name][1]: str(choices.ports[name]) for name in SERVICES}
    files["PORT"] = str(choices.ports["bot"])  # to which the links of a sign-in lead
    files["HOOKS_URL"] = f"http://127.0.0.1:{choices.ports['bot']}"  # from this machine alone
    return {**addresses(choices), **files, "VAULT_KEYS": vault.key(choices.world)}


def addresses(choices: Choices) -> dict[str, str]:
    """How the parts reach each other, as settings."""
    slack = SlackSettings()
    return {
        "SLACK_API_URL": f"{choices.page_url}/api/",
        "SLACK_BOT_TOKEN": slack.bot_token,
        "SLACK_SIGNING_SECRET": slack.signing_secret,
        "SLACK_APP_TOKEN": slack.app_token,
        "SLACK_MODE": "http",
        "MISTRAL_API_URL": choices.mistral_url,
        "MISTRAL_API_KEY": choices.mistral_key,
        "DEPLOYMENT": DEPLOYMENT,
        "REDIS_URL": choices.store_url,
    }


def _own_store(choices: Choices) -> OwnStore:
    return OwnStore(choices.world / "store", choices.ports["store"])


def _slack(choices: Choices, environment: Mapping[str, str], say: Say) -> Process:
    seed = choices.world / "workspace.json"
    seed.write_text(greeting.seed(choices).model_dump_json(indent=2), encoding="utf-8")
    command = [
        *(sys.executable, "-m", "playground.slack", "--port", str(choices.ports["page"])),
        *("--events-url", f"http://127.0.0.1:{choices.ports['bot']}/slack/events"),
        *("--inspector", "--rate-limits", "--seed", str(seed), "--state", str(choices.world / "slack.json")),
    ]
    return Process(
        "slack",
        command,
        _basic(environment),
        says=f"a workspace with its page on {choices.page_url}",
        say=say,
        ready=lambda _: answers(f"{choices.page_url}/_control/traffic"),
    )


def _agents_api(choices: Choices, environment: Mapping[str, str], say: Say) -> Process:
    command = [
        *(sys.executable, "-m", "playground.agents_api", "--port", str(choices.ports["agents_api"])),
        *("--key", choices.mistral_key, "--state", str(choices.world / "agents_api.json")),
        *(word for switch in LOCAL_MISTRAL for word in ("--switch", switch)),
    ]
    settings = _basic(environment)
    if choices.answerer == "model":
        settings |= {"MODEL_URL": choices.model_url, "MODEL_NAME": choices.model_name, "MODEL_KEY": choices.model_key}
        settings |= _proxies(environment)
    who = f"{choices.model_name} at {choices.model_url}" if choices.answerer == "model" else "rules"
    return Process(
        "mistral",
        command,
        settings,
        says=f"the Agents API on {choices.mistral_url}, answering by {who}",
        say=say,
        ready=lambda _: answers(f"{choices.mistral_url}/_control/state"),
    )


def _services(choices: Choices, environment: Mapping[str, str], say: Say) -> Process:
    """One process for all of them: each alone would need as much memory.

    It takes seconds to be there, and the worker looks for it at once: its ports are open before it is.
    """
    sockets = [ports.listening(choices, name) for name in SERVICES]
    github, linear, sign_in = (f"http://127.0.0.1:{choices.ports[name]}" for name in SERVICES)
    command = [
        *(sys.executable, "-m", "playground.services", "--state", str(choices.world)),
        *(word for name in SERVICES for word in (f"--{name.replace('_', '-')}-port", str(choices.ports[name]))),
        *(word for one in sockets for word in ("--listening", str(one.fileno()))),
    ]
    return Process(
        "services",
        command,
        _basic(environment),
        says=f"a GitHub on {github}/mcp/ and a Linear on {linear}/mcp, where people sign in ({sign_in})",
        say=say,
        ready=lambda _: answers(f"{sign_in}/.well-known/oauth-authorization-server"),  # the last to be served
        sockets=sockets,
    )


def _bot(choices: Choices, environment: Mapping[str, str], say: Say) -> Process:
    url = f"http://127.0.0.1:{choices.ports['bot']}"
    settings = product(choices, environment) | {"HOST": "127.0.0.1"}
    return Process(
        "bot",
        [sys.executable, "-m", "bot", *NO_DOTENV],
        settings,
        says=f"hears on {url}/slack/events",
        say=say,
        ready=lambda _: answers(f"{url}/healthz"),
    )


def _push(choices: Choices, environment: Mapping[str, str], say: Say) -> Release:
    """What a platform's release phase does, here beside the start of the worker: nobody asks before the page is shown.

    The agents' files are read again when they are saved, this is not done again.
    """
    return Release(
        "push",
        [sys.executable, "-m", "workers.commands", *NO_DOTENV, "agents", "push"],
        product(choices, environment),
        done="the agents that run as objects are at Mistral; `threadwind agents push` does it again",
        undone="the agents that run as objects were not pushed; `threadwind agents push` does it",
        say=say,
    )


def _worker(choices: Choices, environment: Mapping[str, str], say: Say) -> Process:
    return Process(
        "worker",
        [sys.executable, "-m", "workers", *NO_DOTENV],
        product(choices, environment),
        says="takes turns",
        say=say,
        ready=lambda process: process.line(WORKER_READY),
    )


def product(choices: Choices, environment: Mapping[str, str]) -> dict[str, str]:
    """The settings of the bot and of the worker; of the shell's environment only what is named here."""
    own = {name: environment[name] for name in (*OPERATORS, *variables(environment)) if name in environment}
    proxies = _proxies(environment) if choices.answerer == "mistral" else {}
    return {
        **own,
        **_basic(environment),
        **proxies,
        **joining(choices, environment),
        "RELOAD_AGENTS": "true",
        "SHUTDOWN_GRACE": str(SHUTDOWN_GRACE),
        "LOG_FORMAT": "console",
        "LOG_LEVEL": "info",
    }


def _basic(environment: Mapping[str, str]) -> dict[str, str]:
    """What any process needs: our commands first in the PATH (the MCP server's is one), and this checkout's modules."""
    here = str(Path(sys.executable).parent)
    kept = {name: value for name, value in environment.items() if name in EVERYBODYS or name.startswith("LC_")}
    return kept | {
        "PATH": os.pathsep.join([here, environment.get("PATH", os.defpath)]),
        "PYTHONPATH": str(Path(__file__).parents[2]),
        "PYTHONUNBUFFERED": "1",
    }


def _proxies(environment: Mapping[str, str]) -> dict[str, str]:
    """For whoever speaks with the world outside; this machine is never reached through one."""
    found = {name: environment[name] for name in PROXIES if name in environment}
    direct = ",".join(filter(None, ["127.0.0.1", "localhost", environment.get("NO_PROXY", "")]))
    return found | {"NO_PROXY": direct, "no_proxy": direct} if found else {}
