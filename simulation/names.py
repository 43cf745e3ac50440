"""Invented names, of every shape met in real life.

`ActorNames` draws names for organised groups; the other functions draw persons, streets,
quarters, events and works. The grammar is large enough that two seeds share few names.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulation.grammar import Bound, expand, polish, words

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random


@dataclass(frozen=True, slots=True)
class Head:
    """The common noun that goes before a name: « le collectif », « l’association »."""

    noun: str
    feminine: bool

    @property
    def definite(self) -> str:
        """Return the noun with its article, elision left to the polishing."""
        return f"{'la' if self.feminine else 'le'} {self.noun}"

    @property
    def indefinite(self) -> str:
        """Return « un collectif », « une association »."""
        return f"{'une' if self.feminine else 'un'} {self.noun}"


HEADS: dict[str, tuple[Head, ...]] = {
    "association": (Head("association", True),) * 5 + (Head("asso", True), Head("structure", True)),
    "collective": (Head("collectif", False),) * 4
    + (
        Head("collectif citoyen", False),
        Head("groupe", False),
        Head("collectif d’habitants", False),
    ),
    "third_place": (Head("tiers-lieu", False),) * 3
    + (Head("café associatif", False), Head("lieu", False), Head("espace partagé", False)),
    "fablab": (
        Head("fablab", False),
        Head("atelier partagé", False),
        Head("atelier de fabrication", False),
    ),
    "cooperative": (
        Head("coopérative", True),
        Head("coopérative", True),
        Head("société coopérative", True),
    ),
    "company": (Head("start-up", True), Head("jeune entreprise", True), Head("entreprise", True)),
    "cultural_venue": (Head("salle", True), Head("théâtre", False), Head("galerie", True)),
    "network": (Head("réseau", False), Head("réseau d’entraide", False)),
    "citizen_project": (
        Head("projet citoyen", False),
        Head("initiative", True),
        Head("projet", False),
    ),
    "foundation": (Head("fondation", True),),
}


@dataclass(frozen=True, slots=True)
class ActorName:
    """A name as its bearers write it, with what French grammar must know of it."""

    full: str
    shape: str
    acronym: str = ""
    feminine: bool = False
    plural: bool = False
    needs_head: bool = False
    """Lower-case names and common words are hardly ever written without their head."""


def fold(text: str) -> str:
    """Return a text in plain lower-case letters, digits and hyphens, as addresses write it."""
    flat = unicodedata.normalize(
        "NFKD", text.replace("œ", "oe").replace("Œ", "OE").replace("ß", "ss")
    )
    kept = [
        c if c.isascii() and c.isalnum() else "-"
        for c in flat.lower()
        if not unicodedata.combining(c)
    ]
    return "-".join(part for part in "".join(kept).split("-") if part)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def surname(rng: Random) -> str:
    """Return an invented family name."""
    name = (
        rng.choice(words("sur_start")) + rng.choice(words("sur_mid")) + rng.choice(words("sur_end"))
    )
    return name if rng.random() > 0.04 else f"{name}-{surname(rng)}"


def person(rng: Random) -> tuple[str, str, bool]:
    """Return the first name and family name of an invented person, and whether it is a woman."""
    feminine = rng.random() < 0.5
    first = rng.choice(words("first_f" if feminine else "first_m"))
    if rng.random() < 0.06:
        first = f"{first}-{rng.choice(words('first_f' if feminine else 'first_m'))}"
    return first, surname(rng), feminine


def street(rng: Random) -> str:
    """Return a street of no real town."""
    if rng.random() < 0.35:
        first, last, _ = person(rng)
        return f"{rng.choice(words('street_kind'))} {first}-{last}"
    return f"{rng.choice(words('street_kind'))} {rng.choice(words('street_tail'))}"


def quarter(rng: Random) -> str:
    """Return the name of an invented quarter, with its article if it has one."""
    return expand("{quarter}", _Lists(), rng)


class _Lists(dict[str, "Bound | str"]):
    """Makes every list of words a symbol of its own."""

    def __missing__(self, key: str) -> Bound:
        return _Word(key)


@dataclass(frozen=True, slots=True)
class _Word:
    section: str

    def say(self, how: str, rng: Random) -> str:
        """Return one of the words."""
        del how
        if self.section == "surname":
            return surname(rng)
        chosen = rng.choice(words(self.section))
        return expand(chosen, _Lists(), rng) if "{" in chosen else chosen


def _fill(template: str, rng: Random) -> str:
    return polish(expand(template, _Lists(), rng))


# --- shapes of actors' names ---------------------------------------------------------------


def _les(rng: Random) -> ActorName:
    template = rng.choice(
        ("Les {noun_pl} {noun_compl}",) * 4 + ("Les {noun_pl}", "Les {noun_pl} {adj_pl}")
    )
    name = _fill(template, rng)
    if rng.random() < 0.4:
        name = "Les " + _capital(name[4:])
    return ActorName(name, "les", plural=True)


def _verb(rng: Random) -> ActorName:
    return ActorName(_fill("{verb_nous} {verb_obj}", rng), "verb", needs_head=rng.random() < 0.6)


def _lower(rng: Random) -> ActorName:
    template = rng.choice(
        (
            "la {noun_f} à {noun_pl}",
            "le {noun_m} {noun_compl}",
            "un {noun_m} de plus",
            "{noun_pl} et {noun_pl}",
            "une {noun_f} {noun_compl}",
            "mon {noun_m} {noun_compl}",
        )
    )
    return ActorName(_fill(template, rng), "lower", needs_head=True)


def _acronym(rng: Random) -> ActorName:
    template = rng.choice(
        (
            "Collectif des {who_pl} {goal}",
            "Association des {who_pl} {goal}",
            "Union des {who_pl} {noun_compl}",
            "Comité {goal}",
            "Groupement des {who_pl} {goal}",
            "Rassemblement des {who_pl} {noun_compl}",
        )
    )
    full = _fill(template, rng)
    small = {
        "des",
        "du",
        "de",
        "la",
        "le",
        "les",
        "en",
        "et",
        "aux",
        "au",
        "à",
        "d",
        "l",
        "une",
        "un",
        "sur",
    }
    letters = [w[0] for w in fold(full).split("-") if w not in small]
    return ActorName(
        full,
        "acronym",
        acronym="".join(letters).upper() if 3 <= len(letters) <= 6 else "",
        feminine=full[0] in "AU",
    )


def _bare_acronym(rng: Random) -> ActorName:
    vowels, consonants = "AEIOU", "BCDFGLMNPRSTV"
    pattern = rng.choice(("cvcvc", "vcvc", "cvc", "ccvc", "vccv", "cvccv", "ccc", "vcc"))
    name = "".join(rng.choice(vowels if c == "v" else consonants) for c in pattern)
    number = f" {rng.choice((57, 59, 67, 68, 21, 2030))}" if rng.random() < 0.25 else ""
    return ActorName(name + number, "bare_acronym")


def _word(rng: Random) -> ActorName:
    if rng.random() < 0.4:
        return ActorName(_fill("{weird}", rng), "word", needs_head=rng.random() < 0.5)
    if rng.random() < 0.5:
        name = _fill(rng.choice(("La {noun_f}", "La {noun_f} {noun_compl}")), rng)
        if name.startswith("L’"):
            name = "L’" + _capital(name[2:])
        elif rng.random() < 0.6:
            name = "La " + _capital(name[3:])
        return ActorName(name, "word", feminine=True, needs_head=rng.random() < 0.3)
    name = _fill(rng.choice(("Le {noun_m}", "Le {noun_m} {noun_compl}")), rng)
    if name.startswith("L’"):
        name = "L’" + _capital(name[2:])
    elif rng.random() < 0.6:
        name = "Le " + _capital(name[3:])
    return ActorName(name, "word", needs_head=rng.random() < 0.3)


def _single(rng: Random) -> ActorName:
    return ActorName(
        _capital(_fill(rng.choice(("{noun_f}", "{noun_m}", "{noun_pl}")), rng)),
        "single",
        needs_head=True,
    )


def _person(rng: Random) -> ActorName:
    first, last, feminine = person(rng)
    template = rng.choice(
        ("Les Amis de {p}", "Association {p}", "Maison {p}", "Fonds {p}", "Atelier {p}", "Chez {f}")
    )
    name = polish(template.replace("{p}", f"{first} {last}").replace("{f}", first))
    return ActorName(name, "person", feminine=feminine, plural=name.startswith("Les"))


def _regional(rng: Random, border: str) -> ActorName:
    lists = {
        "alsace": ("{alsace_full}", "{alsace_a}{alsace_b}", "{german_full}"),
        "flanders": ("{flemish_full}",),
    }
    template = rng.choice(lists.get(border, ("{german_full}", "{alsace_a}{alsace_b}")))
    return ActorName(_capital(_fill(template, rng)), "regional", needs_head=rng.random() < 0.4)


def _coined(rng: Random) -> ActorName:
    if rng.random() < 0.3:
        return ActorName(_fill("{english_a} {english_b}", rng), "english")
    name = _fill("{coined_a}{coined_b}", rng)
    return ActorName(name if rng.random() > 0.15 else f"{name} Lab", "coined")


def _made(rng: Random) -> ActorName:
    template = rng.choice(
        (
            "La Fabrique {noun_compl}",
            "L’Atelier des {noun_pl}",
            "Le Comptoir des {noun_pl}",
            "La Maison des {noun_pl}",
            "Café des {noun_pl}",
            "Le Labo des {noun_pl}",
            "La Cantine {noun_compl}",
            "Radio {noun_f}",
            "Compagnie {noun_f}",
            "Jardin {noun_compl}",
            "Collectif {noun_f}",
            "Ressourcerie des {noun_pl}",
            "Halle {number}",
            "Le {number} bis",
        )
    ).replace("{number}", str(rng.randint(3, 98)))
    name = _fill(template, rng)
    return ActorName(
        name,
        "made",
        feminine=name.startswith(("La ", "Radio", "Compagnie", "Ressourcerie", "Halle")),
    )


def _phrase(rng: Random) -> ActorName:
    template = rng.choice(
        (
            "Et si on partageait {theme_noun} ?",
            "Pas sans nous les {noun_pl}",
            "{number} grammes de {noun_m}",
            "Un {noun_m} pour tous",
            "Tous pour {theme_noun}",
            "Ici {verb_nous}",
            "Rien sans {theme_noun}",
            "Mieux que {theme_noun}",
        )
    ).replace("{number}", str(rng.randint(2, 400)))
    return ActorName(_fill(template, rng), "phrase", needs_head=True)


def _local(rng: Random, place: str) -> ActorName:
    template = rng.choice(
        (
            "{place} en transition",
            "{place} à vélo",
            "Demain {place}",
            "{place} respire",
            "Cultures {place}",
            "{place} en commun",
            "Écho {place}",
        )
    )
    return ActorName(template.replace("{place}", place), "local", needs_head=rng.random() < 0.4)


def _common_place(place: str) -> ActorName:
    return ActorName(place, "place", needs_head=True)


def actor_name(rng: Random, kind: str, home: str, far: str, border: str) -> ActorName:
    """Return a name for an actor of a kind, of `home`; `far` is a commune of elsewhere."""
    if kind == "company":
        shapes: tuple[tuple[float, Callable[[], ActorName]], ...] = (
            (5, lambda: _coined(rng)),
            (1, lambda: _bare_acronym(rng)),
            (1, lambda: _single(rng)),
            (1, lambda: _word(rng)),
        )
    elif kind in {"third_place", "fablab", "cultural_venue"}:
        shapes = (
            (3, lambda: _made(rng)),
            (3, lambda: _word(rng)),
            (1, lambda: _coined(rng)),
            (1, lambda: _lower(rng)),
            (1, lambda: _common_place(far)),
            (1, lambda: _regional(rng, border)),
            (1, lambda: _person(rng)),
        )
    else:
        shapes = (
            (5, lambda: _les(rng)),
            (3, lambda: _verb(rng)),
            (2, lambda: _lower(rng)),
            (3, lambda: _acronym(rng)),
            (1, lambda: _bare_acronym(rng)),
            (3, lambda: _word(rng)),
            (1, lambda: _single(rng)),
            (2, lambda: _person(rng)),
            (2, lambda: _regional(rng, border)),
            (1, lambda: _coined(rng)),
            (3, lambda: _made(rng)),
            (1, lambda: _phrase(rng)),
            (1, lambda: _local(rng, home)),
            (0.4, lambda: _common_place(far)),
        )
    weights = [weight for weight, _ in shapes]
    return rng.choices([make for _, make in shapes], weights)[0]()


def misspelt(name: str, rng: Random) -> str:
    """Return a name with one slip of the pen: a letter doubled, dropped, swapped, or no accent."""
    inner = [i for i in range(2, len(name) - 1) if name[i].isalpha() and name[i + 1].isalpha()]
    if not inner:
        return name
    at = rng.choice(inner)
    slip = rng.randrange(4)
    if slip == 0:
        return name[:at] + name[at] + name[at:]
    if slip == 1:
        return name[:at] + name[at + 1 :]
    if slip == 2 and name[at] != name[at + 1]:
        return name[:at] + name[at + 1] + name[at] + name[at + 2 :]
    flat = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    return unicodedata.normalize("NFC", flat)
