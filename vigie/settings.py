"""`vigie.toml`: read strictly, so that a slip of the pen is named with its line."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from datetime import timedelta
from difflib import get_close_matches
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from croniter import croniter

from vigie import gazetteer
from vigie.errors import SettingsError, WorkspaceError
from vigie.language import say
from vigie.records import Reach, Source, SourceKind

FILE_NAME = "vigie.toml"
_DURATION = re.compile(r"(\d+)\s*(min|h|d|w)")
_UNITS = {"min": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_SOURCE_ID = re.compile(r"[a-z0-9][a-z0-9_.-]{0,63}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """What is watched, and how much of it reaches the officer."""

    name: str = "Vigie"
    territory: tuple[str, ...] = ()
    """EPCI SIREN, department or INSEE commune codes, mixed."""
    languages: tuple[str, ...] = ("fr",)
    themes: tuple[str, ...] = ()
    queue_size: int = 25
    exploration: int = 3
    """Slots of the queue outside the ranking."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Crawler:
    """How the crawler behaves towards others."""

    contact: str = ""
    """In the user agent; required before the first crawl."""
    allow_private_hosts: tuple[str, ...] = ()
    """`host` or `host:port` on a private network that may be fetched all the same."""
    delay: float = 2.0
    """Seconds between two requests to one host."""
    max_body_megabytes: float = 5.0
    timeout: float = 30.0
    """Seconds for one response."""
    source_timeout: float = 600.0
    """Seconds for one source in one run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Storage:
    """Where everything is kept."""

    url: str = "sqlite:///data/vigie.db"


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """When things run by themselves."""

    timezone: str = "Europe/Paris"
    crawl: str = "*/30 6-22 * * *"
    queue: str = "0 6 * * 1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """A workspace's `vigie.toml`, checked."""

    folder: Path
    watch: Watch
    crawler: Crawler
    storage: Storage
    schedule: Schedule
    sources: tuple[Source, ...]

    @property
    def data(self) -> Path:
        """Return the folder of all that the program writes."""
        return self.folder / "data"

    @property
    def zone(self) -> ZoneInfo:
        """Return the time zone in which days are counted."""
        return ZoneInfo(self.schedule.timezone)


def load(folder: Path) -> Settings:
    """Read a workspace's settings.

    Raises:
        WorkspaceError: there is no `vigie.toml` in the folder.
        SettingsError: it says something impossible; the message names the line.
    """
    path = folder / FILE_NAME
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise WorkspaceError(
            say(
                "Pas de {file} dans {folder} : créez un espace de travail avec « vigie init ».",
                file=FILE_NAME,
                folder=str(folder),
            )
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise WorkspaceError(
            say("{path} est illisible : {error}", path=str(path), error=str(error))
        ) from error
    return parse(text, folder)


def parse(text: str, folder: Path) -> Settings:
    """Check the text of a `vigie.toml`; raise `SettingsError` as `load` does."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(
            say("{file} n’est pas du TOML valide : {error}", file=FILE_NAME, error=str(error))
        ) from error
    reader = _Reader(text)
    reader.only_known(document, {"watch", "crawler", "storage", "schedule", "source"}, "")
    watch = reader.table(document, "watch", Watch())
    reader.check("watch", "territory", lambda: gazetteer.territory(watch.territory))
    for name, least in (("queue_size", 1), ("exploration", 0)):
        if getattr(watch, name) < least:
            reader.fail("watch", name, say("doit valoir au moins {n}", n=least))
    schedule = reader.table(document, "schedule", Schedule())
    _check_schedule(schedule, reader)
    crawler = reader.table(document, "crawler", Crawler())
    for name in ("delay", "max_body_megabytes", "timeout", "source_timeout"):
        if getattr(crawler, name) < 0:
            reader.fail("crawler", name, say("ne peut pas être négatif"))
    return Settings(
        folder=folder,
        watch=watch,
        crawler=crawler,
        storage=reader.table(document, "storage", Storage()),
        schedule=schedule,
        sources=tuple(_sources(document, reader)),
    )


def _check_schedule(schedule: Schedule, reader: _Reader) -> None:
    try:
        ZoneInfo(schedule.timezone)
    except (ZoneInfoNotFoundError, ValueError):
        reader.fail(
            "schedule",
            "timezone",
            say("« {name} » n’est pas un fuseau horaire connu", name=schedule.timezone),
        )
    for name in ("crawl", "queue"):
        expression = getattr(schedule, name)
        if len(expression.split()) != 5 or not croniter.is_valid(expression):
            reader.fail(
                "schedule",
                name,
                say(
                    "« {cron} » n’est pas une expression cron (minute heure jour mois jour-de-semaine)",
                    cron=expression,
                ),
            )


def _sources(document: Mapping[str, object], reader: _Reader) -> Iterator[Source]:
    tables = document.get("source", [])
    if not isinstance(tables, list):
        reader.fail("", "source", say("s’écrit [[source]], une fois par source"))
    seen: dict[str, int] = {}
    for index, table in enumerate(tables):
        source = _source(table, index, reader)
        if source.id in seen:
            reader.fail(
                "source",
                "id",
                say(
                    "« {id} » est déjà l’identifiant de la source de la ligne {line}",
                    id=source.id,
                    line=seen[source.id],
                ),
                index,
            )
        seen[source.id] = reader.line("source", "id", index)
        yield source


def _source(table: Mapping[str, object], index: int, reader: _Reader) -> Source:
    known = {f.name for f in fields(Source)} | {"checked"}
    reader.only_known(table, known, "source", index)
    values: dict[str, object] = {key: value for key, value in table.items() if key != "checked"}
    for name in ("id", "name", "url", "kind"):
        if name not in values and not (name == "url" and values.get("kind") == "files"):
            reader.fail("source", None, say("la source n’a pas de « {key} »", key=name), index)
    values.setdefault("url", "")
    for name, example in (("id", "a"), ("name", "a"), ("url", "a"), ("language", "fr")):
        if name in values:
            reader.same_type(values[name], example, "source", name, index)
    if not _SOURCE_ID.fullmatch(str(values["id"])):
        reader.fail(
            "source",
            "id",
            say("« {id} » : lettres minuscules sans accent, chiffres, - _ .", id=str(values["id"])),
            index,
        )
    values["kind"] = reader.choice(values["kind"], list(SourceKind), "source", "kind", index)
    if "reach" in values:
        values["reach"] = reader.choice(values["reach"], list(Reach), "source", "reach", index)
    if "every" in values:
        values["every"] = _duration(values["every"], index, reader)
    if "tags" in values:
        values["tags"] = tuple(reader.strings(values["tags"], "source", "tags", index))
    if "full_text" in values:
        reader.same_type(values["full_text"], True, "source", "full_text", index)
    if "expected" in values:
        values["expected"] = _expected(values["expected"], index, reader)
    return Source(**values)  # type: ignore[arg-type]  # each value was checked just above


def _duration(value: object, index: int, reader: _Reader) -> timedelta:
    match = _DURATION.fullmatch(str(value).strip())
    if match is None or int(match[1]) == 0:
        reader.fail(
            "source",
            "every",
            say("« {value} » : écrivez par exemple 30min, 1h, 2d ou 1w", value=str(value)),
            index,
        )
    return timedelta(**{_UNITS[match[2]]: int(match[1])})


def _expected(value: object, index: int, reader: _Reader) -> tuple[int, int]:
    match value:
        case [int(low), int(high)] if 0 <= low <= high:
            return low, high
    reader.fail(
        "source",
        "expected",
        say("s’écrit [au moins, au plus], en documents par semaine"),
        index,
    )


class _Reader:
    """Turns tables into records and finds the line to blame when it cannot."""

    def __init__(self, text: str) -> None:
        self.lines = text.splitlines()

    def line(self, table: str, key: str | None, index: int = 0) -> int:
        """Return the line (from 1) of a key, or of its table's header."""
        header = 0
        current, seen = "", -1
        for number, line in enumerate(self.lines, start=1):
            stripped = line.strip()
            if match := re.match(r"\[{1,2}\s*([\w.-]+)\s*\]{1,2}", stripped):
                current = match[1]
                seen += current == table
                if current == table and (table != "source" or seen == index):
                    header = number
            elif (
                current == table
                and (table != "source" or seen == index)
                and key is not None
                and re.match(rf"[\"']?{re.escape(key)}[\"']?\s*[=.]", stripped)
            ):
                return number
            if not table and key is not None and re.match(
                rf"\[*\s*{re.escape(key)}\b", stripped
            ):
                return number
        return header or 1

    def fail(self, table: str, key: str | None, why: str, index: int = 0) -> _Never:
        """Raise the `SettingsError` that blames a key."""
        raise SettingsError(
            say(
                "{file}, ligne {line}{key} : {why}.",
                file=FILE_NAME,
                line=self.line(table, key, index),
                key=f", {key}" if key else "",
                why=why.rstrip("."),
            )
        )

    def only_known(
        self, table: Mapping[str, object], known: set[str], name: str, index: int = 0
    ) -> None:
        """Refuse keys that mean nothing, naming the nearest that does."""
        for key in table:
            if key not in known:
                near = get_close_matches(key, known, n=1, cutoff=0.5)
                hint = say(" ; vouliez-vous dire « {near} » ?", near=near[0]) if near else ""
                self.fail(name, key, say("clé inconnue{hint}", hint=hint), index)

    def table[T](self, document: Mapping[str, object], name: str, default: T) -> T: ...
