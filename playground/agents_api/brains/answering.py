"""One agent's answer by the rules: what is said, called and shown for what was understood."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence

from playground.agents_api.brains import (
    attachments,
    einstein,
    errands,
    handing_over,
    later,
    memory,
    offered,
    prompts,
    runs,
    structured,
    zones,
)
from playground.agents_api.brains.essay import essay
from playground.agents_api.brains.handing_over import HANDOFFS_MAX, Asked, Course
from playground.agents_api.brains.own_tools import OwnTools
from playground.agents_api.brains.port import Call, Chunk, Fail, Piece, Question, Refuse, Text
from playground.agents_api.brains.prompts import Speaker
from playground.agents_api.brains.remote_words import shortened
from playground.agents_api.brains.results import in_words
from playground.agents_api.brains.understanding import THINK, Heard, Intent, clock_in
from playground.agents_api.brains.wording import LABEL, WORDS
from playground.agents_api.ids import Json

MUCH_REASONING = ("high", "xhigh", "max")
STATUS = re.compile(r"\b(4\d\d|5\d\d)\b")
MIDWAY = re.compile(r"\b(midway|halfway|after|milieu|apres)\b")
THINKING = re.compile(r"^\W*(?:think|r[ée]fl[ée]chi\w*)\b(?: (?:hard|carefully|about|à|a|au|aux|bien|sur))*\s*", re.I)


def asked_of(heard: Heard) -> Asked:
    """An error that a longer sentence speaks of is a topic; "an error" asks for one."""
    intent = heard.intent
    if intent is Intent.ERROR and handing_over.is_technical(heard.text):
        intent = Intent.UNKNOWN
    return Asked.of(heard.text, intent)


class Answer:
    """One agent's answer in the making."""

    def __init__(self, question: Question, heard: Heard, speaker: Speaker, course: Course) -> None:
        self._question, self._speaker, self._course = question, speaker, course
        self.heard = heard
        self._language = heard.language
        self._words = WORDS[self._language]
        self._own = OwnTools(question, speaker.tools, self._language)

    def pieces(self) -> Iterator[Piece]:
        if self._question.decided:
            yield from self._own.decided()
        if self._question.results:
            yield Text(("\n\n" if self._question.decided else "") + self._results())
        if self._question.results or (self._question.decided and not self._asks()):
            return
        if self._thinks():
            yield Chunk({"type": "thinking", "thinking": [{"type": "text", "text": self._thought()}], "closed": True})
        if remotes := self._own.wanted_remotes(self.heard.text):
            yield from self._own.use_remotes(remotes)
            return
        if self.heard.intent is not Intent.TOOL and (errand := self._errand()):
            yield self._made(errand)
            return
        yield from self._by_intent(self._intent())

    def _errand(self) -> offered.Wanted | offered.Mistake | None:
        text, tools = self.heard.text, self._speaker.tools
        asks_for_later = self.heard.run is None or not self.heard.run.came  # else it has come
        promised = later.wanted(text, tools, self._earlier()) if asks_for_later else None
        return promised or errands.wanted(text, tools)

    def _asks(self) -> bool:
        return any(entry["type"] == "message.input" for entry in self._question.new)

    def _intent(self) -> Intent:
        """What was meant; an agent with others behind it takes a told error for somebody's trouble."""
        intent = self.heard.intent
        if intent is Intent.ERROR and self._speaker.agent and (self._speaker.agent.handoffs or self._course.passed):
            intent = asked_of(self.heard).intent
        came = attachments.of_last_message(self._question.entries, self._question.workshop)
        if intent is Intent.UNKNOWN and came:
            return Intent.FILE
        return intent

    def _by_intent(self, intent: Intent) -> Iterator[Piece]:
        match intent:
            case Intent.TOOL:
                yield from self._explicit()
            case Intent.ERROR:
                yield from self._error()
            case Intent.LONG | Intent.VERY_LONG:
                yield Text(essay(self._language, very_long=intent is Intent.VERY_LONG))
            case Intent.SEARCH | Intent.NEWS | Intent.CODE | Intent.DRAW | Intent.LIBRARY:
                yield from self._own.use(intent, self.heard.text)
            case Intent.HUMAN:
                yield self._fetch_person()
            case Intent.FILE:
                yield Text(self._files())
            case Intent.JSON:
                yield Text(self._json())
            case Intent.CONVERT:
                yield self._convert()
            case Intent.TIME:
                yield from self._time()
            case _:
                yield from self._small_talk(intent)

    def _small_talk(self, intent: Intent) -> Iterator[Piece]:
        match intent:
            case Intent.WHO | Intent.WHO_AM_I:
                yield Text(memory.who(self._question.entries, self.heard, me=intent is Intent.WHO_AM_I))
            case Intent.BEFORE:
                yield Text(memory.before(self._earlier(), self.heard))
            case Intent.THANKS:
                yield Text(self._words["thanks"])
            case Intent.CAME | Intent.GREET | Intent.DEPLOY | Intent.NEW:
                yield Text(self._when_due(intent))
            case Intent.HELP:
                yield Text(self._what_to_try(self._words["hello"]))
            case _ if self._was_asked_for_city() and zones.named_in(self.heard.text):
                yield from self._time()
            case _ if known := einstein.told(self.heard.text, memory.last_said(self._question.entries), self._language):
                yield Text(known)
            case _ if told := self._as_colleague():
                yield Text(told)
            case _ if THINK.search(zones.plain(self.heard.text)):
                yield Text(self._words["thought"].format(subject=shortened(THINKING.sub("", self.heard.text))))
            case _ if self.heard.run:
                yield Text(self._words["only_reminded"])  # nobody is there to choose from a list
            case _:
                yield Text(self._what_to_try(self._words["not_understood"]))

    def _when_due(self, intent: Intent) -> str:
        """What people put off to try a follow-up, or ask for at once."""
        run, words = self.heard.run, self._words
        if intent is Intent.CAME and run:
            return runs.what_came(run, self._language)
        if intent is Intent.GREET:
            return words["greeting_to"].format(name=self.heard.who) if self.heard.who else words["hello"]
        if intent is Intent.NEW:
            return (run.nothing_new if run else None) or words["nothing_new"]
        return words["no_deploy"]

    def _as_colleague(self) -> str | None:
        """What an agent says of its own topic, or of a question that was handed to it."""
        agent, course = self._speaker.agent, self._course
        if agent is None:
            return None
        if course.passed >= HANDOFFS_MAX:
            return self._words["circles"].format(count=course.passed)
        topics = asked_of(self.heard).topics()
        handed = agent.id in course.reached
        mine = handing_over.topics_of(agent, by_name=not handed)
        name = handing_over.called(agent)
        if topic := next((topic for topic in topics if topic in mine), None):
            return self._words[f"topic_{topic}"].format(name=name)
        if course.denied:
            return self._words["keeps"].format(name=name)
        return self._words["takes_over"].format(name=name) if handed else None

    def _thinks(self) -> bool:
        """Because the words ask for it, or the request asks for much reasoning."""
        effort = self._speaker.completion_args.get("reasoning_effort")
        return effort in MUCH_REASONING or bool(THINK.search(zones.plain(self.heard.text)))

    def _thought(self) -> str:
        names = [
            tool["function"]["name"] if tool["type"] == "function" else tool["type"] for tool in self._speaker.tools
        ]
        tools = ", ".join(names) or self._words["no_tools"]
        return self._words["thinking"].format(text=shortened(self.heard.text), tools=tools)

    def _fetch_person(self) -> Piece:
        """The function that hands over to a person, with what it asks for filled from the words."""
        for tool in self._speaker.tools:
            if tool["type"] == "function" and prompts.fetches_person(tool["function"]["name"]):
                source = structured.Source(self.heard.text, "", self._language)
                arguments = structured.instance(tool["function"]["parameters"], source)
                return Call(name=tool["function"]["name"], arguments=json.dumps(arguments, ensure_ascii=False))
        return Text(self._words["no_human_tool"])

    def _files(self) -> str:
        came = attachments.of_last_message(self._question.entries, self._question.workshop)
        if not came:
            return self._words["no_file"]
        listed = "\n".join(f"- {attachments.in_words(one, self._language)}" for one in came)
        return f"{self._words['attached']}\n{listed}"

    def _json(self) -> str:
        """The request itself, taken apart."""
        source = structured.Source(self.heard.text, "", self._language)
        places = [city.fr if self._language == "fr" else city.en for city in zones.named_in(self.heard.text)]
        told: Json = {"request": self.heard.text, "language": self._language, "words": source.words(), "places": places}
        return f"```json\n{json.dumps(told, ensure_ascii=False, indent=2)}\n```"

    def _what_to_try(self, first: str) -> str:
        """What can be tried here; who is speaking is said once a conversation."""
        label = LABEL[self._language]
        opening = first if memory.was_said(label, self._question.entries) else f"{first} {label}"
        tried = prompts.listed(self._speaker, self._own, self._question.agent_named, self._language)
        return f"{opening}\n\n{self._words['try']}\n{tried}"

    def _time(self) -> Iterator[Piece]:
        tool = prompts.time_tool(self._speaker.tools)
        cities = zones.named_in(self.heard.text)
        if tool is None:
            yield Text(self._words["no_time_tool"])
        elif not cities:
            asked = re.search(r"\b(in|at|for|à|a|au|en)\s+\w", self.heard.text)
            yield Text(self._words["unknown_city" if asked else "which_city"])
        else:
            for city in cities:
                yield Call(name=tool.name, arguments=json.dumps({"timezone": city.zone}))

    def _was_asked_for_city(self) -> bool:
        said = memory.last_said(self._question.entries)
        return any(said.startswith(words[key]) for words in WORDS.values() for key in ("which_city", "unknown_city"))

    def _earlier(self) -> Sequence[Json]:
        """All before the question, also where a client sends it with everything that was said."""
        entries = self._question.entries
        asked = [at for at, one in enumerate(entries) if one["type"] == "message.input" and one["role"] == "user"]
        return entries[: asked[-1]] if asked else []

    def _convert(self) -> Piece:
        tool = prompts.convert_tool(self._speaker.tools)
        cities, clock = zones.named_in(self.heard.text), clock_in(self.heard.text)
        if tool is None:
            return Text(self._words["no_convert_tool"])
        if len(cities) != 2 or clock is None:
            return Text(self._words["which_convert"])
        arguments = {"source_timezone": cities[0].zone, "time": clock, "target_timezone": cities[1].zone}
        return Call(name=tool.name, arguments=json.dumps(arguments))

    def _explicit(self) -> Iterator[Piece]:
        """All of the calls, or, when one cannot be read, none."""
        read = [offered.explicit(line, self._speaker.tools) for line in self.heard.calls]
        mistakes = [one for one in read if isinstance(one, offered.Mistake)]
        if mistakes:
            values = {"tools": self._words["no_tools"]} if not self._speaker.tools else {}
            yield Text("\n".join(self._words[one.kind].format(**{**one.values, **values}) for one in mistakes))
            return
        yield from map(self._made, read)

    def _made(self, one: offered.Wanted | offered.Mistake) -> Piece:
        if isinstance(one, offered.Mistake):
            return Text(self._words[one.kind].format(**one.values))
        return Call(name=one.name, arguments=json.dumps(one.arguments, ensure_ascii=False))

    def _error(self) -> Iterator[Piece]:
        """As it is asked for: "error", "error 429" before anything is said, "error midway" after some text."""
        plain = zones.plain(self.heard.text)
        if status := STATUS.search(plain):
            yield Refuse(int(status.group()))
            return
        if MIDWAY.search(plain):
            yield Text(self._words["failing"])
        yield Fail(self._words["error"])

    def _results(self) -> str:
        calls = {entry["tool_call_id"]: entry for entry in self._question.entries if entry["type"] == "function.call"}
        places = zones.named_in(self.heard.text)
        told = [
            in_words(calls.get(entry["tool_call_id"]), entry["result"], self._language, places)
            for entry in self._question.results
        ]
        return "\n\n".join(told)
