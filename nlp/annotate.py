"""Texts to spans, documents to annotations: the two doors of this room."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from nlp import (
    acronyms,
    areas,
    descriptions,
    homes,
    kinds,
    pieces,
    places,
    recognition,
    relations,
    standing,
    stories,
    text,
)
from nlp.model import VERSION
from nlp.places import Ground
from nlp.recognition import Found
from vigie.records import (
    ActorKind,
    Annotation,
    Document,
    DocumentKind,
    Label,
    Mention,
    Message,
    NamedPlace,
    Relation,
    Span,
    document_text,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from collections.abc import Set as AbstractSet

    from spacy.language import Language

    from nlp.classifier import Weights
    from nlp.pieces import Given, Piece

BATCH = 16
"""Texts given to the language model at once; larger batches only cost memory."""
DECLARED = 0.95
"""Confidence in a name that a register declares: persons are left out before."""
KEPT = (Label.ACTOR, Label.INSTITUTION)

T = TypeVar("T")
Communes = list[tuple[int, int, str]]


class Extracted(NamedTuple):
    """What is seen in a text that belongs to no document; offsets are those of the given text."""

    spans: list[Span]
    places: list[NamedPlace]
    skipped: Message | None = None
    """Why it was not read, if it was not."""
    foreign: tuple[tuple[str, str], ...] = ()
    """Passages that were not read, each with the language it is in."""
    acronyms: tuple[tuple[str, str], ...] = ()
    """Short forms with the full names that it gives for them."""
    notes: tuple[Message, ...] = ()
    """What else of it was not read, and why."""


def extract(
    texts: Iterable[str], language_model: Language, territory: frozenset[str]
) -> Iterator[list[Span]]:
    """Yield the spans of each text, in order, whatever its language."""
    for batch in _batches(texts):
        read = (pieces.read_as(raw) for raw in batch)
        yield from (found.spans for found in _extracted(list(read), language_model, territory))


def examine(
    texts: Iterable[str], language_model: Language, territory: frozenset[str]
) -> Iterator[Extracted]:
    """Yield what is seen in each text, in order; one in another language is skipped, with why."""
    for batch in _batches(texts):
        given = [pieces.read_as(raw) for raw in batch]
        languages_read = [pieces.language_of(raw) for raw in batch]
        why = [
            None if language == "fr" else pieces.why_unread(language) for language in languages_read
        ]
        french = [one for one, skipped in zip(given, why, strict=True) if skipped is None]
        done = _extracted(french, language_model, territory)
        for skipped in why:
            yield next(done) if skipped is None else Extracted([], [], skipped)


def _extracted(
    given: Sequence[Given], language_model: Language, territory: frozenset[str]
) -> Iterator[Extracted]:
    ground = Ground(territory)
    read = _recognised(given, Reader(language_model), ground)
    for one in given:
        spans: list[Span] = []
        named: list[NamedPlace] = []
        for piece in one.pieces:
            _, found = next(read)
            spans += [_span(one, piece, item) for item in found]
            named += [
                replace(place, start=bounds[0], end=bounds[1])
                for place in areas.places_in(piece.plain, ground)
                for bounds in (
                    one.clean.bounds(piece.first + place.start, piece.first + place.end),
                )
            ]
        yield Extracted(
            spans,
            named,
            foreign=tuple(pieces.foreign(one)),
            acronyms=tuple(pair for piece in one.pieces for pair in acronyms.pairs(piece.plain)),
            notes=tuple(one.notes),
        )


def _span(given: Given, piece: Piece, found: Found) -> Span:
    start, end = given.clean.bounds(piece.first + found.start, piece.first + found.end)
    return Span(
        start=start,
        end=end,
        text=given.raw[start:end],
        label=found.label,
        confidence=round(found.confidence, 3),
        rule=found.rule,
        kind=_kind(found, piece.plain) if found.label in KEPT else ActorKind.UNKNOWN,
    )


def _recognised(
    given: Sequence[Given], reader: Reader, ground: Ground, at_home: Sequence[str | None] = ()
) -> Iterator[tuple[Communes, list[Found]]]:
    """Yield the communes and the names of each piece of each text, in order.

    `at_home` is where the source of each text is at home, if that is known.
    """
    territory = ground.territory
    read = [
        (piece.plain, home)
        for one, home in zip(given, at_home or [None] * len(given), strict=True)
        for piece in one.pieces
    ]
    plains = [plain for plain, _ in read]
    communes = [places.communes_in(p, territory, home, ground.quarters) for p, home in read]
    found = recognition.recognise(plains, communes, reader.language_model, reader.weights)
    meant = (
        places.meant(plain, named, territory, home, ground.abroad)
        for (plain, home), named in zip(read, communes, strict=True)
    )
    named = (
        areas.with_epcis(plain, standing.corrected(plain, names), territory)
        for plain, names in zip(plains, found, strict=True)
    )
    return zip(meant, named, strict=True)


def _batches(items: Iterable[T]) -> Iterator[list[T]]:
    pending = iter(items)
    while batch := list(islice(pending, BATCH)):
        yield batch


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
    documents: Iterable[Document], reader: Reader | Language, ground: Ground | frozenset[str]
) -> Iterator[Annotation]:
    """Yield the annotation of each document, in order.

    `ground` is what is known of places, at least the territory's INSEE codes. A document in a
    language that the model does not know is annotated as skipped, with why.
    """
    reader = reader if isinstance(reader, Reader) else Reader(reader)
    ground = ground if isinstance(ground, Ground) else Ground(ground)
    for batch in _batches(documents):
        read = [
            pieces.language_of(document_text(document), document.language) for document in batch
        ]
        french = [document for document, found in zip(batch, read, strict=True) if found == "fr"]
        done = iter(_annotate_french(french, reader, ground))
        for document, language in zip(batch, read, strict=True):
            made = next(done) if language == "fr" else _skipped(document, language)
            yield replace(made, version=reader.version)


def _skipped(document: Document, language: str | None) -> Annotation:
    fingerprint = stories.fingerprint(pieces.read_part(document_text(document))[0])
    return Annotation(
        document_id=document.id,
        version=VERSION,
        language=language,
        signature=fingerprint.signature,
        bands=fingerprint.bands,
        skipped=pieces.why_unread(language),
    )


def _annotate_french(
    documents: Sequence[Document], reader: Reader, ground: Ground
) -> Iterator[Annotation]:
    given = [pieces.read_as(document_text(d), pieces.event_lines(d.event)) for d in documents]
    at_home = [ground.homes.get(document.source_id) for document in documents]
    read = _recognised(given, reader, ground, at_home)
    for document, one, home in zip(documents, given, at_home, strict=True):
        fingerprint = stories.fingerprint(one.raw)
        yield replace(
            _annotation(document, one, list(islice(read, len(one.pieces))), ground.territory),
            home=home,
            notes=tuple(one.ways),
            signature=fingerprint.signature,
            bands=fingerprint.bands,
        )


def _annotation(
    document: Document,
    given: Given,
    read: Sequence[tuple[Communes, list[Found]]],
    territory: frozenset[str],
) -> Annotation:
    """Return what the pieces of a document say together."""
    mentions: list[Mention] = []
    relations_found: list[Relation] = []
    communes: Counter[str] = Counter()
    equated: dict[tuple[str, str], None] = {}
    for piece, (named, found) in zip(given.pieces, read, strict=True):
        if document.kind is DocumentKind.NOTICE and document.title and not piece.first:
            found = [_declared(document), *_after_title(document, found)]  # noqa: PLW2901
        sure = homes.spoken_of(piece.plain, named, found)
        equated |= dict.fromkeys(acronyms.pairs(piece.plain))
        found = acronyms.with_uses(piece.plain, found, equated)  # noqa: PLW2901
        kept = _kept(piece, found, {m.surface for m in mentions})
        relations_found += _relations(piece, kept, len(mentions))
        sites = homes.Sites(
            sure,
            homes.sites(piece.plain, sure, found, territory),
            homes.borne(piece.plain, named, territory),
        )
        mentions += _mentions(document, (given, piece), (sites, territory), kept, found)
        communes.update(code for *_, code in sure)
    return Annotation(
        document_id=document.id,
        version=VERSION,
        language="fr",
        mentions=tuple(mentions),
        communes=tuple(code for code, _ in communes.most_common()),
        acronyms=tuple(equated),
        relations=tuple(relations_found),
    )


def _declared(document: Document) -> Found:
    """Return the name that a register's notice declares: its title, in capitals as it may be."""
    end = len(document.title)
    return Found(0, end, Label.ACTOR, DECLARED, "declared", (0, end))


def _after_title(document: Document, found: Iterable[Found]) -> list[Found]:
    return [item for item in found if item.start >= len(document.title)]


def _kept(piece: Piece, found: Sequence[Found], before: AbstractSet[str]) -> list[Found]:
    """Return what becomes a mention; a name of an event's fields only if the text lacks it.

    `before` are the names that earlier pieces have.
    """
    length = len(piece.said)
    named = {piece.plain[item.start : item.end] for item in found if item.end <= length} | before
    return [
        item
        for item in found
        if item.label in KEPT
        and (item.end <= length or piece.plain[item.start : item.end] not in named)
    ]


def _mentions(
    document: Document,
    places_of: tuple[Given, Piece],
    communes: tuple[homes.Sites, frozenset[str]],
    kept: Sequence[Found],
    found: Sequence[Found],
) -> Iterator[Mention]:
    """Yield the mentions of a piece; those of an event's fields stand at the document's start.

    `communes` are those that the piece names, and the territory; `kept` are those of the names
    found that are to become mentions.
    """
    given, piece = places_of
    for item in kept:
        inside = item.end <= len(piece.said)
        said = piece.said if inside else piece.plain
        surface = said[item.start : item.end]
        quote = text.quote(said, item.sentence, (item.start, item.end))
        commune, placing = homes.placed(piece.plain, item, *communes)
        start, end = (
            given.clean.bounds(piece.first + item.start, piece.first + item.end)
            if inside
            else (0, 0)
        )
        yield Mention(
            document_id=document.id,
            surface=surface,
            label=item.label,
            start=start,
            end=end,
            sentence=quote,
            confidence=round(item.confidence, 3),
            rule=item.rule if inside else f"event:{item.rule}",
            kind=_kind(item, piece.plain),
            commune=commune,
            placing=placing,
            description=_description(said, piece.plain, item, found),
        )


def _kind(found: Found, plain: str) -> ActorKind:
    if found.rule.endswith(areas.EPCI):
        return ActorKind.INSTITUTION
    first, last = found.sentence
    return kinds.kind_of(plain[found.start : found.end], plain[first:last], found.start - first)


def _description(said: str, plain: str, item: Found, found: Sequence[Found]) -> str:
    """Return what a sentence says that a name is, unless it names a person in saying it."""
    here = [other for other in found if other.sentence == item.sentence]
    others = [(other.start, other.end) for other in here if other.label in KEPT]
    bounds = descriptions.description(plain, (item.start, item.end), item.sentence, others)
    if bounds is None:
        return ""
    start, end = bounds
    if any(o.label is Label.PERSON and o.start < end and start < o.end for o in here):
        return ""
    return " ".join(said[start:end].split())


def _relations(piece: Piece, kept: Sequence[Found], before: int) -> Iterator[Relation]:
    """Yield the relations of a piece; `before` mentions stand in earlier ones."""
    for first, second, kind, sentence in relations.relations(piece.plain, kept):
        ends = [edge for name in (first, second) for edge in (kept[name].start, kept[name].end)]
        span = (min(ends), max(ends))
        said = piece.said if kept[first].end <= len(piece.said) else piece.plain
        yield Relation(
            first=before + first,
            second=before + second,
            kind=kind,
            sentence=text.quote(said, sentence, span),
        )
