"""What the program says of itself on standard error: lines for people, or JSON, without secrets.

People's lines are printed as they are (`vigie.terminal.tell`). With `--log-format json`, or
`VIGIE_LOG_FORMAT=json`, each is an object of its own: `timestamp`, `level`, `logger`, `message`,
and `exc_info` for a bug. Whatever the form, passwords, keys and tokens are taken out before
anything is written: they come along in addresses, in headers, and in what libraries raise.
"""

from __future__ import annotations

import logging
import os
import re
import sys
from functools import cache
from typing import TYPE_CHECKING, Any, TextIO

from vigie.addresses import HIDDEN, without_logins
from vigie.errors import VigieError

if TYPE_CHECKING:
    from types import TracebackType

FORMATS = ("text", "json")
FORM = "VIGIE_LOG_FORMAT"
"""The environment's variable with one of them, for this program and for those that it starts."""
_LOGGER = logging.getLogger("vigie")
_OF_RUNS = ("prefect.flow_runs", "prefect.task_runs")
"""Prefect's loggers of what our own code does."""

_GAP = r"(?:\s|\\xa0|\\u202f)"
"""French sets a narrow space before a colon, which a `repr` shows by its number."""
_NAMES = (
    r"(?:[\w-]*(?:passw(?:or)?d|passwd|pwd|secret|token|api[_-]?key|credential"
    rf"|mot(?:{_GAP}|[_-])?de(?:{_GAP}|[_-])?passe)"
    r"[\w-]*|[\w-]*_key|key|jeton|auth|signature|sig|sid|session(?:id)?)"
)
"""What is called like this has a secret for its value."""
_QUERY = re.compile(rf"(?i)([?&;](?:{_NAMES}|cle)=)[^&\s#'\"<>]+")
_HEADER = re.compile(
    r"(?i)\b((?:proxy-)?authorization|(?:set-)?cookie|x-api-key|x-auth-token)(['\"]?\s*[:=,]\s*)[^\r\n]+"
)
_SCHEME = re.compile(r"(?i)\b(bearer|basic|digest)\s+[A-Za-z0-9+/=_.~:-]{6,}")
_PAIR = re.compile(
    rf"(?i)(?<![\w?&])(['\"]?{_NAMES}['\"]?{_GAP}*[:=]\s*)(?:'[^'\n]*'|\"[^\"\n]*\"|[^\s,;&)}}\]]+)"
)
_AUTH_LINE = re.compile(r"(?i)\b(AUTH (?:PLAIN|LOGIN)|PASS|LOGIN \S+)\s+\S+")
"""What mail servers are told, as their libraries show it."""
_HOLDS_SECRET = re.compile(r"(?i)passw|secret|token|api_?key|_key$")
_SHORTEST = 5
"""Characters below which a secret is no longer looked for word for word: it would hide words."""


def redacted(text: str) -> str:
    """Return a text without the secrets that it may hold."""
    for secret in _known_secrets(tuple(sorted(os.environ.items()))):
        text = text.replace(secret, HIDDEN)
    text = without_logins(text)
    text = _QUERY.sub(rf"\g<1>{HIDDEN}", text)
    text = _HEADER.sub(rf"\g<1>\g<2>{HIDDEN}", text)
    text = _SCHEME.sub(rf"\g<1> {HIDDEN}", text)
    text = _AUTH_LINE.sub(rf"\g<1> {HIDDEN}", text)
    return _PAIR.sub(rf"\g<1>{HIDDEN}", text)


@cache
def _known_secrets(environment: tuple[tuple[str, str], ...]) -> tuple[str, ...]:
    """Return the values of the environment's variables that are called like secrets."""
    found = {
        value
        for name, value in environment
        if _HOLDS_SECRET.search(name) and len(value) >= _SHORTEST
    }
    return tuple(sorted(found, key=len, reverse=True))


class Console(logging.StreamHandler["_Stderr"]):
    """Standard error: our lines, and what libraries warn of.

    Prefect makes one by this name in each program of its own (`flows.engine`): hence the form in
    the environment, and what it is given and keeps none of.
    """

    def __init__(self, form: str | None = None, **_: object) -> None:
        super().__init__(_Stderr())
        is_json = (form or os.environ.get(FORM)) == "json"
        super().setFormatter(_json() if is_json else _Text("%(levelname)s %(name)s: %(message)s"))
        self._known: BaseException | None = None
        _LOGGER.setLevel(logging.INFO)
        # What a library cannot log, as to a server that went away, is no line for a person.
        logging.raiseExceptions = False

    def setFormatter(self, fmt: logging.Formatter | None) -> None:  # noqa: N802 - logging's name
        """Keep the form."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let through of Prefect's only what tells of a bug, once.

        How a run ended is said by itself, in a line (`flows.scheduled`); that its server went
        away, by the schedule. All of it stands on Prefect's page.
        """
        if record.name.partition(".")[0] != "prefect":
            return bool(super().filter(record))
        error = record.exc_info[1] if record.exc_info else None
        is_news = isinstance(error, Exception) and error is not self._known
        self._known = error or self._known
        return is_news and record.name.startswith(_OF_RUNS) and not _is_said(error)


def _is_said(error: BaseException | None) -> bool:
    """Tell whether an error is said in a line: one of ours, or that a server is away."""
    library = type(error).__module__.partition(".")[0]
    return isinstance(error, VigieError) or library in {"prefect", "httpx"}


def begin(form: str) -> None:
    """Say from now on everything in one form, on standard error."""
    root = logging.getLogger()
    for old in [one for one in root.handlers if isinstance(one, Console)]:
        root.removeHandler(old)
    root.addHandler(Console(form))
    logging.captureWarnings(form == "json")
    sys.excepthook = _bug if form == "json" else sys.__excepthook__


def is_json() -> bool:
    """Tell whether lines for people are objects for programs."""
    ours = [one for one in logging.getLogger().handlers if isinstance(one, Console)]
    return any(not isinstance(one.formatter, _Text) for one in ours)


def say_line(line: str, level: int = logging.INFO) -> None:
    """Write one line: as it is, or as an object."""
    if is_json():
        _LOGGER.log(level, "%s", line)
    else:
        print(redacted(line), file=sys.stderr, flush=True)  # this is the one place that prints


def _bug(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Write what ends the program as one object, where Python would print many lines."""
    _LOGGER.critical("%s", kind.__name__, exc_info=(kind, error, trace))


class _Stderr:
    """Standard error as it is at the moment of writing: tests put others in its place."""

    def write(self, text: str) -> int:
        return self._now().write(text)

    def flush(self) -> None:
        self._now().flush()

    def _now(self) -> TextIO:
        return sys.stderr


class _Text(logging.Formatter):
    """Lines and traces, without secrets."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as text."""
        return redacted(super().format(record))


def _json() -> logging.Formatter:
    from pythonjsonlogger.json import JsonFormatter  # noqa: PLC0415 - only where JSON is asked for

    class Objects(JsonFormatter):
        """Objects, without secrets in any of their values."""

        def process_log_record(self, log_data: dict[str, Any]) -> dict[str, Any]:
            """Take secrets out of every text, however deep."""
            return {name: _clean(value, name) for name, value in log_data.items()}

    return Objects(
        "%(levelname)s %(name)s %(message)s",
        rename_fields={"levelname": "level", "name": "logger"},
        timestamp=True,
        json_ensure_ascii=False,
    )


def _clean(value: object, name: str = "") -> object:
    match value:
        case str():
            whole = re.fullmatch(f"(?i){_NAMES}", name) is not None
            return HIDDEN if whole else redacted(value)
        case dict():
            return {str(key): _clean(inner, str(key)) for key, inner in value.items()}
        case list() | tuple() | set():
            return [_clean(inner) for inner in value]
        case int() | float() | bool() | None:
            return value
    return redacted(str(value))
