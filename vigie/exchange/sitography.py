"""Actors as a *sitographie* in Markdown: for a wiki or a mailing list, and read back.

A heading an actor, a list of what is known, the description as a quotation, then where it is
written of. Its labels are French, as its readers are; `read` knows them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from vigie.errors import InputError
from vigie.exchange.header import VERSION, Header
from vigie.exchange.plain import E, Row, WrongRowError, commune, sheet_of
from vigie.language import render, say
from vigie.records import ActorSheet, Citation, Message
from vigie.words import KINDS, SIDES, STAGES, VERDICTS, VISIBILITIES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

MARKS = re.compile(r"([\\`*_\[\]<>#|!;~])")
_ESCAPED = re.compile(r"\\([\\`*_\[\]<>#|!;~])")
_CITED = re.compile(r"- (\d{4}-\d\d-\d\d), (.*?) : \[(.*?)\]\(<(\S+)>\)(?: « (.*) »)?")
_LABELS = {
    "Types": "kinds",
    "Communes": "communes",
    "Thèmes": "themes",
    "Liens": "links",
    "Aussi écrit": "aliases",
    "Contact": "contact",
    "Relation": "stage",
    "Toujours actif": "active",
    "Avis": "verdict",
    "Visibilité": "visibility",
    "Côté": "side",
    "Fonction": "function",
    "Connu depuis": "first_seen",
    "Repère": "id",
}


def write(header: Header, sheets: Iterable[ActorSheet]) -> Iterator[str]:
    """Yield the whole; actors in the order in which they come."""
    yield f"# Sitographie : {_plain(header.watch)}\n\n"
    yield f"Du {header.day:%d/%m/%Y}, format {VERSION}."
    if header.licence:
        name = _plain(header.licence_name)
        linked = f"[{name}]({header.licence_url})" if header.licence_url else name
        yield f" Licence : {linked}.\n"
    else:
        yield f" Visibilité : {render(VISIBILITIES[header.audience])}, à ne pas diffuser au-delà.\n"
    for sheet in sheets:
        yield "\n" + "\n".join(_entry(sheet)) + "\n"


def _entry(sheet: ActorSheet) -> Iterator[str]:
    yield f"## {_plain(sheet.name)}\n"
    for label, value in _facts(sheet):
        if value:
            yield f"- {label} : {value}"
    if sheet.description:
        yield ""
        yield from (f"> {_plain(line)}".rstrip() for line in sheet.description.split("\n"))
    if sheet.citations:
        yield ""
        yield from map(_cited, sheet.citations)


def _facts(sheet: ActorSheet) -> Iterator[tuple[str, str]]:
    yield "Types", _list(render(KINDS[kind]) for kind in sheet.kinds)
    yield "Communes", _list(f"{commune(code)} ({code})" for code in sheet.communes)
    yield "Thèmes", _list(sheet.themes)
    yield "Liens", " ; ".join(f"<{link}>" for link in sheet.links)
    yield "Aussi écrit", _list(sheet.aliases)
    yield "Contact", _plain(sheet.contact).replace("\n", " / ")
    yield "Relation", render(STAGES[sheet.stage]) if sheet.stage else ""
    yield "Toujours actif", "" if sheet.active is None else "oui" if sheet.active else "non"
    yield "Avis", render(VERDICTS[sheet.verdict]) if sheet.verdict else ""
    yield "Visibilité", render(VISIBILITIES[sheet.visibility]) if sheet.visibility else ""
    yield "Côté", render(SIDES[sheet.side]) if sheet.side else ""
    yield "Fonction", _plain(sheet.function)
    yield "Connu depuis", sheet.first_seen.isoformat() if sheet.first_seen else ""
    yield "Repère", f"`{sheet.id}`"


def _cited(one: Citation) -> str:
    quote = f" « {_plain(one.quote)} »" if one.quote else ""
    title = _plain(one.title or one.source)
    return f"- {one.day.isoformat()}, {_plain(one.source)} : [{title}](<{one.url}>){quote}"


def _list(values: Iterable[str]) -> str:
    return " ; ".join(map(_plain, values))


def _plain(text: str) -> str:
    """Return a text with what Markdown would read as marks taken for what it is."""
    return MARKS.sub(r"\\\1", text)


# --- reading ---------------------------------------------------------------------------------


def read(raw: bytes) -> Iterator[Row]:
    """Yield the actors of a *sitographie*; raise InputError where there is no heading of one."""
    try:
        lines = raw.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise InputError(say("Ce fichier n’est pas en UTF-8.")) from error
    starts = [at for at, line in enumerate(lines) if line.startswith("## ")]
    if not starts:
        raise InputError(
            say("Ce Markdown ne nomme aucun acteur : chacun commence par « ## » et son nom.")
        )
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        yield _row(start + 1, lines[start:end])


def _row(number: int, lines: list[str]) -> Row:
    given: dict[str, Any] = {"name": _meant(lines[0][3:].strip()), "citations": []}
    said: list[str] = []
    for line in lines[1:]:
        label, _, value = line.removeprefix("- ").partition(" : ")
        if line.startswith(">"):
            said.append(_meant(line[1:].removeprefix(" ")))
        elif cited := _CITED.fullmatch(line):
            day, source, title, url, quote = cited.groups()
            given["citations"].append(_citation(day, source, title, url, quote or ""))
        elif line.startswith("- ") and label in _LABELS:
            given[_LABELS[label]] = value.strip()
        elif line.strip():
            wrong = Message("ligne qui n’est pas comprise : « {line} »", {"line": line[:80]})
            return Row(number=number, wrong=wrong, raw="\n".join(lines))
    try:
        sheet = sheet_of(_values(given) | {"description": "\n".join(said)})
    except WrongRowError as refused:
        return Row(number=number, wrong=refused.reason, raw="\n".join(lines))
    return Row(number=number, sheet=sheet)


def _citation(day: str, source: str, title: str, url: str, quote: str) -> dict[str, str]:
    named = _meant(source)
    headline = _meant(title)
    return {
        "date": day,
        "source": named,
        "title": "" if headline == named else headline,
        "url": url,
        "quote": _meant(quote),
    }


def _values(given: dict[str, Any]) -> dict[str, Any]:
    parts = {name: _parts(given.get(name, "")) for name in ("kinds", "themes", "aliases")}
    communes = [
        found[1] if (found := re.search(r"\((\w{5})\)$", one)) else one
        for one in _parts(given.get("communes", ""))
    ]
    links = [one.strip("<> ") for one in given.get("links", "").split(" ; ") if one.strip()]
    return {
        **given,
        **parts,
        "communes": communes,
        "links": links,
        "contact": _meant(given.get("contact", "")).replace(" / ", "\n"),
        "stage": _word(given.get("stage", ""), STAGES),
        "verdict": _word(given.get("verdict", ""), VERDICTS),
        "visibility": _word(given.get("visibility", ""), VISIBILITIES),
        "side": _word(given.get("side", ""), SIDES),
        "function": _meant(given.get("function", "")),
        "active": {"oui": "yes", "non": "no"}.get(given.get("active", ""), ""),
        "id": given.get("id", "").strip("`"),
    }


def _word(text: str, words: Mapping[E, Message]) -> str:
    """Return the value that a word stands for; what is none is left for `sheet_of` to refuse."""
    return next((str(value) for value, said in words.items() if render(said) == text), text)


def _parts(text: str) -> list[str]:
    return [_meant(one.strip()) for one in re.split(r"(?<!\\) ; ", text) if one.strip()]


def _meant(text: str) -> str:
    return _ESCAPED.sub(r"\1", text)
