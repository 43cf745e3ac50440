"""What the words right beside a found name still say of it: its head, its place, its person.

The classifier takes « Lieu : Salle Paul Verlot » or « Baptisé Novabois » as they stand. Here halls
become places, a name gets back the head without which it reads as a person's, loses what only
announces it, and who has a person's name and a trade is a person.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from nlp import bounds, kinds, lexicon, names, refusals, speech
from nlp.cues import OF, ROLES
from nlp.words import ARTICLES
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
    r"\b(?:(?:centre|espace|foyer)(?: (?:socio-?culturel|social|culturel|associatif|rural|"
    r"d'animation|de loisirs|d'accueil))?|maison (?:de quartier|des associations)|école|collège|"
    r"lycée|médiathèque|bibliothèque|hôpital|crèche|résidence|théâtre|cinéma|musée) $",
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
OF_WHOM = re.compile(r"d'(?P<noun>[a-zà-ÿ]+) (?=[^\W_])")
"""What a group's noun goes on with before its name: « collectif d'habitants Les Tilleuls »."""
PEOPLE = frozenset(["entraide", "habitants", "artistes", "insertion", "citoyens", "usagers"])
"""Of such a group the noun says no more: its name stands behind, whatever its first word."""
BEARERS = (
    r"[Aa]ssociation|[Aa]micale|[Cc]ercle|[Ff]onds|[Ff]ondation|[Cc]ollectif|[Cc]ompagnie|[Cc]omité|"
    r"[Cc]horale|Société|Institut|Club|Groupe|Ensemble|Orchestre|Galerie|Librairie|Ateliers?|Studio"
)
"""Groups that are called after a person; a « société » in small letters may be anybody's."""
BORNE = r"(?: (?:d'|de l'|de |du )?[a-zà-ÿ]{4,}){0,2}) (?:[«\"“] ?)?$"
BEARER = re.compile(rf"\b(?P<head>(?:{BEARERS}){BORNE}")
BEARER_OF_A_GROUP = re.compile(rf"\b(?P<head>(?i:{BEARERS}){BORNE}")
"""The same before what the networks took for a group anyway."""
FRIENDS = re.compile(
    r"(?P<head>(?:[Aa]ssociation|[Ss]ociété|[Cc]ercle|[Cc]omité|[Cc]lub|[Gg]roupe|[Ff]ondation) "
    r"(?:des |d'|les |de l')?(?:Les )?[Aa]mie?s|(?:\bLes )?\bAmie?s) (?:de |d')$"
)
"""« Les Amis de », with a capital or behind a group's noun: friends that are a group."""
ROLE_OF = re.compile(rf"\b(?:{ROLES}) {OF}$", re.IGNORECASE)
"""« Le président du club Paul Verdigot » is called so, and his club otherwise."""
EDITION = re.compile(
    r"(?:(?:La |Le )?\d{1,3}(?:e|ème|ère?) (?:édition|tour|anniversaire) d(?:e la |u |es |e l'|')"
    r"(?:[a-zà-ÿ-]+ d(?:e la |u |es |e l'|'))?|"
    r"(?:L')?[Éé]quipe (?:[a-zà-ÿ]+ )?d(?:e la |u |es |e l'))(?=\S)"
)
"""What is of a group and none of its name: « la 22e édition de la marche des X »."""
BESIDE = re.compile(r"(?:Avec|Selon|D'après|Grâce à|Chez nous|Pour|Depuis|Après) (?=[^\Wa-z_])")
"""How a sentence may open with a capital before a name."""
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
    meant = [item for item in found if not refusals.is_nobody(plain, item)]
    known = refusals.surnames(plain, meant)
    for item in bounds.repaired(plain, meant):
        if refusals.is_nobody(plain, item):
            continue
        made = item
        if item.label is Label.PERSON:
            start = _bearer(plain, item)
            if start is not None and start >= after:
                made = replace(item, start=start, label=Label.ACTOR)
        elif item.label in GROUPS:
            made = _trimmed(plain, item)
            made = replace(made, start=max(_head(plain, made), after))
            made = replace(made, label=_label(plain, made))
            if FOREIGN.match(plain, item.start, item.end) and _is_commune(plain, made):
                made = replace(made, label=Label.PLACE)
            elif refusals.is_surname(plain, made, known):
                made = replace(made, label=Label.PERSON)
            elif refusals.is_town(plain, made):
                made = replace(made, label=Label.PLACE)
        after = made.end
        yield made


def is_like_a_person(name: str) -> bool:
    """Tell whether a name is two to four words with capitals, the last of them in no dictionary.

    The others may be words, too (« Rose », « Octave »), unless they are what a group is.
    """
    words = PARTS.split(name)
    if not 2 <= len(words) <= 4 or not all(w.isalpha() and w[0].isupper() for w in words):
        return False
    *first, last = (word.lower() for word in words)
    surname = last in lexicon.FIRST_NAMES or not speech.classes_of(last)
    kept = lexicon.ACTOR_HEADS | ARTICLES  # « Garage Rigo », « Le Rigo »
    return surname and kept.isdisjoint(first) and not name.isupper()


def _bearer(plain: str, item: Found) -> int | None:
    """Return where a group's name begins that ends with this person's, None if none does."""
    first = max(item.sentence[0], item.start - LOOK_BACK)
    before, name = plain[first : item.start], plain[item.start : item.end]
    found = FRIENDS.search(before)
    if found is None:
        pattern = BEARER if item.label is Label.PERSON else BEARER_OF_A_GROUP
        found = pattern.search(before)
        small = found is not None and found["head"][0].islower()
        if small and PARTS.split(name)[0].lower() not in lexicon.NAMESAKES:
            return None
    if found is None or not PARTS.search(name) or ROLE_OF.search(before[: found.start("head")]):
        return None
    return first + found.start("head")


def _trimmed(plain: str, item: Found) -> Found:
    opening = (
        ANNOUNCING.match(plain, item.start, item.end)
        or FOREIGN.match(plain, item.start, item.end)
        or _of_whom(plain, item)
        or EDITION.match(plain, item.start, item.end)
    )
    if opening is None and item.start == item.sentence[0]:
        opening = BESIDE.match(plain, item.start, item.end)
        closed = opening is not None and plain.startswith(",", item.end)
        opening = opening if closed else None
    return replace(item, start=opening.end()) if opening else item


def _of_whom(plain: str, item: Found) -> re.Match[str] | None:
    found = OF_WHOM.match(plain, item.start, item.end)
    if found is None or "f" in (classes := speech.classes_of(found["noun"])):
        return None
    if found["noun"] in PEOPLE:
        return found
    article = plain.startswith(("la ", "le ", "les ", "l'"), found.end())
    return found if article or ("n" in classes and plain[found.end()].isupper()) else None


def _head(plain: str, item: Found) -> int:
    """Return where a name begins with the head that is part of it."""
    first = max(item.sentence[0], item.start - LOOK_BACK)
    before, name = plain[first : item.start], plain[item.start : item.end]
    house = HOUSE.search(before)
    if house and is_like_a_person(name):
        return first + house.start()
    borne = _bearer(plain, item) if is_like_a_person(name) else None
    if borne is not None:
        return borne
    opens = SHOP.search(before) or CHEZ.search(before)
    return first + opens.start("head") if opens and name[0].isupper() else item.start


def _label(plain: str, item: Found) -> Label:
    name = plain[item.start : item.end]
    if refusals.is_event(plain, item):
        return Label.EVENT
    if _is_hall(plain, item):
        return Label.PLACE
    trade = TRADE.match(plain, item.end)
    if item.label is Label.ACTOR and trade and _has_trade(name, trade):
        return Label.PERSON
    return item.label


def _is_commune(plain: str, item: Found) -> bool:
    return names.is_place(names.key(plain[item.start : item.end]))


def _has_trade(name: str, trade: re.Match[str]) -> bool:
    """Tell whether two words with a trade behind them are a person; firms have trades as well."""
    words = [word.lower() for word in name.split() if word.isalpha() and word[0].isupper()]
    if len(words) != 2 or len(words) != len(name.split()) or lexicon.ACTOR_HEADS & set(words):
        return False
    if "n" not in speech.classes_of(trade["trade"]):
        return False
    if trade["gives"]:
        return True
    works = TRADES.fullmatch(trade["trade"]) is not None
    return works and words[0] in lexicon.FIRST_NAMES and is_like_a_person(name)


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
