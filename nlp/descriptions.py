"""What a sentence says that a group is, in its own words: the apposition beside the name.

Nothing is composed: a description is a stretch of the text, or there is none.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from nlp import speech
from nlp.cues import GROUPS

if TYPE_CHECKING:
    from collections.abc import Sequence

LONGEST = 140
"""Characters; what goes on longer is a sentence, not a description."""
FEWEST = 3
"""Words: « une association » says no more than the kind does."""
MORE_HEADS = (
    r"lieux?|espaces?|groupes?|équipes?|projets?|festivals?|médias?|journal|revues?|cantines?|"
    r"cafés?|bibliothèques?|recycleries?|monnaies?|ensembles?|fab-?labs?|hackerspaces?|initiatives?|"
    r"dispositifs?|laboratoires?|(?:[a-zà-ÿ]+-)?écoles?"
)
HEAD = (
    r"(?:(?:jeune|petite?|nouve(?:au|lle)|ancien(?:ne)?|toute jeune|première?) )?"
    rf"(?:{GROUPS}|{MORE_HEADS})\b"
)
STOP = r"(?=\s*(?:[,;:.!?…()\n«»\"]|\s[–-]\s|$))"
PHRASE = r"[^,;:.!?…()\n«»\"]*?"
PROGRAMME = (
    r"(?:ateliers?|festivals?|projets?|salles?|listes?|bars?|"
    r"cafés?(?! (?:associatif|culturel|citoyen|solidaire))|studios?|garages?|cantines?|labels?|"
    r"éditions?|revues?)\b"
)
"""What after a comma and without an article is rather on that evening than what the name is."""
MANY = r"(?:[\w'’-]*-)?\w{3,}[sx]\b"
AFTER = (
    re.compile(
        rf"^[»\"”]? ?, ?(?!{PROGRAMME}|{MANY})(?P<what>{HEAD}{PHRASE}){STOP}", re.IGNORECASE
    ),
    re.compile(rf"^[»\"”]? ?, ?(?:une?|le|la|l') ?(?P<what>{HEAD}{PHRASE}){STOP}", re.IGNORECASE),
    re.compile(rf"^[»\"”]? ?\((?:une?|le|la|l')? ?(?P<what>{HEAD}{PHRASE})\)", re.IGNORECASE),
    re.compile(
        rf"^[»\"”]? ?(?:est|sont|était|sera) (?:une?|le|la|l') ?(?P<what>{HEAD}{PHRASE}){STOP}",
        re.IGNORECASE,
    ),
    re.compile(
        rf"^[»\"”]? [–-] ?(?:une?|le|la|l')? ?(?P<what>{HEAD}{PHRASE}){STOP}", re.IGNORECASE
    ),
)
HEADS = re.compile(rf"\b(?:une?|le|la|l'|du|au|les|des) ?(?P<what>{HEAD})", re.IGNORECASE)
TOWN = r"(?:de |d['’]|à )(?:(?:La|Le|Les|L['’]) ?)?[A-ZÀ-Ý][\w’'-]+"
BEFORE = re.compile(
    rf"(?P<what>(?i:{HEAD})(?:(?: [a-zà-ÿ'’-]+){{1,8}}?(?: {TOWN})?| {TOWN})) ?,? ?[«\"“]? ?"
)
OPEN_END = re.compile(
    r"[\s,]+(?:et|ou|de|du|des|d'|à|au|aux|en|par|pour|avec|dans|sur|qui|que|dont|le|la|les|un|une|"
    r"nommée?|appelée?|baptisée?|dénommée?)$",
    re.IGNORECASE,
)


TIED = re.compile(r"\b(?:de|du|des|avec|par|à|au|aux|chez|qui|que|où|pour|en|sur)\b|\bd'")
"""What ties a name within a description to it: « une association membre du réseau X »."""
RELATIVE = re.compile(r"\b(?:qui|que|dont|où|pour|afin)\b")
"""After such a word a clause belongs to the description."""
BESIDE = re.compile(r"\b(?:et|ou|ainsi que|avec|puis) (?:l[ae]s? |l'|une? |d[ue]s? )")
"""Somebody else follows."""
BROKEN = re.compile(r"\b(?:et|ou|avec|par|qui|que|dont|où|chez|mais|puis|est|sont|a|ont)\b")
"""Between a word for a group and a name right after, what says that it is another's word."""
DEFINITE = re.compile(r"(?:\bl[ea]s? ?|\bl'|\bdu ?|\bau ?|\bdes ?)$", re.IGNORECASE)


def description(
    text: str,
    name: tuple[int, int],
    sentence: tuple[int, int],
    others: Sequence[tuple[int, int]] = (),
) -> tuple[int, int] | None:
    """Return where a sentence says what a name is, `None` where it does not.

    All are characters of the prepared text, ends exclusive. `others` are the bounds of the other
    names of the sentence: what is said of one of them is not said of this one.
    """
    after = text[name[1] : sentence[1]]
    for pattern in AFTER:
        match = pattern.match(after)
        if match:
            found = _sound(text, name[1] + match.start("what"), name[1] + match.end("what"))
            return found if found and _of_this_one(text, found, others) else None
    return _before(text, name, max(sentence[0], name[0] - LONGEST), others)


def _before(
    text: str, name: tuple[int, int], start: int, others: Sequence[tuple[int, int]]
) -> tuple[int, int] | None:
    """Return the words for a group that lead up to a name: the nearest, in its own clause."""
    for match in reversed(list(HEADS.finditer(text, start, name[0]))):
        said = BEFORE.fullmatch(text, match.start("what"), name[0])
        if said is None:
            continue
        found = _sound(text, *said.span("what"))
        whole = text[said.start("what") : said.end("what")]
        if found is None or BROKEN.search(whole) or any(map(_can_only_act, whole.split())):
            return None
        return found if _of_this_one(text, found, others) else None
    return None


def _of_this_one(text: str, found: tuple[int, int], others: Sequence[tuple[int, int]]) -> bool:
    """Tell whether a description goes on about nobody else.

    « La Remise, l'association Rayon Libre et la mairie » lists three; « une association membre
    du réseau X » names another one, and says what this one is.
    """
    start, end = found
    listed = DEFINITE.search(text[max(0, start - 4) : start]) is not None
    for other in others:
        if other[0] < end and start < other[1]:
            tied = TIED.search(text, start, other[0])
            if listed or tied is None:
                return False
    beside = BESIDE.search(text, start, end)
    return beside is None or RELATIVE.search(text, start, beside.start()) is not None


def _can_only_act(word: str) -> bool:
    return speech.classes_of(word.lower()) == "v" and not word.endswith(("é", "ée", "és", "ées"))


def _sound(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Return a stretch without its dangling end, unless too little or too much is left."""
    words = text[start:end].rstrip()
    while OPEN_END.search(words):
        words = OPEN_END.sub("", words)
    if len(words) > LONGEST or len(words.split()) < FEWEST:
        return None
    return start, start + len(words)
