"""Registers of associations and companies: CSV read as a stream, its columns known by name.

RNA, the associations' official journal, BODACC and Sirene each write the same few facts under
other names. Only the territory's rows are read, and only those of organisations: a person who
trades under their own name is left out. A row is a known actor since its declaration; declared
lately it is a notice too, so that the newly founded can be seen.
"""

from __future__ import annotations

import csv
import gzip
import io
import re
import zipfile
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, BinaryIO, cast

from crawlers import communes, dates, identity, text
from vigie import gazetteer
from vigie.errors import InputError
from vigie.language import say
from vigie.records import ActorKind, Document, DocumentKind, KnownActor, Message, Reject

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date, datetime
    from pathlib import Path

LATELY = timedelta(days=366)
"""What was declared longer ago is no news: it is known, and no more than that."""
FIRST_YEAR = 1901
"""Of the law on associations; registers write 0001-01-01 or 1900-01-01 for « not known »."""
ROWS_A_BREATH = 2000
"""Rows between two pauses, in which other sources have their turn."""
LONGEST_FIELD = 1_000_000
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


class NoRegisterError(Exception):
    """The bytes are no register; `reason` says why."""

    def __init__(self, reason: Message) -> None:
        super().__init__(str(reason))
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """Whose rows are read, and which of them."""

    source_id: str
    communes: frozenset[str]
    """INSEE codes; empty when there is no limit."""
    now: datetime


Found = Document | KnownActor | Reject


def read(stream: BinaryIO, register: Register) -> Iterator[Found | None]:
    """Yield what each row of interest tells, and None from time to time, to take breath.

    A row of the territory is a known actor since its declaration, and when that is recent a
    notice as well; a row that cannot be read is a reject. Nothing is kept of the rows that were
    passed: the memory taken does not depend on their number.

    Raises:
        NoRegisterError: the columns are not those of a register.
    """
    csv.field_size_limit(LONGEST_FIELD)
    lines = _lines(stream)
    header = next(lines, "")
    delimiter = max(";,\t|", key=header.count)
    names = [_folded(name) for name in next(csv.reader([header], delimiter=delimiter), [])]
    columns = {
        meaning: [names.index(name) for name in known if name in names]
        for meaning, known in _COLUMNS.items()
    }
    located = [columns[meaning] for meaning in ("insee", "postcode", "commune")]
    if not columns["title"] or not any(located):
        raise NoRegisterError(
            Message("ce n’est pas un registre : ni titre ni commune parmi ses colonnes")
        )
    for number, cells in enumerate(_rows(lines, delimiter), start=1):
        if number % ROWS_A_BREATH == 0:
            yield None
        if isinstance(cells, csv.Error):
            yield _unreadable(number, cells, register)
            continue
        # Most rows are of elsewhere: nothing else of them is looked at.
        code, postcode, name = (_first(cells, places) for places in located)
        commune = _here(code, postcode, name, register.communes)
        if commune is not None:
            row = {meaning: _first(cells, places) for meaning, places in columns.items()}
            yield from _told(row, commune, register)


def read_file(path: Path, register: Register) -> Iterator[Found]:
    """Yield what a file tells of a territory, the file read as a stream.

    Raises:
        InputError: it cannot be read, or is no register.
    """
    try:
        with path.open("rb") as stream:
            yield from (found for found in read(stream, register) if found is not None)
    except OSError as error:
        raise InputError(
            say(
                "{path} est illisible : {error}.",
                path=str(path),
                error=error.strerror or str(error),
            )
        ) from error
    except NoRegisterError as error:
        raise InputError(say("{path} : {reason}.", path=str(path), reason=error.reason)) from error


def _first(cells: list[str], places: list[int]) -> str:
    for place in places:
        if place < len(cells) and (said := cells[place].strip()):
            return said
    return ""


def _rows(lines: Iterator[str], delimiter: str) -> Iterator[list[str] | csv.Error]:
    rows = csv.reader(lines, delimiter=delimiter)
    while True:
        try:
            yield next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            yield error


def _unreadable(number: int, error: csv.Error, register: Register) -> Reject:
    return Reject(
        where=register.source_id,
        reason=Message("ligne {n} illisible ({error})", {"n": number + 1, "error": str(error)}),
        source_id=register.source_id,
    )


def _lines(stream: BinaryIO) -> Iterator[str]:
    """Yield the lines of a CSV file, plain, gzipped or the first one of a zip archive."""
    opened = _uncompressed(io.BufferedReader(cast("io.RawIOBase", stream), 1 << 16))
    head = opened.peek(1 << 16)[: 1 << 16]
    try:
        head.decode("utf-8")
        encoding = "utf-8-sig"
    except UnicodeDecodeError as error:
        # A letter cut in two at the end of the sample is no sign of another encoding.
        encoding = "utf-8-sig" if error.start > len(head) - 4 else "cp1252"
    for line in io.TextIOWrapper(opened, encoding, errors="replace", newline=""):
        yield line.replace("\0", "")


def _uncompressed(stream: io.BufferedReader) -> io.BufferedReader:
    start = stream.peek(4)[:4]
    try:
        if start.startswith(b"\x1f\x8b"):
            return io.BufferedReader(cast("io.RawIOBase", gzip.GzipFile(fileobj=stream)), 1 << 16)
        if start == b"PK\x03\x04" and stream.seekable():
            archive = zipfile.ZipFile(stream)
            name = next(n for n in archive.namelist() if n.lower().endswith((".csv", ".txt")))
            return io.BufferedReader(cast("io.RawIOBase", archive.open(name)), 1 << 16)
    except (OSError, zipfile.BadZipFile, StopIteration) as error:
        raise NoRegisterError(Message("archive illisible, ou sans fichier CSV")) from error
    return stream


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
    yield KnownActor(
        source_id=register.source_id,
        name=title,
        since=_since(row, published, register),
        kind=_kind(row),
        commune=commune or None,
        acronym=_acronym(row),
    )
    if published is not None and register.now - published <= LATELY:
        yield _notice(title, row, published, note, register)


def _since(row: Mapping[str, str], published: datetime | None, register: Register) -> date:
    """Return since when a register lists a row: its first date, else the day of reading."""
    said = [dates.parse(row[name]) for name in ("created", "declared")]
    moments = [one for one in (*said, published) if one and one.year >= FIRST_YEAR]
    return min([*moments, register.now]).astimezone(dates.ZONE).date()


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
