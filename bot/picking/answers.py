"""What `/agent` answers, in words and blocks. A rule: no I/O.

Only agents of the person's own view are named; all that files and people wrote is shown as plain words.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.catalog.agents import Agent
from bot.catalog.catalog import folded
from bot.picking.choices import Choice
from bot.slack import blocks
from bot.slack.commands import Reply
from bot.slack.models import Person
from bot.slack.text import shown
from bot.texts import Words

LISTED = 40  # of a message's 50 blocks
NAME_SHOWN = 100
TEXT_SHOWN = 600  # of a description or a prompt


def unknown(
    choice: Choice, words: Words, name: str, *, near: Sequence[str] | None = None
) -> tuple[str, dict[str, str]]:
    """The sentence that there is no agent of this name, with those that come near: its key and its values.

    The same for an agent that this person must not know of.
    """
    told = {"name": shown(name, NAME_SHOWN)}
    if near is None:
        near = choice.usable.nearest(name)
    if near:
        nearest = [_both_names(choice.usable.agents[known]) for known in near]
        return "agent.unknown", told | {"nearest": words.names(nearest, any_of=True)}
    return "agent.unknown_alone", told | {"command": choice.command}


def _both_names(agent: Agent) -> str:
    """The name to type, beside the one that people see where that is another one."""
    same = folded(agent.display_name or agent.name) == folded(agent.name)
    return agent.name if same else f"{called(agent)} ({agent.name})"


def listed(choice: Choice, words: Words, *, command: str, chooser: Person | None) -> Reply:
    """Every agent that may be used here, who answers by default, and how to start. `chooser` is who chose
    the default by command, where somebody did."""
    agents = list(choice.usable.agents.values())
    if not agents:
        return said(words.say("command.list_empty"))
    entries = [blocks.entry(_entry(agent, words), icon=agent.icon, alt=called(agent)) for agent in agents[:LISTED]]
    more = len(agents) - len(entries)
    notes = [words.say("command.list_more", count=more)] if more else []
    notes.append(_default(choice, words, chooser))
    notes.append(words.say("command.how_to_start", command=command, example=(choice.default or agents[0]).name))
    head, foot = words.say("command.list_head"), "\n".join(notes)
    text = "\n".join([head, *(_entry(agent, words) for agent in agents[:LISTED]), foot])
    return Reply(
        text=text, blocks=[*blocks.notice(head), *(block for each in entries for block in each), *blocks.notice(foot)]
    )


def about(agent: Agent, choice: Choice, words: Words, *, command: str) -> Reply:
    """What one agent is, and its prompts."""
    key = "command.about_default" if choice.default == agent else "command.about"
    lines = [_titled(agent, words, key)]
    if agent.description:
        lines.append(shown(agent.description, TEXT_SHOWN))
    if agent.prompts:
        lines.append(words.say("command.about_prompts"))
        lines += [f"• {shown(prompt.message, TEXT_SHOWN)}" for prompt in agent.prompts]
    lines.append(words.say("command.about_start", command=command, name=agent.name))
    text = "\n".join(lines)
    return Reply(text=text, blocks=blocks.entry(text, icon=agent.icon, alt=called(agent)))


def help_text(words: Words, *, command: str) -> Reply:
    names = ("list", "about", "ask", "default")
    lines = [f"• {words.say(f'command.help_{name}', command=command)}" for name in names]
    return said("\n".join([*lines, words.say("command.help_mention")]))


def said(text: str, *, to_all: bool = False) -> Reply:
    """One sentence."""
    return Reply(text=text, blocks=blocks.notice(text), to_all=to_all)


def called(agent: Agent) -> str:
    """The agent's name in sentences."""
    return shown(agent.display_name or agent.name, NAME_SHOWN)


def shown_name(person: Person) -> str:
    return shown(person.name, NAME_SHOWN)


def _titled(agent: Agent, words: Words, key: str) -> str:
    emoji = f"{agent.icon} " if agent.icon.startswith(":") else ""
    return emoji + words.say(key, agent=called(agent), name=agent.name)


def _entry(agent: Agent, words: Words) -> str:
    title = _titled(agent, words, "command.about")
    return f"{title}: {shown(agent.description, TEXT_SHOWN)}" if agent.description else title


def _default(choice: Choice, words: Words, chooser: Person | None) -> str:
    if agent := choice.default:
        if choice.chosen and choice.everything.find(choice.chosen.agent) == agent and chooser:
            return words.say("command.list_default_chosen", agent=called(agent), person=shown_name(chooser))
        return words.say("command.list_default", agent=called(agent))
    return words.say("command.list_default_closed")
