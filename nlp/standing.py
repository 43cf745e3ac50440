"""What the words right beside a found name still say of it: its head, its place, its person.

The classifier takes « Lieu : Salle Paul Verlot » or « Baptisé Novabois » as they stand. Here halls
become places, a name gets back the head without which it reads as a person's, loses what only
announces it, and who has a person's name and a trade is a person.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from nlp import kinds, lexicon, names, speech
from vigie.records import ActorKind, Label

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from nlp.recognition import Found

GROUPS = frozenset([Label.ACTOR, Label.INSTITUTION])
LOOK_BACK = 60
"""Characters before a name in which its head stands."""
HALL = (
    r"(?:(?:grande |petite )?salles?(?! de (?:concert|spectacle|cinéma))|gymnases?|stades?|"
    r"piscines?|complexes? sportifs?|parcs?(?! (?:naturel|national|régional))|places?|squares?|"
    r"esplanades?|parvis|boulodromes?|dojos?|patinoires?|hippodromes?|vélodromes?)"
)
HALL_INSIDE = re.compile(rf"{HALL}(?=[ -])", re.IGNORECASE)
HALL_BEFORE = re.compile(rf"\b(?P<hall>{HALL})[ -](?:[«\"“] ?)?$", re.IGNORECASE)
BUILT = re.compile(r"gymnase|stade|piscine|complexe sportif|square|boulodrome|dojo|patinoire")
"""In small letters these are buildings wherever they stand; with a capital they may be clubs."""
THERE = re.compile(
    r"\b(?:au|à la|dans (?:la|le)|vers (?:la|le)|devant (?:la|le)|près d(?:u|e la)|"
    r"face (?:au|à la)) ?$",
    re.IGNORECASE,
)
VENUE_FIELD = re.compile(r"\s*(?:lieu|adresse|salle)\s*: *(?:l[ea] |l')?", re.IGNORECASE)
"""How the line of an event's place begins (`pieces.event_lines`)."""
HOUSE = re.compile(
    r"\b(?:centres?(?: (?:socio-?culturel|social|culturel|d'animation|de loisirs|d'accueil))?|"
    r"foyer|maison (?:de quartier|des associations)|espace|école|collège|lycée|médiathèque|"
    r"bibliothèque|hôpital|crèche|résidence|théâtre|cinéma|conservatoire|musée) $",
    re.IGNORECASE,
)
"""Heads of houses that bear a person's name: without them a person is left."""
SHOP = re.compile(
    r"(?:^|[.:;!?»\n–-]|\bchez|\bde|\bpar) *(?P<head>Garage|Cave|Boulangerie|Pâtisserie|Boucherie|"
    r"Fromagerie|Chocolaterie|Fleuriste|Literie|Opticien|Pharmacie|Librairie|Brasserie|Épicerie|"
    r"Restaurant|Salon|Menuiserie|Auberge|Ferme|Domaine|Auto-école|Bistrot|Imprimerie|Mercerie) $"
)
"""A trade's noun with a capital and without an article opens the name."""
CHEZ = re.compile(r"[\w»,:] (?P<head>Chez) $")
ANNOUNCING = re.compile(
    r"(?:(?:(?:Re)?[Bb]aptisée?s?|(?:Re|Dé)?[Nn]ommée?s?|[Aa]ppelée?s?|[Ii]ntitulée?s?|"
    r"[Aa]nciennement|[Aa]utrefois|[Jj]adis) |[Ee]x-)(?=[«\"“]? ?[^\Wa-z_])"
)
"""What announces a name and is none of it."""
FOREIGN = re.compile(
    r"(?:(?:Wer|Was|Wie|Wo|Warum|Wann)\s\w+\s(?:hinter|aus|von|bei|für|mit|in|um|zu|an|auf)|"
    r"(?:Neues?|Besuch|Treffen)\s(?:aus|von|vom|bei|beim|in|im|über|mit)|"
    r"(?:Who|What|How|Why)\s(?:is|are|does)(?:\s(?:behind|in|at|for|with))?|"
    r"(?:News|Meet)\s(?:from|of|with))\s+(?=\S)"
)
"""How a headline in German or English opens that names somebody in French."""
TRADE = re.compile(
    r", (?P<trade>[a-zà-ÿ-]{4,})(?: et (?P<gives>bénévole|membre|adhérente?)\b| ?[,:»])"
)
TRADES = re.compile(
    r".*(?:ier|ière|iste|eur|euse|rice|ien|ienne|logue|graphe|ante?|able|aire|eron)"
)
"""How nouns of trades end; « cheminot » is caught by what it goes on with."""
PARTS = re.compile(r"[ -]")


def corrected(plain: str, found: Iterable[Found]) -> Iterator[Found]:
    """Yield the names found in a prepared text with what the words beside each settle."""
    after = 0
    for item in found:
        made = item
        if item.label in GROUPS:
            made = _trimmed(plain, item)
            made = replace(made, start=max(_head(plain, made), after))
            made = replace(made, label=_label(plain, made))
        after = made.end
        yield made


def is_like_a_person(name: str) -> bool:
    """Tell whether a name is two to four words with capitals that no dictionary has.

    The first may be a first name that is a word, too (« Rose »).
    """
    words = PARTS.split(name)
    if not 2 <= len(words) <= 4 or not all(w.isalpha() and w[0].isupper() for w in words):
        return False
    first, *rest = (word.lower() for word in words)
    known = first in lexicon.FIRST_NAMES or not speech.classes_of(first)
    surnames = [word for word in rest if word not in lexicon.FIRST_NAMES]
    return known and not any(map(speech.classes_of, surnames)) and not name.isupper()


def _trimmed(plain: str, item: Found) -> Found:
    opening = ANNOUNCING.match(plain, item.start, item.end) or (
        item.start == item.sentence[0] and FOREIGN.match(plain, item.start, item.end)
    )
    return replace(item, start=opening.end()) if opening else item


def _head(plain: str, item: Found) -> int:
    """Return where a name begins with the head that is part of it."""
    first = max(item.sentence[0], item.start - LOOK_BACK)
    before, name = plain[first : item.start], plain[item.start : item.end]
    house = HOUSE.search(before)
    if house and is_like_a_person(name):
        return first + house.start()
    opens = SHOP.search(before) or CHEZ.search(before)
    return first + opens.start("head") if opens and name[0].isupper() else item.start


def _label(plain: str, item: Found) -> Label:
    name = plain[item.start : item.end]
    if FOREIGN.match(plain, item.sentence[0]) and names.is_place(names.key(name)):
        return Label.PLACE
    if _is_hall(plain, item):
        return Label.PLACE
    trade = TRADE.match(plain, item.end)
    if item.label is Label.ACTOR and trade and " " in name and is_like_a_person(name):
        first_name = name.split()[0].lower() in lexicon.FIRST_NAMES
        works = TRADES.fullmatch(trade["trade"]) and "n" in speech.classes_of(trade["trade"])
        if trade["gives"] or (first_name and works):
            return Label.PERSON
    return item.label


def _is_hall(plain: str, item: Found) -> bool:
    """Tell whether a name is that of a hall where something takes place.

    A hall that says in its name that it is more (« Salle de concert ») stays what it is, and so
    does one that acts: « la salle Le Préau organise ».
    """
    name = plain[item.start : item.end]
    bare_centre = name.lower().startswith("centre ") and is_like_a_person(name[len("centre ") :])
    inside = HALL_INSIDE.match(name)
    if inside or bare_centre:
        if kinds.kind_of(name, "") is not ActorKind.UNKNOWN:
            return False
        start, hall, called = item.start, name, name[inside.end() + 1 if inside else 0 :]
    else:
        first = max(item.sentence[0], item.start - LOOK_BACK)
        before = HALL_BEFORE.search(plain[first : item.start])
        if before is None:
            return False
        start, hall, called = first + before.start("hall"), before["hall"], name
    field = VENUE_FIELD.match(plain, item.sentence[0])
    first_word = PARTS.split(called)[0].lower()
    return (
        (field is not None and field.end() == start)
        or THERE.search(plain[max(0, start - LOOK_BACK) : start]) is not None
        or BUILT.match(hall) is not None
        or (not bare_centre and first_word in lexicon.FIRST_NAMES and is_like_a_person(called))
    )
