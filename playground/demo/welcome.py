"""What the terminal says before anything is started, and once all is ready."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from playground.demo.choices import Choices


def before(choices: Choices) -> Iterator[str]:
    """What is going to happen, above all what costs money."""
    match choices.answerer:
        case "mistral":
            yield "Threadwind with LIVE=1: Slack is the local stand-in, the answers come from Mistral."
            yield f"What is said to the bot is sent to {choices.mistral_url} with your MISTRAL_API_KEY: it costs money."
        case "model":
            yield "Threadwind's demo: everything runs on this machine, but for the model that you chose."
            yield f"What is said to the bot is sent to {choices.model_name} at {choices.model_url}."
        case "rules":
            yield "Threadwind's demo: everything runs on this machine. No account, no key, no costs."
            yield "The answers come from rules, not from a model; MODEL_URL and MODEL_NAME, or LIVE=1, change that."
    if choices.key_ignored:
        yield "The MISTRAL_API_KEY in your shell is not used; make demo LIVE=1 would use it."
    yield ""


def ready(choices: Choices, env: Path) -> Iterator[str]:
    yield ""
    yield f"  Open  {choices.page_url}"
    yield ""
    shown = env.relative_to(Path.cwd()) if env.is_relative_to(Path.cwd()) else env
    yield f"  Agents are files in agents/: save one, and it is reloaded. Another terminal joins by: . {shown}"
    yield "  Ctrl-C stops everything."
    yield ""
