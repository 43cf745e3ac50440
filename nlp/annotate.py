"""Texts to spans, documents to annotations: the two doors of this room."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from nlp import (
    acronyms,
    descriptions,
    kinds,
    languages,
    places,
    recognition,
    relations,
    stories,
    text,
)
from nlp.model import VERSION
from nlp.recognition import Found
from vigie.records import (
    Annotation,
    Document,
    DocumentKind,
    Label,
    Mention,
    Message,
    Relation,
    Span,
    document_text,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from spacy.language import Language

    from nlp.classifier import Weights

BATCH = 16
"""Texts given to the language model at once; larger batches only cost memory."""
LINKS = (" de", " d'", " à", " du", " pays de")
DECLARED = 0.95
"""Confidence in a name that a register declares: persons are left out before."""
KEPT = (Label.ACTOR, Label.INSTITUTION)

Communes = list[tuple[int, int, str]]


def extract(
    texts: Iterable[str], language_model: Language, territory: frozenset[str]
) -> Iterator[list[Span]]:
    """Yield the spans of each text, in order; beyond 50,000 characters a text is not read."""
    pending = iter(texts)
    while batch := list(islice(pending, BATCH)):
        prepared = [text.prepare(raw) for raw in batch]
        communes = [places.communes_in(plain, territory) for plain in prepared]
        for raw, plain, found in zip(
            batch,
            prepared,
            recognition.recognise(prepared, communes, language_model),
            strict=True,
        ):
            yield [_span(raw, plain, item) for item in found]


def _span(raw: str, plain: str, found: Found) -> Span:
    surface = raw[found.start : found.end]
    kind = kinds.kind_of(surface, plain[found.sentence[0] : found.sentence[1]])
    return Span(
        start=found.start,
        end=found.end,
        text=surface,
        label=found.label,
        confidence=round(found.confidence, 3),
        rule=found.rule,
        kind=kind,
    )


class Reader(NamedTuple):
    """What reads texts: the language model, and the weights of the classifier with their version.

    A workspace that has learnt from its judgements has weights of its own.
    """

    language_model: Language
    weights: Weights | None = None
    """`None`: those that come with the program."""
    version: str = VERSION
    """Of rules, model and weights together: what an annotation is marked with."""


def annotate(
    documents: Iterable[Document], reader: Reader | Language, territory: frozenset[str]
) -> Iterator[Annotation]:
    """Yield the annotation of each document, in order.

    A document in a language that the model does not know is annotated as skipped, with why.
    """
    reader = reader if isinstance(reader, Reader) else Reader(reader)
    pending = iter(documents)
    while batch := list(islice(pending, BATCH)):
        read = [_language(document) for document in batch]
        french = [document for document, found in zip(batch, read, strict=True) if found == "fr"]
        done = iter(_annotate_french(french, reader, territory))
        for document, language in zip(batch, read, strict=True):
            made = next(done) if language == "fr" else _skipped(document, language)
            yield replace(made, version=reader.version)


def _language(document: Document) -> str | None:
    beginning = text.prepare(document_text(document)[: languages.SAMPLE])
    return languages.detect(beginning, document.language or "fr")


def _skipped(document: Document, language: str | None) -> Annotation:
    fingerprint = stories.fingerprint(document_text(document))
    reason = (
        Message("langue non reconnue : le texte n’a pas été analysé")
        if language is None
        else Message(
            "texte en « {language} » : seul le français est analysé", {"language": language}
        )
    )
    return Annotation(
        document_id=document.id,
        version=VERSION,
        language=language,
        signature=fingerprint.signature,
        bands=fingerprint.bands,
        skipped=reason,
    )


def _annotate_french(
    documents: Sequence[Document], reader: Reader, territory: frozenset[str]
) -> Iterator[Annotation]:
    originals = [document_text(document) for document in documents]
    prepared = [
        text.prepare(original) + _event_lines(document)
        for original, document in zip(originals, documents, strict=True)
    ]
    communes = [places.communes_in(plain, territory) for plain in prepared]
    recognised = recognition.recognise(prepared, communes, reader.language_model, reader.weights)
    for document, original, plain, named, found in zip(
        documents, originals, prepared, communes, recognised, strict=True
    ):
        fingerprint = stories.fingerprint(original)
        if document.kind is DocumentKind.NOTICE and document.title:
            found = [_declared(document), *_after_title(document, found)]  # noqa: PLW2901
        sure = _communes_of(plain, named, found)
        kept = _kept(original, plain, found)
        yield Annotation(
            document_id=document.id,
            version=VERSION,
            language="fr",
            mentions=tuple(_mentions(document, (original, plain), sure, kept, found)),
            communes=tuple(code for code, _ in Counter(code for *_, code in sure).most_common()),
            acronyms=acronyms.pairs(plain),
            relations=tuple(_relations(original, plain, kept)),
            signature=fingerprint.signature,
            bands=fingerprint.bands,
        )


def _declared(document: Document) -> Found:
    """Return the name that a register's notice declares: its title, in capitals as it may be."""
    end = len(document.title)
    return Found(0, end, Label.ACTOR, DECLARED, "declared", (0, end))


def _after_title(document: Document, found: Iterable[Found]) -> list[Found]:
    return [item for item in found if item.start >= len(document.title)]


def _communes_of(plain: str, named: Communes, found: Sequence[Found]) -> Communes:
    """Return the communes that are no part of another name, unless that name ends with them.

    « Les Herbes Folles » is not about Folles, but « la MJC de Folles » is.
    """
    kept = []
    for start, end, code in named:
        around = [item for item in found if item.start < end and start < item.end]
        if not around or all(_locates(plain, item, start, end) for item in around):
            kept.append((start, end, code))
    return kept


def _locates(plain: str, found: Found, start: int, end: int) -> bool:
    if found.label is Label.PLACE:
        return found.start == start and found.end == end
    linked = plain[found.start : start].rstrip().lower().endswith(LINKS)
    return found.label in KEPT and end == found.end and linked


def _event_lines(document: Document) -> str:
    """Return an event's organiser and venue as sentences that the recogniser understands."""
    if document.event is None:
        return ""
    organiser, venue = document.event.organiser, document.event.venue
    lines = [f"Organisateur : {_one_line(organiser)}"] if organiser else []
    lines += [f"Lieu : {_one_line(venue)}"] if venue else []
    return "".join(f"\n\n{line}" for line in lines)


def _one_line(field: str) -> str:
    return re.sub(r"\s+", " ", text.prepare(field[:200])).strip()


def _kept(original: str, plain: str, found: Sequence[Found]) -> list[Found]:
    """Return what becomes a mention; a name of an event's fields only if the text lacks it."""
    length = min(len(original), text.LONGEST_TEXT)
    named = {plain[item.start : item.end] for item in found if item.end <= length}
    return [
        item
        for item in found
        if item.label in KEPT and (item.end <= length or plain[item.start : item.end] not in named)
    ]


def _mentions(
    document: Document,
    texts: tuple[str, str],
    communes: Communes,
    kept: Sequence[Found],
    found: Sequence[Found],
) -> Iterator[Mention]:
    """Yield the mentions of a document; those of an event's fields stand at its very start.

    `texts` are the original and the prepared one, `kept` those of the names found that are to
    become mentions.
    """
    original, plain = texts
    length = min(len(original), text.LONGEST_TEXT)
    for item in kept:
        inside = item.end <= length
        said = original if inside else plain
        surface = said[item.start : item.end]
        name = (item.start, item.end)
        quote = text.quote(said, item.sentence, name)
        commune, placing = places.place_of(plain, name, item.sentence, communes)
        yield Mention(
            document_id=document.id,
            surface=surface,
            label=item.label,
            start=item.start if inside else 0,
            end=item.end if inside else 0,
            sentence=quote,
            confidence=round(item.confidence, 3),
            rule=item.rule if inside else f"event:{item.rule}",
            kind=kinds.kind_of(surface, quote),
            commune=commune,
            placing=placing,
            description=_description(said, plain, item, found),
        )


def _description(said: str, plain: str, item: Found, found: Sequence[Found]) -> str:
    """Return what a sentence says that a name is, unless it names a person in saying it."""
    bounds = descriptions.description(plain, (item.start, item.end), item.sentence)
    if bounds is None:
        return ""
    start, end = bounds
    if any(o.label is Label.PERSON and o.start < end and start < o.end for o in found):
        return ""
    return " ".join(said[start:end].split())


def _relations(original: str, plain: str, kept: Sequence[Found]) -> Iterator[Relation]:
    for first, second, kind, sentence in relations.relations(plain, kept):
        ends = [edge for name in (first, second) for edge in (kept[name].start, kept[name].end)]
        span = (min(ends), max(ends))
        said = original if kept[first].end <= len(original) else plain
        yield Relation(
            first=first, second=second, kind=kind, sentence=text.quote(said, sentence, span)
        )
