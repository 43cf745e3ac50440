"""A person's name taken out of what is kept, and kept out without being kept.

A name is known by keyed marks of its words, whatever their case, accents and order; a text is
searched by the marks of its runs of words. So what was erased is recognised when it comes again,
and nobody can read from the marks alone whose name it was.
"""

from __future__ import annotations

import gzip
import hmac
import html
import re
import unicodedata
from dataclasses import dataclass, fields, is_dataclass, replace
from hashlib import sha256
from typing import TYPE_CHECKING, TypeVar, cast

from vigie.records import Message

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from pathlib import Path

BAR = "█"
"""What stands for each letter of an erased name: nothing after it moves."""
T = TypeVar("T")
FEWEST_WORDS, MOST_WORDS = 2, 6
"""Of a name: one word alone is also that of a street, a town, another family."""
_ADDRESS = re.compile(r"https?://\S+", re.IGNORECASE)
_WORD = re.compile(r"[^\W_]+")


def name_words(name: str) -> tuple[str, ...]:
    """Return the words of a name, without case and accents."""
    return tuple(_folded(word) for word in _WORD.findall(name))


@dataclass(frozen=True, slots=True)
class Erased:
    """The names that nothing kept may hold, as marks."""

    key: bytes
    marks: frozenset[str] = frozenset()
    lengths: frozenset[int] = frozenset()
    """In words."""
    telling: frozenset[str] = frozenset()
    """A word of each, while the names themselves are at hand: a text without any needs no more."""

    def __bool__(self) -> bool:
        """Tell whether there is any."""
        return bool(self.marks)

    def without(self, text: str) -> str:
        """Return a text in which bars stand for the letters of each erased name."""
        if not self.marks or not text:
            return text
        if self.telling and not any(word in _folded(text) for word in self.telling):
            return text
        found = list(self._places(text))
        for start, end in found:
            text = text[:start] + _WORD.sub(_barred, text[start:end]) + text[end:]
        return text

    def within(self, value: T) -> T:
        """Return a JSON value, or a record, of which every text is without erased names.

        Addresses of the web stay as they are: they are how a document is found.
        """
        return cast("T", self._within(value)) if self.marks else value

    def _within(self, value: object) -> object:
        match value:
            case str():
                return value if _ADDRESS.fullmatch(value) else self.without(value)
            case list():
                return [self._within(one) for one in value]
            case tuple():
                return tuple(self._within(one) for one in value)
            case dict():
                return {name: self._within(one) for name, one in value.items()}
        if is_dataclass(value) and not isinstance(value, type):
            return replace(
                value, **{f.name: self._within(getattr(value, f.name)) for f in fields(value)}
            )
        return value

    def _places(self, text: str) -> Iterator[tuple[int, int]]:
        words = [(m.start(), m.end(), _folded(m.group())) for m in _WORD.finditer(text)]
        for length in sorted(self.lengths):
            for first in range(len(words) - length + 1):
                run = words[first : first + length]
                if mark(self.key, [word for *_, word in run]) in self.marks:
                    yield run[0][0], run[-1][1]


def mark(key: bytes, words: Iterable[str]) -> str:
    """Return the keyed mark of some words, in any order."""
    return hmac.new(key, " ".join(sorted(words)).encode(), sha256).hexdigest()


def erased(key: bytes, names: Iterable[str]) -> Erased:
    """Return the marks of some names."""
    told = [name_words(name) for name in names]
    return Erased(
        key,
        frozenset(mark(key, one) for one in told),
        frozenset(map(len, told)),
        frozenset(max(one, key=len) for one in told),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Files:
    """The files in which a name stands."""

    archives: tuple[Path, ...]
    """Of raw responses (WARC), each of a day and batch: removed whole, sites have them still."""
    rejects: tuple[Path, ...]
    """Of entries that were set aside: kept without the name."""


def in_files(data: Path, gone: Erased, *, remove: bool) -> Files:
    """Return the files that hold a name; with `remove` it is in none of them afterwards."""
    archives = holding(data / "archive", gone)
    rejects = []
    for path in sorted((data / "rejects").glob("*.jsonl")):
        text = path.read_text(encoding="utf-8", errors="replace")
        if (without := gone.without(text)) != text:
            rejects.append(path)
            if remove:
                path.write_text(without, encoding="utf-8")
    if remove:
        for path in archives:
            path.unlink(missing_ok=True)
    return Files(archives=tuple(archives), rejects=tuple(rejects))


def holding(folder: Path, gone: Erased) -> list[Path]:
    """Return the archived responses, gzipped each, that hold one of the names."""
    found = []
    for path in sorted(folder.rglob("*.gz")) if folder.is_dir() else ():
        try:
            with gzip.open(path) as file:
                raw = file.read()
        except (OSError, EOFError):
            found.append(path)  # cut short: nobody can say what it holds
            continue
        texts = {raw.decode("utf-8", "replace"), raw.decode("cp1252", "replace")}
        if any(gone.without(read) != read for read in map(html.unescape, texts)):
            found.append(path)
    return found


def told(
    counts: Mapping[str, int], actors: int, addresses: int, files: Files, backups: int
) -> list[Message]:
    """Return in words where a name stands, or stood, and where it stays."""
    quoted = {"mentions", "relations", "candidates", "citations"}
    texts = {"texts", "documents", "document_revisions"}

    def rows(names: Collection[str]) -> int:
        return sum(n for table, n in counts.items() if table in names)

    others = rows(counts.keys() - quoted - texts)
    lines = [
        Message("phrases citées : {n}", {"n": rows(quoted)}),
        Message("textes et titres, et l’index qui les cherche : {n}", {"n": rows(texts)}),
        Message("notes, fiches, propositions et le reste : {n}", {"n": others}),
        Message("acteurs dont c’est un nom, ou une partie du nom : {n}", {"n": actors}),
        Message(
            "archives de réponses brutes (WARC), effacées entières : {n}",
            {"n": len(files.archives)},
        ),
        Message("fichiers d’entrées mises de côté : {n}", {"n": len(files.rejects)}),
    ]
    if addresses:
        lines.append(
            Message(
                "reste : l’adresse de {n} document, qui porte ce nom et vient de son site",
                {"n": addresses},
                "reste : l’adresse de {n} documents, qui porte ce nom et vient de leur site",
            )
        )
    if backups:
        lines.append(
            Message(
                "reste : {n} sauvegarde d’avant, jusqu’à ce que sa place soit reprise ; effacez-la "
                "ou refaites l’effacement après une restauration",
                {"n": backups},
                "reste : {n} sauvegardes d’avant, jusqu’à ce que leur place soit reprise ; "
                "effacez-les ou refaites l’effacement après une restauration",
            )
        )
    return lines


def _barred(word: re.Match[str]) -> str:
    return BAR * len(word.group())


def _folded(word: str) -> str:
    plain = unicodedata.normalize("NFKD", word.casefold())
    return "".join(c for c in plain if not unicodedata.combining(c))
