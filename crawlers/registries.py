"""Registers of associations and companies: CSV read as a stream, its columns known by name.

RNA, the associations' official journal, BODACC and Sirene each write the same few facts under
other names. Only the territory's rows become notices, only those declared lately, and only
those of organisations: a person who trades under their own name is left out.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
import zipfile
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, BinaryIO, cast

from crawlers import dates, identity, text
from vigie import gazetteer
from vigie.records import Document, DocumentKind, Message

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

LATELY = timedelta(days=2 * 366)
"""What was declared longer ago is no news: it is for the directory of known actors."""
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
    "site": ("siteweb", "site_web", "site_internet", "url_complete"),
    "act": ("typeavis_lib", "familleavis_lib", "type_annonce", "typeavis", "nature_annonce"),
    "status": ("position", "etatadministratifetablissement", "etat"),
    "person": ("nomunitelegale", "nomusageunitelegale"),
    "persons": ("listepersonnes",),
}  # fmt: skip
"""What we read → the columns that may hold it, the most telling first; folded names."""


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


def read(stream: BinaryIO, register: Register) -> Iterator[Document | None]:
    """Yield a notice for each row of interest, and None from time to time, to take breath.

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
    if not columns["title"] or not (columns["insee"] or columns["postcode"] or columns["commune"]):
        raise NoRegisterError(
            Message("ce n’est pas un registre : ni titre ni commune parmi ses colonnes")
        )
    for number, cells in enumerate(_rows(lines, delimiter), start=1):
        if number % ROWS_A_BREATH == 0:
            yield None
        row = {meaning: _first(cells, places) for meaning, places in columns.items()}
        if document := _notice(row, register):
            yield document


def _first(cells: list[str], places: list[int]) -> str:
    return next((said for i in places if i < len(cells) and (said := cells[i].strip())), "")


def _rows(lines: Iterator[str], delimiter: str) -> Iterator[list[str]]:
    rows = csv.reader(lines, delimiter=delimiter)
    while True:
        try:
            yield next(rows)
        except StopIteration:
            return
        except csv.Error:
            continue


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


def _notice(row: Mapping[str, str], register: Register) -> Document | None:
    title = text.one_line(row["title"])
    if not title or _is_a_person(row) or not _is_here(row, register.communes):
        return None
    published, note = dates.choose(
        (
            (row["published"], "parution au registre"),
            (row["declared"], "déclaration au registre"),
            (row["created"], "création, d’après le registre"),
        ),
        register.now,
    )
    if published is None or register.now - published > LATELY:
        return None
    url = _url(row)
    return Document(
        id=identity.document_id(url, f"{row['id']}\n{published.date()}"),
        source_id=register.source_id,
        url=url,
        title=title,
        text=_told(row),
        published_at=published,
        date_note=note,
        fetched_at=register.now,
        language="fr",
        kind=DocumentKind.NOTICE,
    )


def _is_a_person(row: Mapping[str, str]) -> bool:
    if row["person"]:
        return True
    if not row["persons"]:
        return False
    try:
        listed = json.loads(row["persons"])
    except (ValueError, RecursionError):
        return False
    person = listed.get("personne") if isinstance(listed, dict) else None
    return isinstance(person, dict) and person.get("typePersonne") == "pp"


def _is_here(row: Mapping[str, str], communes: frozenset[str]) -> bool:
    """Tell whether a row is of the territory: by code, else by postcode and name."""
    if not communes:
        return True
    if code := row["insee"]:
        former = gazetteer.former().get(code)
        return code in communes or (former is not None and former[1] in communes)
    name = re.sub(r"\s+cedex.*$|\s+\d+(?:e|er|ème)?$", "", row["commune"], flags=re.IGNORECASE)
    places = gazetteer.at_postcode(row["postcode"]) if row["postcode"] else gazetteer.find(name)
    named = [place for place in places if gazetteer.fold(place.name) == gazetteer.fold(name)]
    return any(place.code in communes for place in named or places)


def _url(row: Mapping[str, str]) -> str:
    site = row["site"]
    if site and "." in site and " " not in site:
        site = site if "://" in site else f"https://{site}"
        if site.startswith(("http://", "https://")):
            return site
    wanted = re.sub(r"[^A-Za-z0-9]+", "", row["id"]) or re.sub(r"\W+", "+", row["title"])
    return f"https://annuaire-entreprises.data.gouv.fr/rechercher?terme={wanted}"


def _told(row: Mapping[str, str]) -> str:
    """Return a row in sentences, so that it reads like any other text."""
    address = ", ".join(part for part in (row["street"], row["commune"]) if part)
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
