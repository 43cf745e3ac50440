"""`annotate --explain`: how one document was read, and why."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from textwrap import shorten
from typing import TYPE_CHECKING

from vigie.language import render, say, terminal_language

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from nlp.explanation import Explained
    from storage import Store
    from storage.annotations import Read
    from vigie.records import Actor, NamedPlace
    from vigie.settings import Settings


def explain(settings: Settings, store: Store, given: str) -> Iterator[str]:
    """Yield, as lines, a document's sentences with its names, their types, actors, and why.

    Raises:
        UnknownNameError: there is no such document.
        ModelError: the language model is missing.
    """
    from flows import ground as known_places
    from flows import learned
    from nlp import acronyms, areas, model, pieces
    from nlp.annotate import Reader
    from nlp.explanation import explain as explained
    from storage import actors, annotations, documents
    from vigie.records import document_text

    with store.reading() as c:
        [document] = documents.load(c, [documents.identify(c, given)])
        version, skipped = annotations.state(c, document.id)
        stored = annotations.mentions_of(c, document.id)
        ground = known_places.known(c, settings)
        known = actors.load(c, {read.root_id for read in stored if read.root_id})
    yield document.title or document.url
    yield document.url
    if not version:
        yield say("Pas encore lu : « vigie annotate » le lira.")
    else:
        yield say("Lu par la version {version}.", version=version)
    if skipped is not None:
        yield render(skipped, terminal_language())
        return
    reader = Reader(model.load(), learned.weights(settings.data), learned.version(settings.data))
    text = document_text(document)
    by_place = {(read.begins, read.ends): read for read in stored}
    home = ground.homes.get(document.source_id)
    for name in explained(text, reader, ground, home):
        read = by_place.pop((name.start, name.end), None)
        yield from _name(text, name)
        if read is not None:
            yield from _whose(read, known, ground.territory)
    for read in by_place.values():
        yield f"\n{read.surface}"
        yield say("  lu dans les champs de l’événement, ou par une version précédente")
        yield from _whose(read, known, ground.territory)
    whole = pieces.read_as(text)
    for pair in dict.fromkeys(p for piece in whole.pieces for p in acronyms.pairs(piece.plain)):
        yield say("Dans le texte : {said}", said=short_in_words(*pair))
    for left in pieces.foreign(whole):
        yield passage_in_words(*left)
    for note in whole.notes:
        yield render(note, terminal_language())
    yield from _places(areas.named_in(text, ground, home), home)


def _places(found: Iterable[NamedPlace], home: str | None) -> Iterator[str]:
    """Yield the territories that a document names, each once with how often."""
    from vigie import gazetteer

    if home is not None:
        name = gazetteer.communes()[home].name
        yield say("La source est chez elle à {place}.", place=name)
    counted = Counter(replace(place, start=0, end=0) for place in found)
    for place, times in counted.most_common():
        yield say("Lieu : {place} (nommé {n} fois)", place=place_in_words(place), n=times)


def passage_in_words(passage: str, language: str) -> str:
    """Return that a passage was not read, with its first words."""
    from vigie.words import ANOTHER_LANGUAGE, LANGUAGES

    words = shorten(" ".join(passage.split()), 80, placeholder=" …")
    return say(
        "Passage {language}, laissé de côté : {words}",
        language=LANGUAGES.get(language, ANOTHER_LANGUAGE),
        words=words,
    )


def short_in_words(short: str, full: str) -> str:
    """Return for which name a text gives a short form."""
    return say("{short}, sigle de {name}", short=short, name=full)


def place_in_words(place: NamedPlace) -> str:
    """Return what a territory is, with its code."""
    from vigie import gazetteer
    from vigie.words import PLACE_KINDS

    kind = render(PLACE_KINDS[place.kind], terminal_language())
    town = gazetteer.communes()[place.commune].name if place.commune else ""
    code = place.code or say("sans code")
    if town and town != place.name:
        return say(
            "{name}, {kind} de {town} ({code})", name=place.name, kind=kind, town=town, code=code
        )
    return say("{name}, {kind} ({code})", name=place.name, kind=kind, code=code)


def _name(text: str, name: Explained) -> Iterator[str]:
    """Yield what a name is, and why."""
    from nlp.explanation import rule_in_words
    from vigie.words import LABELS

    language = terminal_language()
    before = " ".join(text[max(0, name.start - 50) : name.start].split())
    after = " ".join(text[name.end : name.end + 50].split())
    yield f"\n… {before} [{' '.join(name.surface.split())}] {after} …"
    yield say(
        "  {label}, sûr à {share} %, repéré par : {rule}",
        label=render(LABELS[name.label], language),
        share=round(100 * name.confidence),
        rule=" ; ".join(render(why, language) for why in rule_in_words(name.rule)),
    )
    entity = render(name.entity, language) if name.entity else say("rien d’exactement là")
    yield say("  le modèle de langue seul y voit : {entity}", entity=entity)
    for reason in name.reasons:
        yield f"  + {render(reason, language)}"


def _whose(read: Read, known: Mapping[str, Actor], territory: frozenset[str]) -> Iterator[str]:
    """Yield whom a mention is taken for, what else that one is called, where and what it is."""
    yield f"  {_actor(read, territory)}"
    actor = known.get(read.root_id or "")
    if actor is not None and actor.aliases:
        yield say("  appelé aussi : {names}", names=" ; ".join(actor.aliases))
    if read.commune:
        yield f"  {_place(read)}"
    if read.description:
        yield say("  décrit ainsi : « {words} »", words=read.description)


def _actor(read: Read, territory: frozenset[str]) -> str:
    """Return whom a mention is taken for, and why."""
    if read.actor_id is None:
        return say("aucun acteur : rien dans ce nom ne désigne quelqu’un")
    why = (
        say("séparé par {who}", who=read.parted_by) if read.parted_by else _by_name(read, territory)
    )
    if read.root_id != read.actor_id:
        why = say("{why} ; réuni à « {name} » par un avis", why=why, name=read.root_name)
    return say("acteur : {name} ({why})", name=read.root_name, why=why)


def _elsewhere(read: Read, territory: frozenset[str]) -> str:
    """Return why a name that bears a mark of its own in its key is another than its namesake.

    The mark is a commune (`gathering`), or the kind that tells two groups apart (`namesakes`).
    """
    from nlp import names
    from vigie import gazetteer

    bare, _, mark = read.key.partition("@")
    if mark not in gazetteer.communes():
        return say("un autre du même nom est d’un autre type, ou d’ailleurs")
    place = gazetteer.communes()[mark].name
    if names.is_generic(bare) or names.is_of_many(read.surface):
        return say("bien des communes en ont un : celui de {place}", place=place)
    if mark in territory:
        return say("un autre porte le même nom : celui-ci est de {place}", place=place)
    return say("la phrase le situe à {place}, hors du territoire", place=place)


def _by_name(read: Read, territory: frozenset[str]) -> str:
    from nlp import names

    own, known = names.key(read.surface), names.key(read.actor_name)
    if "@" in read.key:
        return _elsewhere(read, territory)
    if read.key == " ".join(names.tokens(read.surface)):
        own = read.key
    if read.key and read.key != own and not read.key.startswith(own):
        return say("le texte le donne pour le sigle de ce nom")
    if read.key and read.key != own:
        added = read.key.removeprefix(own).strip()
        if names.is_place(added):
            return say("avec la commune que le texte ajoute à son nom")
        return say("le même texte écrit ce nom plus longuement")
    if names.compact(own) == names.compact(known):
        return say("même nom") if own == known else say("même nom, aux espaces près")
    typo = names.is_typo(own, known)
    return say("même nom, à une lettre près") if typo else say("un des noms de cet acteur")


def _place(read: Read) -> str:
    from vigie import gazetteer
    from vigie.records import Placing
    from vigie.words import PLACINGS

    place = gazetteer.communes().get(read.commune or "")
    how = render(PLACINGS[Placing(read.placing)], terminal_language())
    return say("commune : {place} ({how})", place=place.name if place else "", how=how)
