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
            r"tiers[- ]lieux?|caf[ée]s? associatifs?|coworking|espaces? de coworking|"
            r"[ée]co[- ]?lieux?|friches? culturelles?"
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
            r"salles? de concerts?|m[ée]diath[èe]ques?|centres? culturels?"
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
            r"harmonies?|cercles?"
        ),
    ),
)
PATTERN = re.compile(
    r"\b(?:" + "|".join(f"(?P<k{n}>{words})" for n, (_, words) in enumerate(HEADS)) + r")(?!\w{2})",
    re.IGNORECASE,
)


def kind_of(surface: str, sentence: str) -> ActorKind:
    """Return the kind that the name itself or the words around it in its sentence say.

    `UNKNOWN` when nothing says it: a kind is never guessed.
    """
    within = _first(surface)
    if within is not None:
        return within
    start = sentence.find(surface)
    if start < 0 or not surface:
        return ActorKind.UNKNOWN
    before = sentence[:start].rstrip(" «“\"'’(")
    found = [m for m in PATTERN.finditer(before) if before[m.end() :].count(" ") <= 3]
    if found and not re.search(r"[.;:!?,]", before[found[-1].end() :]):
        return _kind(found[-1])
    after = re.match(
        r"[\s»”\"’')]*[,(–-]\s*(?:une?|le|la|les|l['’]|nouve(?:au|lle)|jeune|\s)*",
        sentence[start + len(surface) :],
    )
    if after:
        rest = sentence[start + len(surface) + after.end() :]
        first = PATTERN.match(rest)
        if first:
            return _kind(first)
    return ActorKind.UNKNOWN


def _first(text: str) -> ActorKind | None:
    match = PATTERN.search(text)
    return _kind(match) if match else None


def _kind(match: re.Match[str]) -> ActorKind:
    return HEADS[int((match.lastgroup or "k0")[1:])][0]
