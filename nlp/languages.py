"""In which language a text is written: French, German, English, or one that is not read here."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator

READ = ("fr", "de", "en")
ALSATIAN = "lb"
"""The identifier takes it for Luxembourgish; whole sentences of it are German, not French."""
ALSATIAN_CODE = "gsw"
"""Its own (ISO 639-2)."""
# Regional tongues that are not refused in titles, Picard (taken for Walloon) and creole in texts.
NEAR = (ALSATIAN, "wa", "oc", "gcf", "gcr")
SURE = 0.75
FAIRLY = 0.5
"""Probability among all languages from which a short text is in another one than its default."""
FOREIGN = 0.1
"""Probability of all that is read, under which a long text is refused."""
LONG_ENOUGH = 120
"""Letters; a shorter text is refused only if it is a sentence that is surely in one language."""
WORDS_OF_SENTENCE = 5
"""Fewer are a title or a name, which may be in any language."""
SAMPLE = 1500
"""Characters looked at: the answer has long been clear by then."""

OTHERS = frozenset(
    """
    und der die das ist nicht mit für von ein eine einen auf zu zum zur den dem sich wird
    werden im auch als wir sie unser unsere haben sind bei nach über durch am
    the and of to with for is are that this from by will our we you has have been their its
    """.split()  # noqa: SIM905 - a list of words reads as one
)
"""Small words of German and English that French does not have: without them nobody looks on."""
SMALL_WORDS = 3
"""Different ones that a passage in another language has at least."""
PASSAGE = 40
"""Letters of a passage from which its language can be told; shorter ones are left alone."""
CERTAIN = 0.95
"""Probability, among all languages, from which a passage is in another one."""
FRENCH = frozenset(
    ["le", "la", "les", "il", "elle", "du", "une", "est", "et", "dans", "qui", "pour", "que"]
)
FRENCH_ALONE = FRENCH - {"le", "la", "il", "que"} | {"au", "aux", "des"}
"""Without those that Italian and Spanish share."""
DIALECT = frozenset(
    """
    ìsch isch ìm sìn hìt het hàt àm àn àlles ìn ùn ùf uf z' d'r dr güet gueti güeti nìt nit mìr mir
    mìt wàs wia wie vun fer fìr unser unsri unseri scheen sìnd kumm kumme gehn geht nèie bi zuem
    """.split()  # noqa: SIM905 - a list of words reads as one
)
"""Small words of Alsatian, which the identifier knows as no language; French has none of them."""
DIALECT_MARKS = ("ì", "isch", "unser", " het ", "D'r", "d'r", "güet", "Güet", "Gueti")
"""Without one of them nobody looks on."""
TWO = 2
"""Of them in a sentence without a small word of French: it is Alsatian."""
SENTENCE = re.compile(r"[^.!?:;«»“”\"\n]+[.!?]*")
WHOLE_SENTENCE = re.compile(r"[^.!?\n]+[.!?]*")
LINE = re.compile(r"[^\n]+")
ASIDE = re.compile(r"«[^«»\n]*»|“[^“”\n]*”|\"[^\"\n]*\"|\([^()\n]*\)")
"""What a sentence quotes or glosses says nothing of its own language."""
FRENCH_SENTENCE = 25
"""Letters from which a sentence can be surely French."""
FRENCH_SHARE = 0.05
"""Of the small words that French alone has; a text with fewer may be in any language."""


def foreign(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield the bounds and the language of what is not read in a text that is read as French.

    Of a French text that is what is surely German or English: whole lines, and single sentences
    of other lines. Of a text in another language it is each sentence that is not in French.
    """
    if not _may_be_foreign(text) and not _has_little_french(text):
        yield from _alsatian(text, 0, len(text))
        return
    if detect(text) != "fr" and holds_french(text):
        yield from _not_french(text)
        return
    for line in LINE.finditer(text):
        if not _may_be_foreign(line[0]):
            yield from _alsatian(text, *line.span())
            continue
        whole = None if FRENCH.intersection(line[0].lower().split()) else _certainly(line[0])
        if whole is not None:
            yield *line.span(), whole
            continue
        for sentence in SENTENCE.finditer(text, line.start(), line.end()):
            language = _certainly(sentence[0])
            if language is not None:
                yield *sentence.span(), language


def _alsatian(text: str, first: int, after: int) -> Iterator[tuple[int, int, str]]:
    """Yield the sentences in Alsatian: mottos, and short ones in a French text."""
    if not any(mark in text for mark in DIALECT_MARKS):
        return
    for sentence in WHOLE_SENTENCE.finditer(text, first, after):
        words = sentence[0].lower().replace("’", "'").split()
        said = sum(word.strip(",;:«»") in DIALECT or "ì" in word for word in words)
        if said >= TWO and FRENCH_ALONE.isdisjoint(words):
            yield *sentence.span(), ALSATIAN_CODE


def _not_french(text: str) -> Iterator[tuple[int, int, str]]:
    for sentence in WHOLE_SENTENCE.finditer(text):
        said = ASIDE.sub(" ", sentence[0])
        language = detect(said)
        if language != "fr":
            yield *sentence.span(), language or _identifier().rank(said[:SAMPLE])[0][0]


def holds_french(text: str) -> bool:
    """Tell whether a sentence of a text is surely French, whatever the others are."""
    return any(_surely_french(sentence[0]) for sentence in WHOLE_SENTENCE.finditer(text))


def _surely_french(sentence: str) -> bool:
    said = ASIDE.sub(" ", sentence)
    if sum(map(str.isalpha, said)) < FRENCH_SENTENCE:
        return False
    language, share = _identifier().rank(said[:SAMPLE])[0]
    return language == "fr" and share >= FAIRLY


def _has_little_french(text: str) -> bool:
    words = text[:SAMPLE].lower().split()
    return sum(word in FRENCH_ALONE for word in words) < FRENCH_SHARE * len(words)


def _may_be_foreign(text: str) -> bool:
    return len(OTHERS.intersection(text.split())) >= SMALL_WORDS


def _certainly(passage: str) -> str | None:
    words = passage.split()
    if not _may_be_foreign(passage) or sum(map(str.isalpha, passage)) < PASSAGE:
        return None
    if SMALL_WORDS * sum(word in FRENCH for word in words) > sum(word in OTHERS for word in words):
        return None  # French that quotes
    language, share = _identifier().rank(passage[:SAMPLE])[0]
    return language if share >= CERTAIN and language in READ and language != "fr" else None


def detect(text: str, default: str = "fr") -> str | None:
    """Return `fr`, `de` or `en`; `None` if the text is surely in another language or script.

    `default` is the language of the document or its source: it decides where the text is too
    short or too odd to tell. Only the first 1,500 characters are looked at.
    """
    sample = text[:SAMPLE]
    letters = [character for character in sample if character.isalpha()]
    if not letters:
        return default
    latin = sum(map(_is_latin, letters))
    if latin < len(letters) / 2:
        return None
    ranked = dict(_identifier().rank(sample))
    read = {language: ranked.get(language, 0.0) for language in READ}
    among = sum(read.values())
    near = among + sum(ranked.get(language, 0.0) for language in NEAR)
    sentence = len(sample.split()) >= WORDS_OF_SENTENCE
    surely = len(letters) >= LONG_ENOUGH or (sentence and max(ranked.values()) >= FAIRLY)
    if near < FOREIGN and surely:
        return None
    if sentence:
        read["de"] += ranked.get(ALSATIAN, 0.0)
    language = max(READ, key=lambda language: read[language])
    if len(letters) < LONG_ENOUGH and read[language] < FAIRLY:
        return default
    return language if among and read[language] / among >= SURE else default


class _Identifier(Protocol):
    def rank(self, text: str) -> list[tuple[str, float]]: ...


@cache
def _is_latin(character: str) -> bool:
    return character.isascii() or unicodedata.name(character, "").startswith("LATIN")


@cache
def _identifier() -> _Identifier:
    """Return the identifier of some hundred languages; loading takes half a second."""
    from py3langid import langid  # noqa: PLC0415 - slow to import

    untyped: Any = langid.LanguageIdentifier
    found: _Identifier = untyped.from_model_file(langid.MODEL_FILE, norm_probs=True)
    return found
