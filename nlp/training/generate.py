"""Annotated sentences from our own templates, filled with invented names.

In a template, `[…|a]` marks a span (a actor, i institution, l place, p person, e event), and a
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
    from collections.abc import Iterator

FILES = ("press", "agenda", "civic", "nothing", "wild", "more")
LABELS = {"a": "ACTOR", "i": "INSTITUTION", "l": "PLACE", "p": "PERSON", "e": "EVENT"}
SLOT = re.compile(r"\{(\w+)\}")
MARK = re.compile(r"\[([^|\[\]]+)\|([ailpe])\]")
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
    folder = files("nlp.training").joinpath("sentences")
    return [
        line
        for name in FILES
        for line in folder.joinpath(f"{name}.txt").read_text("utf-8").splitlines()
        if line.strip()
    ]


def examples(seed: int, fillings: int) -> Iterator[Example]:
    """Yield the examples of all templates, each filled anew a number of times."""
    rng = Random(seed)  # noqa: S311 - repeatable, not secret
    for template in templates():
        times = fillings if "{" in template else 1
        for _ in range(times):
            yield parse(fill(template, rng))


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
    if slot == "p":
        return invention.person(rng)
    if slot == "n":
        return invention.invented_word(rng)
    if slot == "q":
        return rng.choice(invention.QUARTERS)
    if slot in {"l", "lx"}:
        return rng.choice(invention.COMMUNES)
    if slot == "fn":
        return rng.choice(invention.FIRST)
    if slot == "LAB":
        return "".join(rng.choices("ACEILMRSTU", k=5))
    raise ValueError(slot)


def _marked(slot: str, rng: Random) -> str:  # noqa: PLR0911 - one line a slot
    if slot == "a":
        return f"[{invention.actor(rng)}|a]"
    if slot == "A":
        return _with_article(rng)
    if slot == "b":
        return f"[{invention.headed(rng)[1] if rng.random() < 0.6 else invention.actor(rng)}|a]"
    if slot in {"ac", "acv"}:
        first = rng.choice("AEIOU") if slot == "acv" else rng.choice("BCDFGLMPRST")
        return f"[{first}{''.join(rng.choices(invention.LETTERS, k=rng.choice((2, 3, 3, 4))))}|a]"
    if slot == "i":
        return _articled(*invention.institution(rng), "i")
    if slot == "e":
        return _articled(*invention.event(rng), "e")
    if slot == "p":
        return f"[{invention.person(rng)}|p]"
    if slot == "fn":
        return f"[{rng.choice(invention.FIRST)}|p]"
    if slot == "l":
        return f"[{rng.choice(invention.COMMUNES)}|l]"
    if slot == "s":
        number = f"{rng.randint(1, 180)}{rng.choice((' ', ', '))}" if rng.random() < 0.6 else ""
        return f"{number}[{invention.street(rng)}|l]"
    if slot in {"am", "av"}:
        article, name = invention.headed(rng)
        while (article == "l'") != (slot == "av"):
            article, name = invention.headed(rng)
        return f"[{name}|a]"
    if slot == "t":
        return invention.product(rng)
    if slot == "c":
        return invention.concept(rng)
    if slot == "w":
        return invention.work(rng)
    if slot == "party":
        return rng.choice(("[PRG|i]", "[MoDem|i]", "[EELV|i]", "DVG", "SE", "[UDI|i]"))
    return _raw(slot, rng)


def _with_article(rng: Random) -> str:
    form = rng.random()
    if form < 0.55:
        return _articled(*invention.headed(rng), "a")
    if form < 0.72:
        head = rng.choice(
            ("l'association", "le collectif", "la compagnie", "l'asso", "la coopérative", "le tiers-lieu",
             "le réseau", "la Scop", "la SCIC", "l'entreprise", "le fablab", "le café associatif",
             "la librairie", "l'association locale", "la fédération", "le club", "la start-up", "la société")
        )  # fmt: skip
        return f"{head} [{invention.actor(rng)}|a]"
    if form < 0.8:
        return f"{rng.choice(('le', 'la', 'le'))} [{invention.acronym(rng)}|a]"
    return f"[{invention.actor(rng)}|a]"


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
