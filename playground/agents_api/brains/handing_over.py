"""Which agent a question belongs to: the words of the question against the names, descriptions and tools of agents."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from playground.agents_api.brains import prompts
from playground.agents_api.brains.port import AgentView
from playground.agents_api.brains.understanding import Intent
from playground.agents_api.brains.zones import plain
from playground.agents_api.ids import Json
from playground.agents_api.retrieval import stem, words_of

HANDOFFS_MAX = 4  # within one question; then whoever has it keeps it
TOPIC_POINTS, TOOL_POINTS = 3, 4

TOPIC_WORDS = {
    "technical": """technical technology error errors crash crashes crashed bug bugs broken login password slow outage
        freezes technique techniques erreur erreurs plante plantes plantage panne bogue connexion lent bloque""",
    "billing": """billing bill invoice invoices refund refunds refunded charged charge charges payment payments paid
        price subscription facturation facture factures remboursement rembourser rembourse paiement paye prix abonnement
        debite debitee prelevement preleve""",
    "shipping": """shipping delivery deliveries parcel parcels order orders package livraison livraisons colis commande
        commandes expedition""",
}
TOPICS = {topic: frozenset(stem(word) for word in listed.split()) for topic, listed in TOPIC_WORDS.items()}


@dataclass(frozen=True, slots=True)
class Asked:
    """A question: its telling words in order, and the intent behind them."""

    words: Sequence[str]
    intent: Intent

    @classmethod
    def of(cls, text: str, intent: Intent) -> Asked:
        return cls(words_of(text), intent)

    def topics(self) -> list[str]:
        """In the order in which they come up."""
        first = {topic: next((at for at, word in enumerate(self.words) if word in known), None)
                 for topic, known in TOPICS.items()}  # fmt: skip
        return sorted((topic for topic, at in first.items() if at is not None), key=lambda topic: first[topic] or 0)


@dataclass
class Course:
    """How far a question has come: whom it `reached` since it was asked, in order; `passed` counts the handoffs; to the
    `denied` agents it must not go."""

    reached: list[str] = field(default_factory=list)
    passed: int = 0
    denied: list[str] = field(default_factory=list)

    def may_reach(self, agent_id: str) -> bool:
        return agent_id not in self.reached and agent_id not in self.denied

    @classmethod
    def of(cls, entries: Sequence[Json]) -> Course:
        course = cls()
        for entry in entries:
            if entry["type"] == "message.input" and entry["role"] == "user":
                course = cls()
            elif entry["type"] == "agent.handoff":
                course.reached += [entry["previous_agent_id"], entry["next_agent_id"]]
                course.passed += 1
        return course


def topics_of(agent: AgentView, *, by_name: bool = False) -> set[str]:
    """What an agent is for; `by_name` alone, because a front desk's description names everything it passes on."""
    words = set(words_of(named(agent.name) if by_name else f"{named(agent.name)} {agent.description or ''}"))
    return {topic for topic, known in TOPICS.items() if words & known}


def named(name: str) -> str:
    return re.sub(r"[-_/]", " ", name)


def called(agent: AgentView) -> str:
    """Its name at the beginning of a sentence."""
    name = named(agent.name)
    return name[:1].upper() + name[1:]


def is_own(agent: AgentView, tools: Sequence[Json], asked: Asked) -> bool:
    """Whether the question is this agent's own business."""
    return prompts.serves(tools, asked.intent) or bool(topics_of(agent, by_name=True) & set(asked.topics()))


def best(agent: AgentView, asked: Asked, course: Course, find: Callable[[str], AgentView | None]) -> AgentView | None:
    """The agent to hand over to, of those that this one may: the most points, at a tie what came up first."""
    found = [one for id_ in agent.handoffs if (one := find(id_)) is not None and course.may_reach(one.id)]
    scored = [(points(one, asked), one) for one in found]
    scored = [(score, one) for score, one in scored if score > 0]
    if not scored:
        return None
    order = asked.topics()
    return min(scored, key=lambda one: (-one[0], _place(one[1], order)))[1]


def remaining(
    agent: AgentView, asked: Asked, course: Course, find: Callable[[str], AgentView | None]
) -> AgentView | None:
    """Who takes a topic that none of those who were asked so far is for."""
    handled = topics_of(agent)
    for id_ in course.reached:
        if (one := find(id_)) is not None:
            handled |= topics_of(one, by_name=True)
    left = [topic for topic in asked.topics() if topic not in handled]
    for topic in left:
        for id_ in agent.handoffs:
            one = find(id_)
            if one is not None and course.may_reach(one.id) and topic in topics_of(one):
                return one
    return None


def points(agent: AgentView, asked: Asked) -> int:
    topics = topics_of(agent)
    about = sum(word in TOPICS[topic] for word in asked.words for topic in topics)
    own = set(words_of(f"{named(agent.name)} {agent.description or ''}"))
    shared = len(own & set(asked.words))
    tools = TOOL_POINTS if prompts.serves(agent.tools, asked.intent) else 0
    return TOPIC_POINTS * about + shared + tools


def _place(agent: AgentView, order: Sequence[str]) -> int:
    return min((order.index(topic) for topic in topics_of(agent) if topic in order), default=len(order))


def is_technical(text: str) -> bool:
    """Whether an error that is spoken of is the person's own, not one to be made: a longer sentence."""
    return len(plain(text).split()) > 3
