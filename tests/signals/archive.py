"""Half a year of a small town, with what is true of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from signals.backtest import replay
from signals.text import fold
from signals.truth import TruthActor
from tests.signals.facts import LYON, WATCH, World
from vigie.records import ActorKind

if TYPE_CHECKING:
    from signals.reckoning import Backtest

START = date(2025, 1, 6)
MONDAYS = [START + timedelta(weeks=w) for w in range(1, 25)]
SMALL = replace(WATCH, queue_size=4, exploration=1)


def day(week: int, offset: int = 2) -> date:
    return START + timedelta(weeks=week, days=offset)


def archive() -> tuple[World, list[TruthActor]]:
    """A town with three emerging groups, an old one, a town hall and a celebrity."""
    world = World(start=START)
    for week in range(24):
        world.say("Club Ancien", day=day(week), document=f"club{week}")
        world.say("mairie de Mulhouse", day=day(week), kind=ActorKind.UNKNOWN)
        world.say("Bruit", "Un Bruit court.", day(week), surface=f"Bruit {week}", confidence=0.2)
    for week in range(12, 24):
        world.say(
            "Les Glaneuses", "Les Glaneuses viennent de se lancer.", day(week), document=f"g{week}"
        )
    world.say("Petit Fil", "Petit Fil vient de voir le jour.", day(15), document="p15")
    world.say("Caché", "Caché vient de voir le jour.", day(16), document="c16", communes=(LYON,))
    truth = [
        TruthActor(name="Les Glaneuses", emerging=True, course="sudden", kind="association"),
        TruthActor(name="petit fil", emerging=True, course="once", kind="association"),
        TruthActor(name="Caché", emerging=True, course="once", kind="collective"),
        TruthActor(name="Muet", emerging=True, course="once", documents=frozenset({"club14"})),
        TruthActor(name="Club Ancien", emerging=False, course="old"),
    ]
    return world, truth


def run(world: World, truth: list[TruthActor], **more) -> Backtest:
    return replay((world.facts(m) for m in MONDAYS), truth, SMALL, fold, **more)
