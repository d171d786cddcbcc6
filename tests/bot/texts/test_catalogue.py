"""The words shown to people are complete in both languages, and the code asks only for words that exist."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Any

import pytest

from bot.texts.words import DE

ROOT = Path(__file__).parents[3]
TEXTS = ROOT / "bot" / "texts"
PLURALS = {"one", "other"}

# Words whose place in the code is still to be wired. Empty in the end: a word that nobody says is not kept.
NOT_SAID_YET: set[str] = set()


def flat(table: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for name, value in table.items():
        if isinstance(value, dict):
            yield from flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


@cache
def texts(language: str) -> dict[str, str]:
    return dict(flat(tomllib.loads((TEXTS / f"{language}.toml").read_text(encoding="utf-8"))))


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


@cache
def keys() -> dict[str, set[str]]:
    """What the code may ask for, and the values each text needs. The forms of a plural are one key."""
    found: dict[str, set[str]] = {}
    for key, text in texts("en").items():
        stem, _, last = key.rpartition(".")
        found.setdefault(stem if last in PLURALS else key, set()).update(placeholders(text))
    return found


@cache
def sources() -> list[tuple[Path, ast.Module]]:
    files = [file for room in ("bot", "workers") for file in sorted((ROOT / room).rglob("*.py"))]
    return [(file.relative_to(ROOT), ast.parse(file.read_text(encoding="utf-8"))) for file in files]


def said() -> Iterator[tuple[str, ast.Call]]:
    """Every call of `words.say(…)` in the code, with where it stands; other things may say something too."""
    for file, tree in sources():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "say":
                who = node.func.value.func if isinstance(node.func.value, ast.Call) else node.func.value
                if "words" in ast.unparse(who).rpartition(".")[2]:
                    yield f"{file}:{node.lineno}", node


def test_both_languages_have_the_same_keys() -> None:
    assert texts("en").keys() == texts("fr").keys()


@pytest.mark.parametrize("key", texts("en"))
def test_both_languages_have_the_same_placeholders(key: str) -> None:
    english, french = texts("en")[key], texts("fr")[key]
    assert placeholders(english) == placeholders(french)
    assert all(name.isidentifier() for name in placeholders(english)), "placeholders are {named_like_this}"


def test_before_a_person_s_name_french_lets_the_name_say_how_its_de_is_written() -> None:
    hows = {how for text in texts("fr").values() for _, _, how, _ in Formatter().parse(text) if how}
    assert hows == {DE}
    assert not [key for key, text in texts("fr").items() if re.search(r"\bd[eu] \{(?:person|principal)\}|d’\{", text)]
    assert not any(how for text in texts("en").values() for _, _, how, _ in Formatter().parse(text))


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_text_says_something_and_carries_no_stray_space(language: str) -> None:
    assert all(text and text == text.strip() and "  " not in text for text in texts(language).values())


def test_plural_texts_have_every_form_and_say_how_many_or_which() -> None:
    for key, text in texts("en").items():
        stem, _, last = key.rpartition(".")
        if last in PLURALS:
            assert {f"{stem}.{form}" for form in PLURALS} <= texts("en").keys()
            assert last == "one" or placeholders(text) & {"count", "days"}, key


def test_french_uses_its_own_signs() -> None:
    """A no-break space stands before : ; ? ! and inside « », and the apostrophe is the typographic one."""
    for key, text in texts("fr").items():
        assert not any(f" {sign}" in text for sign in ":;?!»"), key
        assert "« " not in text, key
        assert "'" not in text, key


def test_the_code_says_only_what_the_catalogue_has() -> None:
    wrong = []
    for where, call in said():
        match call.args:
            case [ast.Constant(value=str(key)), *_]:
                if key not in keys():
                    wrong.append(f"{where}: no text {key!r}")
                    continue
                given = {keyword.arg for keyword in call.keywords}
                if None not in given and (missing := keys()[key] - given):
                    wrong.append(f"{where}: {key!r} needs {sorted(missing)}")
            case [ast.JoinedStr(values=[ast.Constant(value=str(stem)), *_]), *_]:
                if not any(key.startswith(stem) for key in keys()):
                    wrong.append(f"{where}: no text begins with {stem!r}")
    assert wrong == []


def test_every_text_is_said_somewhere() -> None:
    constants: set[str] = set()
    stems: set[str] = set()
    for _, tree in sources():
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                constants.add(node.value)
            elif isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
                stems.add(str(node.values[0].value))
    stems = {stem for stem in stems if "." in stem and stem.split(".")[0] in {key.split(".")[0] for key in keys()}}
    unsaid = {key for key in keys() if key not in constants and not any(key.startswith(stem) for stem in stems)}
    assert unsaid <= NOT_SAID_YET
