"""Logs are events, not sentences, one a line, and never carry a secret.

Nobody should log a token or a person's words; should it happen, the last step before writing replaces what looks like
a secret, and every secret of the settings whatever it looks like. What libraries log by the standard module takes the
same way out, from warnings on; at LOG_LEVEL=debug all of it, and then what people wrote may be among it.
"""

from __future__ import annotations

import json
import logging
import re
import sys
from typing import Any, TextIO

import structlog
from pydantic import SecretStr
from structlog.typing import EventDict, Processor, WrappedLogger

from bot.settings import Settings

REDACTED = "[redacted]"
SECRET_NAMES = re.compile(r"(?i)token$|secret|password|authorization|api_?key$|cookie")
SECRET_LOOKS = (
    r"xox[a-z](?:\.[a-z]+)?-[\w.-]+",  # Slack's bot, user and rotated tokens
    r"xapp-[\w-]+",
    r"(?i:bearer|basic)\s+[\w.~+/=-]{8,}",
    # The name stays, so that a sentence goes on saying what to set; `${TICKETS_TOKEN:-default}` is such advice itself.
    r"(?P<name>(?i:api[_-]?key|token|secret|password)[\"']?\s*[=:]-?+\s*+[\"']?+)(?!default\})[^\s\"',&}]{6,}",
    r"\b(?:sk|ghp|gho|ghs|github_pat|lin_api|lin_oauth)[-_][A-Za-z0-9_]{16,}",
)
SHORTEST_SECRET = 6  # a shorter one would blot out ordinary words


def set_up(settings: Settings, *, out: TextIO | None = None) -> None:
    """Make all logging of this process go to `out` (stdout) in the form the settings ask for."""
    out = out or sys.stdout
    level = logging.getLevelNamesMapping()[settings.log_level.upper()]
    console = settings.log_format == "console" or (settings.log_format == "auto" and out.isatty())
    first: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="%H:%M:%S" if console else "iso", utc=not console),
        structlog.processors.StackInfoRenderer(),
    ]
    last: list[Processor] = [structlog.processors.format_exc_info, Redact(_secrets(settings)), _renderer(console, out)]
    structlog.configure(
        processors=[*first, *last],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(file=out),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(out)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*first, structlog.stdlib.add_logger_name],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.DEBUG if level == logging.DEBUG else max(level, logging.WARNING))
    for name in list(logging.root.manager.loggerDict):
        _through_root(name)


class Redact:
    """The processor that keeps secrets out, whichever value or trace they have slipped into."""

    def __init__(self, secrets: list[str]) -> None:
        known = [re.escape(secret) for secret in sorted(secrets, key=len, reverse=True)]
        self._looks = re.compile("|".join([*known, *SECRET_LOOKS]))

    def __call__(self, _: WrappedLogger, __: str, event: EventDict) -> EventDict:
        return {name: REDACTED if self._named(name, value) else self._clean(value) for name, value in event.items()}

    def _named(self, name: object, value: object) -> bool:
        """A count of tokens is a number; what hides behind such a name otherwise stays hidden."""
        return isinstance(value, str) and isinstance(name, str) and bool(SECRET_NAMES.search(name))

    def _clean(self, value: Any) -> Any:
        match value:
            case str():
                return self._hide(value)
            case dict():
                return {
                    self._clean(name): REDACTED if self._named(name, inner) else self._clean(inner)
                    for name, inner in value.items()
                }
            case list() | tuple() | set() | frozenset():
                return [self._clean(inner) for inner in value]
            case None | bool() | int() | float():
                return value
        return self._hide(str(value))

    def _hide(self, text: str) -> str:
        return self._looks.sub(lambda found: f"{found['name'] or ''}{REDACTED}", text)


def _renderer(console: bool, out: TextIO) -> Processor:
    if console:
        # The plain formatter, since traces have been written, and cleaned, before this step.
        return structlog.dev.ConsoleRenderer(
            colors=out.isatty(), exception_formatter=structlog.dev.plain_traceback, pad_event_to=24
        )
    return structlog.processors.JSONRenderer(serializer=json.dumps, ensure_ascii=False)


def _secrets(settings: Settings) -> list[str]:
    """The settings' own secrets, and the password in REDIS_URL. Mistral's keys have no look to know them by."""
    values = [value.get_secret_value() for _, value in settings if isinstance(value, SecretStr)]
    if password := re.search(r"//[^/@]*:([^/@]+)@", settings.redis_url):
        values.append(password[1])
    return [value for value in values if len(value) >= SHORTEST_SECRET]


def _through_root(name: str) -> None:
    """Libraries that set up their own handlers (uvicorn, arq) would print each line twice and in their own form."""
    logger = logging.getLogger(name)
    logger.handlers.clear()
    logger.propagate = True
    logger.setLevel(logging.NOTSET)
