"""Whether the settings can be read; where they cannot, as much of them as the other checks need.

A secret that is missing stands as an empty one, and any other wrong setting as its default, so that one mistake does
not hide what else there is to mend. Nothing but the checks may use such settings.
"""

from __future__ import annotations

from typing import Any

from pydantic import SecretStr, ValidationError
from pydantic_core import ErrorDetails

from bot.settings import Settings
from bot.start import sentence
from workers.commands.checks.finding import Finding, failed, ok

CHECK = "Settings"
MEND = "Put it right in the environment or in .env, then run this again."
MOST_TRIES = 5  # each mends at least one setting; what names no setting is met at the second


def read() -> tuple[Settings | None, list[Finding]]:
    """The settings, None where not even their remains can be used, and what is wrong with them."""
    stand_ins: dict[str, Any] = {}
    said: list[str] = []
    for _ in range(MOST_TRIES):
        try:
            found = Settings(**stand_ins)
        except ValidationError as exc:
            problems = exc.errors(include_input=False, include_url=False)
            said += [sentence(problem) for problem in problems]
            new = {name: _stand_in(name) for problem in problems for name in _names(problem)}
            if not new.keys() - stand_ins.keys():
                return None, _findings(said)
            stand_ins |= new
        else:
            return found, _findings(said) or [ok(CHECK, f"readable; Slack is heard over {_way(found)}.")]
    return None, _findings(said)


def _findings(said: list[str]) -> list[Finding]:
    """A sentence says what is wrong; a second one, where there is one, how to mend it."""
    findings = []
    for words in dict.fromkeys(said):
        says, _, mend = words.partition(". ")
        findings.append(failed(CHECK, f"{says.rstrip('.')}.", mend or MEND))
    return findings


def _names(problem: ErrorDetails) -> list[str]:
    """The fields a problem is about; one with how settings go together names them in its words."""
    if problem["loc"]:
        return [str(problem["loc"][0])]
    named = [name for name in Settings.model_fields if name.upper() in problem["msg"]]
    return [name for name in named if _is_secret(name)] or named


def _stand_in(name: str) -> Any:
    return SecretStr("") if _is_secret(name) else Settings.model_fields[name].get_default(call_default_factory=True)


def _is_secret(name: str) -> bool:
    return "SecretStr" in str(Settings.model_fields[name].annotation)


def _way(found: Settings) -> str:
    return "Socket Mode" if found.mode == "socket" else "HTTP"
