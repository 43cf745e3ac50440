"""A letter in words: its parts, each with its lines, in a language; how they look is not said."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import quote as quoted
from zoneinfo import ZoneInfo

from babel.dates import format_date

from vigie import gazetteer
from vigie.exchange.plain import commune, is_web
from vigie.records import ActorKind, Message, Visibility
from vigie.typography import LOCALES, QUOTES, in_words, plain, week_span
from vigie.words import KINDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime, tzinfo

    from vigie.digest.edition import Community, Edition, Remark, Told
    from vigie.records import Citation

SHOWN = {
    "kept": 12,
    "news": 10,
    "events": 10,
    "communities": 5,
    "proposed": 10,
    "blind_spots": 6,
    "silent": 8,
}
"""Lines of a part; the others are counted."""
QUOTE = 260
"""Characters of a quoted sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """Words that lead somewhere, and what stands after them."""

    words: str
    url: str = ""
    after: str = ""
    quote: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing told."""

    id: str
    title: str
    url: str = ""
    when: str = ""
    """Of an event."""
    facts: str = ""
    text: str = ""
    links: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One part of a letter."""

    name: str
    title: str
    lead: str = ""
    entries: tuple[Entry, ...] = ()
    lines: tuple[str, ...] = ()
    """Instead of entries, where a line is enough."""
    more: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A letter in words."""

    language: str
    title: str
    watch: str
    week: str
    """In words."""
    summary: str
    sections: tuple[Section, ...]
    action: Link | None
    foot: tuple[str, ...]
    unsubscribe: Link | None = None


class _Words:
    """Says sentences in a language, typeset."""

    def __init__(self, language: str, zone: tzinfo, year: int = 0) -> None:
        self.language, self.zone, self.year = language, zone, year

    def __call__(self, message: Message) -> str:
        return in_words(message, self.language)

    def day(self, at: datetime) -> str:
        """Return a day and an hour: « samedi 4 avril, 14 h »."""
        local = at.astimezone(self.zone)
        day = format_date(local.date(), "EEEE d MMMM", locale=LOCALES[self.language])
        if (local.hour, local.minute) == (0, 0):
            return day
        if self.language == "fr":
            minutes = f"\u00a0{local.minute:02d}" if local.minute else ""
            return f"{day}, {local.hour}\u00a0h{minutes}"
        return f"{day}, {local:%H:%M}"

    def date(self, cited: Citation) -> str:
        """Return a day, with its year where that is not the letter's."""
        pattern = "d MMMM" if cited.day.year == self.year else "d MMMM y"
        written = format_date(cited.day, pattern, locale=LOCALES[self.language])
        return written.replace(" ", "\u00a0")


def letter(edition: Edition, language: str, zone: tzinfo | None = None) -> Letter:
    """Return an edition in words; hours are those of a time zone (Paris if none is given)."""
    words = _Words(language, zone or ZoneInfo("Europe/Paris"), edition.first.year)
    watch = plain(edition.header.watch, 80)
    made = tuple(part for part in _sections(edition, words) if part.entries or part.lines)
    return Letter(
        language=language,
        title=words(Message("{watch} : la semaine {span}", _span(edition, language, watch))),
        watch=watch,
        week=words(Message("La semaine {span}", _span(edition, language, watch))),
        summary=_summary(edition, words),
        sections=made,
        action=_action(edition, words),
        foot=tuple(_foot(edition, words)),
    )


def _span(edition: Edition, language: str, watch: str) -> dict[str, str]:
    return {"watch": watch, "span": week_span(edition.first, language)}


def _summary(edition: Edition, words: _Words) -> str:
    """Return what is in it in a line, which mail programs show before it is opened."""
    kept, told = len(edition.kept), len(edition.news)
    events, groups = len(edition.events), len(edition.communities)
    counted = (
        (kept, Message("{n} acteur retenu", {"n": kept}, "{n} acteurs retenus")),
        (told, Message("{n} acteur cité", {"n": told}, "{n} acteurs cités")),
        (events, Message("{n} rendez-vous", {"n": events}, "{n} rendez-vous")),
        (groups, Message("{n} groupe nouveau", {"n": groups}, "{n} groupes nouveaux")),
    )
    said = [words(message) for number, message in counted if number]
    return " · ".join(said) or words(Message("Une semaine calme."))


def _action(edition: Edition, words: _Words) -> Link | None:
    if not edition.page or not edition.waiting:
        return None
    waiting = Message(
        "{n} candidat attend un avis", {"n": edition.waiting}, "{n} candidats attendent un avis"
    )
    return Link(words=words(waiting), url=f"{edition.page}{edition.queue}")


# --- the parts -----------------------------------------------------------------------------


def _sections(edition: Edition, words: _Words) -> Iterator[Section]:
    page = edition.page
    yield _part(
        "kept",
        words(Message("Retenus cette semaine")),
        [_actor(one, "kept", page, words) for one in edition.kept],
        words,
    )
    yield _part(
        "news",
        words(Message("Des nouvelles de ceux que l’on suit")),
        [_actor(one, "news", page, words) for one in edition.news],
        words,
    )
    yield _part(
        "events",
        words(Message("Rendez-vous à venir")),
        [entry for one in edition.events for entry in _events(one, page, words)],
        words,
    )
    yield _part(
        "communities",
        words(Message("Groupes nouveaux")),
        [_community(one, words) for one in edition.communities],
        words,
        lead=words(Message("Des noms qui apparaissent ensemble, et que rien ne reliait encore.")),
    )
    for name, title, told in (
        ("proposed", words(Message("Proposés, à juger")), edition.proposed),
        ("blind_spots", words(Message("Là où la veille ne regarde pas")), edition.blind_spots),
        ("silent", words(Message("Sources muettes")), edition.silent),
    ):
        lines = tuple(_remarks(told, words))
        most = SHOWN[name]
        yield Section(
            name=name, title=title, lines=lines[:most], more=_more(len(lines) - most, words)
        )


def _remarks(told: Iterable[Remark], words: _Words) -> Iterator[str]:
    """Yield what is remarked, a line each; the themes of which nothing was said in one."""
    told = tuple(told)
    yield from (words(one.message) for one in told if one.message)
    themes = ", ".join(plain(one.words, 40) for one in told if one.words and not one.message)
    if themes:
        yield words(
            Message(
                "Aucune phrase lue en trois mois n’a les mots de : {themes}", {"themes": themes}
            )
        )


def _part(
    name: str, title: str, entries: Sequence[Entry], words: _Words, lead: str = ""
) -> Section:
    most = SHOWN[name]
    return Section(
        name=name,
        title=title,
        lead=lead,
        entries=tuple(entries[:most]),
        more=_more(len(entries) - most, words),
    )


def _more(left: int, words: _Words) -> str:
    if left <= 0:
        return ""
    return words(Message("… et {n} autre.", {"n": left}, "… et {n} autres."))


def _actor(told: Told, part: str, page: str, words: _Words) -> Entry:
    sheet = told.sheet
    cited = (told.news or sheet.citations)[:2]
    return Entry(
        id=f"{part}:{sheet.id}",
        title=plain(sheet.name, 120),
        url=_address(told, page),
        facts=_facts(told, words),
        text=plain(sheet.description, 400) if part == "kept" else "",
        links=tuple(
            _cited(one, words, sheet.name if number == 0 else None)
            for number, one in enumerate(cited)
        ),
    )


def _facts(told: Told, words: _Words) -> str:
    sheet = told.sheet
    kinds = ", ".join(words(KINDS[kind]) for kind in sheet.kinds if kind != ActorKind.UNKNOWN)
    places = ", ".join(filter(None, map(commune, sheet.communes)))
    themes = ", ".join(plain(theme, 40) for theme in sheet.themes[:4])
    facts = " · ".join(part for part in (kinds, places, themes) if part)
    return facts[:1].upper() + facts[1:]


def _address(told: Told, page: str) -> str:
    """Return the page of an actor; for who has no way in, its own, else where it is told of."""
    if page:
        return f"{page}/acteurs/{quoted(told.sheet.id, safe='')}"
    return next(iter(told.sheet.links), "")


def _cited(one: Citation, words: _Words, name: str | None) -> Link:
    """Return where an actor is cited; with the sentence, if its name is given, for what it adds."""
    title, sentence = plain(one.title, 140), plain(one.quote, QUOTE)
    day = words.date(one)
    adds = name is not None and not any(
        gazetteer.fold(sentence) in gazetteer.fold(said) for said in (one.title, name)
    )
    return Link(
        words=title or plain(one.source, 60),
        url=one.url if is_web(one.url) else "",
        after=f"{plain(one.source, 60)}, {day}" if title else day,
        quote=sentence.join(QUOTES[words.language]) if sentence and adds else "",
    )


def _events(told: Told, page: str, words: _Words) -> Iterator[Entry]:
    name = plain(told.sheet.name, 120)
    for one in told.sheet.events:
        details = one.event
        if details is None or details.start is None:
            continue
        where = [plain(details.venue or "", 80), plain(details.commune or "", 60)]
        title = plain(one.title, 140) or name
        shown = [name] if name.casefold() not in title.casefold() else []
        yield Entry(
            id=f"event:{told.sheet.id}:{one.url}",
            title=title,
            url=one.url if is_web(one.url) else _address(told, page),
            when=words.day(details.start),
            facts=" · ".join(part for part in [*shown, *where] if part),
        )


def _community(one: Community, words: _Words) -> Entry:
    terms = ", ".join(plain(term, 30) for term in one.terms[:4])
    names = [plain(name, 60) for name in one.names[:6]]
    more = _more(len(one.names) - 6, words)
    return Entry(
        id=f"community:{terms}",
        title=terms[:1].upper() + terms[1:],
        facts=", ".join(names) + (f" {more}" if more else ""),
    )


def _foot(edition: Edition, words: _Words) -> Iterator[str]:
    header = edition.header
    if header.audience is Visibility.LAB:
        yield words(Message("Cette lettre est pour le laboratoire : à ne pas diffuser."))
    elif header.audience is Visibility.NETWORK:
        yield words(Message("Cette lettre est pour les partenaires : à ne pas diffuser au-delà."))
    elif header.licence_name:
        yield words(Message("Licence : {name}.", {"name": header.licence_name}))


def addressed(made: Letter, url: str, filters: Iterable[str]) -> Letter:
    """Return a letter as it goes to one reader: with what they asked for, and the way out."""
    words = _Words(made.language, ZoneInfo("UTC"))
    asked = ", ".join(plain(one, 60) for one in filters)
    foot = made.foot
    if asked:
        foot = (words(Message("Vous avez demandé : {filters}.", {"filters": asked})), *foot)
    return replace(
        made, foot=foot, unsubscribe=Link(words=words(Message("Se désabonner")), url=url)
    )
