"""A text as it is read: without markup, in pieces, prepared; what is found fits the given text.

So a long text is read in bounded memory, and a huge one as far as `LONGEST_READ`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from nlp import languages, markup, text
from vigie.records import Message
from vigie.words import ANOTHER_LANGUAGE, LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from nlp.markup import Clean
    from vigie.records import EventDetails

LONGEST_READ = 200_000
"""Characters of a text that are read: some eighty pages. More is a book, a log, a mistake, and
would keep what else waits from being read for minutes."""
ENDS = ("\n", ". ", " ")
"""Where a text may be cut, the best first."""
REPEATED = re.compile(r"\b(\w+)(?:\W+\1\b){9,}")
"""One word ten times and more: no sentence, whatever its neighbours would make of it."""

WORD = re.compile(r"\w+")
LONGEST_PHRASE = 60
"""Words of what may be repeated in a row."""
FEW = 5
"""Times in a row from which a phrase is read once: it says no more, and would count as often."""

BILINGUAL = 20_000
"""Characters within which a text in another language may turn out to be bilingual."""
NO_LANGUAGE = "zxx"
"""The code (ISO 639-3) of what is in no language: one word over and over."""
BLANKS = re.compile(r" {2,}")
GAP = re.compile(r"[^\S\n]{40,}")
"""So much blank ends a line, whatever it stood for."""


class Piece(NamedTuple):
    """A stretch of a text that is read at once; most texts are one."""

    first: int
    """Where it begins in the text without markup."""
    said: str
    plain: str
    """The same, prepared; behind a document's last one stand the fields of its event."""
    foreign: tuple[tuple[int, int, str], ...] = ()
    """What of it is in another language, with which one: blank where it is prepared."""


class Given(NamedTuple):
    """A text as it was given, and as it is read."""

    raw: str
    """What of it is read."""
    clean: Clean
    pieces: list[Piece]
    unread: int = 0
    """Characters behind it that are left."""
    repeats: bool = False
    """It repeats itself in a row, most of it: each phrase is read once."""
    shouts: bool = False
    """It stands in capitals, whose case says nothing of what is a name."""

    @property
    def notes(self) -> list[Message]:
        """Return what of the text was not read, in words."""
        told = []
        if self.unread:
            told.append(
                Message(
                    "texte trop long : lu jusqu’au caractère {read}, les {unread} suivants ne le "
                    "sont pas",
                    {"read": len(self.raw), "unread": self.unread},
                )
            )
        return [*told, *self.ways]

    @property
    def ways(self) -> list[Message]:
        """Return in what other way than word by word the text is read, in words."""
        told = []
        if self.repeats:
            told.append(Message("le texte se répète : chaque phrase n’en est lue qu’une fois"))
        if self.shouts:
            told.append(Message("texte tout en capitales : les noms y sont moins sûrs"))
        return told


def language_of(raw: str, default: str | None = None) -> str | None:
    """Return the language of a text as it was given; what cannot be told is in `default`'s.

    A text of which a part is surely French is in French: only that part is read.
    """
    raw, _ = read_part(raw)
    beginning = markup.clean(raw[: 4 * languages.SAMPLE]).text
    words = beginning.split()
    if FEW * len(set(words)) <= len(words):
        beginning = BLANKS.sub(" ", once(beginning))
        if sum(map(str.isalpha, beginning)) < languages.PASSAGE and _repeats_one_word(raw):
            return NO_LANGUAGE
    found = languages.detect(text.prepare(beginning[: languages.SAMPLE]), default or "fr")
    if found == "fr":
        return found
    whole = text.prepare(markup.clean(raw[:BILINGUAL]).text)
    return "fr" if languages.holds_french(whole) else found


def why_unread(language: str | None) -> Message:
    """Return why a text in a language that is not French is not read."""
    if language is None:
        return Message("langue non reconnue : le texte n’a pas été analysé")
    if language == NO_LANGUAGE:
        return Message("un seul mot répété : le texte n’a pas été analysé")
    return Message(
        "texte {language} : seul le français est analysé",
        {"language": LANGUAGES.get(language, ANOTHER_LANGUAGE)},
    )


def _repeats_one_word(raw: str) -> bool:
    whole = markup.clean(raw).text
    return any(map(str.isalpha, whole)) and not any(map(str.isalpha, once(whole)))


def read_as(raw: str, more: str = "") -> Given:
    """Return a text as it is read, with `more` (prepared) behind it."""
    raw, unread = read_part(raw)
    clean = markup.clean(raw)
    said_once = once(clean.text)
    repeats = 2 * len(said_once.split()) < len(clean.text.split())
    made = []
    for start, end in cuts(clean.text):
        said = clean.text[start:end]
        plain = text.prepare(text.recased(said))
        if said_once[start:end] != said:
            plain = _blank_where(said_once[start:end], plain)
        plain = GAP.sub(lambda gap: "\n" * len(gap[0]), plain)
        left = tuple(languages.foreign(said_once[start:end]))
        for first, last, _ in left:
            plain = plain[:first] + "\n" * (last - first) + plain[last:]
        made.append(Piece(start, said, plain + (more if end == len(clean.text) else ""), left))
    return Given(raw, clean, made, unread, repeats, text.shouts(clean.text))


def event_lines(event: EventDetails | None) -> str:
    """Return an event's organiser and venue as sentences that the recogniser understands."""
    if event is None:
        return ""
    organiser, venue = event.organiser, event.venue
    lines = [f"Organisateur : {_one_line(organiser)}"] if organiser else []
    lines += [f"Lieu : {_one_line(venue)}"] if venue else []
    return "".join(f"\n\n{line}" for line in lines)


def _one_line(field: str) -> str:
    return re.sub(r"\s+", " ", text.prepare(field[:200])).strip()


def read_part(raw: str) -> tuple[str, int]:
    """Return what is read of a text, and how many characters are left behind it."""
    if len(raw) <= LONGEST_READ:
        return raw, 0
    _, end = next(cuts(raw, LONGEST_READ))
    return raw[:end], len(raw) - end


def once(whole: str) -> str:
    """Return a text with blanks for what it repeats in a row, so that each phrase stands once.

    One word over and over is no phrase: nothing is left of it.
    """
    kept = REPEATED.sub(lambda run: " " * len(run[0]), whole)
    again = _said_again(WORD.findall(kept))
    if not again.any():
        return kept
    words = [word.span() for word in WORD.finditer(kept)]
    parts, done = [], 0
    for first, last in _runs(again, 1):
        start, end = words[first][0], words[last - 1][1]
        parts += [kept[done:start], " " * (end - start)]
        done = end
    return "".join([*parts, kept[done:]])


def _said_again(words: list[str]) -> NDArray[np.bool_]:
    """Return for each word whether it stands in a phrase that the words before it were, too."""
    numbers: dict[str, int] = {}
    codes = np.array([numbers.setdefault(word, len(numbers)) for word in words], np.int32)
    again = np.zeros(len(words), bool)
    for length in range(2, min(LONGEST_PHRASE, len(words) // FEW) + 1):
        same = codes[:-length] == codes[length:]
        if np.count_nonzero(same) >= (FEW - 1) * length:
            for first, last in _runs(same, (FEW - 1) * length):
                again[first + length : last + length] = True
    return again


def _runs(true: NDArray[np.bool_], least: int) -> Iterator[tuple[int, int]]:
    """Yield the bounds of the runs of at least so many true values."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], true, [False]))))
    for first, last in edges.reshape(-1, 2).tolist():
        if last - first >= least:
            yield first, last


def _blank_where(blanked: str, plain: str) -> str:
    """Return a prepared text with the blanks of another of the same length."""
    return "".join(" " if b == " " else p for b, p in zip(blanked, plain, strict=True))


def foreign(given: Given) -> Iterator[tuple[str, str]]:
    """Yield the passages of a text that are not read, each with the language it is in."""
    for piece in given.pieces:
        for start, end, language in piece.foreign:
            yield piece.said[start:end], language


def cuts(whole: str, longest: int = text.LONGEST_TEXT) -> Iterator[tuple[int, int]]:
    """Yield the bounds of the pieces of a text, one for most: each ends with a line if it can."""
    start = 0
    while len(whole) - start > longest:
        low, high = start + longest // 2, start + longest
        ends = (whole.rfind(mark, low, high) + len(mark) for mark in ENDS)
        cut = next((end for end in ends if end > low), high)
        yield start, cut
        start = cut
    yield start, len(whole)
