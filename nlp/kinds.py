"""What sort of group an actor is, as far as its name or its sentence says so."""

from __future__ import annotations

import re

from vigie.records import ActorKind

# The head nouns by which French says what a group is; the first that stands nearest wins.
HEADS: tuple[tuple[ActorKind, str], ...] = (
    (
        ActorKind.ASSOCIATION,
        r"soci[ée]t[ée]s?(?=\sd(?:e\s|['’])(?!conseil|transport|travaux))|unions? sportives?",
    ),
    (ActorKind.FABLAB, r"fab[- ]?labs?|hackerspaces?|makerspaces?|repair[- ]caf[ée]s?"),
    (
        ActorKind.THIRD_PLACE,
        (
            r"tiers[- ]lieux?|caf[ée]s? (?:associatifs?|citoyens?|solidaires?)|coworking|"
            r"espaces? de coworking|[ée]co[- ]?lieux?|friches? culturelles?|"
            r"(?:ateliers?|lieux?|espaces?|garages?) (?:partag[ée]s?|hybrides?)"
        ),
    ),
    (
        ActorKind.COOPERATIVE,
        r"scop|scic|coop[ée]ratives?|coop|supermarch[ée]s? coop[ée]ratifs?",
    ),
    (ActorKind.COLLECTIVE, r"collectifs?"),
    (ActorKind.FOUNDATION, r"fondations?|fonds de dotation"),
    (ActorKind.NETWORK, r"r[ée]seaux?|f[ée]d[ée]rations?|unions?|conf[ée]d[ée]rations?"),
    (
        ActorKind.CULTURAL_VENUE,
        (
            r"th[ée][âa]tres?|cin[ée]mas?|mus[ée]es?|galeries?|centres? d['’]art|"
            r"salles? de concerts?|m[ée]diath[èe]ques?|(?:centre|lieu|espace)x?s? culturels?"
        ),
    ),
    (
        ActorKind.COMPANY,
        (
            r"start[- ]?ups?|jeunes? pousses?|entreprises?|soci[ée]t[ée]s?|sarl|sas|sasu|"
            r"brasseries?|librairies?|[ée]piceries?"
        ),
    ),
    (
        ActorKind.CITIZEN_PROJECT,
        r"projets? citoyens?|initiatives? citoyennes?|projets? participatifs?",
    ),
    (
        ActorKind.ASSOCIATION,
        (
            r"associations?|assos?|amap|mjc|amicales?|comit[ée]s?|clubs?|compagnies?|chorales?|"
            r"harmonies?|cercles?|troupes?|ch(?:œ|oe)urs?|fanfares?|orchestres?|ligues?|"
            r"mouvements?|groupements?|syndicats?|ressourceries?|recycleries?|accorderies?|"
            r"jardins? partag[ée]s?|r[ée]gies? de quartier|centres? soci(?:al|aux|o-?culturels?)|"
            r"foyers? ruraux?|maisons? de quartier"
        ),
    ),
)
PATTERN = re.compile(
    r"\b(?:" + "|".join(f"(?P<k{n}>{words})" for n, (_, words) in enumerate(HEADS)) + r")(?!\w{2})",
    re.IGNORECASE,
)


MODIFIERS = re.compile(
    r"(?:\s+(?:de\s|d['’]|en\s)?(?!(?:d[eu]s?|l[ea]s?|et|pour)\b|[dl]['’])[^\W\d_A-Z][\w·-]*){0,2}"
    r"(?P<of>\s+(?:d[eu]s?|de\sla|d['’]|de\sl['’]))?\s*(?:[:«“\"'’(]\s*)*"
)
"""What may stand between a head and the name it announces (« citoyen », « d’habitants », « : »),
and what makes of the name the head's complement (« les entreprises de l’ESS »)."""
REACH = 120
"""Characters before a name in which what it is may be said."""
OWNING = frozenset([ActorKind.ASSOCIATION, ActorKind.COLLECTIVE])
"""Kinds of which the complement is a name all the same: « l’association des Tisserands »."""
APPOSITION = re.compile(r"[\s»”\"’')]*[,(–-]\s*(?:une?|le|la|les|l['’]|nouve(?:au|lle)|jeune|\s)*")
SEVERAL = re.compile(r"[\s-]")
"""In a head of several words, which alone is sure at the end of a name."""
LINK = re.compile(r"(?:\b(?:d[eu]s?|l[ae]s?|aux?|et|en|pour|avec)\s|[dl]['’])\s*$", re.IGNORECASE)
OPENINGS = re.compile(r"(?:l[ea]s?\s|l['’]|grande?s?\s|petite?s?\s|jeunes?\s)*", re.IGNORECASE)
NOT_GROUPS = re.compile(
    r"syndicats? (?:mixtes?|intercommuna(?:l|ux)|d['’]initiatives?)|"
    r"comit[ée]s? (?:d[ée]partementa(?:l|ux)|r[ée]giona(?:l|ux)) du tourisme|"
    r"r[ée]seaux? soci(?:al|aux)|clubs? de lecture|unions? (?:europ[ée]enne|libres?|civiles?)|"
    r"r[ée]seaux? (?:de neurones|[ée]lectriques?|ferr[ée]s?|routiers?|de transports?|cyclables?)",
    re.IGNORECASE,
)


def kind_of(surface: str, sentence: str, at: int | None = None) -> ActorKind:
    """Return the kind that the name itself or the words around it in its sentence say.

    `UNKNOWN` when nothing says it: a kind is never guessed. `at` is where in the sentence the
    name stands; by default, or if it does not stand there, the first place where it does.
    """
    if not surface:
        return ActorKind.UNKNOWN
    within = _within(surface)
    if within not in {None, ActorKind.CULTURAL_VENUE}:
        return within
    here = at is not None and sentence.startswith(surface, at)
    start = at if at is not None and here else sentence.find(surface)
    if start < 0:
        return within or ActorKind.UNKNOWN
    if within is not None:
        # « La compagnie Théâtre du Verger » plays; « le Théâtre du Verger » is where.
        announced = _announced(sentence[:start])
        return announced if announced in OWNING else within
    return (
        _announced(sentence[:start])
        or _explained(sentence[start + len(surface) :])
        or ActorKind.UNKNOWN
    )


def _within(surface: str) -> ActorKind | None:
    """Return the kind by a head that opens the name, stands in it with a capital, or ends it.

    « 4e Lieu café associatif » ends with what it is; « Fête du club » with whose it is.
    """
    opening = OPENINGS.match(surface)
    first = opening.end() if opening else 0
    for match in _heads(surface):
        if match.start() == first or match[0][0].isupper():
            return _kind(match)
        ends = match.end() == len(surface) and SEVERAL.search(match[0])
        if ends and not LINK.search(surface[: match.start()]):
            return _kind(match)
    return None


def _announced(before: str) -> ActorKind | None:
    """Return the kind by the last head before a name, if no more than modifiers come between."""
    before = before[-REACH:]  # a line of a page's leftovers may be very long
    for match in reversed(_heads(before)):
        between = MODIFIERS.fullmatch(before, match.end())
        if between and (between["of"] is None or _kind(match) in OWNING):
            return _kind(match)
    return None


def _explained(after: str) -> ActorKind | None:
    """Return the kind by the apposition after a name."""
    apposition = APPOSITION.match(after)
    if apposition is None or NOT_GROUPS.match(after, apposition.end()):
        return None
    head = PATTERN.match(after, apposition.end())
    return _kind(head) if head else None


def _heads(text: str) -> list[re.Match[str]]:
    barred = [match.start() for match in NOT_GROUPS.finditer(text)]
    return [match for match in PATTERN.finditer(text) if match.start() not in barred]


def _kind(match: re.Match[str]) -> ActorKind:
    return HEADS[int((match.lastgroup or "k0")[1:])][0]
