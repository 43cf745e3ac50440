"""A workspace in which documents were read and people wrote: what is exported from."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from storage import annotations, counts, documents, edits, judgements, sources
from vigie.records import (
    ActorKind,
    Alias,
    Annotation,
    Document,
    DocumentKind,
    Edit,
    EventDetails,
    Field,
    Judgement,
    Label,
    Link,
    Mention,
    NewActor,
    Relation,
    RelationKind,
    Resolution,
    Source,
    SourceKind,
    Verdict,
)
from vigie.settings import Crawler, Schedule, Settings, Storage, Watch

if TYPE_CHECKING:
    from pathlib import Path

    from storage import Store

ONE, TWO, OTHER = "a-0000000000000001", "a-0000000000000002", "a-0000000000000003"
NAMES = {ONE: "La Fabrique du Canal", TWO: "Graine de Rue", OTHER: "Radio Sureau"}
AT = datetime(2026, 3, 14, 9, tzinfo=UTC)


def settings_in(folder: Path, **watch: object) -> Settings:
    return Settings(
        folder=folder,
        watch=Watch(name="Veille Mulhouse", territory=("200066009",), **watch),
        crawler=Crawler(),
        storage=Storage(),
        schedule=Schedule(),
        sources=(),
    )


def _document(number: int, day: date, event: EventDetails | None = None) -> Document:
    return Document(
        id=f"d{number}",
        source_id="courrier",
        url=f"https://courrier.example/{number}",
        title=f"La vie\n locale, {number}",
        text="…",
        published_at=datetime(day.year, day.month, day.day, 9, tzinfo=UTC),
        fetched_at=datetime(day.year, day.month, day.day, 10, tzinfo=UTC),
        kind=DocumentKind.EVENT if event else DocumentKind.ARTICLE,
        event=event,
    )


def _mention(document: str, at: int, name: str) -> Mention:
    return Mention(
        document_id=document,
        surface=name,
        label=Label.ACTOR,
        start=at,
        end=at + 5,
        sentence=f"Marie Dupont tient {name} à bout de bras.",
        confidence=0.9,
        rule="test",
        kind=ActorKind.ASSOCIATION,
        commune="68224",
    )


def fill(store: Store) -> None:
    """Keep three actors, of which seven articles and two events tell; the third is rejected."""
    start = datetime(2026, 4, 4, 14, tzinfo=UTC)
    event = EventDetails(start=start, venue="La  Filature", organiser="Marie Dupont")
    past = EventDetails(start=datetime(2026, 2, 1, 14, tzinfo=UTC), venue="La Cour")
    kept = [_document(n, date(2026, 3, n + 1)) for n in range(7)]
    kept += [_document(7, date(2026, 3, 12), event), _document(8, date(2026, 1, 12), past)]
    found = [
        Annotation(
            document_id=one.id,
            version="1",
            language="fr",
            mentions=(_mention(one.id, 0, NAMES[ONE]), _mention(one.id, 50, NAMES[TWO])),
            relations=(Relation(first=0, second=1, kind=kind, sentence="…"),),
        )
        for one in kept
        for kind in [RelationKind.CARRIED_BY if one.id == "d2" else RelationKind.TOGETHER]
    ]
    links = [
        Link(document_id=one.id, start=at, end=at + 5, actor_id=actor_id)
        for one in kept
        for at, actor_id in ((0, ONE), (50, TWO))
    ]
    resolution = Resolution(
        links=tuple(links),
        actors=tuple(
            NewActor(id=i, name=name, kind=ActorKind.ASSOCIATION, commune="68224")
            for i, name in NAMES.items()
        ),
        aliases=(
            Alias(key="fabrique canal", surface="La Fabrique du Canal", actor_id=ONE),
            Alias(key="fabrique", surface="la Fabrique", actor_id=ONE),
            Alias(key="graine rue", surface="Graine de Rue", actor_id=TWO),
        ),
    )
    with store.writing() as c:
        sources.save(
            c,
            [
                Source(
                    id="courrier",
                    name="Le Courrier",
                    url="https://courrier.example/rss",
                    kind=SourceKind.FEED,
                )
            ],
        )
        documents.save(c, kept)
        annotations.save(c, found, resolution, {one.id: one.id for one in kept})
        counts.refresh(c)
        for actor_id, field, *value in (
            (ONE, Field.NAME, "La Fabrique"),
            (ONE, Field.DESCRIPTION, "Un lieu.\r\nDeux lignes."),
            (ONE, Field.KINDS, "third_place", "association"),
            (ONE, Field.THEMES, "réemploi", "tiers-lieu"),
            (ONE, Field.LINKS, "https://fabrique.example/"),
            (ONE, Field.CONTACT, "contact@fabrique.example"),
            (ONE, Field.STAGE, "met"),
            (ONE, Field.ACTIVE, "yes"),
            (ONE, Field.VISIBILITY, "public"),
            (ONE, Field.SIDE, "internal"),
            (ONE, Field.FUNCTION, "Ambassade de l’innovation aux sports"),
            (ONE, Field.ASSIGNEE, "Jeanne"),
            (ONE, Field.NOTE, "à rappeler"),
            (TWO, Field.VISIBILITY, "network"),
        ):
            edit = Edit(actor_id=actor_id, field=field, value=tuple(value), who="Jeanne", at=AT)
            edits.add(c, edit)
        for actor_id, verdict in (
            (ONE, Verdict.KEEP),
            (TWO, Verdict.WATCH),
            (OTHER, Verdict.REJECT),
        ):
            judgements.add(
                c,
                Judgement(actor_id=actor_id, verdict=verdict, who="Jeanne", at=AT, week="2026-W11"),
            )
