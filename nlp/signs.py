"""A sentence with a sign for each name, in the one spelling that patterns over names know.

What says before a name what it is goes, articles melt into « de » and « à », adverbs and dates go,
and a denial becomes one sign before its verb: « la ressourcerie A n’est plus membre du réseau B »
is `A ¬est membre de B`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from nlp.cues import ADJECTIVES, GROUPS
from nlp.descriptions import MORE_HEADS

if TYPE_CHECKING:
    from collections.abc import Sequence

FIRST = 0xE000
"""The first of Unicode's characters for private use, each of which stands for a group of names."""
N = "[\ue000-\uf8ff]"
"""The sign of a name, or of several that are enumerated."""

QUOTES = str.maketrans({"’": "'", "ʼ": "'", "‘": "'"} | dict.fromkeys('«»"“”', " "))
MARKS = (
    (re.compile(r"\("), " ( "),
    (re.compile(r"\)"), " ) "),
    (re.compile(r"[—–]|(?<= )-(?= )"), " – "),
    (re.compile(r"\s+"), " "),
    (re.compile(r" (?=[,.])"), ""),
)
MODIFIER = (
    rf"(?: (?:(?:d'|de |du |des )(?!(?:la|le|les|l)\b|{GROUPS}\b)[a-zà-ÿ-]+|"
    r"(?!(?:ex|com|ap|im|in|du)[lmpd]\w*ique|fabrique|pratique)[a-zà-ÿ-]+(?:ifs?|ives?|els?|elles?|"
    r"als?|ales?|aux|aires?|iens?|iennes?|oyens?|oyennes?|ois|oises?|ais|aises?|eux|euses?|ables?|"
    r"iques?|istes?)))"
)
KIND = (
    r"(?:(?:jeunes?|nouve\w+|petite?s?|grande?s?|futur\w*|ancien\w*) )?"
    rf"(?:{GROUPS}|{MORE_HEADS})\b(?:{ADJECTIVES}|{MODIFIER}){{1,3}}"
)
"""What says before a name what it is, and nothing of its bonds."""
MONTH = r"janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre"
WHEN = (
    r"(?:depuis|en|dès|il y a)(?: (?:le|la|un|une|deux|trois|\d{1,2}|plus|plusieurs|de|début|fin))*"
    rf" (?:ans?|mois|années?|semaines?|peu|longtemps|printemps|été|automne|hiver|\d{{4}}|"
    rf"(?:{MONTH})(?: \d{{4}})?)(?: derni(?:er|ère)s?)?"
)
ADVERBS = (
    r"aussi|également|désormais|déjà|toujours|récemment|officiellement|conjointement|"
    r"bénévolement|activement|étroitement|régulièrement|notamment|entièrement|par ailleurs|enfin"
)
NETWORK = (
    r"(?:réseaux?|(?:con)?fédérations?|unions?|mouvements?|ligues?|groupements?|collectifs?|"
    r"alliances?|plateformes?)"
)
"""Groups that one belongs to when one joins them; who joins others may only come to them."""
IS_NETWORK = re.compile(rf"(?:l[ea]s? |l['’])?{NETWORK}\b", re.IGNORECASE)
JOINING = (
    r"\b(re(?:joint|joignent|joindre)|intègr(?:e|ent)|intégré) (?:l[ea]s? |l'|une? )?"
    rf"(?={NETWORK}\b[^{N[1:-1]},]{{0,40}}{N})"
)
SPELLINGS = tuple(
    (re.compile(pattern), instead)
    for pattern, instead in (
        (rf", {WHEN},", ""),
        (rf",? ?\b{WHEN}\b", ""),
        (rf"\b(?:{ADVERBS})\b", ""),
        (JOINING, r"\1 les rangs de "),
        (rf"(?:\bde la |\bde l'|\bdu |\bdes |\bde |\bd') ?{KIND} ?(?={N})", "de "),
        (rf"(?:\bà la |\bà l'|\bau |\baux |\bà ) ?{KIND} ?(?={N})", "à "),
        (rf"(?:\b(?:les|la|le|une?|ce|cette) |\bl')?(?<!\w){KIND} ?(?={N})", ""),
        (rf"(?:\bde la|\bde l'|\bdu|\bdes|\bd') (?={N})", "de "),
        (rf"(?:\bà la|\bà l'|\bau|\baux) (?={N})", "à "),
        (rf"\b(?:les|la|le|une?|l') ?(?={N})", ""),
        (rf"\bni (?:\w+ )?({N}) ni (?:\w+ )?({N}) (?:ne |n')", r"\1 et \2 ¬"),
        (rf"\bn(?:e |')([a-zà-ÿ ]+?) ni ((?:\w+ )?{N}) ni ((?:\w+ )?{N})", r"¬\1 \2 et \3"),
        (r"\bn(?:e |')([a-zà-ÿ' ]{1,40}?) (?:plus|pas|jamais|guère)\b", r"¬\1"),
        (r"\bn(?:e |')([a-zà-ÿ ]{1,40}?) que (?=par|avec|de|à)", r"\1 "),
        (rf"¬([^{N[1:-1]}¬]*?(avec|par|à|de) )({N}),? mais \2 (?={N})", r"\1"),
        (r"\b(?:ancien(?:ne)?s?|ex)[ -](?=membre|adhér|partenaire)", "¬"),
        (r"\bsans (?=partenariat|lien)", "¬en "),
        (r"\s+", " "),
        (r" (?=[,.])", ""),
    )
)


def signs(text: str, bounds: tuple[int, int], names: Sequence[tuple[int, int]]) -> str:
    """Return a sentence of a prepared text; `names` are the bounds of those in it, in order."""
    parts, position = [], bounds[0]
    for number, (start, end) in enumerate(names):
        network = " réseau" if IS_NETWORK.match(text, start, end) else ""
        parts += [text[position:start].lower(), f"{network} {chr(FIRST + number)} "]
        position = max(position, end)
    parts.append(text[position : bounds[1]].lower())
    return _spelled("".join(parts))


def _spelled(sentence: str) -> str:
    sentence = sentence.translate(QUOTES)
    for pattern, instead in (*MARKS, *SPELLINGS):
        sentence = pattern.sub(instead, sentence)
    return sentence.strip()
