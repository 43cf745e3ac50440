"""Actors as CSV (RFC 4180, UTF-8): for a spreadsheet, and from one.

The mark of UTF-8 opens the file, so that spreadsheets read its accents. What a spreadsheet would
take for a formula is written after an apostrophe, which is taken away when it is read back
(« CSV injection », OWASP).
"""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING

from vigie import gazetteer
from vigie.errors import InputError
from vigie.exchange.header import VERSION, Header
from vigie.exchange.plain import FLAT, Row, WrongRowError, flat, sheet_of, unflat
from vigie.language import say
from vigie.records import ActorSheet, Message

if TYPE_CHECKING:
    from _csv import Reader
    from collections.abc import Iterable, Iterator

COLUMNS = (*FLAT, "licence", "exported_on", "version")
LONGEST_FIELD = 1_000_000
_FORMULA = re.compile(r"'*\s*[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]")

_CALLED = {
    "nom": "name",
    "acteur": "name",
    "organisation": "name",
    "titre": "name",
    "structure": "name",
    "projet": "name",
    "type": "types",
    "commune": "communes",
    "ville": "communes",
    "ou": "communes",
    "code insee": "commune_codes",
    "theme": "themes",
    "lien": "links",
    "liens": "links",
    "site": "links",
    "site web": "links",
    "url": "links",
    "adresse web": "links",
    "objet": "description",
    "quoi": "description",
    "presentation": "description",
    "autres noms": "aliases",
    "sigle": "aliases",
    "visibilite": "visibility",
    "contact": "contact",
    "depuis": "first_seen",
}
"""How a French hand calls a column → how we call it; folded."""


def write(header: Header, sheets: Iterable[ActorSheet]) -> Iterator[str]:
    """Yield a table, a row an actor."""
    yield "\ufeff" + _line(COLUMNS)
    for sheet in sheets:
        values = {
            **flat(sheet),
            "licence": header.licence,
            "exported_on": header.day.isoformat(),
            "version": str(VERSION),
        }
        yield _line(tuple(harmless(values[name]) for name in COLUMNS))


def _line(cells: Iterable[str]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow(cells)
    return out.getvalue()


def harmless(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if _FORMULA.match(cell) else cell


def _as_meant(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell[1:]) else cell


def read(raw: bytes) -> Iterator[Row]:
    """Yield the actors of a table, ours or one that a hand has made.

    Raises:
        InputError: it has no column that names the actors.
    """
    lines = _lines(raw)
    try:
        names = [_called(cell) for cell in next(lines)]
    except (StopIteration, csv.Error) as error:
        raise InputError(say("Ce tableau est vide ou illisible.")) from error
    if "name" not in names:
        raise InputError(
            say("Ce tableau n’a pas de colonne « name » ou « nom » : c’est elle qui nomme.")
        )
    number = 1
    while True:
        try:
            cells = next(lines)
        except StopIteration:
            return
        except csv.Error as error:
            wrong = Message("ligne illisible ({error})", {"error": str(error)})
            yield Row(number=lines.line_num, wrong=wrong)
            continue
        number = lines.line_num
        if any(cell.strip() for cell in cells):
            yield _row(number, names, cells)


def left_aside(raw: bytes) -> tuple[str, ...]:
    """Return the columns of a table that nothing is read from."""
    try:
        heads = next(_lines(raw))
    except (StopIteration, csv.Error):
        return ()
    return tuple(head.strip() for head in heads if head.strip() and _called(head) not in COLUMNS)


def _lines(raw: bytes) -> Reader:
    text = _decoded(raw)
    csv.field_size_limit(LONGEST_FIELD)
    head = text.partition("\n")[0]
    delimiter = max((";", ",", "\t"), key=head.count)
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)


def _row(number: int, names: list[str], cells: list[str]) -> Row:
    raw = _line(cells).strip()
    if len(cells) > len(names):
        return Row(number=number, wrong=Message("plus de cellules que de colonnes"), raw=raw)
    given: dict[str, str] = {}
    for name, cell in zip(names, cells, strict=False):
        given.setdefault(name, _as_meant(cell))
    try:
        return Row(number=number, sheet=sheet_of(unflat(given)), raw=raw)
    except WrongRowError as wrong:
        return Row(number=number, wrong=wrong.reason, raw=raw)


def _called(cell: str) -> str:
    name = cell.strip().strip("\ufeff")
    if name.lower() in COLUMNS:
        return name.lower()
    return _CALLED.get(gazetteer.fold(name), name)


def _decoded(raw: bytes) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")
