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
CUT = re.compile(r"\s*[«“]|\s+\"(?=\w)")
"""What follows a description that breaks off before a name: « initiative du collectif « X » »."""
WORD = re.compile(r"\w+'|[\w-]+")
SAID_HEAD = re.compile(HEAD, re.IGNORECASE)
VAGUE = r"(?:équipe|initiative|projet|groupe|ensemble|lieu|espace|dispositif)s?"
"""Heads that say nothing by themselves, nor with whose they are: « initiative du collectif »."""
OF_THE = r"(?:du |de la |de l'|des |au |à la |à l'|aux )"
WHOSE = re.compile(
    rf"\b{OF_THE}(?:[\w'-]+|(?:[\w'-]+ )?(?:{GROUPS}|{MORE_HEADS})(?: [\w'-]+)?)$", re.IGNORECASE
)
"""Right before a name, the noun that the name is of: « l'équipe première du collectif X »."""
DANGLING = re.compile(rf"(?:\b{OF_THE}|\bde |\bd'|\bà |\bchez )$", re.IGNORECASE)
"""Ends of what leads up to a name that make the name another word's complement."""
HOLLOW = re.compile(
    rf"(?:[a-zà-ÿ]+ )?{VAGUE}(?: [a-zà-ÿ-]+){{0,2}}?(?: {OF_THE}(?:{GROUPS}|{MORE_HEADS}))?",
    re.IGNORECASE,
)
BARE = re.compile(
    r"(?:[a-zà-ÿ]+ )?(?:équipe|initiative|projet|groupe|dispositif)s?\b", re.IGNORECASE
)
TELLING = re.compile(r"\b(?:de|en|pour|sur|à|par|sans|qui|que|où|dont)\b|\bd'")
"""Words with which a vague head goes on to say what it is after all."""
LEADING = frozenset(
    """
    de du des d' à au aux en par pour avec dans sur sans entre chez vers sous contre comme et ou
    le la les l' un une ce cette ces son sa ses leur leurs notre nos tout toute tous toutes
    """.split()  # noqa: SIM905 - a list of words reads as one
)
"""Words after which a noun stands, whatever the dictionary says that it may be besides."""
ARTICLES = frozenset(["le", "la", "les", "l'", "un", "une"])
PARTICIPLES = ("é", "ée", "és", "ées", "ant", "ants")
FINITE = frozenset(
    """
    est sont a ont va vont sera seront était étaient avait avaient peut peuvent veut veulent doit
    doivent se s' ne n' y
    """.split()  # noqa: SIM905 - a list of words reads as one
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
            bounds = name[1] + match.start("what"), name[1] + match.end("what")
            found = None if CUT.match(text, bounds[1]) else _sound(text, *bounds)
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
        if found is None or BROKEN.search(whole) or WHOSE.search(whole.rstrip()):
            return None
        if DANGLING.search(text, *said.span()):
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


def _is_clause(text: str, start: int, end: int) -> bool:
    """Tell whether a stretch that opens with a head goes on with what no noun phrase holds.

    That is a verb outside of a relative clause (« le projet sort de terre »), or a bare name
    (« l'association la balançoire »). A word that may be a noun as well is the verb only after
    a definite article: « une association couture », « l'association porte un projet ».
    """
    head = SAID_HEAD.match(text, start, end)
    definite = DEFINITE.search(text[max(0, start - 4) : start]) is not None
    before = ""
    for word in WORD.findall(text[head.end() if head else start : end].lower()):
        if RELATIVE.fullmatch(word):
            return False
        if before not in LEADING and (
            word in FINITE or word in ARTICLES or _acts(word, definite=definite)
        ):
            return True
        before = word
    return False


def _acts(word: str, *, definite: bool) -> bool:
    """Tell whether a word may be a verb that acts: neither an adjective nor a participle."""
    classes = speech.classes_of(word)
    if "v" not in classes or "a" in classes or word.endswith(PARTICIPLES):
        return False
    return definite or "n" not in classes


def _says_nothing(words: str) -> bool:
    hollow = HOLLOW.fullmatch(words) is not None
    return hollow or (BARE.match(words) is not None and TELLING.search(words) is None)


def _sound(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Return a stretch without its dangling end, unless too little or too much is left."""
    words = text[start:end].rstrip()
    while OPEN_END.search(words):
        words = OPEN_END.sub("", words)
    if len(words) > LONGEST or len(words.split()) < FEWEST or _says_nothing(words):
        return None
    if _is_clause(text, start, start + len(words)):
        return None
    return start, start + len(words)
