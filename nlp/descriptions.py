"""What a sentence says that a group is, in its own words: the apposition beside the name.

Nothing is composed: a description is a stretch of the text, or there is none.
"""

from __future__ import annotations

import re

from nlp.cues import GROUPS

LONGEST = 140
"""Characters; what goes on longer is a sentence, not a description."""
FEWEST = 3
"""Words: « une association » says no more than the kind does."""
MORE_HEADS = (
    r"lieux?|espaces?|groupes?|équipes?|projets?|festivals?|médias?|journal|revues?|cantines?|"
    r"cafés?|bibliothèques?|recycleries?|monnaies?|ensembles?|fab-?labs?|hackerspaces?|initiatives?|"
    r"dispositifs?|laboratoires?|écoles?"
)
HEAD = (
    r"(?:(?:jeune|petite?|nouve(?:au|lle)|ancien(?:ne)?|toute jeune|première?) )?"
    rf"(?:{GROUPS}|{MORE_HEADS})\b"
)
STOP = r"(?=\s*(?:[,;:.!?…()\n«»\"]|\s[–-]\s|$))"
PHRASE = r"[^,;:.!?…()\n«»\"]*?"
AFTER = (
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
BEFORE = re.compile(
    rf"\b(?:une?|le|la|l'|du|au|les|des) ?(?P<what>{HEAD}(?: [a-zà-ÿ'’-]+){{1,8}}) ?,? ?[«\"“]? ?$",
    re.IGNORECASE,
)
OPEN_END = re.compile(
    r"[\s,]+(?:et|ou|de|du|des|d'|à|au|aux|en|par|pour|avec|dans|sur|qui|que|dont|le|la|les|un|une|"
    r"nommée?|appelée?|baptisée?|dénommée?)$",
    re.IGNORECASE,
)


def description(
    text: str, name: tuple[int, int], sentence: tuple[int, int]
) -> tuple[int, int] | None:
    """Return where a sentence says what a name is, `None` where it does not.

    All are characters of the prepared text, ends exclusive.
    """
    after = text[name[1] : sentence[1]]
    for pattern in AFTER:
        match = pattern.match(after)
        if match:
            return _sound(text, name[1] + match.start("what"), name[1] + match.end("what"))
    start = max(sentence[0], name[0] - LONGEST)
    match = BEFORE.search(text[start : name[0]])
    if match:
        return _sound(text, start + match.start("what"), start + match.end("what"))
    return None


def _sound(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Return a stretch without its dangling end, unless too little or too much is left."""
    words = text[start:end].rstrip()
    while OPEN_END.search(words):
        words = OPEN_END.sub("", words)
    if len(words) > LONGEST or len(words.split()) < FEWEST:
        return None
    return start, start + len(words)
