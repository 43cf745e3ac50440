"""Texts as they come, made fit for analysis without moving a single character.

Offsets are promises: everything here replaces characters one for one, so that a span found in
the prepared text is the same span in the document.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING

from nlp import speech
from nlp.spans import GROUP_HEADS

if TYPE_CHECKING:
    from collections.abc import Iterator

LONGEST_TEXT = 20_000
"""Characters of a piece: a long text is read in such portions, each in bounded memory."""
LONGEST_SENTENCE = 400
"""Characters quoted as a mention's sentence."""

FEWEST_LETTERS = 25
"""Of a line in capitals that is no short form, no heading of a table."""
SHORTEST_LINE = 14
"""The same of one that is written anew as a sentence."""
OBJECTS = frozenset(["deux", "trois", "quatre", "cinq", "cette", "leur", "leurs", "notre", "nos"])
"""Words that follow a verb, besides the small ones."""
CLOSING, OPENING = re.compile(r"[.,;:!?()–«»]"), re.compile(r"[.:!?–«]")
"""What ends a name in a line of capitals, and behind which of them another may begin."""

MARKUP = re.compile(r"</?[A-Za-z!][^<>]{0,300}>|&(?:nbsp|amp|quot|laquo|raquo|#\d{1,5});")
RUN_OF_MARKS = re.compile(r"[^\w\s]{40,}")
"""Rules drawn in characters; the tokeniser's time grows with the square of their length."""
LINK_NOTE = re.compile(r"\((?:lien externe|nouvelle fenêtre)\)", re.IGNORECASE)
WORD = re.compile(r"[^\W\d_]+")
FUNCTION_WORDS = frozenset(
    """
    a au aux avec ce ces cette chez d dans de des du en entre est et l la le les nous ou où par
    pour qui que sa sans se ses son sur un une vers vous à
    """.split()  # noqa: SIM905 - a list of words reads as one
)
SENTENCE_END = re.compile(
    r"(?<!\b[A-Z])(?<!\bMme)(?<!\bSt)(?<!\bcf)[.!?…]+[\"»”)]*\s++(?=[\"«“(–-]?\s*[^\Wa-z_])|\n\s*"
)


def prepare(text: str) -> str:
    """Return the part of a text that is analysed, cleaned, with every offset kept."""
    kept = MARKUP.sub(_blank, text[:LONGEST_TEXT])
    kept = RUN_OF_MARKS.sub(_blank, LINK_NOTE.sub(_blank, kept))
    kept = "".join(map(_plain, kept)) if not kept.isascii() else kept.translate(_CONTROL)
    return "\n".join(_calm(line) for line in kept.split("\n"))


_CONTROL = {code: " " for code in range(32) if chr(code) != "\n"} | {127: " "}


@lru_cache(maxsize=8192)
def _plain(character: str) -> str:
    """Return a character as one that the language model knows, or a space."""
    if character == "\n" or (character.isascii() and character.isprintable()):
        return character
    if character in "’ʼ‘":
        return "'"
    category = unicodedata.category(character)
    if category[0] in "CZ" or category in {"So", "Sk", "Mn"}:
        return "\n" if category in {"Zl", "Zp"} else " "
    folded = unicodedata.normalize("NFKC", character)
    return folded if len(folded) == 1 else character


def _blank(match: re.Match[str]) -> str:
    return " " * len(match[0])


def recased(text: str) -> str:
    """Return a text whose lines in capitals are written as a sentence, its names with capitals.

    `prepare` alone makes titles of them, as the weights have learnt it: a name would run on into
    what it does. Here a name is what opens the line or follows a group's noun, up to a verb or a
    mark; of the rest, only words of no dictionary.
    """
    return "\n".join(
        _as_said(line) if _shouts(line, SHORTEST_LINE) else line for line in text.split("\n")
    )


def shouts(text: str) -> bool:
    """Tell whether a text of some words is in capitals alone."""
    letters = [c for c in text if c.isalpha()]
    return len(letters) >= FEWEST_LETTERS and all(c.isupper() or not c.islower() for c in letters)


def _as_said(line: str) -> str:
    parts: list[str] = []
    done, naming = 0, True
    words = list(WORD.finditer(line))
    following = [match[0].lower() for match in words[1:]] + [""]
    for match, after in zip(words, following, strict=True):
        between = line[done : match.start()]
        if CLOSING.search(between):
            naming = OPENING.search(between) is not None
        word = match[0].lower()
        classes = speech.classes_of(word)
        acts = classes == "v" and (not after or after in FUNCTION_WORDS or after in OBJECTS)
        if word in GROUP_HEADS:
            naming, capital = True, not parts
        elif word in FUNCTION_WORDS or acts:
            naming, capital = naming and not acts, not parts
        else:
            capital = naming or not classes
        same = len(word) == len(match[0])
        said = (word[0].upper() + word[1:] if capital else word) if same else match[0]
        parts += [between, said]
        done = match.end()
    return "".join([*parts, line[done:]])


def _calm(line: str) -> str:
    """Return a line written all in capitals as a title, since case says nothing in it."""
    return WORD.sub(_calm_word, line) if _shouts(line, FEWEST_LETTERS) else line


def _shouts(line: str, fewest: int) -> bool:
    letters = [c for c in line if c.isalpha()]
    return len(letters) >= fewest and sum(c.isupper() for c in letters) >= 0.8 * len(letters)


def _calm_word(match: re.Match[str]) -> str:
    lowered = match[0].lower()
    if len(lowered) != len(match[0]):
        return match[0]
    return lowered if lowered in FUNCTION_WORDS else lowered[0].upper() + lowered[1:]


def sentences(text: str) -> Iterator[tuple[int, int]]:
    """Yield the bounds of the sentences of a prepared text; a line always ends one."""
    start = 0
    for end in SENTENCE_END.finditer(text):
        stop = end.start() + len(end[0].rstrip())
        while stop > start and text[stop - 1].isspace():
            stop -= 1
        if stop > start:
            yield start, stop
        start = end.end()
    if start < len(text):
        yield start, len(text)


def quote(text: str, bounds: tuple[int, int], span: tuple[int, int]) -> str:
    """Return a sentence as it is shown: around a span, on one line, not too long."""
    start, end = bounds
    if end - start > LONGEST_SENTENCE:
        room = max(0, LONGEST_SENTENCE - (span[1] - span[0])) // 2
        start = max(start, min(span[0] - room, end - LONGEST_SENTENCE))
        end = min(end, max(start + LONGEST_SENTENCE, span[1]))
        start = _word_start(text, start, span[0])
        end = _word_end(text, end, span[1])
    return text[start:end].strip()


def _word_start(text: str, start: int, limit: int) -> int:
    space = text.find(" ", start, limit)
    cut = start > 0 and not text[start - 1].isspace()
    return space + 1 if cut and space >= 0 else start


def _word_end(text: str, end: int, limit: int) -> int:
    space = text.rfind(" ", limit, end)
    cut = end < len(text) and not text[end].isspace()
    return space if cut and space >= 0 else end
