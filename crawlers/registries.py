"""Registers of associations and companies: CSV read as a stream, its columns known by name.

RNA, the associations' official journal, BODACC and Sirene each write the same few facts under
other names. Only the territory's rows are read, and only those of organisations: a person who
trades under their own name is left out. A row is a known actor since its declaration; declared
lately it is a notice too, so that the newly founded can be seen.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from typing import TYPE_CHECKING, BinaryIO

from crawlers import columnar, communes, dates, identity, rows, text
from crawlers.rows import NoRegisterError
from vigie import gazetteer
from vigie.errors import InputError
from vigie.language import say
from vigie.records import ActorKind, Document, DocumentKind, KnownActor, Message, Reject
from vigie.words import refusal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date, datetime
    from pathlib import Path

LATELY = timedelta(days=366)
"""What was declared longer ago is no news: it is known, and no more than that."""
FIRST_YEAR = 1901
"""Of the law on associations; registers write 0001-01-01 or 1900-01-01 for « not known »."""
ROWS_A_BREATH = 2000
"""Rows between two pauses, in which other sources have their turn."""
LONGEST_PURPOSE = 1_000
"""Characters that are kept of what an organisation is for."""
MOST_PREAMBLE = 20
"""Lines among which the header is looked for."""
_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "id": ("id", "numero_rna", "id_rna", "rna", "waldec", "numero_waldec", "siret", "siren",
           "registre", "identifiant", "association_id"),
    "title": ("titre", "title", "association_titre", "denominationunitelegale", "nom_complet",
              "denominationusuelleetablissement", "enseigne1etablissement", "denomination",
              "raison_sociale", "commercant", "nom", "titre_court"),
    "purpose": ("objet", "association_objet", "objet_association", "activite", "description"),
    "published": ("date_publi", "dateparution", "date_parution", "date_publication"),
    "declared": ("date_decla", "datedeclaration", "date_declaration"),
    "created": ("date_creat", "date_creation", "datecreationetablissement",
                "datecreationunitelegale"),
    "dissolved": ("date_disso", "date_dissolution"),
    "insee": ("adrs_codeinsee", "codecommuneetablissement", "code_insee", "codeinsee",
              "code_commune", "com_code", "codecommune"),
    "postcode": ("adrs_codepostal", "codepostaletablissement", "codepostal", "code_postal", "cp",
                 "codepostal_actuel"),
    "commune": ("adrs_libcommune", "libellecommuneetablissement", "commune", "commune_actuelle",
                "ville", "localite", "libcom"),
    "street": ("adrs_libvoie", "libellevoieetablissement", "adresse", "siege_social", "adr1",
               "adresse_siege"),
    "number": ("adrs_numvoie", "numerovoieetablissement"),
    "way": ("adrs_typevoie", "typevoieetablissement"),
    "site": ("siteweb", "site_web", "site_internet", "url_complete"),
    "act": ("typeavis_lib", "familleavis_lib", "type_annonce", "typeavis", "nature_annonce"),
    "status": ("position", "etatadministratifetablissement", "etat"),
    "association": ("numero_rna", "id_rna", "rna", "waldec", "numero_waldec", "association_id",
                    "identifiantassociationunitelegale"),
    "acronym": ("sigle", "sigleunitelegale", "titre_court"),
    "person": ("nomunitelegale", "nomusageunitelegale"),
    "persons": ("listepersonnes",),
    "legal": ("categoriejuridiqueunitelegale",),
}  # fmt: skip
"""What we read → the columns that may hold it, the most telling first; folded names."""

_HIDDEN = "[ND]"
"""What Sirene writes in the place of what its bearer does not let be told."""
_SOLE_TRADER = "1000"
"""Insee's legal category of an « entrepreneur individuel »."""
_NATURAL = re.compile(r"typepersonne\W{1,20}pp\b", re.IGNORECASE)
"""A natural person in BODACC's JSON: one object, or a list of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """Whose rows are read, and which of them."""

    source_id: str
    communes: frozenset[str]
    """INSEE codes; empty when there is no limit."""
    now: datetime


Found = Document | KnownActor | Reject
Columns = Mapping[str, Sequence[int]]
"""What we read → the places of the columns that may hold it, the most telling first."""


def read(stream: BinaryIO, register: Register) -> Iterator[Found | None]:
    """Yield what each row of interest tells, and None from time to time, to take breath.

    A row of the territory is a known actor since its declaration, and when that is recent a
    notice as well; a row that cannot be read is a reject. Nothing is kept of the rows that were
    passed: the memory taken does not depend on their number.

    Raises:
        NoRegisterError: the columns are not those of a register.
    """
    csv.field_size_limit(rows.LONGEST_FIELD)
    lines = rows.lines(stream)
    table, columns = _header(lines)
    for number, cells in enumerate(rows.read(lines, table), start=1):
        if number % ROWS_A_BREATH == 0:
            yield None
        if isinstance(cells, rows.Damaged):
            yield _unreadable(cells, register)
        else:
            yield from _of_rows(iter((cells,)), columns, register)


def _header(lines: Iterator[str]) -> tuple[rows.Table, Columns]:
    """Return how a table is written, and what we read → its columns.

    Spreadsheets write `sep=;` before the header, exports a title or an empty line.
    """
    for number, line in enumerate(islice(lines, MOST_PREAMBLE), start=1):
        delimiter = max(";,\t|", key=line.count)
        names = next(csv.reader([line], delimiter=delimiter), [])
        if columns := _columns(names):
            return rows.Table(delimiter=delimiter, width=len(names), first=number + 1), columns
    raise NoRegisterError(_NOT_ONE)


def _columns(names: Sequence[str]) -> Columns:
    """Return what we read → its columns; nothing where they are not those of a register."""
    folded = [_folded(name) for name in names]
    columns = {
        meaning: [folded.index(name) for name in known if name in folded]
        for meaning, known in _COLUMNS.items()
    }
    placed = any(columns[one] for one in ("insee", "postcode", "commune"))
    return columns if columns["title"] and placed else {}


_NOT_ONE = Message("ce n’est pas un registre : ni titre ni commune parmi ses colonnes")


def _of_rows(found: Iterator[list[str]], columns: Columns, register: Register) -> Iterator[Found]:
    """Yield what the rows of the territory tell. Most are of elsewhere: no more is read of them."""
    located = [columns[meaning] for meaning in ("insee", "postcode", "commune")]
    for cells in found:
        code, postcode, name = (_first(cells, places) for places in located)
        commune = _here(code, postcode, name, register.communes)
        if commune is not None:
            row = {meaning: _first(cells, places) for meaning, places in columns.items()}
            yield from _told(row, commune, register)


def read_file(path: Path, register: Register, units: Path | None = None) -> Iterator[Found]:
    """Yield what a file tells of a territory, the file read as a stream.

    `units` is the file of Sirene that names the units whose establishments `path` lists; both
    are Parquet.

    Raises:
        InputError: it cannot be read, or is no register.
    """
    try:
        if columnar.is_parquet(path):
            yield from _read_columns(path, register, units)
            return
        with path.open("rb") as stream:
            yield from (found for found in read(stream, register) if found is not None)
    except OSError as error:
        raise InputError(
            say(
                "{path} est illisible : {error}.",
                path=str(path),
                error=refusal(error),
            )
        ) from error
    except NoRegisterError as error:
        raise InputError(say("{path} : {reason}.", path=str(path), reason=error.reason)) from error


def parted(files: Sequence[Path]) -> tuple[list[Path], Path | None]:
    """Return the files that place organisations, and the one that only names Sirene's units.

    Sirene is published as two: establishments, with their communes, and units, with their names.

    """
    registers: list[Path] = []
    units = None
    for file in files:
        try:
            names = columnar.columns(file) if columnar.is_parquet(file) else ()
        except (OSError, NoRegisterError):
            names = ()  # it is said why when it is read
        folded = {_folded(name) for name in names}
        if "denominationunitelegale" in folded and folded.isdisjoint(_COLUMNS["insee"]):
            units = file
        else:
            registers.append(file)
    return registers, units


def _read_columns(path: Path, register: Register, units: Path | None) -> Iterator[Found]:
    """Yield what a Parquet file tells: the rows of the territory, and our columns of them."""
    with columnar.opened(path, units) as table:
        columns = _columns(table.names)
        if not columns:
            raise NoRegisterError(_NOT_ONE)
        wanted = {place for places in columns.values() for place in places}
        by_code = columns["insee"][0] if columns["insee"] else None
        here = register.communes if register.communes and by_code is not None else None
        found = table.rows(sorted(wanted), by_code, here)
        yield from _of_rows(found, columns, register)


def _first(cells: Sequence[str], places: Sequence[int]) -> str:
    for place in places:
        if place < len(cells) and (said := cells[place].strip()):
            return said
    return ""


def _unreadable(damaged: rows.Damaged, register: Register) -> Reject:
    return Reject(
        where=register.source_id,
        reason=Message(
            "ligne {n} illisible : ses guillemets ou ses colonnes ne sont pas ceux de l’en-tête",
            {"n": damaged.number},
        ),
        raw=damaged.line[:10_000],
        source_id=register.source_id,
    )


def _folded(name: str) -> str:
    return re.sub(r"[^a-z0-9_]+", "_", gazetteer.fold(name.strip("\ufeff \"'")).replace(" ", "_"))


def _told(row: Mapping[str, str], commune: str, register: Register) -> Iterator[Found]:
    if _is_a_person(row):
        return
    row = {name: "" if said == _HIDDEN else said for name, said in row.items()}
    title = text.one_line(row["title"])
    if not title:
        return
    published, note = dates.choose(
        (
            (row["published"], "parution au registre"),
            (row["declared"], "déclaration au registre"),
            (row["created"], "création, d’après le registre"),
        ),
        register.now,
    )
    today, declared = register.now.astimezone(dates.ZONE).date(), _first_day(row, published)
    yield KnownActor(
        source_id=register.source_id,
        name=title,
        since=min(declared or today, today),
        kind=_kind(row),
        commune=commune or None,
        acronym=_acronym(row),
        number=(row["association"] or row["id"]).replace(" ", ""),
        declared=declared,
        purpose=text.one_line(row["purpose"])[:LONGEST_PURPOSE],
    )
    if published is not None and register.now - published <= LATELY:
        yield _notice(title, row, published, note, register)


def _first_day(row: Mapping[str, str], published: datetime | None) -> date | None:
    """Return the first day that a register gives of a row, if it gives one."""
    said = [dates.parse(row[name]) for name in ("created", "declared")]
    moments = [one for one in (*said, published) if one and one.year >= FIRST_YEAR]
    return min(moments).astimezone(dates.ZONE).date() if moments else None


def _kind(row: Mapping[str, str]) -> ActorKind:
    """Return what a row's number says it is: that of an association begins with W."""
    number = row["association"] or row["id"]
    return ActorKind.ASSOCIATION if re.match(r"W\d", number) else ActorKind.UNKNOWN


def _acronym(row: Mapping[str, str]) -> str:
    """Return a row's short name where it is one word; RNA also puts cut titles there."""
    short = text.one_line(row["acronym"])
    return short if 2 <= len(short) <= 12 and " " not in short else ""


def _notice(
    title: str, row: Mapping[str, str], published: datetime, note: str, register: Register
) -> Document:
    url = _url(row)
    return Document(
        id=identity.document_id(url, f"{row['id']}\n{published.date()}"),
        source_id=register.source_id,
        url=url,
        title=title,
        text=_in_sentences(row),
        published_at=published,
        date_note=note,
        fetched_at=register.now,
        language="fr",
        kind=DocumentKind.NOTICE,
    )


def _is_a_person(row: Mapping[str, str]) -> bool:
    """Tell whether a row names a person, or a couple, that trades under its own name."""
    listed = _NATURAL.search(row["persons"]) is not None
    return bool(row["person"]) or listed or row["legal"] == _SOLE_TRADER


def _here(code: str, postcode: str, name: str, wanted: frozenset[str]) -> str | None:
    """Return the commune of a row, empty if it names none; None when it is not of those wanted."""
    if code in wanted:
        return code
    found = communes.named(code, postcode, name)
    if not wanted:
        return next(iter(found), "")
    return next((one for one in found if one in wanted), None)


def _url(row: Mapping[str, str]) -> str:
    site = row["site"]
    if site and "." in site and " " not in site:
        site = site if "://" in site else f"https://{site}"
        if site.startswith(("http://", "https://")):
            return site
    number = row["association"] or row["id"]
    wanted = re.sub(r"[^A-Za-z0-9]+", "", number) or re.sub(r"\W+", "+", row["title"])
    return f"https://annuaire-entreprises.data.gouv.fr/rechercher?terme={wanted}"


def _in_sentences(row: Mapping[str, str]) -> str:
    """Return a row in sentences, so that it reads like any other text."""
    street = " ".join(row[part] for part in ("number", "way", "street") if row[part].strip("_ "))
    address = ", ".join(part for part in (street, row["commune"]) if part)
    parts = (
        _act(row),
        f"Objet : {row['purpose'].rstrip(' .')}." if row["purpose"] else "",
        f"Siège social : {address.rstrip(' .')}." if address else "",
    )
    return text.tidy(" ".join(text.one_line(part) for part in parts if part))


def _act(row: Mapping[str, str]) -> str:
    if row["act"]:
        return f"{row['act'].rstrip(' .')}."
    if (row["dissolved"] and not row["dissolved"].startswith("0001")) or row["status"] in {
        "D",
        "F",
    }:
        return "Dissolution ou fermeture déclarée."
    created, declared = row["created"][:10], row["declared"][:10]
    return "Modification déclarée." if created and declared and created < declared else ""
