"""Where a found name ends: before the sentence's verb, before what only goes on with the sentence.

The classifier judges a name by the words around it, and lets some run on: « Brindille fête un
jubilé », « La Remise en partenariat ». A finite verb in small letters, a trailing phrase, a day
or a possessive belongs to the sentence; a phrase that everyone writes out (« Maison des jeunes et
de la culture »), a name whose initials a bracket confirms and one that the same text writes
longer belong to the name. Names in quotation marks stay as their writer bounded them.
"""

# ruff: noqa: SIM905 - a list of words reads as one, not as a column

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from nlp import acronyms, speech, text
from nlp.cues import SURE_GROUPS
from nlp.phrases import PHRASES
from nlp.recognition import Found
from nlp.spans import LINKS
from vigie.records import Label

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

GROUPS = frozenset([Label.ACTOR, Label.INSTITUTION])
WORD = re.compile(r"[^\W_]+(?:-[^\W_]+)*'?")
SURE = 0.95
"""Confidence in a name of words that nobody writes without meaning it."""
LOOK_AHEAD = 40
"""Characters behind a name in which the word after its verb stands."""
SIDE = re.compile(r"[^/]+")
SMALL = re.compile(r"(?<=[ '])[a-zà-ÿ]")

AUXILIARIES = frozenset(
    """
    est sont était étaient sera seront a ont avait avaient aura auront va vont peut peuvent veut
    veulent doit doivent vient viennent
    """.split()
)
"""Verbs that are hardly ever in a name; « a » is also a slip for « à »."""
RARE_NOUNS = frozenset("cherche anime invite donne offre fait".split())
"""Verbs that the dictionary knows as nouns or adjectives too, and the news as verbs alone."""
OBJECTS = frozenset(
    """
    un une le la les l' ses son sa leur leurs ce cet cette ces deux trois quatre cinq six sept
    huit neuf dix plusieurs quelques nos notre vos votre
    """.split()
)
"""Words that open a verb's object, and no complement of a noun."""
GOES_ON = OBJECTS | frozenset("sur à au aux pour contre de du des d' en dans".split())
BEFORE_NOUN = frozenset(
    """
    de du des d' à au aux en par pour avec dans sur sans entre chez vers sous contre le la les l'
    un une ce cet cette ces son sa ses leurs notre nos votre vos tout toute tous toutes chaque qu'
    """.split()
)
"""Words after which a noun stands, whatever else the dictionary says that it may be."""
IN_A_CLAUSE = frozenset(
    """
    qui que où dont quand si comme lorsque ça ca c' on je j' tu il elle ils elles ici là demain
    chacun chacune ceux celles rien ni
    """.split()
)
"""Words of names that are clauses: « Ça bouge », « Les mains qui parlent »."""
PRONOUNS = frozenset("se s' ne n' y lui leur nous vous".split())
"""Between a subject and its verb."""
ONE_AFTER_ANOTHER = frozenset("sans chez entre avec pour à de par et vers sur contre parmi".split())
"""Before « nous », what makes it the last word of a name: « Pas sans nous »."""
PARTICIPLE = re.compile(r"(?:é|ée|és|ées|ant|ants|ez|ons)$")
INFINITIVE = ("er", "ir", "re")
THIRD_PERSON = re.compile(r"(?:e|t|d|a|ont)$")

TRAILING = re.compile(
    r"[ ,–-]+(?:"
    r"en (?:partenariat|collaboration|lien|présence|association|coopération|concertation)\b|"
    r"avec (?:le (?:soutien|concours)|la (?:participation|complicité)|l'(?:aide|appui))\b|"
    r"au (?:niveau|sein|profit|bénéfice|nom|titre)\b|dans le cadre\b|à l'occasion\b|à partir d|"
    r"grâce (?:à|aux?)\b|afin d|ainsi que\b|"
    r"(?:d[eu]|dans|à|pour|avec|sur) (?:ses|leurs)\b|d(?:e|ans) (?:son|sa|leur)\b|"
    r"(?:(?:le|ce|chaque|tous les|dès|jusqu'à|du) )?(?:lundi|mardi|mercredi|jeudi|vendredi|samedi|"
    r"dimanche)s?\b|"
    r"et (?:premi(?:er|ère)|ancien(?:ne)?|futur)\b"
    r")"
)
"""What goes on with the sentence, wherever it stands behind a name's first word."""
AND = re.compile(r" et (?:de |d'|à )?(?P<verb>[a-zà-ÿ]+(?:er|ir|re|oir))\b")
"""« Le collectif a choisi de s'appeler X et de louer »: an infinitive after no other."""
LISTED = re.compile(
    r" ?, (?:un|une|le|la|les|l'|des|deux|trois|quatre|cinq|six|sept|huit|neuf|dix) ?(?=[a-zà-ÿ])"
)
JOINED = re.compile(rf" et (?:le |la |les |l'|un |une )(?:{SURE_GROUPS}) (?=[^\Wa-z_])")
"""Another group: « Les Brouettes et le théâtre Midi »."""
HEADED = re.compile(rf"(?:Le |La |Les |L')(?:{SURE_GROUPS}) (?=(?:l[ae]s? |l'|une? |[^\Wa-z_]))")
"""A sentence's first article with a group's noun in small letters: the name stands behind."""


NUMBERED = re.compile(r" (?:bis|ter)\b")
PURPOSE = re.compile(
    r"(?:Association|Collectif|Comité|Groupement|Mouvement|Union|Fédération|Rassemblement|"
    r"Coordination|Alliance|Ligue|Groupe|Coalition|Convention|Réseau)\b[^.;:!?()«»\n]{0,60}$"
)
"""A group's noun with a capital, of which « pour une rue apaisée » says what it is for."""
FOR = re.compile(r" (?:pour|contre) (?:(?:le |la |les |l'|une? |des )|(?=[a-zà-ÿ]))")
FURTHER = frozenset("de du des d' la le les l' au aux à sans et en".split())


def repaired(plain: str, found: Iterable[Found]) -> list[Found]:
    """Return the names found in a prepared text, each where its own words begin and end."""
    whole = [_shortened(plain, item) for item in found]
    parts = [part for item in whole for part in _parted(plain, item)]
    return _apart(_agreed(plain, _written_out(plain, parts), _explained(plain, parts)))


def _apart(found: Iterable[Found]) -> list[Found]:
    """Return the names without those that begin within another one."""
    kept: list[Found] = []
    for item in found:
        if not kept or item.start >= kept[-1].end:
            kept.append(item)
    return kept


# --- what is no longer the name ------------------------------------------------------------


def _shortened(plain: str, item: Found) -> Found:
    if item.label not in GROUPS or _is_quoted(plain, item):
        return item
    name = plain[item.start : item.end]
    start = item.start
    headed = HEADED.match(name) if item.start == item.sentence[0] else None
    if headed:
        start += headed.end()
        name = name[headed.end() :]
    if SMALL.search(name) is None:
        return replace(item, start=start)
    end = start + len(_without_end(name, plain[item.end : item.sentence[1]][:LOOK_AHEAD]))
    return replace(item, start=start, end=end)


def _is_quoted(plain: str, item: Found) -> bool:
    before = plain[max(0, item.start - 2) : item.start].strip()
    return before in {"«", '"', "“"} and plain[item.end : item.end + 2].strip()[:1] in {*'»"”'}


@lru_cache(maxsize=16384)
def _without_end(name: str, behind: str) -> str:
    """Return a name without what belongs to its sentence; `behind` is how that goes on."""
    ends = [len(name)]
    for pattern in (TRAILING, LISTED):
        ends += [m.start() for m in pattern.finditer(name) if m.start()][:1]
    joined = AND.search(name)
    opening = name.split(maxsplit=1)[0]
    if joined and not opening.endswith(INFINITIVE) and _is_infinitive(joined["verb"]):
        ends.append(joined.start())
    verb = _verb(name, behind)
    if verb is not None:
        ends.append(verb)
    return _tidy(name[: min(ends)]) or name


def _is_infinitive(word: str) -> bool:
    said = word.lower()
    # « ouvrir », « écrire » are not in the dictionary; their forms are.
    unknown = said.endswith(("ir", "re")) and not speech.classes_of(said)
    return unknown or said in speech.dictionary().lemmas["verb"]


def _tidy(name: str) -> str:
    """Return a name without the small words and marks that it must not end with."""
    while True:
        shorter = name.rstrip(" ,;:–-")
        last = shorter.rpartition(" ")[2]
        if last not in LINKS or last == shorter:
            return shorter
        name = shorter[: -len(last)]


def _verb(name: str, behind: str) -> int | None:
    """Return where the verb of its sentence stands in a name, with its pronoun."""
    words = [(m[0], m.start()) for m in WORD.finditer(name)]
    if words and words[0][0].lower() in IN_A_CLAUSE:
        return None
    ahead = [m[0] for m in WORD.finditer(behind)][:1] if behind[:1] in {" ", "'"} else []
    for position in range(1, len(words)):
        word, at = words[position]
        before = words[position - 1][0].lower()
        if before in IN_A_CLAUSE:
            return None
        following = words[position + 1][0] if position + 1 < len(words) else (ahead or [""])[0]
        if _is_pronoun(word, before, following):
            return at
        if word[0].islower() and _acts(word, before, following):
            return at
    return None


def _is_pronoun(word: str, before: str, following: str) -> bool:
    """Tell whether a pronoun leads to a verb: « Club des lecteurs vous propose »."""
    return (
        word in PRONOUNS
        and before not in ONE_AFTER_ANOTHER
        and "v" in speech.classes_of(following.lower())
        and following[:1].islower()
        and not _is_infinitive(following)
    )


def _acts(word: str, before: str, following: str) -> bool:
    """Tell whether a word in small letters is the verb of a sentence that goes on behind it."""
    if not following or before in BEFORE_NOUN:
        return False
    if word in AUXILIARIES:
        return _follows_auxiliary(following)
    follows = following.lower()
    if not _is_third_person(word) or (_is_third_person(follows) and following[0].islower()):
        return False  # « Le vent souffle joue samedi »: the second one is the sentence's
    classes = speech.classes_of(word)
    if classes == "v" or word in RARE_NOUNS:
        return True
    if follows in OBJECTS:
        return True
    disagrees = before.endswith(("s", "x")) and before[0].islower() and word.endswith("e")
    return "a" in classes and disagrees and follows in GOES_ON


def _is_third_person(word: str) -> bool:
    if "v" not in speech.classes_of(word) or PARTICIPLE.search(word) or _is_infinitive(word):
        return False
    return THIRD_PERSON.search(word) is not None


def _follows_auxiliary(word: str) -> bool:
    """Tell whether a word goes on with « a », « est », « va »: a participle, an infinitive."""
    classes = speech.classes_of(word.lower())
    return (
        word in {"un", "une", "le", "la", "les", "l'", "des", "pas", "aussi", "déjà"}
        or PARTICIPLE.search(word) is not None
        or ("v" in classes and (_is_infinitive(word) or "a" in classes))
    )


# --- two names in one ----------------------------------------------------------------------


def _parted(plain: str, item: Found) -> Iterator[Found]:
    """Yield two names that a slash, or another group's noun, joins as two.

    A word with a slash inside is one name: « Ouvre/Boîte », « Les Amis de l’Ouvre/Boîte ».
    """
    name = plain[item.start : item.end]
    joined = JOINED.search(name) if item.label in GROUPS else None
    if joined:
        yield replace(item, end=item.start + joined.start())
        yield replace(item, start=item.start + joined.end())
        return
    sides = [side.span() for side in SIDE.finditer(plain, item.start, item.end)]
    if len(sides) == 1 or not all(" " in plain[a:b].strip() for a, b in sides):
        yield item
        return
    for start, end in sides:
        said = plain[start:end]
        first = start + len(said) - len(said.lstrip())
        yield replace(item, start=first, end=first + len(said.strip()))


# --- what belongs to the name --------------------------------------------------------------


def _written_out(plain: str, found: Sequence[Found]) -> list[Found]:
    """Return the names, longer where a phrase or a purpose goes on with them."""
    made = list(found)
    for near, pattern, label in PHRASES:
        for phrase in pattern.finditer(plain) if near in plain else ():
            made = _with(plain, made, phrase.span(), label)
    return [_with_purpose(plain, item) if item.label in GROUPS else item for item in made]


def _with(plain: str, found: list[Found], bounds: tuple[int, int], label: Label) -> list[Found]:
    """Return the names with one of given bounds, in place of those within them."""
    start, end = bounds
    touched = [i for i in found if i.start < end and start < i.end]
    if any(i.start < start or end < i.end for i in touched):
        return found  # « Amis de la Maison pour tous de Vermont » is another one
    groups = [i for i in touched if i.label in GROUPS]
    if groups:
        whole = replace(groups[0], start=start, end=end, label=label)
    else:
        around = next((b for b in text.sentences(plain) if b[0] <= start and end <= b[1]), bounds)
        whole = Found(start, end, label, SURE, "written_out", around)
    return [*(i for i in found if i.end <= start), whole, *(i for i in found if i.start >= end)]


def _with_purpose(plain: str, item: Found) -> Found:
    name = plain[item.start : item.end]
    if NUMBERED.match(plain, item.end):
        numbered = NUMBERED.match(plain, item.end)
        return replace(item, end=numbered.end()) if numbered and name[-1].isdigit() else item
    headed = PURPOSE.match(name)
    if headed is None:
        return item
    inside = FOR.search(name)
    begun = item.start + inside.start() if inside else item.end
    purpose = FOR.match(plain, begun)
    if purpose is None:
        return item
    end = _noun_phrase(plain, purpose.end(), item.sentence[1])
    return replace(item, end=end) if end > item.end else item


def _noun_phrase(plain: str, start: int, stop: int) -> int:
    """Return where a noun in small letters, with its adjectives and complements, ends."""
    end = before = start
    linked = True
    for match in WORD.finditer(plain, start, stop):
        if plain[before : match.start()].strip() or match[0][0].isupper():
            break
        word, before = match[0], match.end()
        if word in FURTHER:
            if linked and end > start and word not in {"la", "le", "les", "l'"}:
                break
            linked = True
            continue
        classes = speech.classes_of(word)
        if not linked and "a" not in classes and not PARTICIPLE.search(word):
            break
        end, linked = match.end(), False
    return end if end > start else 0


# --- what the rest of the text says --------------------------------------------------------


def _explained(plain: str, found: Sequence[Found]) -> list[str]:
    """Return the full names whose initials a bracket confirms, unless no name stands there."""
    if not found or "(" not in plain:
        return []
    return [full for _, full in acronyms.pairs(plain) if " " in full]


def _agreed(plain: str, found: list[Found], explained: Sequence[str]) -> list[Found]:
    """Return the names as the text bounds them elsewhere.

    A name that goes on as a longer one of the text does is that longer one; one that goes on in
    small letters but once, where the text has the shorter one twice or more, is the shorter.
    """
    surfaces = Counter(plain[i.start : i.end] for i in found if i.label in GROUPS)
    bounded = {*explained, *(surface for surface, times in surfaces.items() if times > 1)}
    alike: dict[str, list[str]] = defaultdict(list)
    for surface in sorted(bounded, key=lambda s: (-len(s), s)):
        alike[surface.partition(" ")[0]].append(surface)
    return [
        _as_elsewhere(plain, item, alike) if alike and item.label in GROUPS else item
        for item in found
    ]


def _as_elsewhere(plain: str, item: Found, alike: Mapping[str, Sequence[str]]) -> Found:
    """Return a name as texts bound it; `alike` are such bounds by first word, the longest first."""
    name = plain[item.start : item.end]
    others = alike.get(name.partition(" ")[0], ())
    if name in others:
        return item
    for other in others:
        if other.startswith(name) and plain.startswith(other, item.start):
            return replace(item, end=item.start + len(other))
    for other in others:
        if name.startswith(f"{other} ") and _only_goes_on(name[len(other) :]):
            return replace(item, end=item.start + len(other))
    return item


def _only_goes_on(tail: str) -> bool:
    """Tell whether what a name goes on with is a phrase of its sentence."""
    first = tail.split(maxsplit=1)[0]
    return tail.islower() and first in {"et", "en", "pour", "dans", "sur", "avec", "au", "à"}
