"""The invented outlets and their habits."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from random import Random

from simulation import names
from simulation.grammar import words
from simulation.world import World

PORT = 8917
"""The port in the addresses of `documents.jsonl`; a server on another port translates."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlet:
    """One invented outlet."""

    id: str
    name: str
    host: str
    style: str
    """How it publishes: rss, atom, jsonfeed, listing, sitemap, ical, jsonld, openagenda, mbox or csv."""
    kind: str
    """The `SourceKind` with which it is read."""
    entry: str
    """Path of the entry point."""
    reach: str = "local"
    language: str = "fr"
    full_text: bool = False
    weekly: float = 5.0
    """Fillers a week at scale 1, beside what has to be told."""
    weight: float = 1.0
    """How often it is the one to tell a story."""
    takes: tuple[str, ...] = ("portrait", "brief", "passing", "topic", "split", "merger", "release")
    habits: dict[str, object]

    def json(self) -> dict[str, object]:
        """Return the outlet as `sources.json` holds it."""
        return asdict(self)


_ARTICLES = ("portrait", "brief", "passing", "topic", "split", "merger", "release")
_EVENTS = ("event",)

_PLAN: tuple[dict[str, object], ...] = (
    {
        "id": "quotidien",
        "style": "rss",
        "kind": "feed",
        "entry": "/rss.xml",
        "weight": 7.0,
        "weekly": 4.0,
        "every": "1h",
    },
    {
        "id": "blog-a",
        "style": "atom",
        "kind": "feed",
        "entry": "/feed.atom",
        "weight": 2.5,
        "weekly": 0.5,
        "full_text": True,
    },
    {
        "id": "blog-b",
        "style": "atom",
        "kind": "feed",
        "entry": "/atom.xml",
        "weight": 2.0,
        "weekly": 0.4,
        "full_text": True,
    },
    {
        "id": "hebdo",
        "style": "rss",
        "kind": "feed",
        "entry": "/feed/",
        "weight": 3.0,
        "weekly": 1.0,
    },
    {
        "id": "jsonfeed",
        "style": "jsonfeed",
        "kind": "feed",
        "entry": "/feed.json",
        "weight": 2.0,
        "weekly": 0.4,
        "full_text": True,
    },
    {
        "id": "ville",
        "style": "rss",
        "kind": "feed",
        "entry": "/actualites/rss",
        "weight": 3.0,
        "weekly": 2.0,
    },
    {
        "id": "agenda",
        "style": "rss",
        "kind": "feed",
        "entry": "/agenda.rss",
        "weight": 3.0,
        "weekly": 0.0,
        "takes": _EVENTS,
    },
    {
        "id": "national",
        "style": "rss",
        "kind": "feed",
        "entry": "/une.xml",
        "weight": 0.6,
        "weekly": 2.0,
        "reach": "national",
        "takes": ("topic", "release"),
    },
)

_TITLES = {
    "quotidien": ("Le Courrier {a}", "L’Écho {a}", "Les Nouvelles {a}", "La Dépêche {a}"),
    "hebdo": ("La Gazette {a}", "Le Petit {b}", "L’Hebdo {a}", "Le Journal {a}"),
    "blog-a": ("Chroniques de {q}", "{q}, la vie", "Vu de {q}"),
    "blog-b": ("Le Carnet de {q}", "{q} et moi", "Les Brèves de {q}"),
    "jsonfeed": ("Labo {a}", "Terrain d’essai", "Transitions {a}"),
    "ville": ("Ville de {c} – actualités",),
    "agenda": ("Sortir {a}", "L’Agenda {a}", "Que faire {a}"),
    "national": ("France Quotidien", "Le National", "La République du jour"),
}


def draw(stage: World, seed: int) -> tuple[Outlet, ...]:
    """Return the outlets of a world."""
    outlets = []
    for index, plan in enumerate(_PLAN):
        rng = Random(f"outlet/{stage.siren}/{seed}/{plan['id']}")
        area = rng.choice(
            (
                f"de {stage.communes[0].name}",
                "des Deux Rives",
                "du Canal",
                "de la Plaine",
                "des Faubourgs",
                "du Vignoble",
                "des Remparts",
            )
        )
        template = rng.choice(_TITLES[str(plan["id"])])
        name = names.polish(
            template.format(
                a=area,
                b=rng.choice(words("noun_m")).capitalize(),
                q=rng.choice(stage.quarters),
                c=stage.communes[0].name,
            )
        )
        habits: dict[str, object] = {
            "straight": rng.random() < 0.35,
            "typos": 0.0,
            "every": plan.get("every", "2h"),
        }
        if str(plan["id"]).startswith("blog"):
            habits["typos"] = 0.006
        fields = {k: v for k, v in plan.items() if k != "every"}
        outlets.append(
            Outlet(
                name=name[0].upper() + name[1:],
                host=f"127.0.0.{11 + index}",
                habits=habits,
                **fields,
            )
        )  # type: ignore[arg-type]
    return tuple(outlets)
