"""A realistic week and a hostile one, written through the storage."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from datetime import time as time_of_day
from typing import TYPE_CHECKING

from storage import (
    actors,
    annotations,
    counts,
    documents,
    queues,
    sources,
)
from vigie.records import (
    ActorKind,
    Alias,
    Annotation,
    Candidate,
    Cluster,
    Document,
    DocumentKind,
    EnteredBy,
    EventDetails,
    Evidence,
    Feature,
    HealthState,
    Label,
    Link,
    Mention,
    Message,
    NewActor,
    Outcome,
    Queue,
    Relation,
    RelationKind,
    Resolution,
    Source,
    SourceKind,
    Suggestion,
)

if TYPE_CHECKING:
    from storage import Store

WEEK = "2026-W12"
BEFORE = "2026-W11"

SOURCES = (
    ("courrier", "Le Courrier du Doller", SourceKind.FEED),
    ("bassin", "Le Blog du Bassin", SourceKind.FEED),
    ("agenda", "L’Agenda des Trois Frontières", SourceKind.CALENDAR),
    ("gazette", "Gazette de l’Ill", SourceKind.FEED),
)

MORNING = datetime(2026, 3, 16, 6, 30, tzinfo=UTC)
LOST = Message("La page répond 503 : {why}", {"why": "Service Unavailable"})
OUTCOMES = (
    Outcome(
        source_id="courrier",
        at=MORNING,
        state=HealthState.LIVELY,
        message=Message("{n} nouveau document", {"n": 12}, "{n} nouveaux documents"),
        documents=12,
    ),
    Outcome(source_id="gazette", at=MORNING, state=HealthState.UNREACHABLE, message=LOST),
    Outcome(
        source_id="gazette",
        at=MORNING + timedelta(hours=1),
        state=HealthState.UNREACHABLE,
        message=LOST,
    ),
    Outcome(
        source_id="agenda",
        at=MORNING,
        state=HealthState.QUIET,
        message=Message("Rien de nouveau"),
        not_modified=True,
    ),
)

# name, kind, commune, stories, quote with {} for the name, terms of its cluster
ACTORS = (
    (
        "La Fabrique du Canal",
        ActorKind.THIRD_PLACE,
        "68224",
        3,
        "Installée dans l’ancienne filature, {} ouvre ses ateliers partagés chaque samedi.",
        "c1",
    ),
    (
        "Les Graines du Quartier",
        ActorKind.ASSOCIATION,
        "68154",
        2,
        "Une grainothèque et douze parcelles : {} cherche encore des bras avant le printemps.",
        "c2",
    ),
    (
        "Répar’Ensemble",
        ActorKind.COLLECTIVE,
        "68166",
        2,
        "Le collectif {} tient son premier café de réparation samedi à la salle Plaisance.",
        "c1",
    ),
    (
        "Coopérative du Vieux Moulin",
        ActorKind.COOPERATIVE,
        "68195",
        2,
        "Trente sociétaires ont fondé la {} pour reprendre la dernière épicerie du village.",
        None,
    ),
    (
        "Radio Sureau",
        ActorKind.CITIZEN_PROJECT,
        "68224",
        1,
        "Avec deux micros et un ordinateur, {} émet depuis une cuisine de la rue des Maréchaux.",
        None,
    ),
    (
        "L’Atelier des Ondes",
        ActorKind.FABLAB,
        "68278",
        1,
        "{} prête ses imprimantes 3D aux collégiens le mercredi.",
        "c1",
    ),
    (
        "Vélo-École de la Doller",
        ActorKind.ASSOCIATION,
        "68224",
        2,
        "Dix femmes ont appris à rouler cet hiver avec la {}.",
        None,
    ),
    (
        "Compost’Ill",
        ActorKind.COLLECTIVE,
        "68154",
        1,
        "Le troisième composteur partagé de {} sera inauguré dimanche.",
        "c2",
    ),
    (
        "La Ruche aux Savoirs",
        ActorKind.NETWORK,
        "68271",
        1,
        "On y échange une heure de couture contre une heure d’allemand : c’est le principe de {}.",
        None,
    ),
    (
        "Nuits Claires",
        ActorKind.COLLECTIVE,
        "68056",
        1,
        "{} demande l’extinction des vitrines après minuit.",
        None,
    ),
    (
        "Association pour la Sauvegarde et la Mise en Valeur du Patrimoine de la Vallée",
        ActorKind.ASSOCIATION,
        "68195",
        1,
        "L’{} invite à visiter la roue restaurée.",
        None,
    ),
    (
        "Studio Brindille",
        ActorKind.COMPANY,
        "68224",
        1,
        "Deux anciennes étudiantes lancent {}, qui fabrique des meubles à partir de palettes.",
        None,
    ),
    (
        "Grand Prix de la Soupe",
        ActorKind.UNKNOWN,
        None,
        1,
        "Le {} aura lieu le 28 mars sur la place.",
        None,
    ),
)


def slug(name: str) -> str:
    """Return an actor id as short and plain as the real ones."""
    return "".join(c for c in name.lower() if c.isascii() and c.isalnum())[:24]


def feature(name: str, contribution: float, template: str, **values: str | float) -> Feature:
    plural = str(values.pop("plural")) if "plural" in values else None
    return Feature(
        name=name,
        value=contribution,
        weight=1.0,
        contribution=contribution,
        detail=Message(template, values, plural),
    )


def evidence(quote: str, name: str, number: int, day: date) -> Evidence:
    source = SOURCES[number % len(SOURCES)]
    return Evidence(
        document_url=f"https://{source[0]}.example/2026/03/{slug(name)}-{number}.html",
        source=source[1],
        date=day,
        quote=quote.format(name),
        surface=name,
    )


def candidate(rank: int, as_of: date) -> Candidate:
    name, kind, commune, stories, quote, cluster = ACTORS[rank - 1]
    seen = as_of - timedelta(days=3 + rank)
    return Candidate(
        actor_id=slug(name),
        name=name,
        aliases=("Fabrique du canal", "La Fabrique") if rank == 1 else (),
        kind=kind,
        commune=commune,
        score=round(3.4 - rank * 0.17, 2),
        rank=rank,
        entered_by=EnteredBy.EXPLORATION if rank >= 12 else EnteredBy.RANKING,
        first_seen=seen,
        mentions=stories + 1,
        stories=stories,
        sources=stories,
        cluster=cluster,
        reasons=(
            feature(
                "novelty",
                1.42 - rank * 0.03,
                "Vu pour la première fois le {day}, après {n} semaine d’écoute de cette source",
                plural="Vu pour la première fois le {day}, après {n} semaines d’écoute de cette "
                "source",
                day=f"{seen:%d/%m/%Y}",
                n=30 + rank,
            ),
            feature(
                "diffusion",
                0.31 * stories,
                "{n} récits indépendants en huit semaines",
                n=stories,
            ),
            feature(
                "radar",
                0.55,
                "Sous le radar : {n} récit en tout, aucun national",
                plural="Sous le radar : {n} récits en tout, aucun national",
                n=stories,
            ),
            feature("anchor", 0.38, "Cité avec des communes du territoire"),
            feature("season", -0.12 * (rank % 3), "Cité dans la saison des forums d’associations"),
        ),
        evidence=tuple(
            evidence(
                quote if n == 0 else "« On ne s’attendait pas à tant de monde », dit-on à {}.",
                name,
                rank + n,
                as_of - timedelta(days=2 + 3 * n),
            )
            for n in range(stories)
        ),
    )


def example_queue(
    week: str = WEEK, as_of: date = date(2026, 3, 16), size: int = len(ACTORS)
) -> Queue:
    """Return a week's queue of invented actors."""
    candidates = tuple(candidate(rank, as_of) for rank in range(1, size + 1))
    clusters = tuple(
        Cluster(
            id=name, label=label, members=tuple(c.actor_id for c in candidates if c.cluster == name)
        )
        for name, label in (
            ("c1", ("atelier", "réparation", "partage")),
            ("c2", ("jardin", "compost")),
        )
    )
    return Queue(week=week, as_of=as_of, candidates=candidates, clusters=clusters)


def long_queue() -> Queue:
    """Return a week of twenty-five."""
    as_of = date(2026, 1, 5)
    first = candidate(1, as_of)
    return Queue(
        week="2026-W02",
        as_of=as_of,
        candidates=tuple(
            replace(first, actor_id=f"long{n}", name=f"Atelier numéro {n}", rank=n)
            for n in range(1, 26)
        ),
    )


HOSTILE = '"><img src=x onerror="window.hacked=1"><script>window.hacked=1</script>{{7*7}} {0} %s'


def hostile_queue() -> Queue:
    """Return a week in which everything that came from the web is a trap."""
    first = candidate(1, date(2026, 2, 2))
    trap = replace(
        first,
        actor_id="../..?<x>&é",
        name=HOSTILE,
        aliases=("\u202egnoL", "x" * 1_000_000, "</title><script>window.hacked=1</script>"),
        kind=ActorKind.UNKNOWN,
        commune="99999",
        cluster="<c>",
        reasons=(feature("trap", 1.0, "Vu chez {source}", source=HOSTILE + "\u2067"),),
        evidence=(
            replace(
                first.evidence[0],
                document_url="javascript:window.hacked=1",
                quote=f"Avant {HOSTILE} après",
                source="</cite><script>window.hacked=1</script>",
                surface=HOSTILE,
            ),
            replace(first.evidence[0], document_url='https://a.example/"onmouseover="x'),
            replace(first.evidence[0], quote="mot " * 250_000, surface="("),
        ),
    )
    long = replace(first, actor_id="long", name="Z\u0335\u0336\u0337\u0338" * 250_000, rank=2)
    cluster = Cluster(
        id="<c>", label=("<script>window.hacked=1</script>",), members=(trap.actor_id, "long")
    )
    return Queue(
        week="2026-W06",
        as_of=date(2026, 2, 2),
        candidates=(trap, replace(long, cluster="<c>")),
        clusters=(cluster,),
    )


def write(store: Store, *weeks: Queue) -> None:
    """Keep queues, with the actors and sources they speak of."""
    with store.writing() as c:
        sources.save(
            c,
            [Source(id=i, name=n, url=f"https://{i}.example/", kind=k) for i, n, k in SOURCES],
        )
        found = {one.actor_id: one for week in weeks for one in week.candidates}
        newly = tuple(
            NewActor(id=one.actor_id, name=one.name, kind=one.kind, commune=one.commune)
            for one in found.values()
        )
        annotations.save(c, (), Resolution(actors=newly))
        for week in weeks:
            queues.save(c, week)
        for outcome in OUTCOMES:
            sources.save_outcome(c, outcome)


LIKE_THE_FIRST = "fabriquedemulhouse"


def write_press(store: Store) -> None:
    """Keep what the press told of the first candidate: two stories, one copied, an event."""
    name, actor_id = ACTORS[0][0], slug(ACTORS[0][0])
    told = (
        (0, "bassin", date(2026, 3, 14), "s0", None),
        (1, "courrier", date(2026, 3, 15), "s0", None),
        (2, "agenda", date(2026, 3, 11), "s2", datetime(2026, 4, 4, 14, tzinfo=UTC)),
    )
    kept, found = [], []
    for number, source, day, _, start in told:
        url = f"https://{source}.example/2026/03/{slug(name)}-{number + 1}.html"
        kept.append(
            Document(
                id=f"d{number}",
                source_id=source,
                url=url,
                title=f"Rendez-vous {number}",
                text=f"Avec {name} samedi.",
                published_at=datetime.combine(day, time_of_day(9), UTC),
                fetched_at=datetime.combine(day, time_of_day(10), UTC),
                kind=DocumentKind.EVENT if start else DocumentKind.ARTICLE,
                event=EventDetails(start=start, venue="La Filature") if start else None,
            )
        )
        mention = Mention(
            document_id=f"d{number}",
            surface=name,
            label=Label.ACTOR,
            start=0,
            end=5,
            sentence=f"Avec {name} samedi.",
            confidence=0.9,
            rule="test",
            kind=ActorKind.THIRD_PLACE,
            commune="68224",
        )
        carrier = replace(mention, surface=ACTORS[1][0], start=10, end=15)
        tied = Relation(first=0, second=1, kind=RelationKind.CARRIED_BY, sentence=mention.sentence)
        found.append(
            Annotation(
                document_id=f"d{number}",
                version="1",
                language="fr",
                mentions=(mention, carrier) if start else (mention,),
                relations=(tied,) if start else (),
            )
        )
    resolution = Resolution(
        links=(
            Link(document_id="d2", start=10, end=15, actor_id=slug(ACTORS[1][0])),
            *(Link(document_id=f"d{n}", start=0, end=5, actor_id=actor_id) for n, *_ in told),
        ),
        actors=(
            NewActor(
                id=LIKE_THE_FIRST,
                name="Fabrique du canal de Mulhouse",
                kind=ActorKind.THIRD_PLACE,
                commune="68224",
            ),
        ),
        aliases=(
            Alias(key="fabrique canal", surface=name, actor_id=actor_id),
            Alias(
                key="fabrique canal mulhouse",
                surface="Fabrique du canal de Mulhouse",
                actor_id=LIKE_THE_FIRST,
            ),
            *(
                Alias(key=f"k{slug(other[0])}", surface=other[0], actor_id=slug(other[0]))
                for other in ACTORS[1:]
            ),
        ),
        suggestions=(
            Suggestion(
                actor_id=LIKE_THE_FIRST,
                other_id=actor_id,
                score=0.9,
                reason=Message("Noms presque semblables"),
            ),
        ),
    )
    with store.writing() as c:
        documents.save(c, kept)
        annotations.save(c, found, resolution, {f"d{n}": story for n, _, _, story, _ in told})
        actors.mark_known(c, {LIKE_THE_FIRST: date(2020, 1, 1)})
        counts.refresh(c)
