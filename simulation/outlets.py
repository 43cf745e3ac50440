"""The invented outlets and their habits."""

from __future__ import annotations

import tomllib
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from simulation.chance import stream
from simulation.grammar import polish, words

if TYPE_CHECKING:
    from datetime import date
    from random import Random

    from simulation.world import World

PORT = 8917
"""The port in the addresses of `documents.jsonl`; a server on another port translates."""
FEWEST, MOST = 16, 160
"""Outlets up to scale 1, and at any scale."""

ARTICLES = ("portrait", "brief", "passing", "topic", "split", "merger", "release", "renamed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlet:
    """One invented outlet."""

    id: str
    name: str = ""
    host: str = ""
    style: str
    """rss, atom, jsonfeed, listing, sitemap, ical, jsonld, openagenda, mbox or csv."""
    kind: str
    """The `SourceKind` with which it is read."""
    entry: str
    """Path of the entry point; for a mailbox, of its file in the simulation's folder."""
    reach: str = "local"
    language: str = "fr"
    full_text: bool = False
    every: str = "2h"
    filler: float = 1.0
    """Texts about other things a week, at scale 1."""
    weight: float = 1.0
    """How often it is the one to tell a story."""
    takes: tuple[str, ...] = ARTICLES
    length: float = 1.0
    """Of its texts, against the others'."""
    straight: bool = False
    """It writes ' for ’."""
    typos: float = 0.0
    """Slips per word."""
    silent: tuple[tuple[str, str], ...] = ()
    """Weeks without any text: holidays, a sick editor."""
    down: tuple[tuple[str, str], ...] = ()
    """Outages: 503 for every request."""
    maintenance: tuple[tuple[str, str], ...] = ()
    """An HTML page of apology, with status 200, in place of everything."""
    moved: tuple[str, str] | None = None
    """From this day on, the entry point redirects (301) to this path."""
    changed: tuple[str, str] | None = None
    """From this day on, the entry point speaks this other style."""
    blocked: bool = False
    """Its pages answer 403: only the feed's excerpts can be had."""
    wrong_dates: float = 0.0
    """Share of feed entries whose date is nonsense; the page's is right."""
    edits: float = 0.0
    """Share of texts that get a postscript later."""
    noise: str = "plain"
    """What surrounds the text on its pages."""

    def json(self) -> dict[str, Any]:
        """Return the outlet as `sources.json` holds it."""
        return asdict(self)


@cache
def plans() -> tuple[Outlet, ...]:
    """Return the outlets of `outlets.toml`, still without name and host."""
    text = files("simulation").joinpath("outlets.toml").read_text(encoding="utf-8")
    return tuple(_outlet(table) for table in tomllib.loads(text)["outlet"])


def _outlet(table: dict[str, Any]) -> Outlet:
    values: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in table.items()}
    return Outlet(**values)


_TITLES = {
    "quotidien": ("Le Courrier {a}", "L’Écho {a}", "Les Nouvelles {a}", "La Dépêche {a}"),
    "hebdo": ("La Gazette {a}", "Le Petit {b}", "L’Hebdo {a}", "Le Journal {a}"),
    "blog-a": ("Chroniques de {q}", "{q}, la vie", "Vu de {q}"),
    "blog-b": ("Le Carnet de {q}", "{q} et moi", "Les Brèves de {q}"),
    "blog-c": ("Le Blog de {q}", "Ça se passe à {q}", "{q} en clair"),
    "radio": ("Radio {b}", "Fréquence {b}", "Ondes {a}"),
    "labo": ("Labo {a}", "Terrain d’essai", "Transitions {a}"),
    "ville": ("Ville de {c} – actualités",),
    "portail": ("Le Portail associatif {a}", "Vie locale {a}"),
    "sortir": ("Sortir {a}", "Que faire {a}"),
    "mediatheque": ("L’Agenda {a}", "Rendez-vous {a}"),
    "openagenda": ("Agenda partagé {a}",),
    "grenze": ("Grenzland-Rundschau", "Bote vom Oberland", "Der Grenzbote"),
    "lettre": ("La Lettre {a}", "L’Infolettre {a}"),
    "registre": ("Registre des associations",),
    "national": ("France Quotidien", "Le National", "La République du jour"),
}
_COPIED = ("blog-a", "hebdo", "quotidien", "sortir", "labo", "portail", "blog-b")
_AREAS = (
    "des Deux Rives",
    "du Canal",
    "de la Plaine",
    "des Faubourgs",
    "du Vignoble",
    "des Remparts",
    "des Collines",
    "du Bassin",
)


def draw(stage: World, days: tuple[date, date]) -> tuple[Outlet, ...]:
    """Return the outlets of a world: 16 up to scale 1, more with the square root of the scale.

    `days` are the first that is simulated and the first that is no longer.
    """
    chosen = list(plans())
    more = round(min(MOST, FEWEST * max(1.0, stage.scale) ** 0.5)) - len(chosen)
    for number in range(more):
        model = next(p for p in plans() if p.id == _COPIED[number % len(_COPIED)])
        chosen.append(replace(model, id=f"{model.id}-{number + 2}", weight=model.weight * 0.8))
    return tuple(
        replace(plan, host=f"127.0.{index // 200}.{11 + index % 200}", **_habits(plan, days, rng))
        for index, plan in enumerate(chosen)
        for rng in (stream(stage.siren, stage.seed, "outlet", plan.id),)
        for plan in (replace(plan, name=_name(plan, stage, rng)),)
    )


def _name(plan: Outlet, stage: World, rng: Random) -> str:
    town = stage.ground.communes[0].name
    model = plan.id.rsplit("-", 1)[0] if plan.id[-1].isdigit() else plan.id
    name = polish(
        rng.choice(_TITLES[model]).format(
            a=rng.choice((f"de {town}", *_AREAS)),
            b=rng.choice(words("noun_m")).capitalize(),
            q=rng.choice(stage.quarters),
            c=town,
        )
    )
    return name[0].upper() + name[1:]


def _habits(plan: Outlet, span: tuple[date, date], rng: Random) -> dict[str, Any]:
    first_day, until = span
    days = (until - first_day).days

    def window(start: float, length: int) -> tuple[str, str]:
        begin = first_day + timedelta(days=int(days * start))
        return begin.isoformat(), (begin + timedelta(days=length)).isoformat()

    extra: dict[str, Any] = {"straight": plan.language == "fr" and rng.random() < 0.35}
    match plan.id:
        case "hebdo":
            extra["down"] = (window(rng.uniform(0.3, 0.5), min(21, days // 8)),)
        case "blog-a":
            extra["silent"] = (window(rng.uniform(0.15, 0.6), min(35, days // 6)),)
        case "blog-b":
            extra["moved"] = (window(0.55, 0)[0], "/nouveau/feed.xml")
        case "radio":
            extra["changed"] = (window(0.5, 0)[0], "atom")
            extra["maintenance"] = (window(0.25, min(6, days // 12)),)
        case _:
            pass
    return extra


def within(windows: tuple[tuple[str, str], ...], day: str) -> bool:
    """Tell whether an ISO day, or time, falls in one of the windows (end exclusive)."""
    return any(start <= day < end for start, end in windows)
