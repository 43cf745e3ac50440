"""What a sentence says of two actors that it names: together, carried by, partners, member of.

No parser is loaded, so a sentence is read by a cascade of patterns (Abney 1996, « Partial parsing
via finite-state cascades »). Each name becomes one sign, and what stands before it to say what it
is goes: « le collectif A, membre du réseau B, travaille avec C » is `A, membre de B, travaille avec
C`. Then the first pattern that holds tells its tie and takes its words away, enclosed ones before
those around them, until none holds: `A, travaille avec C`. So what is said across an apposition is
said of the right one. Names of one sentence of which nothing more is said are *together*: that is
evidence of nearness, not of a bond.
"""

from __future__ import annotations

import re
from itertools import combinations, product
from typing import TYPE_CHECKING

from nlp import bonds
from nlp.signs import FIRST, N, signs
from vigie.records import RelationKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from nlp.recognition import Found

Said = dict[tuple[int, int], RelationKind]

MOST_TOGETHER = 6
"""Names in a sentence beyond which it is a list: standing in it together says nothing."""
LONGEST = 1500
"""Characters of a sentence in which bonds are looked for: what is longer is a page's leftovers."""
MOST_STEPS = 60
"""Patterns that a sentence may hold; each takes words away, so that it is never reached but by
a list of half a page."""


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
        said = _said(text, bounds, found, positions) if len(positions) > 1 else {}
        for (one, other), kind in sorted(said.items()):
            yield one, other, kind, bounds
        if len(positions) <= MOST_TOGETHER:
            for one, other in combinations(positions, 2):
                if (one, other) not in said and (other, one) not in said:
                    yield one, other, RelationKind.TOGETHER, bounds


def _said(
    text: str, bounds: tuple[int, int], found: Sequence[Found], positions: Sequence[int]
) -> Said:
    """Return what a sentence says of its names beyond naming them."""
    names = [(found[position].start, found[position].end) for position in positions]
    start, end = min(bounds[0], names[0][0]), max(bounds[1], names[-1][1])
    if end - start > LONGEST or not bonds.SPEAKS.search(text, start, end):
        return {}
    reading = _Reading(signs(text, (start, end), names), positions)
    reading.read()
    return reading.said


class _Reading:
    """A sentence on its way through the cascade, and what it was found to say."""

    def __init__(self, sentence: str, positions: Sequence[int]) -> None:
        self.sentence = sentence
        self.groups: list[tuple[int, ...]] = [(position,) for position in positions]
        self.said: Said = {}

    def read(self) -> None:
        """Apply the first step that holds, again and again."""
        steps = (
            self._part,
            self._front,
            self._list,
            self._whole,
            self._beside,
            self._late,
            self._mutual,
            self._clause,
        )
        for _ in range(MOST_STEPS):
            if not any(step() for step in steps):
                return

    def _part(self) -> bool:
        """Part two clauses that « et » joins: « A travaille avec B et C avec D »."""
        match = bonds.GAPPED.search(self.sentence)
        if match and match["cue"].rstrip().endswith(match["p"]):
            return self._put(match, f"{match['cue']} {match['b']} ; {match['c']} {match['cue']} ")
        match = bonds.CLAUSES.search(self.sentence)
        return match is not None and self._put(match, f"{match['left']} ; {match['c']}")

    def _front(self) -> bool:
        """Read « En partenariat avec A et B, C organise »: the subject is what is last."""
        match = bonds.FRONTED.match(self.sentence)
        if match is None:
            return False
        objects, subject = self._grouped(match["list"]), self._grouped(match["subject"])
        self._tell(match, subject, objects)
        return self._put(match, subject)

    def _list(self) -> bool:
        """Make one group of an enumeration."""
        return (
            self._join(bonds.LISTED_BEHIND)
            or self._join(bonds.LISTED)
            or self._join(bonds.LISTED_TO_THE_END)
        )

    def _whole(self) -> bool:
        """Read what is said around two names: « A, dont B est membre »."""
        for whole, pattern in bonds.WHOLES:
            if match := pattern.search(self.sentence):
                ones, others = self._members(match["a"]), self._members(match["b"])
                self._tie(whole.kind, product(ones, others))
                return self._put(match, match[whole.left])
        return False

    def _beside(self) -> bool:
        """Read what stands right behind a name: an apposition, a relative clause."""
        for pattern in bonds.BESIDE:
            match = pattern.search(self.sentence)
            if match is None:
                continue
            self._tell(match, match["a"], match["b"])
            if match["also"]:  # « porté par B et en partenariat avec C »: of the same name
                qui = " qui" if " qui " in match[0] else ""
                return self._put(match, f"{match['a']}{match['open'] or ''}{qui}")
            return self._put(match, match["a"] + ("," if match["close"] == "," else ""))
        return False

    def _late(self) -> bool:
        """Make one group of what an apposition stood between."""
        return self._join(bonds.LISTED_LATE)

    def _mutual(self) -> bool:
        """Read what is said of several together: « A et B s'associent »."""
        for whole, pattern in bonds.MUTUAL:
            if match := pattern.search(self.sentence):
                self._tie(whole.kind, combinations(self._members(match["a"]), 2))
                return self._put(match, f"{match[whole.left]} ·")
        return False

    def _clause(self) -> bool:
        """Read the first verb or adverbial that is left: it is said of its clause's subject."""
        match = bonds.IN_CLAUSE.search(self.sentence)
        if match is None:
            return False
        before = bonds.BOUNDARY.split(self.sentence[: match.start()])[-1]
        bond = None if bonds.DENIED.search(before) else bonds.bond_of(match)
        if bond is None:
            return self._put(match, "·")
        governor = bonds.governor(before, bond)
        if governor is None:
            return self._put(match, f"· de {match['b']}")
        self._tell(match, governor, match["b"])
        return self._put(match, "·")

    # --- what the steps share ----------------------------------------------------------

    def _put(self, match: re.Match[str], instead: str) -> bool:
        whole = self.sentence[: match.start()] + instead + self.sentence[match.end() :]
        self.sentence = " ".join(whole.split())
        return True

    def _members(self, sign: str) -> tuple[int, ...]:
        return self.groups[ord(sign) - FIRST]

    def _grouped(self, enumeration: str) -> str:
        """Return the sign of a new group of all that an enumeration names."""
        signs = re.findall(N, enumeration)
        if len(signs) == 1:
            return str(signs[0])
        self.groups.append(tuple(p for sign in signs for p in self._members(sign)))
        return chr(FIRST + len(self.groups) - 1)

    def _join(self, pattern: re.Pattern[str]) -> bool:
        match = pattern.search(self.sentence)
        return match is not None and self._put(match, match["p"] + self._grouped(match[0]))

    def _tell(self, match: re.Match[str], subject: str, objects: str) -> None:
        """Keep what the bond of a match says, unless it is denied."""
        bond = bonds.bond_of(match)
        if bond is not None:
            ones, others = self._members(subject), self._members(objects)
            self._tie(bond.kind, product(*((others, ones) if bond.turned else (ones, others))))

    def _tie(self, kind: RelationKind, pairs: Iterable[tuple[int, int]]) -> None:
        for one, other in pairs:
            if one != other and (other, one) not in self.said:
                self.said.setdefault((one, other), kind)
