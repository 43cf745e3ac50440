"""Annotated sentences of our own: written ones, and templates filled with invented names.

A written sentence is read as it is, and once more with other names where they fit. In a
template, `[…|a]` marks a span (a actor, i institution, l place, p person, e event), and a
word between braces is filled in: `{a}` a group's bare name, `{A}` one with its article, `{b}`
one as a venue, `{i}` an institution and `{e}` an event with their article, `{p}` a person,
`{fn}` a first name, `{l}` a commune, `{s}` a street, `{ac}` and `{full}` a short form and what
it stands for. `{n}`, `{q}`, `{lx}` are a made-up word, a quarter and a commune without a mark.
"""

from __future__ import annotations

import re
from importlib.resources import files
from random import Random
from typing import TYPE_CHECKING

from nlp.training import invention
from nlp.training.fitting import Example

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

TEMPLATES = ("press", "agenda", "civic", "nothing", "wild", "more", "daily")
WRITTEN = (
    "press",
    "chronicle",
    "associations",
    "agenda",
    "institutions",
    "prose",
    "passing",
    "fragments",
    "contrasts",
    "contrasts_more",
    "products",
    "roles",
)
RENAMED = 0.6
"""Share of the names that are others when a written sentence is read again."""
SHOUTED = 0.04
"""Share of examples in capitals, as titles and posters are."""
LABELS = {"a": "ACTOR", "i": "INSTITUTION", "l": "PLACE", "p": "PERSON", "e": "EVENT"}
SLOT = re.compile(r"\{(\w+)\}")
MARK = re.compile(r"\[([^|\[\]]+)\|([ailpe])\]")
ARTICLE = re.compile(r"(?:\b(?:l[ea]s?|du|des|aux?|une?)|\b[ld]['’])\s?$", re.IGNORECASE)
CONTRACTIONS = (
    (re.compile(r"\b([Dd])e le (?=\[|tiers-lieu|collectif|réseau|fablab|café|club)"), r"\1u "),
    (re.compile(r"\b([Dd])e les (?=\[)"), r"\1es "),
    (re.compile(r"\bà le (?=\[|tiers-lieu|collectif|réseau|fablab|café|club)"), "au "),
    (re.compile(r"\bà les (?=\[)"), "aux "),
    (re.compile(r"\bÀ le (?=\[)"), "Au "),
)
ELISION = re.compile(r"\b([Dd])e (?=\[[AÀEÉÈIOUÔHœ])")


def templates() -> list[str]:
    """Return every template, in a fixed order."""
    return _lines("sentences", TEMPLATES)


def written() -> list[str]:
    """Return every written sentence with its marks, in a fixed order."""
    return _lines("written", WRITTEN)


def _lines(folder: str, names: Sequence[str]) -> list[str]:
    place = files("nlp.training").joinpath(folder)
    return [
        line
        for name in names
        for line in place.joinpath(f"{name}.txt").read_text("utf-8").splitlines()
        if line.strip()
    ]


def examples(seed: int, fillings: int) -> Iterator[Example]:
    """Yield the examples of all templates, each filled a number of times, and of all sentences."""
    rng = Random(seed)  # noqa: S311 - repeatable, not secret
    for template in templates():
        for _ in range(fillings if "{" in template else 1):
            yield _shouted(parse(fill(template, rng)), rng)
    for sentence in written():
        yield _shouted(parse(sentence), rng)
        yield _shouted(parse(renamed(sentence, rng)), rng)


def _shouted(example: Example, rng: Random) -> Example:
    capitals = example.text.upper()
    if rng.random() < SHOUTED and len(capitals) == len(example.text):
        return Example(capitals, example.spans)
    return example


def renamed(sentence: str, rng: Random) -> str:
    """Return a written sentence in which some groups and persons bear other names.

    A name after an article stays, since the article agrees with it.
    """

    def other(mark: re.Match[str]) -> str:
        if rng.random() > RENAMED:
            return mark[0]
        if mark[2] == "p":
            return f"[{invention.person(rng)}|p]"
        if mark[2] == "a" and not ARTICLE.search(sentence[: mark.start()]):
            return f"[{invention.actor(rng)}|a]"
        return mark[0]

    return _varied(MARK.sub(other, sentence), rng)


def parse(marked: str) -> Example:
    """Return an example from a sentence with marks."""
    text, spans, position = "", [], 0
    for mark in MARK.finditer(marked):
        text += marked[position : mark.start()]
        spans.append((len(text), len(text) + len(mark[1]), LABELS[mark[2]]))
        text += mark[1]
        position = mark.end()
    return Example(text + marked[position:], tuple(spans))


def fill(template: str, rng: Random) -> str:
    """Return a template with its slots filled, articles contracted, typography varied."""
    full, short = invention.full_and_short(rng)
    equated = "{full}" in template

    def inside(mark: re.Match[str]) -> str:
        return SLOT.sub(lambda slot: _raw(slot[1], rng), mark[0])

    def outside(slot: re.Match[str]) -> str:
        if slot[1] == "full":
            return f"[{full}|a]"
        if slot[1] == "ac" and equated:
            return f"[{short}|a]"
        return _marked(slot[1], rng)

    text = SLOT.sub(outside, MARK.sub(inside, template))
    for pattern, replacement in CONTRACTIONS:
        text = pattern.sub(replacement, text)
    if rng.random() < 0.6:
        text = ELISION.sub(r"\1'", text)
    return _varied(text[0].upper() + text[1:] if text[0] != "[" else text, rng)


def _raw(slot: str, rng: Random) -> str:
    return RAW[slot](rng)


def _marked(slot: str, rng: Random) -> str:
    return MARKED[slot](rng) if slot in MARKED else _raw(slot, rng)


def _acronym(first: str) -> Callable[[Random], str]:
    def made(rng: Random) -> str:
        others = rng.choices(invention.LETTERS, k=rng.choice((2, 3, 3, 4)))
        return f"[{rng.choice(first)}{''.join(others)}|a]"

    return made


def _headed(vowel: bool) -> Callable[[Random], str]:
    def made(rng: Random) -> str:
        article, name = invention.headed(rng)
        while (article == "l'") != vowel:
            article, name = invention.headed(rng)
        return f"[{name}|a]"

    return made


def _venue(rng: Random) -> str:
    return f"[{invention.headed(rng)[1] if rng.random() < 0.6 else invention.actor(rng)}|a]"


def _street(rng: Random) -> str:
    number = f"{rng.randint(1, 180)}{rng.choice((' ', ', '))}" if rng.random() < 0.6 else ""
    return f"{number}[{invention.street(rng)}|l]"


def _with_article(rng: Random) -> str:
    form = rng.random()
    if form < 0.55:
        return _articled(*invention.headed(rng), "a")
    if form < 0.72:
        return f"{rng.choice(ANNOUNCED)} [{invention.actor(rng)}|a]"
    if form < 0.8:
        return f"{rng.choice(('le', 'la', 'le'))} [{invention.acronym(rng)}|a]"
    return f"[{invention.actor(rng)}|a]"


ANNOUNCED = (
    "l'association", "le collectif", "la compagnie", "l'asso", "la coopérative", "le tiers-lieu",
    "le réseau", "la Scop", "la SCIC", "l'entreprise", "le fablab", "le café associatif",
    "la librairie", "l'association locale", "la fédération", "le club", "la start-up", "la société",
)  # fmt: skip


def _articled(article: str, name: str, label: str) -> str:
    joint = article if article.endswith("'") or not article else f"{article} "
    return f"{joint}[{name}|{label}]"


def _varied(text: str, rng: Random) -> str:
    if rng.random() < 0.5:
        text = text.replace("'", "’")
    if rng.random() < 0.06:
        text = f"{rng.choice(('- ', '• ', '→ ', '* ', '> '))}{text}"
    if text.endswith(".") and rng.random() < 0.15:
        text = text[:-1]
    return text


RAW: Mapping[str, Callable[[Random], str]] = {
    "p": invention.person,
    "n": invention.invented_word,
    "q": lambda rng: rng.choice(invention.QUARTERS),
    "l": lambda rng: rng.choice(invention.COMMUNES),
    "lx": lambda rng: rng.choice(invention.COMMUNES),
    "fn": lambda rng: rng.choice(invention.FIRST),
    "LAB": lambda rng: "".join(rng.choices("ACEILMRSTU", k=5)),
    "t": invention.product,
    "c": invention.concept,
    "w": invention.work,
    "party": lambda rng: rng.choice(("[PRG|i]", "[MoDem|i]", "[EELV|i]", "DVG", "SE", "[UDI|i]")),
}
MARKED: Mapping[str, Callable[[Random], str]] = {
    "a": lambda rng: f"[{invention.actor(rng)}|a]",
    "A": _with_article,
    "b": _venue,
    "ac": _acronym("BCDFGLMPRST"),
    "acv": _acronym("AEIOU"),
    "am": _headed(vowel=False),
    "av": _headed(vowel=True),
    "i": lambda rng: _articled(*invention.institution(rng), "i"),
    "e": lambda rng: _articled(*invention.event(rng), "e"),
    "p": lambda rng: f"[{invention.person(rng)}|p]",
    "fn": lambda rng: f"[{rng.choice(invention.FIRST)}|p]",
    "l": lambda rng: f"[{invention.place(rng)}|l]",
    "s": _street,
}
"""What fills a slot outside of marks; the other slots are filled without a mark."""
