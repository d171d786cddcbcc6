"""The modal in which a follow-up is made or changed, drawn and read back. No I/O.

Slack gives a modal three seconds, so an empty one opens at once and a worker fills it in. What was sent is answered
with an empty one again, in whose place comes the form with a sentence, or what came of it.
https://docs.slack.dev/reference/block-kit/blocks/input-block
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Self

from bot.follow_ups import form as forms
from bot.follow_ups.form import Form
from bot.slack import blocks, views
from bot.slack.text import mended, shortened
from bot.texts import Words

CALLBACK = "follow_up_form"
VALUE = "value"  # each input's action id
OPTION_LIMIT, LABEL_LIMIT, AGENTS = 75, 2_000, 100  # Slack's
QUIET, AS_IS = "quiet", "as_is"
WORDS = "words"  # the block of the field for words

Element = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a modal is about, as its `private_metadata` says it: where the follow-up is to run, and whose form it is.

    `follow_up` is the one that is changed, else empty. `response_url` is where its person is told what came of it, and
    `replaces` whether that takes the place of what they pressed in.
    """

    team: str
    channel: str
    user: str
    root: str = ""
    follow_up: str = ""
    zone: str = ""
    response_url: str = ""
    replaces: str = ""  # "", "card" or "list"

    def dump(self) -> str:
        return json.dumps({name: value for name, value in asdict(self).items() if value}, separators=(",", ":"))

    @classmethod
    def parse(cls, text: str) -> Self | None:
        try:
            body = json.loads(text)
            given = {name: str(value) for name, value in body.items() if name in cls.__slots__}
            return cls(**given)
        except (ValueError, TypeError, AttributeError):
            return None


def waiting(words: Words, asked: Asked, view: str) -> views.View:
    """The empty one."""
    return said(words, asked, view, words.say("follow_up.form.loading"))


def said(words: Words, asked: Asked, view: str, sentence: str) -> views.View:
    """One that only says something."""
    body = blocks.notice(sentence)
    close = words.say("follow_up.form.close")
    return views.modal(_title(words, asked), body, close=close, external_id=view, private_metadata=asked.dump())


def drawn(
    words: Words,
    asked: Asked,
    view: str,
    form: Form,
    *,
    agents: Sequence[tuple[str, str]],
    place: str = "",
    notice: str = "",
    at_words: str = "",
) -> views.View:
    """The form with what stands in it; `agents` are (name, how it is shown), the first for whoever answers there.

    `notice` and then `place`, where it runs, stand at the top; `at_words` at the field for words, which is far below.
    """
    top = [block for said in (notice, place) if said for block in blocks.notice(said)]
    inputs = _inputs(words, form, agents, asked.zone)
    at = next(number for number, block in enumerate(inputs) if block["block_id"] == WORDS)
    body = [*top, *inputs[:at], *(blocks.notice(at_words) if at_words else []), *inputs[at:]]
    made = views.modal(
        _title(words, asked),
        body,
        close=words.say("follow_up.form.cancel"),
        external_id=view,
        private_metadata=asked.dump(),
    )
    return made | {"callback_id": CALLBACK, "submit": views.plain(words.say("follow_up.form.submit"))}


def read(state: Mapping[str, Any]) -> Form:
    """What a view's state holds; what is not there is left as it is in an empty form."""
    options = _held(state, "options")
    ticked = {_value(one) for one in options.get("selected_options") or []}
    given: dict[str, Any] = {
        "prompt": mended(str(_held(state, "prompt").get("value") or ""))[: forms.PROMPT_LIMIT],
        "agent": _value(_held(state, "agent").get("selected_option")),
        "kind": _value(_held(state, "kind").get("selected_option")),
        "date": str(_held(state, "date").get("selected_date") or ""),
        "time": str(_held(state, "time").get("selected_time") or ""),
        "repeat": _value(_held(state, "repeat").get("selected_option")),
        "words": mended(str(_held(state, "words").get("value") or ""))[: forms.WORDS_LIMIT],
        "end": _value(_held(state, "end").get("selected_option")),
        "end_date": str(_held(state, "end_date").get("selected_date") or ""),
        "count": str(_held(state, "count").get("value") or ""),
        "until": mended(str(_held(state, "until").get("value") or ""))[: forms.UNTIL_LIMIT],
    }
    found = replace(Form(), **{name: value for name, value in given.items() if value})
    return replace(found, quiet=QUIET in ticked, as_is=AS_IS in ticked)


def _inputs(words: Words, form: Form, agents: Sequence[tuple[str, str]], zone: str) -> blocks.Blocks:
    def say(key: str, **values: str) -> str:
        return words.say(f"follow_up.form.{key}", **values)

    def options(group: str, names: Sequence[str]) -> list[tuple[str, str]]:
        return [(name, say(f"{group}_{name}")) for name in names]

    text = {"type": "plain_text_input"}
    ticked = [name for name, on in ((QUIET, form.quiet), (AS_IS, form.as_is)) if on]
    named = agents[:AGENTS]
    return [
        _input("prompt", say("prompt"), {**text, "multiline": True, "max_length": forms.PROMPT_LIMIT}
               | _initial("initial_value", form.prompt)),
        _input("agent", say("agent"), _choice("static_select", named, form.agent)),
        _input("kind", say("kind"), _choice("radio_buttons", options("kind", (forms.ONCE, forms.REPEATED)), form.kind)),
        _input("date", say("date"), {"type": "datepicker"} | _initial("initial_date", form.date), optional=True),
        _input("time", say("time", zone=zone), {"type": "timepicker"} | _initial("initial_time", form.time),
               optional=True),
        _input("repeat", say("repeat"), _choice("static_select", options("repeat", forms.REPEATS), form.repeat),
               hint=say("repeat_hint")),
        _input(WORDS, say("words"), {**text, "max_length": forms.WORDS_LIMIT}
               | _initial("initial_value", form.words), optional=True, hint=say("words_hint")),
        _input("end", say("end"), _choice("radio_buttons", options(
            "end", (forms.NEVER, forms.BY_DATE, forms.BY_COUNT)), form.end)),
        _input("end_date", say("end_on"), {"type": "datepicker"} | _initial("initial_date", form.end_date),
               optional=True),
        _input("count", say("count"), {"type": "number_input", "is_decimal_allowed": False, "min_value": "1"}
               | _initial("initial_value", form.count), optional=True),
        _input("until", say("until"), {**text, "max_length": forms.UNTIL_LIMIT}
               | _initial("initial_value", form.until), optional=True, hint=say("until_hint")),
        _input("options", say("options"), _ticks(options("option", (QUIET, AS_IS)), ticked), optional=True),
    ]  # fmt: skip


def _input(name: str, label: str, element: Element, *, optional: bool = False, hint: str = "") -> Element:
    made: Element = {
        "type": "input",
        "block_id": name,
        "label": _plain(label, LABEL_LIMIT),
        "element": {"action_id": VALUE, **element},
        "optional": optional,
    }
    return made | ({"hint": _plain(hint, LABEL_LIMIT)} if hint else {})


def _choice(kind: str, options: Sequence[tuple[str, str]], chosen: str) -> Element:
    made = [_option(*option) for option in options]
    initial = next((one for one in made if one["value"] == chosen), made[0])
    return {"type": kind, "options": made, "initial_option": initial}


def _ticks(options: Sequence[tuple[str, str]], ticked: Sequence[str]) -> Element:
    made = [_option(*option) for option in options]
    chosen = [one for one in made if one["value"] in ticked]
    return {"type": "checkboxes", "options": made} | ({"initial_options": chosen} if chosen else {})


def _option(value: str, label: str) -> Element:
    return {"text": _plain(label, OPTION_LIMIT), "value": value}


def _initial(name: str, value: str) -> Element:
    return {name: value} if value else {}


def _held(state: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    block = state.get(name)
    held = block.get(VALUE) if isinstance(block, Mapping) else None
    return held if isinstance(held, Mapping) else {}


def _value(option: object) -> str:
    return str(option.get("value") or "") if isinstance(option, Mapping) else ""


def _title(words: Words, asked: Asked) -> str:
    return words.say("follow_up.form.title_change" if asked.follow_up else "follow_up.form.title")


def _plain(words: str, limit: int) -> Element:
    return {"type": "plain_text", "text": shortened(words, limit) or "…", "emoji": False}
