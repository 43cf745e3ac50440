"""Names of actors: what equal ones share, what is no name, how alike two are.

A key forgets what writers vary (case, accents, apostrophes, articles, plural, a generic head such
as « l’association ») and nothing that tells two actors apart. It never forgets a town:
« Citiz » and « Citiz Toulouse » may be two.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache

from rapidfuzz.distance import OSA
from rapidfuzz.fuzz import ratio

from nlp import speech
from nlp.words import ARTICLES, COMMON, DATES, GATHERINGS, HEADS, LEGAL, NATIONAL, NOT_NAMES
from vigie import gazetteer

TOKEN = re.compile(r"[^\W_]+")
OF_MANY = re.compile(r"(?:[Ll][’'])?\w+ des \w+[sx]")
DOTTED = re.compile(r"\b(?:[^\W\d_]\.\s?){2,}(?=\W|$)")
CAMEL = re.compile(r"(?<=[a-zà-ÿ]{2})(?=[A-ZÀ-Ý][a-zà-ÿ]{2})")
LETTERS = str.maketrans(
    {"œ": "oe", "æ": "ae", "ß": "ss", "&": " et ", "ø": "o", "ł": "l", "đ": "d", "’": "'"}
)
WRITTEN_OUT = {
    "st": "saint",
    "ste": "sainte",
    "sts": "saints",
    "stes": "saintes",
    "cie": "compagnie",
}
# Longest first; each sequence is replaced by the one word that is also met.
SAID_IN_ONE = {
    ("maison", "jeune", "culture"): "mjc",
    ("maison", "pour", "tous"): "mpt",
    ("maison", "pour", "tou"): "mpt",
    ("centre", "socio", "culturel"): "csc",
    ("centre", "social", "culturel"): "csc",
    ("centre", "socioculturel"): "csc",
    ("association", "pour", "maintien", "agriculture", "paysanne"): "amap",
    ("systeme", "echange", "local"): "sel",
    ("fab", "lab"): "fablab",
    ("tier", "lieu"): "tierslieu",
    ("start", "up"): "startup",
    ("repair", "cafe"): "repaircafe",
    ("societe", "cooperative", "interet", "collectif"): "scic",
    ("e", "v"): "ev",
}
PLURALS = ("s", "ux")
TROUPES = frozenset(["compagnie"])
SUGGESTED_FROM = 0.72
LONGEST_NAME = 110
LONGEST_ACRONYM = 8


@lru_cache(maxsize=65536)
def key(name: str) -> str:
    """Return what names that surely name the same actor share; empty if there is no letter."""
    return " ".join(_without_heads(tokens(name)))


def compact(name_key: str) -> str:
    """Return a key without its spaces: « FabLab » and « Fab Lab » are one."""
    return name_key.replace(" ", "")


def tokens(name: str) -> list[str]:
    """Return the folded words of a name, without articles and legal forms, in the singular.

    The last letter of a short form is no plural mark.
    """
    if name.isupper() and name.isalpha() and len(name) <= LONGEST_ACRONYM:
        return [fold(name)]
    whole = [WRITTEN_OUT.get(token, token) for token in TOKEN.findall(fold(_joined(name)))]
    kept = [token for token in whole if token not in ARTICLES]
    kept = _in_one([singular(token) for token in kept or whole])
    meant = [token for token in kept if token not in LEGAL]
    return meant or kept


def fold(text: str) -> str:
    """Return a text without case, accents and ligatures."""
    plain = text.translate(LETTERS).casefold()
    if plain.isascii():
        return plain
    plain = unicodedata.normalize("NFKD", plain).translate(LETTERS)
    return "".join(c for c in plain if not unicodedata.combining(c))


def singular(token: str) -> str:
    """Return a folded word without its plural mark; both forms of a word give the same.

    An x is one after a u alone: « lieux », « jeux », and not « croix », « Mapbox ».
    """
    if len(token) >= 4 and token.endswith(PLURALS) and not token.endswith("ss"):
        return token[:-1]
    return token


@lru_cache(maxsize=65536)
def is_generic(name_key: str) -> bool:
    """Tell whether a key holds nothing that names one actor: « comité des fêtes »."""
    return all(word in COMMON or word in HEADS or len(word) == 1 for word in name_key.split())


def has_head(name: str) -> bool:
    """Tell whether a name opens with what many groups are: « amicale », « club », « cercle »."""
    words = tokens(name)
    return bool(words) and (words[0] in HEADS or words[0] in COMMON)


def is_of_many(name: str) -> bool:
    """Tell whether a name says only what people a group is of: « Amicale des retraités »."""
    return OF_MANY.fullmatch(name) is not None and not GATHERINGS.isdisjoint(tokens(name)[:1])


def is_national(name_key: str) -> bool:
    """Tell whether a key says that its actor speaks for the whole country."""
    return not NATIONAL.isdisjoint(name_key.split())


def is_plausible(name: str) -> bool:
    """Tell whether a stretch of text can name an actor: not a date, a stop-word, a whole clause."""
    if len(name) > LONGEST_NAME or "\n" in name or "@" in name or "://" in name:
        return False
    words = TOKEN.findall(fold(name))
    telling = [w for w in words if w not in ARTICLES and w not in DATES and not w.isdigit()]
    if not telling or len(words) > 14:
        return False
    if len(telling) == 1 and (telling[0] in NOT_NAMES or len(telling[0]) == 1):
        return False
    if all(word in NOT_NAMES for word in telling):
        return False
    return not all(singular(word) in HEADS for word in telling)


def similarity(a: str, b: str) -> float:
    """Return how alike two keys are, from 0 to 1; from `SUGGESTED_FROM` on a person is asked.

    Words in another order count nearly in full. When one key is the other plus words, the score
    says how much of the longer one is shared, with less taken off for a town or a common word.
    """
    if a == b:
        return 1.0
    left, right = a.split(), b.split()
    if is_generic(a) or is_generic(b):
        return 0.0
    straight = ratio(compact(a), compact(b)) / 100
    sorted_too = ratio(" ".join(sorted(left)), " ".join(sorted(right))) / 100
    score = max(straight, 0.97 * sorted_too)
    shorter, longer = sorted((left, right), key=len)
    if set(shorter) < set(longer):
        added = [word for word in longer if word not in shorter]
        light = is_place(" ".join(added)) or all(w in COMMON or w in HEADS for w in added)
        return max(0.85 if light else 0.75, min(score, 0.9)) if len("".join(shorter)) >= 4 else 0.0
    return score if _differ_lightly(left, right) else 0.0


def is_typo(a: str, b: str) -> bool:
    """Tell whether two keys surely differ by one slip of the pen.

    One letter in a word of at least seven, in a name of at least ten, its first letter and its
    digits untouched: shorter words are too often another word. Two towns are two, and so are
    two words of the dictionary.
    """
    left, right = a.split(), b.split()
    if len(left) != len(right) or min(len(compact(a)), len(compact(b))) < 10:
        return False
    changed = [(x, y) for x, y in zip(left, right, strict=True) if x != y]
    if len(changed) != 1:
        return False
    x, y = changed[0]
    if min(len(x), len(y)) < 7 or x[0] != y[0] or not (x.isalpha() and y.isalpha()):
        return False
    if is_place(x) or is_place(y) or (speech.classes_of(x) and speech.classes_of(y)):
        return False
    return OSA.distance(x, y, score_cutoff=1) == 1


def initials(name: str) -> frozenset[str]:
    """Return the acronyms that a full name may have, folded: with and without its small words."""
    words = TOKEN.findall(fold(name))
    strong = [word for word in words if word not in ARTICLES and word not in {"a", "en", "pour"}]
    found = {"".join(word[0] for word in chosen) for chosen in (words, strong)}
    return frozenset(short for short in found if len(short) >= 3)


def is_place(name_key: str) -> bool:
    """Tell whether a key is a commune's."""
    return name_key in _communes()


@cache
def _communes() -> frozenset[str]:
    return frozenset(" ".join(tokens(place.name)) for place in gazetteer.communes().values())


def _joined(name: str) -> str:
    """Return a name with its dotted acronyms closed up and its joined words taken apart."""
    closed = DOTTED.sub(lambda m: re.sub(r"[.\s]", "", m.group()) + " ", name)
    return CAMEL.sub(" ", closed)


def _in_one(words: list[str]) -> list[str]:
    """Return words with each sequence that is also said in one word so said."""
    for said, short in SAID_IN_ONE.items():
        for at in range(len(words) - len(said) + 1):
            if tuple(words[at : at + len(said)]) == said:
                return _in_one([*words[:at], short, *words[at + len(said) :]])
    return words


def _without_heads(words: list[str]) -> list[str]:
    """Return words without their generic heads, if what remains still names one actor.

    « Compagnie » stays before a single word: troupes call themselves so, and « La Lisière » may
    be another group than the « Compagnie Lisière ».
    """
    rest = words
    while rest and rest[0] in HEADS:
        rest = rest[1:]
    if rest is words or not rest or (len(rest) == 1 and words[0] in TROUPES):
        return words
    remains = " ".join(rest)
    telling = not is_generic(remains) and len(compact(remains)) >= 3 and not is_place(remains)
    return rest if telling else words


def _differ_lightly(left: list[str], right: list[str]) -> bool:
    """Tell whether what two names do not share could be one thing written in two ways.

    Two different towns, numbers or common words (« Jardin du Nord », « Jardin du Sud ») could not.
    """
    mine = [word for word in left if word not in right]
    theirs = [word for word in right if word not in left]
    if any(word.isdigit() for word in mine + theirs):
        return False
    if mine and theirs and is_place(" ".join(mine)) and is_place(" ".join(theirs)):
        return False
    return ratio("".join(mine), "".join(theirs)) >= 60
