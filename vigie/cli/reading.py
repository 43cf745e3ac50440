"""`read` and `extract`: what the program sees, without a workspace."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import click

from vigie.errors import InputError
from vigie.language import decimal, render, say, terminal_language
from vigie.terminal import tell
from vigie.words import refusal

if TYPE_CHECKING:
    from collections.abc import Iterator

json_option = click.option(
    "--json", "as_json", is_flag=True, help=say("Du JSON, un objet par ligne.")
)


@click.command(
    help=say(
        "Montrer les documents que la collecte voit dans une page, un flux, un agenda enregistrés."
    )
)
@click.argument(
    "files", metavar=say("FICHIER…"), nargs=-1, required=True, type=click.Path(path_type=Path)
)
@click.option("--url", help=say("L’adresse d’où vient le fichier."))
@json_option
def read(files: tuple[Path, ...], url: str | None, as_json: bool) -> None:
    """Print what the crawlers see in saved files; one bad file does not hide the others."""
    from crawlers.reading import read_file
    from vigie.interchange import document_as_json
    from vigie.words import DOCUMENT_KINDS

    refused = 0
    for file in files:
        try:
            documents = read_file(file, url)
        except InputError as error:
            refused += 1
            tell(say("vigie : {sentence}", sentence=str(error)))
            continue
        for document in documents:
            if as_json:
                click.echo(json.dumps(document_as_json(document, str(file)), ensure_ascii=False))
            else:
                day = document.published_at.date().isoformat() if document.published_at else "?"
                kind = render(DOCUMENT_KINDS[document.kind], terminal_language())
                click.echo(f"{day}  {kind}  {document.title}\n    {document.url}")
                click.echo(f"    {' '.join(document.text.split())[:300]}\n")
    if refused:
        raise click.exceptions.Exit(1)


@click.command(help=say("Montrer les acteurs, lieux, personnes et événements vus dans des textes."))
@click.argument("file", metavar=say("FICHIER.jsonl"), type=click.Path(path_type=Path))
@json_option
def extract(file: Path, as_json: bool) -> None:
    """Print the spans of each text of a JSON lines file."""
    from nlp import model
    from nlp.annotate import examine
    from vigie.cli.explaining import passage_in_words, place_in_words, short_in_words
    from vigie.interchange import place_as_json, span_as_json
    from vigie.records import Message
    from vigie.words import LABELS

    rows = list(_texts(file))
    if not rows:
        raise InputError(say("{file} : aucun texte à lire.", file=str(file)))
    language_model = model.load()
    language, skipped = terminal_language(), 0
    for (row_id, text), seen in zip(
        rows, examine([text for _, text in rows], language_model, frozenset()), strict=True
    ):
        empty = None if text.strip() else Message("le texte est vide")
        if (skipping := seen.skipped or empty) is not None:
            skipped += 1
            why = render(skipping, language)
            tell(say("vigie : {id} laissé de côté : {why}.", id=str(row_id), why=why))
        for left in seen.foreign:
            tell(f"vigie : {row_id} : {passage_in_words(*left)}")
        for note in seen.notes:
            tell(f"vigie : {row_id} : {render(note, language)}")
        if as_json:
            told = {
                "id": row_id,
                "spans": [span_as_json(span) for span in seen.spans],
                "places": [place_as_json(place) for place in seen.places],
                "short_forms": [{"short": short, "name": full} for short, full in seen.acronyms],
            }
            click.echo(json.dumps(told, ensure_ascii=False))
        else:
            click.echo(f"{row_id}  {' '.join(text.split())[:100]}")
            for span in seen.spans:
                label = render(LABELS[span.label], language)
                sure = decimal(span.confidence)
                click.echo(f"    {label:<12} {sure}  {' '.join(span.text.split())}")
            for short, full in seen.acronyms:
                click.echo(f"    = {short_in_words(short, full)}")
            for place in seen.places:
                click.echo(f"    → {place_in_words(place)}")
    tell(say("{n} texte lu.", "{n} textes lus.", n=len(rows) - skipped))


def _texts(file: Path) -> Iterator[tuple[object, str]]:
    """Yield (id, text) of each line; a bad line is named and passed over."""
    try:
        with file.open(encoding="utf-8-sig", errors="replace") as lines:
            for number, line in enumerate(lines, start=1):
                if row := _row(line):
                    row_id = row.get("id", number)
                    yield _whole(row_id) if isinstance(row_id, str) else row_id, _whole(row["text"])
                elif line.strip():
                    tell(
                        say(
                            "vigie : {file}, ligne {number} : il faut un objet avec « id » et "
                            "« text » ; ligne laissée de côté.",
                            file=file.name,
                            number=number,
                        )
                    )
    except OSError as error:
        raise InputError(
            say(
                "{path} est illisible : {error}.",
                path=str(file),
                error=refusal(error),
            )
        ) from error


def _whole(text: object) -> str:
    """Return a text without halves of characters, which no terminal or file can write."""
    return re.sub("[\ud800-\udfff]", "\ufffd", str(text))


def _row(line: str) -> dict[str, object] | None:
    try:
        row = json.loads(line)
    except (json.JSONDecodeError, RecursionError):
        return None
    return row if isinstance(row, dict) and isinstance(row.get("text"), str) else None
