"""Invented actors in whose sheets every field is filled, some of them with traps."""

from __future__ import annotations

from datetime import UTC, date, datetime

from vigie.exchange.header import Header
from vigie.records import (
    ActorKind,
    ActorSheet,
    Citation,
    Edge,
    EventDetails,
    RelationKind,
    Side,
    Stage,
    Verdict,
    Visibility,
)

DAY = date(2026, 3, 16)
HEADER = Header(
    watch="Veille <Mulhouse> & alentours",
    day=DAY,
    audience=Visibility.LAB,
    licence_id="etalab-2.0",
)
PUBLIC = Header(
    watch="Veille Mulhouse", day=DAY, audience=Visibility.PUBLIC, licence_id="etalab-2.0"
)

FULL = ActorSheet(
    id="a-00000000000000f1",
    name="La Fabrique du Canal",
    aliases=("Fabrique", "Fabrique | du \\ Canal ; bis"),
    kinds=(ActorKind.THIRD_PLACE, ActorKind.ASSOCIATION),
    description="Un tiers-lieu.\n\n- des ateliers\n# un titre * et *\n> une citation",
    communes=("68224", "68154"),
    themes=("réemploi", "tiers-lieu"),
    links=("https://fabrique.example/", "https://social.example/@fabrique?x=1&y=(2)"),
    contact="contact@fabrique.example\n03 89 00 00 00",
    stage=Stage.MET,
    active=True,
    verdict=Verdict.KEEP,
    visibility=Visibility.PUBLIC,
    side=Side.INTERNAL,
    function="Ambassade de l’innovation | aux [sports]",
    first_seen=date(2026, 1, 12),
    citations=(
        Citation(
            url="https://courrier.example/2026/03/fabrique.html",
            source="Le Courrier du Doller",
            day=date(2026, 3, 14),
            title="La Fabrique [du Canal] : « ouvre » | bientôt",
            quote="Installée dans l’ancienne filature, La Fabrique du Canal ouvre.",
        ),
        Citation(url="https://bassin.example/1", source="Le Blog du Bassin", day=date(2026, 3, 1)),
    ),
    events=(
        Citation(
            url="https://agenda.example/7",
            source="L’Agenda",
            day=date(2026, 3, 10),
            title='Portes ouvertes, ateliers; et "fête"',
            event=EventDetails(
                start=datetime(2026, 4, 4, 14, tzinfo=UTC),
                end=datetime(2026, 4, 4, 18, tzinfo=UTC),
                venue="La Filature, hall B",
                commune="Mulhouse",
            ),
        ),
    ),
)
TRAP = ActorSheet(
    id="a-00000000000000f2",
    name='=HYPERLINK("https://mal.example";"cliquez")',
    aliases=("+33 Tours", "-Moins-", "@Robase", "'Guillemet", "'=1+1"),
    kinds=(ActorKind.COLLECTIVE,),
    description="=1+1\n@SUM(A1)",
    communes=("68195",),
    themes=("<script>alert(1)</script>",),
    verdict=Verdict.WATCH,
    visibility=Visibility.LAB,
    first_seen=date(2025, 11, 2),
)
BARE = ActorSheet(
    id="a-00000000000000f3",
    name="Nuits Claires",
    kinds=(ActorKind.UNKNOWN,),
    verdict=Verdict.KEEP,
    visibility=Visibility.NETWORK,
    first_seen=date(2026, 2, 2),
)
SHEETS = (FULL, TRAP, BARE)
EDGES = (
    Edge(
        actor_id=FULL.id,
        other_id=BARE.id,
        kind=RelationKind.TOGETHER,
        stories=3,
        first_day=date(2026, 2, 3),
        last_day=date(2026, 3, 3),
    ),
    Edge(
        actor_id=TRAP.id,
        other_id=FULL.id,
        kind=RelationKind.CARRIED_BY,
        stories=1,
        first_day=date(2026, 2, 3),
        last_day=date(2026, 2, 3),
    ),
)
