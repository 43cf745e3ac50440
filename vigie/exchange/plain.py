"""An actor's sheet as plain values, whole and flat, and back: what all formats are made of."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any, TypeVar

from vigie import gazetteer
from vigie.language import render
from vigie.records import (
    ActorKind,
    ActorSheet,
    Citation,
    Edge,
    EventDetails,
    Message,
    Side,
    Stage,
    Verdict,
    Visibility,
)
from vigie.words import KINDS

Plain = dict[str, Any]
E = TypeVar("E", bound=StrEnum)

LONGEST = {
    "id": 200,
    "name": 200,
    "description": 4000,
    "contact": 4000,
    "function": 120,
    "url": 2000,
    "source": 200,
    "title": 1000,
    "quote": 4000,
    "venue": 400,
    "commune": 200,
}
"""Characters."""
MOST = 200
"""Aliases, themes, links, citations of one actor."""


class WrongRowError(Exception):
    """A row that cannot be read; `reason` says why, for a person."""

    def __init__(self, reason: Message) -> None:
        super().__init__(str(reason))
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What was read at one place of a file: an actor, a tie, or why neither."""

    number: int
    """From 1: the line, or the place in a list."""
    sheet: ActorSheet | None = None
    edge: Edge | None = None
    wrong: Message | None = None
    raw: str = ""
    """The input itself, where it was refused."""


# --- whole ---------------------------------------------------------------------------------


def whole(sheet: ActorSheet) -> Plain:
    """Return all of a sheet as JSON values; what is not known is null or an empty list."""
    spot = position(sheet)
    return {
        "id": sheet.id,
        "name": sheet.name,
        "aliases": list(sheet.aliases),
        "kinds": [kind.value for kind in sheet.kinds],
        "description": sheet.description,
        "communes": [{"code": code, "name": commune(code)} for code in sheet.communes],
        "latitude": spot[0] if spot else None,
        "longitude": spot[1] if spot else None,
        "themes": list(sheet.themes),
        "links": list(sheet.links),
        "contact": sheet.contact,
        "stage": sheet.stage.value if sheet.stage else None,
        "active": sheet.active,
        "verdict": sheet.verdict.value if sheet.verdict else None,
        "visibility": sheet.visibility.value if sheet.visibility else None,
        "side": sheet.side.value if sheet.side else None,
        "function": sheet.function,
        "first_seen": sheet.first_seen.isoformat() if sheet.first_seen else None,
        "last_seen": sheet.last_seen.isoformat() if sheet.last_seen else None,
        "citations": [_cited(one) for one in sheet.citations],
        "events": [_cited(one) for one in sheet.events],
    }


def _cited(one: Citation) -> Plain:
    told: Plain = {
        "url": one.url,
        "source": one.source,
        "date": one.day.isoformat(),
        "title": one.title,
        "quote": one.quote,
    }
    if one.event:
        event = one.event
        told |= {
            "start": event.start.isoformat() if event.start else None,
            "end": event.end.isoformat() if event.end else None,
            "venue": event.venue,
            "commune": event.commune,
        }
    return told


def sheet_of(given: Mapping[str, Any]) -> ActorSheet:
    """Return the sheet that `whole` or a hand wrote; names of communes and kinds are understood.

    Raises:
        WrongRowError: something in it cannot be what it stands for.
    """
    name = _text(given.get("name"), "name")
    if not name:
        raise WrongRowError(Message("il manque le nom"))
    return ActorSheet(
        id=_text(given.get("id"), "id"),
        name=name,
        aliases=_texts(given.get("aliases"), "aliases"),
        kinds=tuple(_kind(one) for one in _texts(given.get("kinds"), "kinds")),
        description=_lines(given.get("description"), "description"),
        communes=tuple(dict.fromkeys(map(_commune, _list(given.get("communes"), "communes")))),
        themes=_texts(given.get("themes"), "themes"),
        links=tuple(web(one, "links") for one in _texts(given.get("links"), "links")),
        contact=_lines(given.get("contact"), "contact"),
        stage=_one_of(Stage, given.get("stage"), "stage"),
        active=_flag(given.get("active"), "active"),
        verdict=_one_of(Verdict, given.get("verdict"), "verdict"),
        visibility=_one_of(Visibility, given.get("visibility"), "visibility"),
        side=_one_of(Side, given.get("side"), "side"),
        function=_text(given.get("function"), "function"),
        first_seen=day_of(given.get("first_seen"), "first_seen"),
        citations=tuple(_citation(one) for one in _list(given.get("citations"), "citations")),
        events=tuple(_citation(one) for one in _list(given.get("events"), "events")),
    )


def _citation(given: object) -> Citation:
    if not isinstance(given, Mapping):
        raise _wrong("citations", given)
    day = day_of(given.get("date"), "date")
    if day is None:
        raise WrongRowError(Message("une citation n’a pas de date"))
    start = moment_of(given.get("start"), "start")
    event = EventDetails(
        start=start,
        end=moment_of(given.get("end"), "end"),
        venue=_text(given.get("venue"), "venue") or None,
        commune=_text(given.get("commune"), "commune") or None,
    )
    return Citation(
        url=web(_text(given.get("url"), "url"), "url"),
        source=_text(given.get("source"), "source"),
        day=day,
        title=_text(given.get("title"), "title"),
        quote=_text(given.get("quote"), "quote"),
        event=event if start else None,
    )


# --- flat ------------------------------------------------------------------------------------

LISTS = ("aliases", "kinds", "themes", "links")
FLAT = (
    "id",
    "name",
    "kinds",
    "types",
    "description",
    "commune_codes",
    "communes",
    "latitude",
    "longitude",
    "themes",
    "links",
    "aliases",
    "contact",
    "stage",
    "active",
    "verdict",
    "visibility",
    "side",
    "function",
    "first_seen",
    "last_seen",
    "citations",
)
"""Columns of a table of actors; events to come are in the formats that can nest."""


def flat(sheet: ActorSheet) -> dict[str, str]:
    """Return a sheet as a row of texts; of several values, each is parted by a bar."""
    spot = position(sheet)
    return {
        "id": sheet.id,
        "name": sheet.name,
        "kinds": joined(kind.value for kind in sheet.kinds),
        "types": joined(render(KINDS[kind]) for kind in sheet.kinds),
        "description": sheet.description,
        "commune_codes": joined(sheet.communes),
        "communes": joined(map(commune, sheet.communes)),
        "latitude": str(spot[0]) if spot else "",
        "longitude": str(spot[1]) if spot else "",
        "themes": joined(sheet.themes),
        "links": joined(sheet.links),
        "aliases": joined(sheet.aliases),
        "contact": sheet.contact,
        "stage": sheet.stage or "",
        "active": "" if sheet.active is None else "yes" if sheet.active else "no",
        "verdict": sheet.verdict or "",
        "visibility": sheet.visibility or "",
        "side": sheet.side or "",
        "function": sheet.function,
        "first_seen": sheet.first_seen.isoformat() if sheet.first_seen else "",
        "last_seen": sheet.last_seen.isoformat() if sheet.last_seen else "",
        "citations": "\n".join(
            joined((one.day.isoformat(), one.url, one.source, one.title)) for one in sheet.citations
        ),
    }


def unflat(given: Mapping[str, str]) -> Plain:
    """Return the values that `flat` was made of, as `sheet_of` takes them."""
    plain: Plain = {name: given.get(name, "") for name in FLAT if name not in {"types", "communes"}}
    for name in LISTS:
        plain[name] = parted(given.get(name, ""))
    plain["kinds"] = plain["kinds"] or parted(given.get("types", ""))
    plain["communes"] = parted(given.get("commune_codes") or given.get("communes", ""))
    plain["citations"] = [
        dict(zip(("date", "url", "source", "title"), parted(line), strict=False))
        for line in given.get("citations", "").splitlines()
        if line.strip()
    ]
    return plain


def joined(values: Iterable[str]) -> str:
    """Return values as one text, with bars between; a bar of their own stands after a stroke."""
    return " | ".join(one.replace("\\", "\\\\").replace("|", "\\|") for one in values)


def parted(text: str) -> list[str]:
    """Return what `joined` was given."""
    found = [""]
    for piece in re.findall(r"\\.|[^\\|]+|\||\\", text, re.DOTALL):
        if piece == "|":
            found.append("")
        else:
            found[-1] += piece[1] if len(piece) == 2 and piece[0] == "\\" else piece
    stripped = [one.strip() for one in found]
    return stripped if any(stripped) else []


# --- places ------------------------------------------------------------------------------------


def commune(code: str) -> str:
    """Return a commune's name; empty for a code that the gazetteer does not know."""
    place = gazetteer.communes().get(code)
    return place.name if place else ""


def position(sheet: ActorSheet) -> tuple[float, float] | None:
    """Return the latitude and longitude of the middle of an actor's first commune."""
    place = gazetteer.communes().get(sheet.communes[0]) if sheet.communes else None
    if place is None or place.latitude is None or place.longitude is None:
        return None
    return place.latitude, place.longitude


# --- values ------------------------------------------------------------------------------------


def _wrong(field: str, value: object) -> WrongRowError:
    return WrongRowError(
        Message("{field} : « {value} » ne se lit pas", {"field": field, "value": str(value)[:80]})
    )


def _text(value: object, field: str) -> str:
    if value is None:
        return ""
    if not isinstance(value, str | int | float) or isinstance(value, bool):
        raise _wrong(field, value)
    return one_line(str(value), field)


def _lines(value: object, field: str) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise _wrong(field, value)
    return value.replace("\r\n", "\n").strip()[: LONGEST[field]]


def _list(value: object, field: str) -> list[object]:
    if value is None or value == "":
        return []
    if isinstance(value, str):
        return list(parted(value))
    if not isinstance(value, list | tuple):
        raise _wrong(field, value)
    return list(value)[:MOST]


def _texts(value: object, field: str) -> tuple[str, ...]:
    found = [_text(one, "url" if field == "links" else "name") for one in _list(value, field)]
    return tuple(dict.fromkeys(one for one in found if one))


def _kind(word: str) -> ActorKind:
    if word in set(ActorKind):
        return ActorKind(word)
    found = _kinds_by_word().get(gazetteer.fold(word))
    if found is None:
        raise WrongRowError(Message("« {kind} » n’est pas un type connu", {"kind": word[:60]}))
    return found


def _kinds_by_word() -> dict[str, ActorKind]:
    return {
        gazetteer.fold(render(words, language)): kind
        for kind, words in KINDS.items()
        for language in ("fr", "en")
    }


def _commune(given: object) -> str:
    word = given.get("code") or given.get("name") if isinstance(given, Mapping) else given
    text = _text(word, "commune")
    if text.upper() in gazetteer.communes():
        return text.upper()
    places = gazetteer.find(text)
    if not places:
        raise WrongRowError(Message("« {name} » n’est pas une commune.", {"name": text[:60]}))
    return places[0].code


def _one_of(values: type[E], given: object, field: str) -> E | None:
    if given is None or given == "":
        return None
    try:
        return values(str(given))
    except ValueError as error:
        raise _wrong(field, given) from error


def _flag(given: object, field: str) -> bool | None:
    if given is None or given == "":
        return None
    found = {"yes": True, "true": True, "no": False, "false": False}.get(str(given).lower())
    if found is None:
        raise _wrong(field, given)
    return found


def day_of(given: object, field: str) -> date | None:
    """Return a day of ISO 8601, or of French: 26/11/2026."""
    if given is None or given == "":
        return None
    text = str(given).strip()
    if french := re.fullmatch(r"(\d{1,2})/(\d{1,2})/(\d{4})", text):
        text = f"{french[3]}-{int(french[2]):02d}-{int(french[1]):02d}"
    return _parsed(lambda: date.fromisoformat(text[:10]), field, given)


def moment_of(given: object, field: str) -> datetime | None:
    """Return a moment of ISO 8601; one without a zone is taken for UTC."""
    if given is None or given == "":
        return None
    at = _parsed(lambda: datetime.fromisoformat(str(given)), field, given)
    return at if at.tzinfo else at.replace(tzinfo=UTC)


T = TypeVar("T")


def _parsed(read: Callable[[], T], field: str, given: object) -> T:
    try:
        return read()
    except ValueError as error:
        raise _wrong(field, given) from error


_WEB = re.compile(r"https?://[^\s\x00-\x20\"<>\\^`{|}\x7f-\x9f]+", re.IGNORECASE)


def is_web(url: str) -> bool:
    """Tell whether an address leads anywhere: that of a letter does not."""
    return len(url) <= LONGEST["url"] and bool(_WEB.fullmatch(url))


def web(url: str, field: str) -> str:
    """Return an address of the web as it is; raise `WrongRowError` for any other."""
    if not is_web(url):
        raise _wrong(field, url)
    return url


def one_line(text: str, field: str) -> str:
    """Return a text as all formats can bear it: on one line, no longer than its field may be."""
    return " ".join(text.split())[: LONGEST[field]]
