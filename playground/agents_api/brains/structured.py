"""An instance of a JSON Schema, built from the words: the same words give the same one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from playground.agents_api.brains import zones
from playground.agents_api.brains.remote_words import shortened
from playground.agents_api.brains.zones import plain
from playground.agents_api.ids import Json
from playground.agents_api.retrieval import STOP_WORDS

BROKEN = re.compile(r"\bbroken schema\b|\bbreak the schema\b|\bschema casse\b|\bcasse[rz]? le schema\b")
ALWAYS = re.compile(r"\b(always|toujours)\b")
DEPTH_MAX = 8  # a schema that holds itself ends here
ITEMS = 3
TITLE_CHARACTERS, TEXT_CHARACTERS = 60, 400
NUMBER = re.compile(r"(?<![\w.])-?\d+(?:[.,]\d+)?")
NAME = re.compile(r"(?<!^)(?<![.!?] )\b[A-ZÀ-Ý][\w’'-]+(?: [A-ZÀ-Ý][\w’'-]+)*")
FORMATS = {
    "date": "2026-11-23",
    "date-time": "2026-11-23T09:00:00Z",
    "time": "09:00:00Z",
    "uri": "https://example.org/",
    "uuid": "00000000-0000-4000-8000-000000000000",
}
URGENT = re.compile(r"\b(urgent\w*|now|immediately|asap|right away|tout de suite|maintenant|vite)\b")
CALM, HASTY = ("normal", "medium", "moyenne", "moyen", "low"), ("high", "urgent", "critical", "haute", "elevee")
DATE = re.compile(r"\b\d{4}-\d{2}-\d{2}\b")


@dataclass
class Source:
    """What an instance is made of: what the person `asked`, and what would be `said` without a schema."""

    asked: str
    said: str
    language: str
    _numbers: list[str] = field(default_factory=list)
    _places: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._numbers = NUMBER.findall(DATE.sub("", self.asked))
        self._places = [city.fr if self.language == "fr" else city.en for city in zones.named_in(self.asked)]

    def number(self) -> float | None:
        """The next number that the person wrote."""
        return float(self._numbers.pop(0).replace(",", ".")) if self._numbers else None

    def place(self) -> str:
        """The next place that the person wrote; the last one again, where there are no more."""
        if len(self._places) > 1:
            return self._places.pop(0)
        return self._places[0] if self._places else "Paris"

    def words(self) -> list[str]:
        """The words that tell something."""
        found = re.findall(r"[^\W\d_][\w’'-]+", self.asked)
        return list(dict.fromkeys(word for word in found if plain(word) not in STOP_WORDS))


def is_broken(texts: Sequence[str]) -> bool:
    """Whether the answer shall break its schema: for the message that asks for it, or from then on with "always"."""
    plains = [plain(text) for text in texts]
    if plains and BROKEN.search(plains[-1]):
        return True
    return any(BROKEN.search(text) and ALWAYS.search(text) for text in plains)


def answer(response_format: Json, source: Source, *, broken: bool) -> Any:
    """What is said under `response_format`; without a schema an object of the answer and what it was made from."""
    if response_format["type"] == "json_object":
        return {"answer": source.said, "question": source.asked, "language": source.language}
    schema = response_format["json_schema"]["schema"]
    made = instance(schema, source)
    return broken_one(made) if broken else made


def broken_one(made: Any) -> Any:
    """Something that no longer fits: an object without its first field, else a null."""
    if isinstance(made, dict) and made:
        return dict(list(made.items())[1:])
    return None


def instance(schema: Json, source: Source) -> Any:
    return _value(schema, "", source, schema, 0)


def _value(schema: Json, name: str, source: Source, root: Json, depth: int) -> Any:
    schema = _resolved(schema, root)
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return _choice(schema["enum"], name, source)
    match _type(schema):
        case "object":
            return _object(schema, source, root, depth)
        case "array":
            return _array(schema, name, source, root, depth)
        case "integer":
            return int(_number(schema, source))
        case "number":
            return _number(schema, source)
        case "boolean":
            return any(part in plain(source.asked) for part in plain(name).split("_") if len(part) > 2)
        case "null":
            return None
    return _string(schema, name, source)


def _resolved(schema: Json, root: Json) -> Json:
    """Without references and alternatives: the first that is not null."""
    for _ in range(DEPTH_MAX):
        if "$ref" in schema:
            found: Any = root
            for part in schema["$ref"].removeprefix("#/").split("/"):
                found = found.get(part, {}) if isinstance(found, dict) else {}
            schema = found
        elif options := schema.get("anyOf") or schema.get("oneOf"):
            schema = next((one for one in options if one.get("type") != "null"), options[0])
        elif parts := schema.get("allOf"):
            merged: Json = {}
            for part in parts:
                merged |= _resolved(part, root)
            schema = merged
        else:
            break
    return schema


def _type(schema: Json) -> str:
    kind = schema.get("type")
    if isinstance(kind, list):
        kind = next((one for one in kind if one != "null"), "null")
    if kind is None:
        kind = "object" if "properties" in schema else "array" if "items" in schema else "string"
    return str(kind)


def _object(schema: Json, source: Source, root: Json, depth: int) -> Json:
    """All properties; near the end only what is required."""
    properties = schema.get("properties") or {}
    names = properties if depth < DEPTH_MAX else [name for name in schema.get("required", []) if name in properties]
    if depth > 2 * DEPTH_MAX:
        return {}
    return {name: _value(properties[name], name, source, root, depth + 1) for name in names}


def _array(schema: Json, name: str, source: Source, root: Json, depth: int) -> list[Any]:
    least, most = schema.get("minItems", 0), schema.get("maxItems", ITEMS)
    items = schema.get("items") or {}
    if depth >= DEPTH_MAX and not least:
        return []
    resolved = _resolved(items, root)
    if _type(resolved) == "string" and "enum" not in resolved:
        found: list[Any] = source.words()[: min(most, ITEMS)]
    else:
        found = [_value(items, name, source, root, depth + 1)] if most else []
    while len(found) < least:
        found.append(_value(items, f"{name}_{len(found) + 1}", source, root, depth + 1))
    return found


def _number(schema: Json, source: Source) -> float:
    value = source.number()
    value = 1.0 if value is None else value
    low = schema.get("minimum", schema.get("exclusiveMinimum", value - 1) + 1)
    high = schema.get("maximum", schema.get("exclusiveMaximum", max(value, low) + 1) - 1)
    value = max(low, min(high, value))
    return int(value) if float(value).is_integer() else value


def _choice(options: Sequence[Any], name: str, source: Source) -> Any:
    said = plain(source.asked)
    for option in options:
        if isinstance(option, str) and re.search(rf"\b{re.escape(plain(option))}\b", said):
            return option
    if re.search(r"urgen|priorit", plain(name)):
        fitting = HASTY if URGENT.search(said) else CALM
        return next((one for word in fitting for one in options if plain(str(one)) == word), options[0])
    return options[0]


def _string(schema: Json, name: str, source: Source) -> str:
    text = _text_for(schema, plain(name), source)
    text = text[: schema.get("maxLength", TEXT_CHARACTERS)]
    return text.ljust(schema.get("minLength", 0), ".")


def _text_for(schema: Json, name: str, source: Source) -> str:
    places = zones.named_in(source.asked)
    if schema.get("format") == "email" or "mail" in name:
        email = re.search(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", source.asked)
        return email.group() if email else "ada@example.org"
    if schema.get("format") in FORMATS or re.search(r"\bdate\b|_date|\bday\b", name):
        dated = DATE.search(source.asked)
        return (
            dated.group() if dated and schema.get("format", "date") == "date" else FORMATS[schema.get("format", "date")]
        )
    if re.search(r"city|place|location|ville|lieu|town", name):
        return source.place()
    if re.search(r"urgen|priorit", name):
        return "high" if URGENT.search(plain(source.asked)) else "normal"
    if re.search(r"(^|_)(name|nom|who|person|customer|user|client|author)", name):
        cities = {place.en for place in places} | {place.fr for place in places}
        named = next((one for one in NAME.findall(source.asked) if one not in cities), None)
        return named or "Ada"
    if re.search(r"lang", name):
        return source.language
    if re.search(r"currency|devise", name):
        return "EUR"
    if re.search(r"summary|answer|reply|response|resume|reponse|explanation", name):
        return " ".join(source.said.split())
    if re.search(r"title|subject|topic|titre|sujet|label", name):
        return shortened(source.asked, TITLE_CHARACTERS)
    return " ".join(source.asked.split())
