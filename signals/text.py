"""Folding, stems and themes: just enough French to compare what people write."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_LIGATURES = str.maketrans(
    {"œ": "oe", "æ": "ae", "’": "'", "ʼ": "'", "‑": "-", "–": "-", "ß": "ss"}
)
_MARKS = dict.fromkeys(range(0x300, 0x370))
"""The combining marks that Latin letters bear."""
_WORD = re.compile(r"[a-z0-9]+")

_STOP = """
a afin ai ainsi alors apres as au aucun aujourd aupres aussi autour autre autres aux avant avec
avoir ayant beaucoup bien car ce cela celle celles celui cent ces cet cette ceux chaque chez ci
cinq comme comment contre d dans de deja depuis dernier derniere des deux dix dont du duquel
durant elle elles en encore enfin entre envers est et etaient etait ete etre eu eux fait faire
fois font grace hui huit ici il ils j jour jours jusqu jusque l la laquelle le leur leurs lors
lorsque lui m ma mais me meme memes mes mois moins mon n ne neuf ni nos notre nous nouveau
nouveaux nouvelle nouvelles on ont or ou par parmi pas pendant peu peut peuvent plus plusieurs
pour pourra premier premiere pres puis qu quand quatre que quel quelle quelles quelques quels
qui quoi rien s sa sans se sept ses seront si six soit son sont sous sur t ta tandis te tel
telle tes toi ton tous tout toute toutes tres trois tu un une va vers vient voici voila vont vos
votre vous y an ans annee annees heure heures h lundi mardi mercredi jeudi vendredi samedi
dimanche janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre
matin soir semaine prochain prochaine matinee apres-midi http https www com fr association
associations collectif ville commune rue place
"""
STOP_WORDS = frozenset(_STOP.split())
"""Words that tell nothing of what a group is about, folded; our own short list."""


@lru_cache(maxsize=1 << 17)
def fold(text: str) -> str:
    """Return a text in lower case, without accents, with plain apostrophes and hyphens."""
    lowered = text.lower().translate(_LIGATURES)
    if lowered.isascii():
        return lowered
    return unicodedata.normalize("NFKD", lowered).translate(_MARKS)


def words(text: str) -> list[str]:
    """Return the folded words of a text, in order."""
    return _WORD.findall(fold(text))


def stem(word: str) -> str:
    """Return the part of a folded word that its inflections share.

    Plural endings go; then long words lose their last three letters, which is where French
    nouns, adjectives and verbs of one family differ (*réemploi*, *réemployer*).
    """
    if (len(word) > 4 and word.endswith(("aux", "eux"))) or (len(word) > 3 and word[-1] in "sx"):
        word = word[:-1]
    return word[: max(5, len(word) - 3)]


def theme_stems(themes: Iterable[str]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return each theme with the stems that a sentence must hold to be about it."""
    pairs = (
        (theme, tuple(stem(w) for w in words(theme) if w not in STOP_WORDS)) for theme in themes
    )
    return tuple((theme, stems) for theme, stems in pairs if stems)


@lru_cache(maxsize=1 << 16)
def _stems_of(sentence: str) -> frozenset[str]:
    return frozenset(stem(word) for word in words(sentence))


def themes_in(sentence: str, stems: tuple[tuple[str, tuple[str, ...]], ...]) -> list[str]:
    """Return the themes all of whose stems occur in a sentence."""
    folded = fold(sentence)  # most sentences do not even hold the letters of a theme
    near = [(theme, wanted) for theme, wanted in stems if all(s in folded for s in wanted)]
    if not near:
        return []
    present = _stems_of(sentence)
    return [theme for theme, wanted in near if all(s in present for s in wanted)]
