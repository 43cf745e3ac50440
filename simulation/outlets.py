"""The invented outlets and their habits."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from random import Random
from typing import Any

from simulation.grammar import polish, words
from simulation.world import World

PORT = 8917
"""The port in the addresses of `documents.jsonl`; a server on another port translates."""
MOST_OUTLETS = 160

ARTICLES = ("portrait", "brief", "passing", "topic", "split", "merger", "release", "renamed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlet:
    """One invented outlet."""

    id: str
    name: str = ""
    host: str = ""
    style: str
    """How it publishes: rss, atom, jsonfeed, listing, sitemap, ical, jsonld, openagenda, mbox, csv."""
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


_PLAN = (
    Outlet(id="quotidien", style="rss", kind="feed", entry="/rss.xml", weight=7, filler=4.5, every="1h", length=1.15, edits=0.06, noise="heavy"),
    Outlet(id="hebdo", style="rss", kind="feed", entry="/feed/", weight=3, filler=1.2, wrong_dates=0.04, noise="heavy"),
    Outlet(id="blog-a", style="atom", kind="feed", entry="/feed.atom", weight=2.4, filler=0.4, full_text=True, typos=0.004, every="6h", noise="light"),
    Outlet(id="blog-b", style="atom", kind="feed", entry="/atom.xml", weight=1.8, filler=0.4, full_text=True, typos=0.008, edits=0.1, every="6h", noise="light"),
    Outlet(id="blog-c", style="rss", kind="feed", entry="/?feed=rss2", weight=1.2, filler=0.3, blocked=True, every="6h"),
    Outlet(id="radio", style="rss", kind="feed", entry="/podcasts.rss", weight=1.4, filler=0.5, length=0.6, every="3h", noise="light"),
    Outlet(id="labo", style="jsonfeed", kind="feed", entry="/feed.json", weight=1.8, filler=0.3, full_text=True, every="6h", noise="light"),
    Outlet(id="ville", style="listing", kind="listing", entry="/actualites/", weight=2, filler=2.2, length=0.8, every="3h", takes=("brief", "passing", "topic", "release"), noise="heavy"),
    Outlet(id="portail", style="sitemap", kind="sitemap", entry="/sitemap.xml", weight=1.8, filler=0.8, every="6h"),
    Outlet(id="sortir", style="jsonld", kind="events", entry="/agenda/", weight=2, filler=0, takes=("event",), every="6h"),
    Outlet(id="mediatheque", style="ical", kind="calendar", entry="/agenda.ics", weight=1.2, filler=0.8, takes=("event",), every="6h"),
    Outlet(id="openagenda", style="openagenda", kind="openagenda", entry="/v2/agendas/40817236/events", weight=2, filler=0, takes=("event",), every="6h"),
    Outlet(id="grenze", style="rss", kind="feed", entry="/nachrichten.rss", weight=0.9, filler=1.4, language="de", reach="regional", takes=("portrait", "brief"), every="6h"),
    Outlet(id="lettre", style="mbox", kind="mailbox", entry="lettre.mbox", weight=0, filler=0, takes=(), every="1d"),
    Outlet(id="registre", style="csv", kind="registry", entry="/rna/creations.csv", weight=1, filler=0.5, takes=("notice",), every="1d"),
    Outlet(id="national", style="rss", kind="feed", entry="/une.xml", weight=0.8, filler=2.2, reach="national", takes=("topic", "passing", "release"), every="1h"),
)  # fmt: skip

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


def draw(stage: World, seed: int, scale: float, first_day: date, until: date) -> tuple[Outlet, ...]:
    """Return the outlets of a world: 16 up to scale 1, more with the square root of the scale."""
    plans = list(_PLAN)
    for number in range(round(min(MOST_OUTLETS, 16 * max(1.0, scale) ** 0.5)) - len(_PLAN)):
        model = next(p for p in _PLAN if p.id == _COPIED[number % len(_COPIED)])
        plans.append(replace(model, id=f"{model.id}-{number + 2}", weight=model.weight * 0.8))
    return tuple(
        _dress(plan, index, stage, seed, first_day, until) for index, plan in enumerate(plans)
    )


def _dress(
    plan: Outlet, index: int, stage: World, seed: int, first_day: date, until: date
) -> Outlet:
    rng = Random(f"outlet/{stage.siren}/{seed}/{plan.id}")
    area = rng.choice((f"de {stage.communes[0].name}", *_AREAS))
    model = plan.id.rsplit("-", 1)[0] if plan.id[-1].isdigit() else plan.id
    name = polish(
        rng.choice(_TITLES[model]).format(
            a=area,
            b=rng.choice(words("noun_m")).capitalize(),
            q=rng.choice(stage.quarters),
            c=stage.communes[0].name,
        )
    )
    days = (until - first_day).days

    def window(start: float, length: int) -> tuple[str, str]:
        begin = first_day + timedelta(days=int(days * start))
        return begin.isoformat(), (begin + timedelta(days=length)).isoformat()

    extra: dict[str, Any] = {}
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
    return replace(
        plan,
        name=name[0].upper() + name[1:],
        host=f"127.0.{index // 200}.{11 + index % 200}",
        straight=plan.language == "fr" and rng.random() < 0.35,
        **extra,
    )


def within(windows: tuple[tuple[str, str], ...], day: str) -> bool:
    """Tell whether an ISO day, or time, falls in one of the windows (end exclusive)."""
    return any(start <= day < end for start, end in windows)
