"""What a sentence says of two actors that it names: together, carried by, partners, member of.

Read off the words between two names of one sentence; each cue has an example that the tests try.
A cue speaks for the whole enumeration that follows it. Where no cue says more, two names of one
sentence are *together*: that is evidence of nearness, not of a bond.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import combinations, pairwise
from typing import TYPE_CHECKING

from nlp.cues import ARTICLE, GROUPS
from vigie.records import RelationKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from nlp.recognition import Found

MOST_TOGETHER = 6
"""Names in a sentence beyond which it is a list: standing in it together says nothing."""
BETWEEN = 90
"""Characters between two names that a cue may bridge, at most."""
HEAD = rf"(?:{ARTICLE}(?:(?:{GROUPS})\b(?: [a-zà-ÿ']+){{0,2}} )?)?[«\"“]? ?"
"""What may stand right before a name: an article, the word for what it is, a quotation mark."""
OPENED = rf"(?:le |la |les |l'|du |des |de la |de l'|de |d'|au |aux |à la |à l'|à )?{HEAD}$"
CARRYING = (
    r"(?:co-?)?(?:port|organis|anim|initi|pilot|gér|lanc|mont|menée?|imagin|cré|fond|proposé|"
    r"conduit)"
)


@dataclass(frozen=True, slots=True)
class Cue:
    """Words between two names, and what they say; `turned` when the second carries the first."""

    kind: RelationKind
    pattern: str
    example: str
    turned: bool = False


CUES = (
    Cue(
        RelationKind.CARRIED_BY,
        rf"\b{CARRYING}\w{{0,3}}(?: conjointement| bénévolement)? par {OPENED}",
        "[Le Garage à Vélos], porté par l'association [Rayon Libre], ouvre samedi.",
    ),
    Cue(
        RelationKind.CARRIED_BY,
        rf"\bà l'initiative {OPENED}",
        "[La Fabrique du Quai] naît à l'initiative du collectif [Graine de Rue].",
    ),
    Cue(
        RelationKind.CARRIED_BY,
        r"^[»\"”]? ?,? ?(?:qui |y |a )?(?:porte|pilote|anime|gère|fondée?|créée?|lancée?) "
        rf"(?:le projet |la création d[eu] |l'atelier |l'initiative )?{OPENED}",
        "L'association [Rayon Libre] porte [Le Garage à Vélos].",
        turned=True,
    ),
    Cue(
        RelationKind.PARTNERS,
        r"\b(?:en (?:partenariat|collaboration|lien|association|coopération) (?:étroite? )?avec|"
        r"main dans la main avec|aux côtés|avec (?:le|la) (?:complicité|concours|participation)|"
        rf"s'(?:associe|allie|unit|est associée?|est alliée?) (?:à|avec)|partenaires? (?:est|:)?) ?"
        rf"{OPENED}",
        "[Graine de Rue] tient un marché en partenariat avec [La Remise].",
    ),
    Cue(
        RelationKind.MEMBER_OF,
        r"\b(?:membres? (?:actifs? |actives? |fondateurs? )?|adhérente?s? |affiliée?s? |"
        rf"fait partie |rejoint |rejoignent |a rejoint |adhère |intègre ){OPENED}",
        "[La Remise], membre du réseau [Rhin en Commun], accueille un atelier.",
    ),
)
PATTERNS = tuple((cue, re.compile(cue.pattern, re.IGNORECASE)) for cue in CUES)
ENUMERATED = re.compile(
    rf"^[»\"”)]? ?(?:,|et|ainsi que|, et|, ainsi que)(?: avec)? {OPENED}", re.IGNORECASE
)


def relations(
    text: str, found: Sequence[Found]
) -> Iterator[tuple[int, int, RelationKind, tuple[int, int]]]:
    """Yield (position, position, kind, bounds of the sentence) over the names of a text.

    Positions are those of `found`, ordered as they stand in the text. The first is carried by,
    or a member of, the second; the other two kinds have no direction.
    """
    sentences: dict[tuple[int, int], list[int]] = {}
    for position, name in enumerate(found):
        sentences.setdefault(name.sentence, []).append(position)
    for bounds, positions in sentences.items():
        said = _said(text, found, positions) if len(positions) > 1 else {}
        for (one, other), kind in sorted(said.items()):
            yield one, other, kind, bounds
        if len(positions) <= MOST_TOGETHER:
            for one, other in combinations(positions, 2):
                if (one, other) not in said and (other, one) not in said:
                    yield one, other, RelationKind.TOGETHER, bounds


def _said(
    text: str, found: Sequence[Found], positions: Sequence[int]
) -> dict[tuple[int, int], RelationKind]:
    """Return what the cues of a sentence say, enumerations included."""
    gaps = [text[found[a].end : found[b].start] for a, b in pairwise(positions)]
    said: dict[tuple[int, int], RelationKind] = {}
    for at, gap in enumerate(gaps):
        cue = _cue(gap)
        if cue is None:
            continue
        for number in range(at, len(gaps)):
            if number > at and not ENUMERATED.match(gaps[number]):
                break
            pair = (positions[at], positions[number + 1])
            said[pair[::-1] if cue.turned else pair] = cue.kind
    return said


def _cue(gap: str) -> Cue | None:
    if len(gap) > BETWEEN or re.search(r"[;:!?]|\. ", gap):
        return None
    return next((cue for cue, pattern in PATTERNS if pattern.search(gap)), None)
