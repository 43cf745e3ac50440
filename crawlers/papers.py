"""Papers of an administration: deliberations as PDF or text, and lists of winners as CSV.

What is read is what an organisation says of projects and services. Columns that name persons are
not read at all.
"""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING

from crawlers import dates, encoding, identity, text
from crawlers.resource import Reading
from crawlers.sniff import Format
from vigie import gazetteer
from vigie.records import Document, Message

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from crawlers.formats import Reader
    from crawlers.resource import Resource

MOST_PAGES = 400
"""Of a PDF: the papers of a whole council have fewer."""
LEAST_TEXT = 20
"""Letters; a PDF with fewer is an image of a paper."""
MOST_ROWS = 5_000
OPENING = 4_000
"""Characters in which a paper says of which day it is."""
_SITTING = re.compile(
    r"(?:s[ée]ance|r[ée]union|conseil|d[ée]lib[ée]ration|commission)[^.\n]{0,80}?"
    r"\b(\d{1,2}(?:er)?\s+[a-zéûA-ZÉÛ]+\s+\d{4}|\d{1,2}/\d{1,2}/\d{4})",
    re.IGNORECASE,
)
_DAY = r"(\d{1,2}(?:er)?\s+[a-zéûA-ZÉÛ]{3,9}\s+\d{4})"
_NAMED = (
    (re.compile(r"(?<!\d)((?:19|20)\d\d)[-_.]?(\d\d)[-_.]?(\d\d)(?!\d)"), (1, 2, 3)),
    (re.compile(r"(?<!\d)(\d\d)[-_.](\d\d)[-_.]((?:19|20)\d\d)(?!\d)"), (3, 2, 1)),
)
"""Days in the name of a file, and where year, month and day stand."""
_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "name": ("projet", "nom_du_projet", "titre_du_projet", "intitule", "laureat", "titre", "nom"),
    "what": ("description", "resume", "objet", "presentation", "pitch", "contenu"),
    "by": ("service", "direction", "structure", "organisme", "entite", "collectivite"),
    "contest": ("concours", "prix", "categorie", "appel_a_projets", "dispositif", "trophee"),
    "day": ("date", "date_de_remise", "annee", "edition", "millesime"),
    "place": ("commune", "ville", "lieu", "territoire"),
    "link": ("lien", "url", "site", "page"),
}
"""What we read → the columns that may hold it, the most telling first; none of persons."""
_TELLING = ("contest", "by", "what")
"""Of which a list of winners has one beside the name."""


def reader_of(found: Format, name: str) -> Reader | None:
    """Return what reads a file of a folder by what it is and how it is called, if anything does."""
    ending = name.lower().rpartition(".")[2]
    if found is Format.PDF:
        return lambda resource: read_pdf(resource, name)
    if found is Format.TEXT and ending in {"csv", "tsv"}:
        return read_winners
    if found is Format.TEXT and ending in {"txt", "md", "text"}:
        return lambda resource: read_text(resource, name)
    return None


def read_pdf(resource: Resource, name: str) -> Reading:
    """Return the paper that a PDF is."""
    from pypdf import PdfReader

    pdf = PdfReader(io.BytesIO(resource.body))
    if pdf.is_encrypted and not pdf.decrypt(""):
        return Reading(problem=Message("PDF protégé par un mot de passe"))
    pages = [page.extract_text() or "" for page in pdf.pages[:MOST_PAGES]]
    body = _joined("\n\n".join(pages))
    if len(body) < LEAST_TEXT:
        return Reading(
            problem=Message("PDF sans texte : c’est une image, à passer par une reconnaissance")
        )
    about = pdf.metadata
    said = text.one_line(str(about.title or "")) if about else ""
    made = about.creation_date if about else None
    return _paper(resource, name, body, said, made)


def read_text(resource: Resource, name: str) -> Reading:
    """Return the paper that a plain text is."""
    body = _joined(encoding.decode(resource.body, resource.charset))
    return _paper(resource, name, body, "", None) if body else Reading()


def _paper(resource: Resource, name: str, body: str, title: str, made: datetime | None) -> Reading:
    first = next((line for line in body.splitlines() if len(line) > 3), "")
    telling = title if len(title.split()) > 2 else text.one_line(first)[:200]
    sitting = _SITTING.search(body[:OPENING])
    day = re.search(_DAY, body[:OPENING])
    published, note = dates.choose(
        (
            (_day_in(name), "date dans le nom du fichier"),
            (sitting[1] if sitting else "", "date de la séance"),
            (day[1] if day else "", "première date du texte"),
            (made.isoformat() if made else "", "date du fichier PDF"),
        ),
        resource.fetched_at,
    )
    document = Document(
        id="",
        source_id=resource.source_id,
        url="",
        title=telling,
        text=body,
        published_at=published,
        date_note=note,
        fetched_at=resource.fetched_at,
        language=resource.language or "fr",
    )
    return Reading(documents=(document,), title=telling)


def _day_in(name: str) -> str:
    for pattern, order in _NAMED:
        if found := pattern.search(name):
            return "-".join(found[place] for place in order)
    return ""


def _joined(raw: str) -> str:
    """Return lines of a printed page as sentences: what it broke is one again."""
    whole = re.sub(r"(?<=[a-zà-ÿ])[-\u00ad]\n(?=[a-zà-ÿ])", "", raw.replace("\r\n", "\n"))
    flowing = re.sub(r"(?<![.:;!?\n])\n(?=[a-zà-ÿ(«])", " ", whole)
    return text.tidy(flowing)


# --- lists of winners ------------------------------------------------------------------------


def read_winners(resource: Resource) -> Reading:
    """Return a document for each winner of a list: the project, its service, its contest."""
    content = encoding.decode(resource.body, resource.charset).lstrip("\ufeff")
    head = content.split("\n", 1)[0]
    delimiter = max(";,\t|", key=head.count)
    rows = csv.reader(io.StringIO(content, newline=""), delimiter=delimiter)
    names = [_folded(name) for name in next(rows, [])]
    columns = {
        meaning: next((names.index(one) for one in known if one in names), None)
        for meaning, known in _COLUMNS.items()
    }
    if columns["name"] is None or all(columns[one] is None for one in _TELLING):
        return Reading(problem=Message("tableau sans colonne de projet ou de lauréat"))
    return Reading(documents=tuple(_winners(rows, columns, resource)))


def _winners(
    rows: Iterator[list[str]], columns: Mapping[str, int | None], resource: Resource
) -> Iterator[Document]:
    for number, cells in enumerate(rows):
        if number == MOST_ROWS:
            return
        row = {
            meaning: text.one_line(cells[place]) if place is not None and place < len(cells) else ""
            for meaning, place in columns.items()
        }
        if not row["name"]:
            continue
        published, note = dates.choose(((row["day"], "date dans la liste"),), resource.fetched_at)
        url = row["link"] if row["link"].startswith(("http://", "https://")) else ""
        told = f"{row['name']}\n{row['contest']}\n{row['day']}"
        yield Document(
            id=identity.document_id(url or f"fichier:{resource.source_id}", told),
            source_id=resource.source_id,
            url=url or f"fichier:{resource.source_id}",
            title=row["name"],
            text=_in_sentences(row),
            published_at=published,
            date_note=note,
            fetched_at=resource.fetched_at,
            language=resource.language or "fr",
        )


def _in_sentences(row: Mapping[str, str]) -> str:
    year = re.search(r"\b(?:19|20)\d\d\b", row["day"])
    when = f" en {year[0]}" if year else ""
    parts = (
        f"Le projet {row['name']} est lauréat de {row['contest']}{when}." if row["contest"] else "",
        f"Le projet {row['name']} est porté par {row['by']}." if row["by"] else "",
        f"{row['what'].rstrip(' .')}." if row["what"] else "",
        f"À {row['place']}." if row["place"] else "",
    )
    return " ".join(part for part in parts if part)


def _folded(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", gazetteer.fold(name)).strip("_")
