"""A small grammar of French: templates in, grammatical text with marked names out.

Phrases live in `simulation/french/*.txt`: a section starts with `@name`, each further line is
one way of saying it. Inside a line, `[a|b|]` chooses, `{symbol}` inserts a bound thing or
another section, `{A:est/sont}` agrees with what was said last of `A`.

While a text is being written, a name is enclosed in private-use characters, so that elision and
contraction can work across its edge ("de" + "Les Racines" gives "des Racines") and the offsets
are still right at the end.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from random import Random

FIRST_MARK = 0xE000
LAST_MARK = 0xF8FE
END = "\uf8ff"
_MARK = "[\ue000-\uf8fe]"


class Bound(Protocol):
    """What a slot of a template may stand for."""

    def say(self, how: str, rng: Random) -> str:
        """Return the words for a slot; `how` is what follows the dot or the colon."""


_SLOT = re.compile(r"([^.:]*)\.?([^:]*):?(.*)")
Context = Mapping[str, "Bound | str"]
Node = tuple[str, object]


@dataclass(frozen=True, slots=True)
class Named:
    """Where a text names something: `end` is exclusive, offsets are in characters."""

    start: int
    end: int
    mark: int


def mark(index: int, text: str) -> str:
    """Enclose a name so that `finish` finds it again under this index."""
    return chr(FIRST_MARK + index) + text + END


# --- templates ---------------------------------------------------------------------------


@cache
def rules() -> Mapping[str, tuple[str, ...]]:
    """Return every section of the phrase files."""
    found: dict[str, list[str]] = {}
    folder = files("simulation").joinpath("french")
    for entry in sorted(folder.iterdir(), key=lambda item: item.name):
        if not entry.name.endswith(".txt"):
            continue
        section = ""
        for raw in entry.read_text(encoding="utf-8").splitlines():
            line = raw.strip()
            if line.startswith("@"):
                section = line[1:].strip()
                found.setdefault(section, [])
            elif line and not line.startswith("#"):
                found[section].extend(_options(line))
    return {name: tuple(lines) for name, lines in found.items()}


def _options(line: str) -> list[str]:
    """Split a list of words at its semicolons; the French semicolon has a space before it."""
    return ["" if word == "~" else word for word in re.split(r"(?<! );", line)]


def words(section: str) -> tuple[str, ...]:
    """Return a section that is a list of words."""
    return rules()[section]


@cache
def _compile(template: str) -> tuple[Node, ...]:
    nodes, position = _sequence(template, 0, top=True)
    if position != len(template):
        raise ValueError(f"unbalanced template: {template}")
    return nodes


def _sequence(text: str, position: int, *, top: bool) -> tuple[tuple[Node, ...], int]:
    nodes: list[Node] = []
    literal = ""
    while position < len(text):
        char = text[position]
        if not top and char in "|]":
            break
        if char in "[{":
            if literal:
                nodes.append(("text", literal))
                literal = ""
            if char == "{":
                end = text.index("}", position)
                nodes.append(("slot", text[position + 1 : end]))
                position = end + 1
                continue
            options: list[tuple[Node, ...]] = []
            while True:
                option, position = _sequence(text, position + 1, top=False)
                options.append(option)
                if text[position] == "]":
                    break
            nodes.append(("choice", tuple(options)))
            position += 1
            continue
        literal += char
        position += 1
    if literal:
        nodes.append(("text", literal))
    return tuple(nodes), position


def expand(template: str, context: Context, rng: Random) -> str:
    """Return a template with every choice made and every slot filled, names still marked."""
    parts: list[str] = []
    _write(_compile(template), context, rng, parts)
    return "".join(parts)


def say(section: str, context: Context, rng: Random) -> str:
    """Return one of the phrases of a section, filled."""
    return expand(rng.choice(rules()[section]), context, rng)


def _write(nodes: tuple[Node, ...], context: Context, rng: Random, parts: list[str]) -> None:
    for kind, value in nodes:
        if kind == "text":
            parts.append(str(value))
        elif kind == "choice":
            options: tuple[tuple[Node, ...], ...] = value  # type: ignore[assignment]
            _write(rng.choice(options), context, rng, parts)
        else:
            parts.append(_fill(str(value), context, rng))


def _fill(slot: str, context: Context, rng: Random) -> str:
    name, mode, form = _SLOT.match(slot).groups()  # type: ignore[union-attr]  # it matches all
    how = mode + (":" + form if form else "")
    try:
        bound = context[name]
    except KeyError:
        return say(slot, context, rng)
    return bound if isinstance(bound, str) else bound.say(how, rng)


# --- what French does at the edge of words ------------------------------------------------

_VOWELS = "aàâäeéèêëiîïoôöuùûüœæAÀÂÄEÉÈÊËIÎÏOÔÖUÙÛÜŒÆ"
_MUTE_H = (
    "habit|harmoni|herb|heure|histoi|histor|horizon|hôt|hôp|hosp|humain|human|humus|huil"
    "|hirond|hiver|homm|honn|hebdo|hectar|héberg|hérit|humour|hydr|hygi|hypo|hélic|horlog|horti"
)
_NO_ELISION = r"(?!onz|oui\b|ouistiti|un\b sur|uhl|ouaf)"
_NEXT = rf"({_MARK}?)(?={_NO_ELISION}(?:[{_VOWELS}]|(?i:{_MUTE_H})))"
_ELIDED = re.compile(
    rf"\b([Dd]e|[Ll]e|[Ll]a|[Nn]e|[Qq]ue|[Ss]e|[Jj]e|jusque|[Ll]orsque|[Pp]uisque) {_NEXT}"
)
_NOUVEL = re.compile(rf"\b([Nn])ouveau {_NEXT}(?!et\b|à\b|au\b|aux\b|en\b|est\b|ou\b)")
_CONTRACTED = re.compile(
    rf"\b([Dd]e|[Àà]) ({_MARK}?)"
    rf"(les? (?!{END})|Les? (?={_MARK}?[A-ZÀ-Ö])|(?<={_MARK})Les? (?!{END}))"
)
_MERGED = {"de le": "du", "de les": "des", "à le": "au", "à les": "aux"}
_S_IL = re.compile(r"\b([Ss])i (ils?)\b")
_DOUBLE = re.compile(r" {2,}")
_SPACES = re.compile(r"(?<=[a-zé]’) +| +(?=[,.](?:\s|$))")
_CAPITAL = re.compile(r"(?:^(?:« )?|(?<=[.!?] )(?:« )?|(?<=[.!?…] » ))([a-zàâçéèêëîïôûùœ])")


def _elide(match: re.Match[str]) -> str:
    word = match[1]
    return f"{word[:-1]}’{match[2]}"


def _contract(match: re.Match[str]) -> str:
    word, name, article = match[1], match[2], match[3].strip()
    merged = _MERGED[f"{word} {article}".lower()]
    return f"{merged.capitalize() if word[0].isupper() else merged} {name}"


def polish(text: str) -> str:
    """Elide and contract: « de le » gives « du », « la association » gives « l’association »."""
    text = _SPACES.sub("", _DOUBLE.sub(" ", text)).strip()
    text = _ELIDED.sub(_elide, text)
    text = _NOUVEL.sub(lambda m: f"{m[1]}ouvel {m[2]}", text)
    text = _CONTRACTED.sub(_contract, text)
    return _S_IL.sub(lambda m: f"{m[1]}’{m[2]}", text)


def sentence(text: str) -> str:
    """Polish a text and begin its sentences with capitals, unless a name stands there."""
    return _CAPITAL.sub(lambda match: match[0].upper(), polish(text))


def finish(text: str) -> tuple[str, list[Named]]:
    """Return the text without its marks, and where each name stands."""
    plain: list[str] = []
    found: list[Named] = []
    opened: list[tuple[int, int]] = []
    length = 0
    for piece in re.split(f"({_MARK}|{END})", text):
        if len(piece) == 1 and FIRST_MARK <= ord(piece) <= LAST_MARK:
            opened.append((length, ord(piece) - FIRST_MARK))
        elif piece == END:
            start, index = opened.pop()
            found.append(Named(start, length, index))
        else:
            plain.append(piece)
            length += len(piece)
    return "".join(plain), found
